"""Who is here to be found: the directory of people and communities, and whom one might follow.

Both leave out who does not want to be listed, who has gone or moved, whom moderators have restricted, with whom there is a
block either way, and whose node the reader hides; and communities that are closed.
"""

from dataclasses import dataclass
from datetime import timedelta

from storage.accounts import COLUMNS, Account
from storage.ids import AccountId, Host, first_id_at
from storage.store import Unit
from storage.words import folded

MOST_WORDS = 6
LONGEST_PIECE = 100
SETTLED_AFTER = timedelta(seconds=5)

OPEN_COMMUNITY = """
a.kind = 'Group' and not exists (select 1 from communities c where c.account_id = a.id and c.closed_at is not null)
"""

LISTED = f"""
a.kind <> 'Application' and a.discoverable = 1 and a.gone_at is null and a.moved_to is null
and a.suspended_at is null and a.silenced_at is null
and (a.host <> '' or exists (select 1 from staff s where s.account_id = a.id and s.disabled_at is null)
    or ({OPEN_COMMUNITY}))
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
    """The people and communities that want to be found.

    order: `active`, who wrote last first; `new`, who came last first.  local: of this node.
    """
    here = "and a.host = ''" if local else ""
    sql = f"select {COLUMNS} from accounts a where {LISTED} {here} order by {ORDERS[order]} limit :limit offset :offset"
    return unit.all(Account, sql, reader=reader, limit=limit, offset=offset)


HOLDS_ALL = " and ".join(f"d.words like :word_{number} escape '\\'" for number in range(MOST_WORDS))
"""Each word that was typed is a piece of something; whoever types fewer of them gives `%` for the others."""

# A cross join has SQLite go through the short lines first, and open the accounts of those that fit.
FOUND = f"""
select {COLUMNS} from directory d cross join accounts a
where a.id = d.account_id and a.kind <> 'Group' and {HOLDS_ALL} and (:any_node = 1 or a.host = :host) and {LISTED}
order by case when d.name like :start escape '\\' then 0 else 1 end, d.name, a.id limit :limit offset :offset
"""


def search(
    unit: Unit, reader: AccountId, text: str, *, host: Host | str | None = None, limit: int, offset: int = 0
) -> list[Account]:
    """People by pieces of their name, function, department, place of work, languages or skills, by name.

    Those whose name begins with the text come first.  text: as typed; '' for everybody.  host: of their node, '' for this one,
    None for any.  Read slowly: all lines of the directory are looked through.
    """
    return unit.all(
        Account,
        FOUND,
        **pieces(text),
        start=f"{escaped(folded(text.strip())[:LONGEST_PIECE])}%",
        reader=reader,
        any_node=int(host is None),
        host=host or "",
        limit=limit,
        offset=offset,
    )


MATCHING = f"""
select {COLUMNS} from directory d cross join accounts a
where a.id = d.account_id and a.kind <> 'Application' and a.gone_at is null and a.suspended_at is null and a.silenced_at is null and {HOLDS_ALL}
    and (:anybody = 1 or exists (
        select 1 from follows f where f.follower_id = :follower and f.followed_id = a.id and f.accepted_at is not null))
order by case when lower(a.username) like :start escape '\\' then 0 when d.name like :start escape '\\' then 1 else 2 end,
    a.followers_count desc, a.id
limit :limit offset :offset
"""


def matching(
    unit: Unit, text: str, *, limit: int, offset: int = 0, followed_by: AccountId | None = None
) -> list[Account]:
    """The same for whoever types a name to write to or look up: also those who do not want to be listed, and communities.

    Those who are silenced or suspended are not among them.  Names that begin with the text come first, then those with most
    followers.  limit: ≥ 1.  followed_by: only those whom this one follows.
    """
    start = f"{escaped(folded(text.strip())[:LONGEST_PIECE])}%"
    return unit.all(
        Account,
        MATCHING,
        **pieces(text),
        start=start,
        anybody=int(followed_by is None),
        follower=followed_by or 0,
        limit=limit,
        offset=offset,
    )


WANTS_TO_BE_FOUND = f"""
case when a.discoverable = 1 and a.gone_at is null and a.moved_to is null and a.suspended_at is null and a.silenced_at is null
    and (({OPEN_COMMUNITY}) or exists (select 1 from staff s where s.account_id = a.id and s.disabled_at is null))
    then 1 else 0 end
"""


@dataclass(frozen=True, slots=True)
class Revised:
    """Somebody, or a community, of this node of whom others should hear. is_listed: whether they can be found."""

    account_id: AccountId
    revision: int
    is_listed: bool


def revised_here(unit: Unit, *, after: int, limit: int) -> list[Revised]:
    """The people and communities of this node of whom something has changed after a revision, the earliest change first.

    What is not older than a moment is left for later: another process may be about to keep something earlier.
    """
    sql = f"""
    select d.account_id, d.revision, {WANTS_TO_BE_FOUND} from directory d join accounts a on a.id = d.account_id
    where d.is_local = 1 and d.revision > :after and d.revision < :before and a.kind <> 'Application'
    order by d.revision limit :limit
    """
    before = first_id_at(unit.now - SETTLED_AFTER)
    return unit.all(Revised, sql, after=after, before=before, limit=limit)


def listed_here(unit: Unit) -> int:
    """How many people of this node can be found; communities are not counted: it is asked for how many may read."""
    sql = f"""
    select count(*) from accounts a where a.host = '' and a.kind not in ('Application', 'Group') and {WANTS_TO_BE_FOUND} = 1
    """
    return unit.one(int, sql) or 0


def nodes(unit: Unit) -> list[Host]:
    """The nodes of which somebody can be found, by name; this one is not among them."""
    sql = """
    select h.host from (select distinct host from accounts where host <> '') h
    where exists (select 1 from peers p where p.host = h.host and p.allowed = 1) order by h.host
    """
    return unit.all(Host, sql)


def pieces(text: str) -> dict[str, str]:
    """What `HOLDS_ALL` is given for a text."""
    found = [f"%{escaped(word[:LONGEST_PIECE])}%" for word in folded(text).split()[:MOST_WORDS]]
    return {f"word_{number}": word for number, word in enumerate(found + ["%"] * (MOST_WORDS - len(found)))}


def escaped(text: str) -> str:
    """A text in a pattern, where it stands for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


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

MOST_FOLLOWED = "order by a.followers_count desc, a.id desc limit :limit"
OF_THIS_NODE = f"select a.id from accounts a where a.host = '' and {UNFOLLOWED} {MOST_FOLLOWED}"
COLLEAGUES = f"select a.id from accounts a where a.host = '' and a.kind <> 'Group' and {UNFOLLOWED} {MOST_FOLLOWED}"


def suggestions(unit: Unit, reader: AccountId, *, limit: int) -> list[tuple[AccountId, tuple[str, ...]]]:
    """Whom a person might follow, and why, the best first.

    Those, and communities, that people they follow follow, then those of the same node that are followed most. Reasons in the API's words.
    """
    found: dict[AccountId, tuple[str, ...]] = {}
    for known in unit.all(Known, FRIENDS_OF_FRIENDS, reader=reader, limit=limit):
        found[known.id] = ("friends_of_friends",)
    for colleague in unit.all(AccountId, OF_THIS_NODE, reader=reader, limit=limit):
        found[colleague] = (*found.get(colleague, ()), "most_followed")
    return list(found.items())[:limit]


def colleagues(unit: Unit, reader: AccountId, *, limit: int) -> list[AccountId]:
    """People of this node whom a person does not follow yet, those who are followed most first."""
    return unit.all(AccountId, COLLEAGUES, reader=reader, limit=limit)


def elsewhere(unit: Unit, reader: AccountId, *, limit: int) -> list[Account]:
    """People of other nodes whom a person does not follow yet, who wrote last first. Looks at whoever is known: read slowly."""
    sql = f"""
    select {COLUMNS} from accounts a where a.host <> '' and a.kind <> 'Group' and a.last_post_at is not null
        and {UNFOLLOWED}
    order by a.last_post_at desc, a.id desc limit :limit
    """
    return unit.all(Account, sql, reader=reader, limit=limit)


def hide_suggestion(unit: Unit, reader: AccountId, target: AccountId) -> None:
    """Suggest somebody to this person no more."""
    sql = """
    insert into hidden_suggestions (account_id, target_id, created_at) values (:reader, :target, :now)
    on conflict (account_id, target_id) do nothing
    """
    unit.run(sql, reader=reader, target=target, now=unit.now)
