"""Who is signed in on the pages, and whether a form really comes from this node's own pages.

    cookie ──► session (only the digest of its secret is kept) ──► Visitor
    form ────► same origin, as the browser says  and  the token that belongs to the cookie

A form's token is made from the cookie's secret, so nothing is kept for it. Who is not signed in has no token: there the
browser's word about the origin is what protects the form of sign-in. Nothing here is for the API, which never looks at
cookies.  Source: OWASP ASVS 5.0, 3.5 and 7.
"""

import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Any

from aiohttp import web
from yarl import URL

from node.context import NODE, Node
from node.errors import SignInRefused, TooManyTries
from node.memory import tags
from node.protection import ACCOUNT
from node.server import origin_of
from node.uploads import form_of
from storage import accounts, audit, staff
from storage.accounts import Account
from storage.errors import StorageTrouble
from storage.ids import AccountId
from storage.staff import Member, Session
from storage.store import Unit

SECRET_BYTES = 32
LONGEST_SECRET = 100
TOKEN_BYTES = sha256().digest_size
LONGEST_PATH = 8_000

COOKIE = "legation"
SECURE_COOKIE = "__Host-legation"
COOKIE_SECONDS = int(max(staff.LONGEST.values()).total_seconds())


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in on the pages.

    role, locale: as they are now.  csrf: what each form of theirs must carry, masked (`csrf_of`).
    """

    account: Account
    role: str
    locale: str
    csrf: str

    @property
    def may_administer(self) -> bool:
        """Whether the person looks after this node."""
        return self.role == staff.ADMIN

    @property
    def may_moderate(self) -> bool:
        """Whether the person looks after reports."""
        return self.role in staff.MODERATING


VISITOR: web.RequestKey[Visitor | None] = web.RequestKey("visitor")


# ---- who is there ---------------------------------------------------------------------------------------------------


async def visitor_of(request: web.Request) -> Visitor | None:
    """Who is signed in in this browser, if anybody is. Asked once for each request."""
    if VISITOR not in request:
        request[VISITOR] = await _find(request)
    return request[VISITOR]


def present(request: web.Request) -> Visitor:
    """The person who is signed in, on pages that only such people reach."""
    visitor = request[VISITOR]
    assert visitor is not None
    return visitor


async def is_signed_in(request: web.Request) -> bool:
    """Whether somebody is signed in in this browser."""
    return await visitor_of(request) is not None


def digest_in(request: web.Request) -> str | None:
    """What is kept of the session that this browser names, good or not."""
    secret = _secret_in(request)
    return None if secret is None else _digest_of(secret)


async def _find(request: web.Request) -> Visitor | None:
    node, secret = request.app[NODE], _secret_in(request)
    if secret is None:
        return None
    # Everything that is remembered for this request is asked for after this.
    await node.store.up_to_date()
    digest = _digest_of(secret)
    found = node.memory.sessions.get(digest) or await _looked_up(node, digest)
    if found is None:
        return None
    _, member, account = found
    request[ACCOUNT] = account.id
    return Visitor(account, member.role, member.locale, _token_of(secret))


async def _looked_up(node: Node, digest: str) -> tuple[Session, Member, Account] | None:
    """Whose session it is, from the database; remembered until its use is to be noted again, or it ends."""
    since = node.memory.changes.now
    found = await node.store.read(_session_and_person, digest)
    if found is None:
        return None
    session, member, account = found
    ends = min(session.seen_at + staff.IDLE[member.role], session.created_at + staff.LONGEST[member.role])
    is_use_due = node.now() - session.seen_at >= staff.SEEN_EVERY
    parts = (tags.staff, tags.profile, tags.numbers, tags.reader)
    node.memory.sessions.keep(
        digest,
        found,
        since=since,
        made_of=[part(account.id) for part in parts],
        until=min((node.now() if is_use_due else session.seen_at) + staff.SEEN_EVERY, ends),
    )
    if is_use_due:
        with suppress(StorageTrouble):  # a full disk must not stop anybody from reading
            await node.store.write(staff.touch_session, session)
    return found


def _session_and_person(unit: Unit, digest: str) -> tuple[Session, Member, Account] | None:
    found = staff.find_session(unit, digest)
    if found is None:
        return None
    session, member = found
    return session, member, accounts.get(unit, member.account_id)


# ---- in and out -----------------------------------------------------------------------------------------------------


async def sign_in(node: Node, username: str, password: str, *, address: str, agent: str) -> str:
    """Begin a session. Returns its secret, for the cookie.

    address, agent: from where, as the person will read it in their settings.
    Raises SignInRefused: the same for a wrong name, a wrong password and somebody who left, and as slow; TooManyTries.
    """
    wait = await node.store.write(_count_try, username, address)
    if wait is not None:
        raise TooManyTries(wait)
    account, kept = await node.store.read(_known, username)
    if not await node.passwords.verify(kept, password) or account is None or kept is None:
        await node.store.write(_note_failure, username, account, address)
        raise SignInRefused
    renewed = await node.passwords.hash(password) if node.passwords.needs_rehash(kept) else None
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await node.store.write(_begin, username, account, _digest_of(secret), renewed, address=address, agent=agent)
    return secret


async def end(request: web.Request) -> None:
    """End the session of this browser, if there is one."""
    secret = _secret_in(request)
    if secret is not None:
        await request.app[NODE].store.write(staff.end_session, _digest_of(secret))


def remember(request: web.Request, answer: web.Response, secret: str) -> None:
    """Have the browser send a session's secret from now on."""
    answer.set_cookie(
        _cookie_of(request.app[NODE]),
        secret,
        max_age=COOKIE_SECONDS,
        path="/",
        secure=request.app[NODE].settings.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def forget(request: web.Request, answer: web.Response) -> None:
    """Have the browser send it no more."""
    secure = request.app[NODE].settings.scheme == "https"
    answer.del_cookie(_cookie_of(request.app[NODE]), path="/", secure=secure, httponly=True, samesite="Lax")


def _count_try(unit: Unit, username: str, address: str) -> int | None:
    """Count a try before it is made, so that many at once are not free. Returns the seconds to wait instead, if any."""
    by_name, by_address = _subjects(username, address)
    until = staff.must_wait_until(unit, by_name, by_address)
    if until is not None:
        return max(1, ceil((until - unit.now).total_seconds()))
    staff.note_failure(unit, by_name)
    return None


def _known(unit: Unit, username: str) -> tuple[AccountId | None, str | None]:
    member = staff.by_username(unit, username)
    return (member.account_id, staff.password_of(unit, member.account_id)) if member else (None, None)


def _note_failure(unit: Unit, username: str, account: AccountId | None, address: str) -> None:
    staff.note_failure(unit, _subjects(username, address)[1])
    # People type passwords where names belong: a name that nobody has is not written down.
    who = username.strip().lower() if account is not None else "unknown"
    audit.add(unit, who=who, source=f"web {address}", act="sign-in.failed", subject=who)


def _begin(
    unit: Unit, username: str, account: AccountId, digest: str, renewed: str | None, *, address: str, agent: str
) -> None:
    staff.forget_failures(unit, _subjects(username, address)[0])
    if renewed is not None:
        staff.rehash(unit, account, renewed)
    staff.start_session(unit, digest, account, agent=agent, address=address)


def _subjects(username: str, address: str) -> tuple[str, str]:
    return f"account:{username.strip().lower()[:64]}", f"address:{origin_of(address)}"


# ---- forms ----------------------------------------------------------------------------------------------------------


def csrf_of(request: web.Request) -> str:
    """What the forms of this answer carry: "" where nobody is signed in.

    Another text each time for the same token, so that nobody learns it from how well pages can be compressed.
    """
    visitor = request.get(VISITOR)
    if not visitor:
        return ""
    mask = secrets.token_bytes(TOKEN_BYTES)
    return mask.hex() + _xor(mask, bytes.fromhex(visitor.csrf)).hex()


async def require_csrf(request: web.Request) -> None:
    """Refuse a form that another site sent, or that was made for another session.  Raises HTTPForbidden."""
    visitor = await visitor_of(request)
    if not is_same_origin(request) or (visitor is not None and not _has_token(visitor, await form_of(request))):
        raise web.HTTPForbidden


def is_same_origin(request: web.Request) -> bool:
    """Whether the browser says that a page of this node sent the request; a program that says nothing is no browser.

    Source: Fetch Metadata; RFC 6454.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or origin == f"{request.app[NODE].settings.scheme}://{request.host.lower()}"


def _has_token(visitor: Visitor, form: Mapping[str, Any]) -> bool:
    try:
        given = bytes.fromhex(str(form.get("csrf", "")))
    except ValueError:
        return False
    mask, masked = given[:TOKEN_BYTES], given[TOKEN_BYTES:]
    return len(masked) == TOKEN_BYTES and hmac.compare_digest(bytes.fromhex(visitor.csrf), _xor(mask, masked))


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def safe_path(text: str, *, otherwise: str) -> str:
    """A place on this node to go to, built anew from its parts.

    text: from outside.  otherwise: what to use when it is anything but a path of this node.
    """
    if not text.startswith("/") or text[1:2] in {"/", "\\"} or len(text) > LONGEST_PATH or not text.isprintable():
        return otherwise
    try:
        url = URL(text)
    except ValueError:
        return otherwise
    rebuilt = str(URL.build(path=url.path, query=url.query, fragment=url.fragment))
    if url.absolute or not rebuilt.startswith("/") or rebuilt[1:2] in {"/", "\\"} or "\\" in rebuilt:
        return otherwise
    return rebuilt


# ---- secrets --------------------------------------------------------------------------------------------------------


def _cookie_of(node: Node) -> str:
    """Browsers take the `__Host-` name over https only, and then from nobody but this very host."""
    return SECURE_COOKIE if node.settings.scheme == "https" else COOKIE


def _secret_in(request: web.Request) -> str | None:
    secret = request.cookies.get(_cookie_of(request.app[NODE]), "")
    return secret if 0 < len(secret) <= LONGEST_SECRET and secret.isascii() else None


def _digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _token_of(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()
