"""Passkeys: public keys whose private halves lie in people's devices; and the challenges that devices are to sign.

A challenge is kept as a digest until an answer to it comes, once, within five minutes. Without an account it is for somebody
who has not said who they are.  Source: Web Authentication Level 3, 7 and 13.4.3.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from storage import second_factors
from storage.events import StaffChanged
from storage.ids import AccountId
from storage.store import Unit

PasskeyId = NewType("PasskeyId", int)

REGISTER, SIGN_IN = "register", "sign-in"
GOOD_FOR = timedelta(minutes=5)
LONGEST_NAME = 60
MOST = 20
"""How many passkeys somebody may have."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key in somebody's device.

    credential: its id, base64url.  public_key: COSE.  sign_count: how often the device says that it has signed, 0 when it does
    not count.  transports: how the device is reached, between spaces.  name: what its owner calls it.
    """

    id: PasskeyId
    account_id: AccountId
    credential: str
    public_key: bytes
    sign_count: int
    transports: str
    name: str
    created_at: datetime
    used_at: datetime | None


SELECT = """
select id, account_id, credential, public_key, sign_count, transports, name, created_at, used_at from passkeys
"""


def add(
    unit: Unit, account: AccountId, *, credential: str, public_key: bytes, sign_count: int, transports: str, name: str
) -> None:
    """Keep a new passkey. See `Passkey`.  Raises Conflict: somebody has it already."""
    sql = """
    insert into passkeys (id, account_id, credential, public_key, sign_count, transports, name, created_at)
    values (:id, :account, :credential, :public_key, :sign_count, :transports, :name, :now)
    """
    unit.run(
        sql,
        id=unit.new_id(),
        account=account,
        credential=credential,
        public_key=public_key,
        sign_count=sign_count,
        transports=transports,
        name=name,
        now=unit.now,
    )
    unit.after_commit(StaffChanged(account))


def of(unit: Unit, account: AccountId) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    return unit.all(Passkey, f"{SELECT} where account_id = :account order by id", account=account)


def by_credential(unit: Unit, credential: str) -> Passkey | None:
    """The passkey with this id, whosever it is."""
    return unit.one(Passkey, f"{SELECT} where credential = :credential", credential=credential)


def note_use(unit: Unit, known: Passkey, *, sign_count: int) -> bool:
    """Note that a passkey was used. sign_count: as its device says now.

    Returns False where it was used meanwhile with the same count, or a greater one: then there are two of it.
    """
    sql = """
    update passkeys set sign_count = :count, used_at = :now
    where id = :id and (sign_count < :count or (sign_count = 0 and :count = 0))
    """
    return unit.run(sql, id=known.id, count=sign_count, now=unit.now) > 0


def rename(unit: Unit, account: AccountId, passkey: PasskeyId, name: str) -> bool:
    """Call a passkey of somebody's own something else. Returns False where it is not theirs."""
    sql = "update passkeys set name = :name where id = :id and account_id = :account"
    return unit.run(sql, id=passkey, account=account, name=name) > 0


def remove(unit: Unit, account: AccountId, passkey: PasskeyId) -> bool:
    """Take away a passkey of somebody's own. Returns False where it is not theirs."""
    sql = "delete from passkeys where id = :id and account_id = :account"
    if not unit.run(sql, id=passkey, account=account):
        return False
    second_factors.forget_recovery_codes_of_nothing(unit, account)
    unit.after_commit(StaffChanged(account))
    return True


# ---- challenges -----------------------------------------------------------------------------------------------------


def challenge(unit: Unit, digest: str, *, purpose: str, account: AccountId | None) -> None:
    """Keep what a device is to sign. digest: its SHA-256, hexadecimal.  purpose: REGISTER or SIGN_IN."""
    unit.run("delete from challenges where created_at < :before", before=unit.now - GOOD_FOR)
    sql = """
    insert into challenges (digest, account_id, purpose, created_at) values (:digest, :account, :purpose, :now)
    """
    unit.run(sql, digest=digest, account=account, purpose=purpose, now=unit.now)


def take_challenge(unit: Unit, digest: str, *, purpose: str, account: AccountId | None) -> bool:
    """Whether this was asked, of this person and for this, a moment ago. It is good once."""
    sql = """
    delete from challenges where digest = :digest and purpose = :purpose and created_at >= :since
        and coalesce(account_id, 0) = :account
    """
    since = unit.now - GOOD_FOR
    return unit.run(sql, digest=digest, purpose=purpose, since=since, account=account or 0) > 0
