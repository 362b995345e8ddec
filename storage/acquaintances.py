"""What a person notes about others for themselves, whom they recommend on their profile, and whom they know in common."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.follows import MEMBERS_KNOWN, Related
from storage.ids import AccountId
from storage.pages import Page, paged
from storage.store import Unit

MOST_FAMILIAR = 40


def note(unit: Unit, account: AccountId, target: AccountId, text: str) -> None:
    """Note something about somebody, which nobody else reads; an empty text takes the note away."""
    if not text:
        sql = "delete from account_notes where account_id = :account and target_id = :target"
        unit.run(sql, account=account, target=target)
        return
    sql = """
    insert into account_notes (account_id, target_id, text) values (:account, :target, :text)
    on conflict (account_id, target_id) do update set text = excluded.text
    """
    unit.run(sql, account=account, target=target, text=text)


def endorse(unit: Unit, account: AccountId, target: AccountId) -> None:
    """Recommend somebody; a second time changes nothing."""
    sql = """
    insert into endorsements (id, account_id, target_id, created_at) values (:id, :account, :target, :now)
    on conflict (account_id, target_id) do nothing
    """
    unit.run(sql, id=unit.new_id(), account=account, target=target, now=unit.now)


def unendorse(unit: Unit, account: AccountId, target: AccountId) -> None:
    """Recommend somebody no longer."""
    sql = "delete from endorsements where account_id = :account and target_id = :target"
    unit.run(sql, account=account, target=target)


def endorsed(unit: Unit, account: AccountId, page: Page) -> list[Related]:
    """Whom somebody recommends and follows still, the latest first; paged by the relation's id."""
    sql = """
    select e.id, e.target_id from endorsements e
    join follows f on f.follower_id = e.account_id and f.followed_id = e.target_id and f.accepted_at is not null
    where e.account_id = :account
    """
    return paged(unit, Related, sql, "e.id", page, account=account)


@dataclass(frozen=True, slots=True)
class Familiar:
    """That somebody whom the reader follows follows another. follower: whom the reader follows."""

    followed: AccountId
    follower: AccountId


FAMILIAR = f"""
select followed_id, follower_id from (
    select f.followed_id, f.follower_id,
        row_number() over (partition by f.followed_id order by f.id desc) as nth
    from follows f join follows own on own.followed_id = f.follower_id and own.follower_id = :reader
        and own.accepted_at is not null
    where f.followed_id in :ids and f.accepted_at is not null and {MEMBERS_KNOWN}
) ranked where nth <= :most order by followed_id, nth
"""


def familiar_followers(unit: Unit, reader: AccountId, others: Iterable[AccountId]) -> list[Familiar]:
    """Those whom a person follows and who follow each of these, at most forty for each, the latest follow first."""
    return unit.all(Familiar, FAMILIAR, reader=reader, ids=list(others), most=MOST_FAMILIAR)
