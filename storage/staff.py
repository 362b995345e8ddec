"""Staff: who may sign in to this node, in which role, and where they are signed in.

What is kept of a password or a session is never enough to sign in with: an Argon2 text, a SHA-256 digest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import cards
from storage.errors import NotFound
from storage.events import SessionEnded, SessionsEnded, StaffChanged
from storage.ids import AccountId
from storage.store import Unit

STAFF, MODERATOR, ADMIN = "staff", "moderator", "admin"
ROLES = (STAFF, MODERATOR, ADMIN)
MODERATING = frozenset({MODERATOR, ADMIN})
"""Who looks after reports."""

IDLE = {STAFF: timedelta(hours=12), MODERATOR: timedelta(hours=12), ADMIN: timedelta(minutes=30)}
LONGEST = {STAFF: timedelta(days=14), MODERATOR: timedelta(days=14), ADMIN: timedelta(hours=12)}
"""How long a session lasts unused, and at most, by role (OWASP ASVS 5.0, 7.3)."""

FREE_FAILURES = {"account": 5, "address": 20, "second": 5}
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
FAILURES_KEPT = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Member:
    """A person who may sign in here."""

    account_id: AccountId
    username: str
    display_name: str
    role: str
    locale: str
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """Where somebody is signed in. confirmed_at: when they last gave their password there, beside signing in."""

    digest: str
    account_id: AccountId
    created_at: datetime
    seen_at: datetime
    agent: str
    address: str
    confirmed_at: datetime | None


HERE_SINCE = """
select count(*) from staff s where s.disabled_at is null and (
    s.last_seen_at > :since or s.account_id in (
        select t.account_id from oauth_tokens t where t.account_id is not null and t.used_at > :since))
"""

SELECT = """
select s.account_id, a.username, a.display_name, s.role, s.locale, s.created_at, s.disabled_at, s.last_seen_at
from staff s join accounts a on a.id = s.account_id
"""


def add(unit: Unit, account: AccountId, *, password: str, role: str, locale: str) -> None:
    """Let the person behind an account of this node sign in.

    password: what is kept of it.  role: one of `ROLES`.  locale: `fr` or `en`.
    """
    sql = """
    insert into staff (account_id, password, role, locale, created_at) values (:account, :password, :role, :locale, :now)
    """
    unit.run(sql, account=account, password=password, role=role, locale=locale, now=unit.now)


def by_account(unit: Unit, account: AccountId) -> Member | None:
    """The member of staff behind an account."""
    return unit.one(Member, f"{SELECT} where s.account_id = :account", account=account)


def by_accounts(unit: Unit, accounts: Iterable[AccountId]) -> dict[AccountId, Member]:
    """The members of staff behind these accounts, by account; others are left out."""
    found = unit.all(Member, f"{SELECT} where s.account_id in :accounts", accounts=list(accounts))
    return {member.account_id: member for member in found}


def by_username(unit: Unit, username: str) -> Member | None:
    """The member of staff with this name, whatever the case of its letters."""
    return unit.one(
        Member, f"{SELECT} where lower(a.username) = :username and a.host = ''", username=username.strip().lower()
    )


def get(unit: Unit, username: str) -> Member:
    """The member of staff with this name. Raises NotFound."""
    found = by_username(unit, username)
    if found is None:
        raise NotFound
    return found


def list_all(unit: Unit) -> list[Member]:
    """All staff, those who left too, by name."""
    return unit.all(Member, f"{SELECT} order by lower(a.username)")


def password_of(unit: Unit, account: AccountId) -> str | None:
    """What is kept of a person's password; None when they may not sign in."""
    sql = "select password from staff where account_id = :account and disabled_at is null"
    return unit.one(str, sql, account=account)


def set_password(unit: Unit, account: AccountId, password: str) -> None:
    """Replace what is kept of a password. Ends every session and token."""
    unit.run("update staff set password = :password where account_id = :account", account=account, password=password)
    end_everything(unit, account)


def rehash(unit: Unit, account: AccountId, password: str) -> None:
    """Keep the same password at today's cost; sessions go on."""
    unit.run("update staff set password = :password where account_id = :account", account=account, password=password)


def set_role(unit: Unit, account: AccountId, role: str) -> None:
    """Give a person another role. They sign in again."""
    unit.run("update staff set role = :role where account_id = :account", account=account, role=role)
    end_everything(unit, account)


def change_locale(unit: Unit, account: AccountId, locale: str) -> None:
    """The language of a person's pages."""
    unit.run("update staff set locale = :locale where account_id = :account", account=account, locale=locale)
    unit.after_commit(StaffChanged(account))


def disable(unit: Unit, account: AccountId) -> None:
    """A person may no longer sign in; what they wrote stays."""
    sql = "update staff set disabled_at = :now where account_id = :account and disabled_at is null"
    unit.run(sql, account=account, now=unit.now)
    cards.revise(unit, account)
    end_everything(unit, account)


def enable(unit: Unit, account: AccountId) -> None:
    """A person may sign in again."""
    unit.run("update staff set disabled_at = null where account_id = :account", account=account)
    cards.revise(unit, account)
    unit.after_commit(StaffChanged(account))


def active_admins(unit: Unit) -> int:
    """How many administrators may sign in."""
    return unit.one(int, "select count(*) from staff where role = 'admin' and disabled_at is null") or 0


# ---- sessions -------------------------------------------------------------------------------------------------------


SESSION = "select digest, account_id, created_at, seen_at, agent, address, confirmed_at from sessions"


def start_session(unit: Unit, digest: str, account: AccountId, *, agent: str, address: str) -> None:
    """Note that somebody has signed in. digest: SHA-256 of the session's id, hexadecimal."""
    sql = """
    insert into sessions (digest, account_id, created_at, seen_at, agent, address)
    values (:digest, :account, :now, :now, :agent, :address)
    """
    unit.run(sql, digest=digest, account=account, now=unit.now, agent=agent[:200], address=address)
    unit.run("update staff set last_seen_at = :now where account_id = :account", account=account, now=unit.now)


@dataclass(frozen=True, slots=True)
class _Lasting:
    digest: str
    role: str
    created_at: datetime
    seen_at: datetime

    def is_good(self, *, now: datetime) -> bool:
        return now - self.seen_at <= IDLE[self.role] and now - self.created_at <= LONGEST[self.role]


def find_session(unit: Unit, digest: str) -> tuple[Session, Member] | None:
    """The session with this digest and whose it is, while it lasts and the person may sign in."""
    session = unit.one(Session, f"{SESSION} where digest = :digest", digest=digest)
    member = by_account(unit, session.account_id) if session else None
    if session is None or member is None or member.disabled_at is not None:
        return None
    lasting = _Lasting(session.digest, member.role, session.created_at, session.seen_at)
    return (session, member) if lasting.is_good(now=unit.now) else None


def good_sessions(unit: Unit, digests: Sequence[str]) -> set[str]:
    """Those of these sessions that still last, of people who may sign in, in one question."""
    sql = """
    select x.digest, s.role, x.created_at, x.seen_at from sessions x join staff s on s.account_id = x.account_id
    where x.digest in :digests and s.disabled_at is null
    """
    return {each.digest for each in unit.all(_Lasting, sql, digests=digests) if each.is_good(now=unit.now)}


def touch_session(unit: Unit, session: Session) -> None:
    """A session was used; noted at most once a minute."""
    if unit.now - session.seen_at >= SEEN_EVERY:
        unit.run("update sessions set seen_at = :now where digest = :digest", digest=session.digest, now=unit.now)
        unit.run("update staff set last_seen_at = :now where account_id = :id", id=session.account_id, now=unit.now)


def count_here_since(unit: Unit, since: datetime) -> int:
    """How many of the staff have used pages or an app since then."""
    return unit.one(int, HERE_SINCE, since=since) or 0


def end_session(unit: Unit, digest: str) -> None:
    """Sign out in one place."""
    for account in unit.all(
        AccountId, "delete from sessions where digest = :digest returning account_id", digest=digest
    ):
        unit.after_commit(SessionEnded(account))


def sessions_of(unit: Unit, account: AccountId) -> list[Session]:
    """Where a person is signed in, latest use first."""
    return unit.all(Session, f"{SESSION} where account_id = :account order by seen_at desc", account=account)


def open_sessions_of(unit: Unit, account: AccountId) -> list[Session]:
    """The same without those that were left for too long, or have lasted for too long."""
    member = by_account(unit, account)
    found = sessions_of(unit, account) if member is not None and member.disabled_at is None else []
    return [
        each
        for each in found
        if member and _Lasting(each.digest, member.role, each.created_at, each.seen_at).is_good(now=unit.now)
    ]


def confirm_session(unit: Unit, digest: str, account: AccountId) -> None:
    """Somebody has given their password once more: what needs that is open to this session for a while."""
    unit.run("update sessions set confirmed_at = :now where digest = :digest", digest=digest, now=unit.now)
    unit.after_commit(StaffChanged(account))


def renew_session(unit: Unit, digest: str, account: AccountId, *, to: str) -> None:
    """Have a session go on under another id: whoever has the old one is signed out. to: digest of the new one."""
    unit.run("update sessions set digest = :new where digest = :digest", digest=digest, new=to)
    unit.after_commit(SessionEnded(account))


def end_other_sessions(unit: Unit, account: AccountId, *, but: str) -> int:
    """Sign a person out on every page but where they are. but: digest of that session.  Returns how many ended."""
    sql = "delete from sessions where account_id = :account and digest <> :digest"
    ended = unit.run(sql, account=account, digest=but)
    unit.after_commit(SessionEnded(account))
    return ended


def end_everything(unit: Unit, account: AccountId) -> None:
    """Sign a person out everywhere, apps too; open streams close."""
    unit.run("delete from sessions where account_id = :account", account=account)
    unit.run("delete from half_sign_ins where account_id = :account", account=account)
    unit.run("delete from oauth_codes where account_id = :account", account=account)
    unit.run("delete from oauth_tokens where account_id = :account", account=account)
    unit.after_commit(SessionsEnded(account))


# ---- failures -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Failures:
    failures: int
    retry_at: datetime
    last_at: datetime


def must_wait_until(unit: Unit, *subjects: str) -> datetime | None:
    """When a sign-in may be tried again for all of these subjects, as `account:marie` and `address:10.1.2.3`."""
    known = [(subject, found) for subject in subjects if (found := _failures(unit, subject)) is not None]
    # The free ones cost nothing, whatever the clock's grain: several may come within one millisecond.
    waits = [
        found.retry_at
        for subject, found in known
        if found.failures >= FREE_FAILURES[subject.partition(":")[0]] and found.retry_at > unit.now
    ]
    return max(waits, default=None)


def note_failure(unit: Unit, subject: str) -> None:
    """A sign-in failed. After the free ones of its kind the delay doubles each time, up to 15 minutes.

    subject: `account:<name>`, `second:<name>` for the second step, or `address:<address>`.
    """
    unit.lock(f"sign-in failures of {subject}")
    known = _failures(unit, subject)
    failures = 1 if known is None or unit.now - known.last_at > FAILURES_KEPT else known.failures + 1
    beyond = failures - FREE_FAILURES[subject.partition(":")[0]]
    delay = min(FIRST_DELAY * 2 ** min(beyond, 10), LONGEST_DELAY) if beyond >= 0 else timedelta(0)
    sql = """
    insert into sign_in_failures (subject, failures, retry_at, last_at) values (:subject, :failures, :retry_at, :now)
    on conflict (subject) do update
        set failures = excluded.failures, retry_at = excluded.retry_at, last_at = excluded.last_at
    """
    unit.run(sql, subject=subject, failures=failures, retry_at=unit.now + delay, now=unit.now)


def failures_of(unit: Unit, subject: str) -> int:
    """How many sign-ins have failed in a row, as far as they still count. subject: as for `note_failure`."""
    known = _failures(unit, subject)
    return known.failures if known is not None and unit.now - known.last_at <= FAILURES_KEPT else 0


def forget_failures(unit: Unit, subject: str) -> None:
    """A sign-in worked: what failed before counts no more."""
    unit.run("delete from sign_in_failures where subject = :subject", subject=subject)
    unit.run("delete from sign_in_failures where last_at < :before", before=unit.now - FAILURES_KEPT)


def _failures(unit: Unit, subject: str) -> _Failures | None:
    sql = "select failures, retry_at, last_at from sign_in_failures where subject = :subject"
    return unit.one(_Failures, sql, subject=subject)
