"""Who is here to be found: the directory of people, and whom one might follow.

Both leave out who does not want to be listed, who has gone or moved, whom moderators have restricted, with whom there is a
block either way, and whose node the reader hides.
"""

from dataclasses import dataclass

from storage.accounts import COLUMNS, Account
from storage.ids import AccountId
from storage.store import Unit

LISTED = """
a.kind <> 'Application' and a.discoverable = 1 and a.gone_at is null and a.moved_to is null
and a.suspended_at is null and a.silenced_at is null
and (a.host <> '' or exists (select 1 from staff s where s.account_id = a.id and s.disabled_at is null))
and not exists (select 1 from blocks b where (b.account_id = :reader and b.target_id = a.id)
    or (b.account_id = a.id and b.target_id = :reader))
and not exists (select 1 from blocked_nodes nb where nb.account_id = :reader and nb.host = a.host)
"""

ORDERS = {"active": "coalesce(a.last_post_at, 0) desc, a.id desc", "new": "a.id desc"}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom people whom one follows follow. by: how many of them do."""

    id: AccountId
    by: int


def people(
    unit: Unit, reader: AccountId, *, order: str, local: bool = False, limit: int, offset: int = 0
) -> list[Account]:
    """The people who want to be found. order: `active`, who wrote last first; `new`, who came last first.  local: of this node."""
    here = "and a.host = ''" if local else ""
    sql = f"select {COLUMNS} from accounts a where {LISTED} {here} order by {ORDERS[order]} limit :limit offset :offset"
    return unit.all(Account, sql, reader=reader, limit=limit, offset=offset)


UNFOLLOWED = f"""
{LISTED} and a.id <> :reader
and not exists (select 1 from follows o where o.follower_id = :reader and o.followed_id = a.id)
and not exists (select 1 from mutes m where m.account_id = :reader and m.target_id = a.id)
and not exists (select 1 from hidden_suggestions h where h.account_id = :reader and h.target_id = a.id)
"""

FRIENDS_OF_FRIENDS = f"""
select a.id, count(*) from follows mine join follows theirs on theirs.follower_id = mine.followed_id
join accounts a on a.id = theirs.followed_id
where mine.follower_id = :reader and mine.accepted_at is not null and theirs.accepted_at is not null and {UNFOLLOWED}
group by a.id order by count(*) desc, a.id desc limit :limit
"""

OF_THIS_NODE = f"select a.id from accounts a where a.host = '' and {UNFOLLOWED} order by a.followers_count desc, a.id desc limit :limit"


def suggestions(unit: Unit, reader: AccountId, *, limit: int) -> list[tuple[AccountId, tuple[str, ...]]]:
    """Whom a person might follow, and why, the best first.

    Those whom people they follow follow, then those of the same node who are followed most. Reasons in the API's words.
    """
    found: dict[AccountId, tuple[str, ...]] = {}
    for known in unit.all(Known, FRIENDS_OF_FRIENDS, reader=reader, limit=limit):
        found[known.id] = ("friends_of_friends",)
    for colleague in unit.all(AccountId, OF_THIS_NODE, reader=reader, limit=limit):
        found[colleague] = (*found.get(colleague, ()), "most_followed")
    return list(found.items())[:limit]


def hide_suggestion(unit: Unit, reader: AccountId, target: AccountId) -> None:
    """Suggest somebody to this person no more."""
    sql = """
    insert into hidden_suggestions (account_id, target_id, created_at) values (:reader, :target, :now)
    on conflict (account_id, target_id) do nothing
    """
    unit.run(sql, reader=reader, target=target, now=unit.now)
