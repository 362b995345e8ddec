"""What people prove themselves with beside their password: codes of an app, and recovery codes; passkeys have a file of their own.

A secret from which an app makes its codes is kept sealed, a recovery code only as a mark that nobody without the node's secret
can make. Each code is good once: of an app's, the step of time that it stood for is noted, and none before it is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.events import StaffChanged
from storage.ids import AccountId
from storage.store import Unit, Value


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody has beside the password. app: of codes.  passkeys: how many.  recovery: codes that are left."""

    app: bool
    passkeys: int
    recovery: int

    @property
    def has_any(self) -> bool:
        """Whether signing in takes a second step."""
        return self.app or self.passkeys > 0


@dataclass(frozen=True, slots=True)
class Secret:
    """What an app makes its codes from. last_step: no code of this step of time, or of one before, is good any more.

    confirmed_at: when a first code has shown that the app has it; before that, it is asked for nowhere.
    """

    sealed: bytes
    last_step: int
    confirmed_at: datetime | None


HAS_ANY = """(
    exists (select 1 from code_secrets k where k.account_id = s.account_id and k.confirmed_at is not null)
    or exists (select 1 from passkeys y where y.account_id = s.account_id)
)"""
"""Whether a member of staff, of the alias `s`, has a second factor."""

OF = """
select exists (select 1 from code_secrets k where k.account_id = :account and k.confirmed_at is not null),
    (select count(*) from passkeys y where y.account_id = :account),
    (select count(*) from recovery_codes r where r.account_id = :account and r.used_at is null)
"""


def of(unit: Unit, account: AccountId) -> Factors:
    """What somebody has."""
    return unit.one(Factors, OF, account=account) or Factors(app=False, passkeys=0, recovery=0)


def has_any(unit: Unit, account: AccountId) -> bool:
    """Whether somebody signs in with a second step."""
    sql = f"select 1 from staff s where s.account_id = :account and {HAS_ANY}"
    return unit.one(int, sql, account=account) is not None


def who_have_any(unit: Unit) -> set[AccountId]:
    """All who sign in with a second step."""
    return set(unit.all(AccountId, f"select s.account_id from staff s where {HAS_ANY}"))


# ---- codes of an app ------------------------------------------------------------------------------------------------


def offer_secret(unit: Unit, account: AccountId, sealed: bytes) -> bool:
    """Keep a secret that an app is to be given, instead of one that no app has shown to have.

    Returns False, and changes nothing, where somebody has an app already.
    """
    sql = """
    insert into code_secrets (account_id, sealed, last_step, created_at) values (:account, :sealed, 0, :now)
    on conflict (account_id) do update set sealed = excluded.sealed, last_step = 0, created_at = excluded.created_at
        where code_secrets.confirmed_at is null
    """
    return unit.run(sql, account=account, sealed=sealed, now=unit.now) > 0


def secret_of(unit: Unit, account: AccountId) -> Secret | None:
    """What somebody's app makes its codes from, confirmed or not."""
    sql = "select sealed, last_step, confirmed_at from code_secrets where account_id = :account"
    return unit.one(Secret, sql, account=account)


def confirm_secret(unit: Unit, account: AccountId, *, step: int) -> bool:
    """The app has shown a code: it is asked for from now on. step: of that code.  Returns False where it was before."""
    sql = """
    update code_secrets set confirmed_at = :now, last_step = :step where account_id = :account and confirmed_at is null
    """
    if not unit.run(sql, account=account, step=step, now=unit.now):
        return False
    unit.after_commit(StaffChanged(account))
    return True


def use_step(unit: Unit, account: AccountId, step: int) -> bool:
    """Take the code of a step of time, once. Returns False where it, or a later one, was taken before (RFC 6238, 5.2)."""
    sql = """
    update code_secrets set last_step = :step
    where account_id = :account and confirmed_at is not null and last_step < :step
    """
    return unit.run(sql, account=account, step=step) > 0


def remove_secret(unit: Unit, account: AccountId) -> bool:
    """Ask for codes of an app no more. Returns whether there was one."""
    gone = unit.run("delete from code_secrets where account_id = :account", account=account) > 0
    forget_recovery_codes_of_nothing(unit, account)
    unit.after_commit(StaffChanged(account))
    return gone


# ---- recovery codes -------------------------------------------------------------------------------------------------


def replace_recovery_codes(unit: Unit, account: AccountId, marks: Iterable[str]) -> None:
    """Keep new recovery codes instead of all before. marks: what is kept of each."""
    unit.run("delete from recovery_codes where account_id = :account", account=account)
    rows: list[dict[str, Value]] = [{"account": account, "mark": mark} for mark in marks]
    unit.each("insert into recovery_codes (account_id, mark) values (:account, :mark)", rows)


def use_recovery_code(unit: Unit, account: AccountId, mark: str) -> bool:
    """Take a recovery code, once. Returns False for one that is not theirs, or was used."""
    sql = """
    update recovery_codes set used_at = :now where account_id = :account and mark = :mark and used_at is null
    """
    return unit.run(sql, account=account, mark=mark, now=unit.now) > 0


def forget_recovery_codes_of_nothing(unit: Unit, account: AccountId) -> None:
    """Recovery codes stand in for something: where that is gone, so are they."""
    if not has_any(unit, account):
        unit.run("delete from recovery_codes where account_id = :account", account=account)


def remove_all(unit: Unit, account: AccountId) -> bool:
    """Take away everything that somebody has beside the password. Returns whether there was anything."""
    had = has_any(unit, account)
    unit.run("delete from code_secrets where account_id = :account", account=account)
    unit.run("delete from recovery_codes where account_id = :account", account=account)
    unit.run("delete from passkeys where account_id = :account", account=account)
    unit.run("delete from challenges where account_id = :account", account=account)
    unit.after_commit(StaffChanged(account))
    return had
