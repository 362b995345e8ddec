"""Timelines are read, not written: a post is one row, however many people follow its author.

    home    for each source (the people one follows, and oneself) one index seek for its newest id below the cursor
            → the best `limit` sources → `limit` posts of each → the newest, filtered by what the reader may see

Exact at any depth, bounded by the number of sources; a new follow, a block, a removal acts at once. Filters come after
the merge, so a page is read a little wider than asked for, and again further down when filters emptied it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.posts import COLUMNS, Post
from storage.store import Unit
from storage.visibility import BLOCKED, MUTED, VISIBLE_TO

OVER_FETCH = 8
MOST_ROUNDS = 10

SOURCES = """
select f.followed_id as author, f.shares as shares from follows f where f.follower_id = :reader and f.accepted_at is not null
union all select :reader, 1
"""

# A shared post counts by its original too: neither author may be one the reader blocked or muted, and the original must
# be visible. A reply is shown when it answers somebody the reader follows as well, or the reader.
SHOWN_AT_HOME = f"""
{VISIBLE_TO} and not {MUTED}
and (p.boost_of is null or exists (
    select 1 from posts o where o.id = p.boost_of and o.reach in (0, 1)
        and not {BLOCKED.replace("p.author_id", "o.author_id")}
        and not {MUTED.replace("p.author_id", "o.author_id")}))
and (p.reply_to_uri is null or p.author_id = :reader or p.reply_to_author = :reader or p.reply_to_author = p.author_id
    or exists (select 1 from follows y where y.follower_id = :reader and y.followed_id = p.reply_to_author
        and y.accepted_at is not null))
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that may stand in a journal: its id, and whether what its author shares is wanted."""

    id: PostId
    shares: bool


def _candidates_sql(*, upwards: bool) -> str:
    edge, order = ("min", "asc") if upwards else ("max", "desc")
    window = "x.id < :below and x.id > :above"
    return f"""
    with sources as ({SOURCES}),
    edges as (
        select s.author, s.shares, (select {edge}(x.id) from posts x where x.author_id = s.author and {window}) as edge
        from sources s
    ),
    best as (select author, shares from edges where edge is not null order by edge {order} limit :wide)
    select p.id, b.shares from best b cross join posts p where p.id in (
        select x.id from posts x where x.author_id = b.author and {window} order by x.id {order} limit :wide)
    order by p.id {order} limit :wide
    """


CANDIDATES_DOWN = _candidates_sql(upwards=False)
CANDIDATES_UP = _candidates_sql(upwards=True)

SHOWN = f"""
select {COLUMNS} from posts p where p.id in (select value from json_each(:ids)) and {SHOWN_AT_HOME}
    and (p.boost_of is null or p.id not in (select value from json_each(:unwanted)))
order by p.id desc
"""


def home(unit: Unit, reader: AccountId, page: Page) -> list[Post]:
    """The journal of a person: posts of the people they follow and their own, newest first."""
    found: list[Post] = []
    below, above = page.below, page.above
    wide = page.limit + OVER_FETCH
    for _ in range(MOST_ROUNDS):
        sql = CANDIDATES_UP if page.upwards else CANDIDATES_DOWN
        candidates = unit.all(Candidate, sql, reader=reader, below=below, above=above, wide=wide)
        shown = _shown(unit, reader, candidates)
        found = shown + found if page.upwards else found + shown
        if len(found) >= page.limit or len(candidates) < wide:
            break
        edge = candidates[-1].id
        below, above = (below, edge) if page.upwards else (edge, above)
        wide *= 2
    return found[-page.limit :] if page.upwards else found[: page.limit]


def _shown(unit: Unit, reader: AccountId, candidates: Sequence[Candidate]) -> list[Post]:
    ids = orjson.dumps([candidate.id for candidate in candidates]).decode()
    unwanted = orjson.dumps([candidate.id for candidate in candidates if not candidate.shares]).decode()
    return unit.all(Post, SHOWN, reader=reader, ids=ids, unwanted=unwanted, now=unit.now)


def this_node(unit: Unit, reader: AccountId, page: Page) -> list[Post]:
    """What the staff of this node write for everybody, newest first."""
    where = f"p.is_local = 1 and p.boost_of is null and p.reach in (0, 3) and {_UNFILTERED}"
    return _public(unit, where, reader, page)


def all_nodes(unit: Unit, reader: AccountId, page: Page) -> list[Post]:
    """What is written for all nodes, as far as it has come here, newest first."""
    return _public(unit, f"p.reach = 0 and p.boost_of is null and {_UNFILTERED}", reader, page)


def other_nodes(unit: Unit, reader: AccountId, page: Page) -> list[Post]:
    """What came from other nodes for all nodes, newest first."""
    return _public(unit, f"p.reach = 0 and p.boost_of is null and p.is_local = 0 and {_UNFILTERED}", reader, page)


@dataclass(frozen=True, slots=True)
class Tags:
    """Which tags posts shall carry: one of the first, all of the second, none of the third; case does not matter."""

    one_of: Sequence[str]
    all_of: Sequence[str] = ()
    none_of: Sequence[str] = ()


CARRIES_TAG = "p.id in (select t.post_id from post_tags t join tags g on g.id = t.tag_id where g.name = :tag)"


def tagged(unit: Unit, reader: AccountId, tag: str | Tags, page: Page, *, is_local: bool | None = None) -> list[Post]:
    """Posts for all nodes, or this one, that carry a tag, newest first. is_local: only those from here, or from others."""
    wanted = tag if isinstance(tag, Tags) else Tags([tag])
    return paged(
        unit,
        Post,
        TAGGED,
        "p.id",
        page,
        reader=reader,
        now=unit.now,
        one_of=_names(wanted.one_of),
        all_of=_names(wanted.all_of),
        none_of=_names(wanted.none_of),
        is_local=None if is_local is None else int(is_local),
    )


def _names(tags: Sequence[str]) -> str:
    return orjson.dumps(sorted({tag.lower() for tag in tags})).decode()


def by_author(
    unit: Unit,
    author: AccountId,
    page: Page,
    *,
    reader: AccountId,
    replies: bool = True,
    shares: bool = True,
    tag: str = "",
) -> list[Post]:
    """What somebody wrote and shared, as far as the reader may see it, newest first.

    replies: also answers to others.  shares: also what they shared of others.  tag: only what carries it, if given.
    """
    conditions = ["p.author_id = :author", VISIBLE_TO]
    if not replies:
        conditions.append("(p.reply_to_uri is null or p.reply_to_author = p.author_id)")
    if not shares:
        conditions.append("p.boost_of is null")
    if tag:
        conditions.append(f"exists ({CARRIES} and g.name = :tag)")
    sql = f"select {COLUMNS} from posts p where {' and '.join(conditions)}"
    return paged(unit, Post, sql, "p.id", page, author=author, reader=reader, tag=tag.lower())


_UNFILTERED = f"not {BLOCKED} and not {MUTED}"

CARRIES = "select 1 from post_tags t join tags g on g.id = t.tag_id where t.post_id = p.id"

TAGGED = f"""
select {COLUMNS} from posts p where p.id in (
        select t.post_id from post_tags t join tags g on g.id = t.tag_id
        where g.name in (select value from json_each(:one_of)))
    and not exists (select 1 from json_each(:all_of) w where not exists ({CARRIES} and g.name = w.value))
    and not exists ({CARRIES} and g.name in (select value from json_each(:none_of)))
    and p.reach in (0, 3) and p.boost_of is null and (:is_local is null or p.is_local = :is_local) and {_UNFILTERED}
"""


def _public(unit: Unit, where: str, reader: AccountId, page: Page) -> list[Post]:
    sql = f"select {COLUMNS} from posts p where {where}"
    return paged(unit, Post, sql, "p.id", page, reader=reader, now=unit.now)
