"""How somebody signs in: with name and password, then with a second step where they have one; or with a passkey alone.

    name, password ──► no second factor ──────────────────────────────► session
                  └──► half a sign-in, under a cookie of its own ──► code · recovery code · passkey ──► session
    passkey ──────────────────────────────────────────────────────────► session

A session is always begun under a new id. Half a sign-in opens nothing but the second step, and for ten minutes. Each try is
counted before it is made: of passwords by name and address, of codes by name. Whoever knows the password learns that a second
step comes, and no more.  Source: OWASP ASVS 5.0, 6.3 and 6.6; RFC 6238, 5.2.
"""

from dataclasses import dataclass
from math import ceil

from aiohttp import web

from node.actions import passkeys, second_factors
from node.context import NODE, Node
from node.errors import SignInRefused, TooManyTries
from node.server import origin_of
from node.web import session
from storage import accounts, audit, half_sign_ins, staff
from storage import second_factors as kept_factors
from storage.accounts import Account
from storage.ids import AccountId
from storage.store import Unit

COOKIE = "legation-half"
COOKIE_SECONDS = int(half_sign_ins.GOOD_FOR.total_seconds())


@dataclass(frozen=True, slots=True)
class From:
    """From where somebody signs in, as they will read it in their settings. agent: what the browser calls itself."""

    address: str
    agent: str

    @property
    def source(self) -> str:
        """The same for the audit."""
        return f"web {self.address}"


@dataclass(frozen=True, slots=True)
class Passed:
    """What name and password have led to.

    secret: for a cookie.  is_whole: of a session; else of half a sign-in.  were_many_wrong: before this one, so many passwords
    were wrong that their owner is told.
    """

    secret: str
    is_whole: bool
    were_many_wrong: bool


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody who has given their password, and must take the second step.  digest: of half a sign-in."""

    digest: str
    account: Account
    factors: kept_factors.Factors


# ---- the first step -------------------------------------------------------------------------------------------------


async def by_password(node: Node, username: str, password: str, *, origin: From) -> Passed:
    """Take a name and a password.

    Raises SignInRefused: the same for a wrong name, a wrong password and somebody who left, and as slow; TooManyTries.
    """
    wait = await node.store.write(count_try, username, origin.address)
    if wait is not None:
        raise TooManyTries(wait)
    account, kept = await node.store.read(_known, username)
    if not await node.passwords.verify(kept, password) or account is None or kept is None:
        await node.store.write(note_failure, username, account, origin.address)
        raise SignInRefused
    renewed = await node.passwords.hash(password) if node.passwords.needs_rehash(kept) else None
    secret = session.new_secret()
    return await node.store.write(_begin, username, account, secret, renewed, node, origin)


def count_try(unit: Unit, username: str, address: str) -> int | None:
    """Count a try before it is made, so that many at once are not free. Returns the seconds to wait instead, if any."""
    by_name, by_address = _subjects(username, address)
    wait = _seconds_to_wait(unit, by_name, by_address)
    if wait is None:
        staff.note_failure(unit, by_name)
    return wait


def note_failure(unit: Unit, username: str, account: AccountId | None, address: str) -> None:
    """A password was wrong. account: of somebody by that name, if there is one."""
    staff.note_failure(unit, _subjects(username, address)[1])
    # People type passwords where names belong: a name that nobody has is not written down.
    who = username.strip().lower() if account is not None else "unknown"
    audit.add(unit, who=who, source=f"web {address}", act="sign-in.failed", subject=who)


def forget_tries(unit: Unit, username: str, address: str) -> None:
    """A password was right: what was wrong before counts no more."""
    staff.forget_failures(unit, _subjects(username, address)[0])


def _known(unit: Unit, username: str) -> tuple[AccountId | None, str | None]:
    member = staff.by_username(unit, username)
    return (member.account_id, staff.password_of(unit, member.account_id)) if member else (None, None)


def _begin(
    unit: Unit, username: str, account: AccountId, secret: str, renewed: str | None, node: Node, origin: From
) -> Passed:
    digest = session.digest_of(secret)
    # The try that was right is among those that were counted.
    many = staff.failures_of(unit, _subjects(username, origin.address)[0]) > staff.FREE_FAILURES["account"]
    forget_tries(unit, username, origin.address)
    if renewed is not None:
        staff.rehash(unit, account, renewed)
    if kept_factors.has_any(unit, account):
        half_sign_ins.begin(unit, digest, account)
        return Passed(secret, is_whole=False, were_many_wrong=many)
    staff.start_session(unit, digest, account, agent=origin.agent, address=origin.address)
    member = staff.by_account(unit, account)
    if member is not None and node.settings.demands_second_factor(member.role):
        # The password was given a moment ago, and the next thing that is asked for needs it.
        staff.confirm_session(unit, digest, account)
    return Passed(secret, is_whole=True, were_many_wrong=many)


def _subjects(username: str, address: str) -> tuple[str, str]:
    return f"account:{username.strip().lower()[:64]}", f"address:{origin_of(address)}"


def _seconds_to_wait(unit: Unit, *subjects: str) -> int | None:
    until = staff.must_wait_until(unit, *subjects)
    return None if until is None else max(1, ceil((until - unit.now).total_seconds()))


# ---- the second step ------------------------------------------------------------------------------------------------


async def half_of(request: web.Request) -> Half | None:
    """Who has given their password in this browser, and must take the second step."""
    secret = session.secret_in(request, COOKIE)
    return await request.app[NODE].store.read(_half, session.digest_of(secret)) if secret is not None else None


def _half(unit: Unit, digest: str) -> Half | None:
    account = half_sign_ins.find(unit, digest)
    return None if account is None else Half(digest, accounts.get(unit, account), kept_factors.of(unit, account))


async def by_code(node: Node, half: Half, code: str, *, origin: From) -> str:
    """Take a code of an app. Returns the secret of a session.  Raises SignInRefused, TooManyTries."""
    await _count_second(node, half.account, origin)
    return await _completed(node, half, origin, taken=await second_factors.takes_code(node, half.account.id, code))


async def by_recovery_code(node: Node, half: Half, code: str, *, origin: From) -> str:
    """Take a recovery code. Returns and raises as `by_code`."""
    await _count_second(node, half.account, origin)
    taken = await second_factors.takes_recovery_code(node, half.account, code, source=origin.source)
    return await _completed(node, half, origin, taken=taken)


async def by_second_passkey(node: Node, half: Half, answer: str, *, origin: From) -> str:
    """Take what a device has signed, for the one who has given their password. Returns and raises as `by_code`."""
    try:
        await passkeys.owner_of(node, answer, account=half.account.id)
    except SignInRefused:
        return await _completed(node, half, origin, taken=False)
    return await _completed(node, half, origin, taken=True)


async def by_passkey(node: Node, answer: str, *, origin: From) -> str:
    """Take what a device has signed, of whomever it is. Returns and raises as `by_code`."""
    try:
        account = await passkeys.owner_of(node, answer, account=None)
        return await _session_of(node, account, origin, half="")
    except SignInRefused:
        await node.store.write(_note_refused, "unknown", origin)
        raise


async def _count_second(node: Node, account: Account, origin: From) -> None:
    wait = await node.store.write(_count_code, account.username, origin.address)
    if wait is not None:
        raise TooManyTries(wait)


def _count_code(unit: Unit, username: str, address: str) -> int | None:
    subject = f"second:{username}"
    wait = _seconds_to_wait(unit, subject, _subjects(username, address)[1])
    if wait is None:
        staff.note_failure(unit, subject)
    return wait


async def _completed(node: Node, half: Half, origin: From, *, taken: bool) -> str:
    if not taken:
        await node.store.write(_note_refused, half.account.username, origin)
        raise SignInRefused
    return await _session_of(node, half.account.id, origin, half=half.digest)


async def _session_of(node: Node, account: AccountId, origin: From, *, half: str) -> str:
    secret = session.new_secret()
    if not await node.store.write(_begin_whole, account, session.digest_of(secret), half, origin):
        raise SignInRefused
    return secret


def _begin_whole(unit: Unit, account: AccountId, digest: str, half: str, origin: From) -> bool:
    """Returns False where the person may not sign in, or the half of it was made whole before."""
    member = staff.by_account(unit, account)
    if member is None or member.disabled_at is not None or (half and not half_sign_ins.end(unit, half)):
        return False
    staff.forget_failures(unit, f"second:{member.username}")
    staff.start_session(unit, digest, account, agent=origin.agent, address=origin.address)
    return True


def _note_refused(unit: Unit, who: str, origin: From) -> None:
    staff.note_failure(unit, _subjects(who, origin.address)[1])
    audit.add(unit, who=who, source=origin.source, act="sign-in.second-step.failed", subject=who)


# ---- the cookie of half a sign-in -----------------------------------------------------------------------------------


def remember_half(request: web.Request, answer: web.StreamResponse, secret: str) -> None:
    """Have the browser send the secret of half a sign-in, for as long as that is good."""
    node = request.app[NODE]
    answer.set_cookie(
        session.cookie_of(node, COOKIE),
        secret,
        max_age=COOKIE_SECONDS,
        path="/",
        secure=node.settings.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def forget_half(request: web.Request, answer: web.StreamResponse) -> None:
    """Have the browser send it no more."""
    node = request.app[NODE]
    secure = node.settings.scheme == "https"
    answer.del_cookie(session.cookie_of(node, COOKIE), path="/", secure=secure, httponly=True, samesite="Lax")
