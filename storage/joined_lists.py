"""Communities that somebody has joined, as lists: every app has lists in its menu, and few know communities.

Nothing is kept for that. Whoever belongs to a community has its list, under the id of the community: the same list again for who
leaves and comes back. Only that somebody does not want it in their journal is noted, with their follow (`KEPT_APART`).
"""

from storage import lists
from storage.events import RelationChanged
from storage.ids import AccountId
from storage.lists import MEMBERS, PeopleList
from storage.store import Unit

KEPT_APART = 2
"""`follows.at_home` of a community that its member reads in its list alone; 0 is for who is in an exclusive list, 1 for all others."""

SELECT = f"""
select g.id, f.follower_id, case when g.display_name = '' then g.username else g.display_name end, '{MEMBERS}',
    f.at_home = {KEPT_APART}
from follows f join accounts g on g.id = f.followed_id
where f.follower_id = :account and f.accepted_at is not null and g.kind = 'Group' and g.gone_at is null
"""


def of(unit: Unit, account: AccountId) -> list[PeopleList]:
    """The lists of the communities to which somebody belongs, by name."""
    return unit.all(PeopleList, f"{SELECT} order by lower(g.display_name), g.id", account=account)


def one(unit: Unit, account: AccountId, identifier: int) -> PeopleList | None:
    """The list of one of these communities, by its id."""
    return unit.one(PeopleList, f"{SELECT} and g.id = :id", account=account, id=identifier)


def keep_apart(unit: Unit, known: PeopleList, *, exclusive: bool) -> None:
    """Have what a community shares stand in its list alone, or in the journal as well, as lists of one's own allow."""
    before, after = (f"<> {KEPT_APART}", KEPT_APART) if exclusive else (f"= {KEPT_APART}", 1)
    sql = f"""
    update follows set at_home = :after where follower_id = :account and followed_id = :community and at_home {before}
    """
    if unit.run(sql, after=after, account=known.account_id, community=known.id):
        lists.note_what_comes_home(unit, known.account_id)
        unit.after_commit(RelationChanged(known.account_id, AccountId(known.id)))
