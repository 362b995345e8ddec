"""Timelines are read, not written: a post is one row, however many people follow its author.

    home    for each source (the people one follows, and oneself) one index seek for its newest id below the cursor
            → the best `limit` sources → `limit` posts of each → the newest, filtered by what the reader may see

Exact at any depth, bounded by the number of sources; a new follow, a block, a removal acts at once. Filters come after
the merge, so a page is read a little wider than asked for, and again further down when filters emptied it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from storage import blocked_nodes
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.posts import COLUMNS, Post
from storage.store import Unit, Value
from storage.visibility import BLOCKED, MUTED, SILENCED, SUSPENDED, VISIBLE_TO

OVER_FETCH = 8
MOST_ROUNDS = 10

WITH_MEDIA = "(p.holds & 256) <> 0"
"""Written as the indexes have it, so that they are used; 256 is `Holds.MEDIA`."""

SOURCES = """
select f.followed_id as author from follows f where f.follower_id = :reader and f.accepted_at is not null and f.at_home = 1
union all select :reader
"""

# A shared post counts by its original too: neither author may be one the reader blocked or muted, and the original must
# be visible: open to all, or for the members of the community that shares it, who are its followers.
SHOWN_OF_FOLLOWED = f"""
{VISIBLE_TO} and not {MUTED}
and (p.boost_of is null or exists (
    select 1 from posts o where o.id = p.boost_of and (o.reach in (0, 1) or (o.reach = 5 and exists (
            select 1 from post_people og where og.post_id = o.id and og.account_id = p.author_id)))
        and not {BLOCKED.replace("p.author_id", "o.author_id")}
        and not {SUSPENDED.replace("p.author_id", "o.author_id")}
        and not {MUTED.replace("p.author_id", "o.author_id")}))
"""

# What a community shares is not shown a second time to whom it comes from its author as well, as it stands there.
COMES_BY_ITSELF = """(p.boost_of is not null and exists (
    select 1 from posts oa join accounts ga on ga.id = p.author_id and ga.kind = 'Group'
    where oa.id = p.boost_of and (oa.author_id = :reader or exists (
        select 1 from follows ya where ya.follower_id = :reader and ya.followed_id = oa.author_id
            and ya.accepted_at is not null and ya.at_home = 1 and ya.languages is null))))"""

# A reply is shown when it answers somebody whose posts come home as well, or the reader.
SHOWN_AT_HOME = f"""
{SHOWN_OF_FOLLOWED} and not {COMES_BY_ITSELF}
and (p.reply_to_uri is null or p.author_id = :reader or p.reply_to_author = :reader or p.reply_to_author = p.author_id
    or exists (select 1 from follows y where y.follower_id = :reader and y.followed_id = p.reply_to_author
        and y.accepted_at is not null and y.at_home = 1))
"""


# What a followed person shares is wanted unless the reader has said otherwise.
SHARES_WANTED = """(p.boost_of is null or p.author_id = :reader or exists (
    select 1 from follows z where z.follower_id = :reader and z.followed_id = p.author_id and z.shares = 1))"""

# Of somebody who writes in several languages one may want to read some; what has no language is always wanted.
LANGUAGE_WANTED = """(p.language is null or not exists (
    select 1 from follows lg where lg.follower_id = :reader and lg.followed_id = p.author_id
        and lg.languages is not null and lg.languages not like '%,' || lower(p.language) || ',%'))"""

WANTED = f"{SHARES_WANTED} and {LANGUAGE_WANTED}"


UNFILTERED = f"not {BLOCKED} and not {MUTED} and not {SUSPENDED} and not {SILENCED}"

COMES_HOME = """(p.author_id = :reader or exists (
    select 1 from follows s where s.follower_id = :reader and s.followed_id = p.author_id and s.accepted_at is not null
        and s.at_home = 1))"""

# Whoever follows a tag reads what they would find in the tag's own list.
BY_TAG = f"""(p.reach in (0, 3) and p.boost_of is null and {UNFILTERED} and exists (
    select 1 from post_tags ft join tag_follows fg on fg.tag_id = ft.tag_id
    where ft.post_id = p.id and fg.account_id = :reader))"""


def candidates_sql(sources: str, *, upwards: bool) -> str:
    """The newest posts of some people, or those nearest above: ids. sources: gives their ids, as `author`."""
    edge, order, farthest = ("min", "asc", "max") if upwards else ("max", "desc", "min")
    window = "x.id < :below and x.id > :above"
    beyond = "x.id > w.id and x.id <= l.edge" if upwards else "x.id < w.id and x.id >= l.edge"
    # As many sources as posts are wanted have one at the last edge or nearer: nothing beyond it can be among them. From
    # each of their edges one walks along the index, a seek for each post, so that a source that writes much costs no
    # more than one that writes little.
    return f"""
    with recursive sources as ({sources}),
    edges as (
        select s.author, (select {edge}(x.id) from posts x where x.author_id = s.author and {window}) as id
        from sources s
    ),
    best as materialized (select author, id from edges where id is not null order by id {order} limit :wide),
    last as materialized (
        select case when count(*) < :wide then {":below" if upwards else ":above"} else {farthest}(id) end as edge from best
    ),
    walked (author, id, nth) as (
        select author, id, 1 from best
        union all
        select w.author, (
            select {edge}(x.id) from posts x where x.author_id = w.author and {window} and {beyond}), w.nth + 1
        from walked w cross join last l where w.id is not null and w.nth < :wide
    )
    select id from walked where id is not null order by id {order} limit :wide
    """


CANDIDATES_DOWN = candidates_sql(SOURCES, upwards=False)
CANDIDATES_UP = candidates_sql(SOURCES, upwards=True)


def _with_tags_sql(candidates: str, *, upwards: bool) -> str:
    """The same, and beside them the nearest posts that carry a tag which the reader follows."""
    order = "asc" if upwards else "desc"
    return f"""
    select id from (
        select id from ({candidates}) of_people
        union
        select id from (
            select distinct ft.post_id as id from tag_follows fg join post_tags ft on ft.tag_id = fg.tag_id
            join posts x on x.id = ft.post_id
            where fg.account_id = :reader and x.reach in (0, 3) and x.boost_of is null
                and ft.post_id < :below and ft.post_id > :above
            order by ft.post_id {order} limit :wide) with_tags
    ) nearest order by id {order} limit :wide
    """


WITH_TAGS_DOWN = _with_tags_sql(CANDIDATES_DOWN, upwards=False)
WITH_TAGS_UP = _with_tags_sql(CANDIDATES_UP, upwards=True)

# One row, however many: each row that is fetched is a hand-over between threads.
FOLLOWED = """
select group_concat(followed_id) from follows where follower_id = :reader and accepted_at is not null and at_home = 1
"""

AWAY = """
select target_id from blocks where account_id = :reader
union select account_id from blocks where target_id = :reader
union select target_id from mutes where account_id = :reader and (expires_at is null or expires_at > :now)
"""

SHOWN = f"select p.id from posts p where p.id in :ids and {SHOWN_AT_HOME} and {WANTED} order by p.id desc"

SHOWN_WITH_TAGS = f"""
select p.id from posts p where p.id in :ids and (({COMES_HOME} and {SHOWN_AT_HOME} and {WANTED}) or {BY_TAG})
order by p.id desc
"""


@dataclass(frozen=True, slots=True)
class Newest:
    """The upper end of a journal, for those who keep it and add what comes.

    ids: newest first.  whole: whether there is nothing below them.  sources: whose posts come here.
    without_shares: those of them of whom only what they write is wanted.  in_languages: those of whom only what is written
    in some languages is.  away: whom the reader has blocked or muted, and who has blocked the reader.  hides_nodes: whether
    the reader has hidden whole nodes.  follows_tags: whether posts come here whose authors are no sources.  until: when the next mute ends by itself, None when none will.
    """

    ids: list[PostId]
    whole: bool
    sources: list[AccountId]
    without_shares: list[AccountId]
    in_languages: list[AccountId]
    away: list[AccountId]
    hides_nodes: bool
    follows_tags: bool
    until: datetime | None


def home(unit: Unit, reader: AccountId, page: Page) -> list[Post]:
    """The journal of a person: posts of the people they follow and their own, newest first."""
    ids = home_ids(unit, reader, page)
    return unit.all(Post, f"select {COLUMNS} from posts p where p.id in :ids order by p.id desc", ids=ids)


def home_ids(unit: Unit, reader: AccountId, page: Page) -> list[PostId]:
    """The same, the ids alone."""
    return _home(unit, reader, page)[0]


def _home(unit: Unit, reader: AccountId, page: Page) -> tuple[list[PostId], bool]:
    if _follows_tags(unit, reader):
        with_tags = partial(_shown_with_tags, unit, reader)
        return merged(unit, (WITH_TAGS_DOWN, WITH_TAGS_UP), with_tags, page, reader=reader)
    shown = partial(shown_at_home, unit, reader)
    return merged(unit, (CANDIDATES_DOWN, CANDIDATES_UP), shown, page, reader=reader)


def _follows_tags(unit: Unit, reader: AccountId) -> bool:
    return unit.one(int, "select 1 from tag_follows where account_id = :reader limit 1", reader=reader) is not None


def _shown_with_tags(unit: Unit, reader: AccountId, among: Sequence[PostId]) -> list[PostId]:
    return unit.all(PostId, SHOWN_WITH_TAGS, reader=reader, ids=among, now=unit.now) if among else []


def merged(
    unit: Unit,
    statements: tuple[str, str],
    shown: Callable[[list[PostId]], list[PostId]],
    page: Page,
    **values: Value,
) -> tuple[list[PostId], bool]:
    """The ids of a page of what some people write, and whether there is nothing beyond what was looked at.

    statements: of `candidates_sql`, downwards and upwards.  shown: which of some ids the reader is shown, newest first.
    values: what the statements want to know of the sources.
    """
    found: list[PostId] = []
    below, above = page.below, page.above
    wide = page.limit + OVER_FETCH
    at_the_end = False
    for _ in range(MOST_ROUNDS):
        candidates = unit.all(PostId, statements[page.upwards], below=below, above=above, wide=wide, **values)
        more = shown(candidates)
        found = more + found if page.upwards else found + more
        at_the_end = len(candidates) < wide
        if len(found) >= page.limit or at_the_end:
            break
        edge = candidates[-1]
        below, above = (below, edge) if page.upwards else (edge, above)
        wide *= 2
    chosen = found[-page.limit :] if page.upwards else found[: page.limit]
    return chosen, at_the_end and len(chosen) == len(found)


def shown_at_home(unit: Unit, reader: AccountId, among: Sequence[PostId]) -> list[PostId]:
    """Which of these posts stand in a person's journal, newest first. among: of the people they follow, or their own."""
    return unit.all(PostId, SHOWN, reader=reader, ids=among, now=unit.now) if among else []


def newest_at_home(unit: Unit, reader: AccountId, *, most: int) -> Newest:
    """The upper end of a person's journal. most: ids."""
    ids, whole = _home(unit, reader, Page(most))
    ending = "select expires_at from mutes where account_id = :reader and expires_at > :now order by expires_at limit 1"
    return Newest(
        ids=ids,
        whole=whole,
        sources=[*_numbers(unit.one(str, FOLLOWED, reader=reader)), reader],
        without_shares=_numbers(unit.one(str, f"{FOLLOWED} and shares = 0", reader=reader)),
        in_languages=_numbers(unit.one(str, f"{FOLLOWED} and languages is not null", reader=reader)),
        away=unit.all(AccountId, AWAY, reader=reader, now=unit.now),
        hides_nodes=blocked_nodes.has_any(unit, reader),
        follows_tags=_follows_tags(unit, reader),
        until=unit.one(datetime, ending, reader=reader, now=unit.now),
    )


def _numbers(joined: str | None) -> list[AccountId]:
    return [AccountId(int(number)) for number in joined.split(",")] if joined else []


def this_node(unit: Unit, reader: AccountId, page: Page, *, only_media: bool = False) -> list[Post]:
    """What the staff of this node write for everybody, newest first."""
    where = f"p.is_local = 1 and p.boost_of is null and p.reach in (0, 3) and {UNFILTERED}"
    return _public(unit, where, reader, page, only_media=only_media)


def all_nodes(unit: Unit, reader: AccountId, page: Page, *, only_media: bool = False) -> list[Post]:
    """What is written for all nodes, as far as it has come here, newest first."""
    return _public(unit, f"p.reach = 0 and p.boost_of is null and {UNFILTERED}", reader, page, only_media=only_media)


def other_nodes(unit: Unit, reader: AccountId, page: Page, *, only_media: bool = False) -> list[Post]:
    """What came from other nodes for all nodes, newest first."""
    where = f"p.reach = 0 and p.boost_of is null and p.is_local = 0 and {UNFILTERED}"
    return _public(unit, where, reader, page, only_media=only_media)


@dataclass(frozen=True, slots=True)
class Tags:
    """Which tags posts shall carry: one of the first, all of the second, none of the third; case does not matter."""

    one_of: Sequence[str]
    all_of: Sequence[str] = ()
    none_of: Sequence[str] = ()


CARRIES_TAG = "p.id in (select t.post_id from post_tags t join tags g on g.id = t.tag_id where g.name = :tag)"


def tagged(
    unit: Unit,
    reader: AccountId,
    tag: str | Tags,
    page: Page,
    *,
    is_local: bool | None = None,
    only_media: bool = False,
) -> list[Post]:
    """Posts for all nodes, or this one, that carry a tag, newest first.

    is_local: only those from here, or from others.  only_media: only those with files.
    """
    wanted = tag if isinstance(tag, Tags) else Tags([tag])
    return paged(
        unit,
        Post,
        f"{TAGGED} and {WITH_MEDIA}" if only_media else TAGGED,
        "p.id",
        page,
        reader=reader,
        now=unit.now,
        one_of=_names(wanted.one_of),
        all_of=_names(wanted.all_of),
        all_of_them=len(_names(wanted.all_of)),
        none_of=_names(wanted.none_of),
        is_local=None if is_local is None else int(is_local),
    )


def _names(tags: Sequence[str]) -> list[str]:
    return sorted({tag.lower() for tag in tags})


def by_author(
    unit: Unit,
    author: AccountId,
    page: Page,
    *,
    reader: AccountId,
    replies: bool = True,
    shares: bool = True,
    tag: str = "",
    only_media: bool = False,
) -> list[Post]:
    """What somebody wrote and shared, as far as the reader may see it, newest first.

    replies: also answers to others.  shares: also what they shared of others.  tag: only what carries it, if given.
    only_media: only what has files.
    """
    conditions = ["p.author_id = :author", VISIBLE_TO]
    if not replies:
        conditions.append("(p.reply_to_uri is null or p.reply_to_author = p.author_id)")
    if not shares:
        conditions.append("p.boost_of is null")
    if only_media:
        conditions.append(WITH_MEDIA)
    if tag:
        conditions.append(f"exists ({CARRIES} and g.name = :tag)")
    sql = f"select {COLUMNS} from posts p where {' and '.join(conditions)}"
    return paged(unit, Post, sql, "p.id", page, author=author, reader=reader, tag=tag.lower())


OPEN_BY_AUTHOR = f"select {COLUMNS} from posts p where p.author_id = :author and p.reach in (0, 1)"


def open_by_author(unit: Unit, author: AccountId, page: Page) -> list[Post]:
    """What somebody wrote and shared for all nodes, newest first: what every peer may read."""
    return paged(unit, Post, OPEN_BY_AUTHOR, "p.id", page, author=author)


def count_open_by_author(unit: Unit, author: AccountId) -> int:
    """How many those are."""
    sql = "select count(*) from posts p where p.author_id = :author and p.reach in (0, 1)"
    return unit.one(int, sql, author=author) or 0


CARRIES = "select 1 from post_tags t join tags g on g.id = t.tag_id where t.post_id = p.id"

TAGGED = f"""
select {COLUMNS} from posts p where p.id in (
        select t.post_id from post_tags t join tags g on g.id = t.tag_id
        where g.name in :one_of)
    and (select count(*) from post_tags t join tags g on g.id = t.tag_id where t.post_id = p.id and g.name in :all_of)
        = :all_of_them
    and not exists ({CARRIES} and g.name in :none_of)
    and p.reach in (0, 3) and p.boost_of is null and (cast(:is_local as integer) is null or p.is_local = :is_local) and {UNFILTERED}
"""


def _public(unit: Unit, where: str, reader: AccountId, page: Page, *, only_media: bool) -> list[Post]:
    sql = f"select {COLUMNS} from posts p where {where}" + (f" and {WITH_MEDIA}" if only_media else "")
    return paged(unit, Post, sql, "p.id", page, reader=reader, now=unit.now)
