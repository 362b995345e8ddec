"""Tags that people follow: posts for everybody that carry one come to their journal (`timelines.BY_TAG`)."""

from dataclasses import dataclass

from storage.events import RelationChanged
from storage.ids import AccountId
from storage.pages import Page, paged
from storage.store import Unit
from storage.tags import Tag


@dataclass(frozen=True, slots=True)
class Followed:
    """A tag that somebody follows. relation: the id that the list is ordered by."""

    relation: int
    id: int
    name: str
    spelling: str

    @property
    def tag(self) -> Tag:
        """The tag alone."""
        return Tag(self.id, self.name, self.spelling)


SELECT = """
select f.id, t.id, t.name, t.spelling from tag_follows f join tags t on t.id = f.tag_id where f.account_id = :account
"""


def add(unit: Unit, account: AccountId, tag: int) -> None:
    """Follow a tag; nothing happens where it is followed already."""
    sql = """
    insert into tag_follows (id, account_id, tag_id, created_at) values (:id, :account, :tag, :now)
    on conflict (account_id, tag_id) do nothing
    """
    unit.run(sql, id=unit.new_id(), account=account, tag=tag, now=unit.now)
    unit.after_commit(RelationChanged(account, account))


def remove(unit: Unit, account: AccountId, tag: int) -> None:
    """Follow it no longer."""
    unit.run("delete from tag_follows where account_id = :account and tag_id = :tag", account=account, tag=tag)
    unit.after_commit(RelationChanged(account, account))


def of(unit: Unit, account: AccountId, part: Page) -> list[Followed]:
    """What somebody follows, the latest first."""
    return paged(unit, Followed, SELECT, "f.id", part, account=account)


def among(unit: Unit, account: AccountId, tags: list[int]) -> set[int]:
    """Which of these tags somebody follows."""
    sql = "select tag_id from tag_follows where account_id = :account and tag_id in :tags"
    return set(unit.all(int, sql, account=account, tags=tags))


def count(unit: Unit, account: AccountId) -> int:
    """How many tags somebody follows."""
    return unit.one(int, "select count(*) from tag_follows where account_id = :account", account=account) or 0
