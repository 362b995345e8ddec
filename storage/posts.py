"""Posts: what people write, reply and share, from this node and from others.

A shared post is a row of its own with `boost_of` set and no text. A reply whose parent is not here yet keeps the
parent's id in `reply_to_uri` and is tied to it when it comes. A removed post leaves a tombstone for ever, so that a late
copy of it finds the door closed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntFlag

from storage import contexts, post_people, post_words, thread_marks, totals
from storage.errors import NotFound
from storage.events import (
    PostAdded,
    PostAltered,
    PostEdited,
    PostTied,
    Reacted,
)
from storage.ids import OTHERS_IDS, AccountId, PostId, first_id_at, parsed
from storage.rows import milliseconds
from storage.store import Unit, Value
from storage.visibility import VISIBLE_TO, Reach


class Holds(IntFlag):
    """What a post has beside its text, in tables of its own; whoever shows it looks only where something is."""

    POLL = 1
    EVENT = 2
    TITLE = 4
    QUOTE = 8
    QUOTE_POLICY = 16
    REACTIONS = 32
    PIN = 64
    QUOTED = 128
    MEDIA = 256
    TOLD = 512
    """Its own node has told of more sharings or answers than were known here."""
    EMOJI = 1024
    """Custom emoji of its author's node, by name in its text."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it is kept. Columns in the order of `COLUMNS`."""

    id: PostId
    uri: str
    author_id: AccountId
    boost_of: PostId | None
    reply_to: PostId | None
    reply_to_uri: str | None
    reply_to_author: AccountId | None
    thread_id: PostId
    reach: Reach
    is_local: bool
    url: str
    content: str
    source: str | None
    summary: str
    sensitive: bool
    language: str | None
    published_at: datetime
    edited_at: datetime | None
    application: str | None
    replies_count: int
    shares_count: int
    favourites_count: int
    holds: Holds


@dataclass(frozen=True, slots=True)
class Writing:
    """What a post says: the part that an edit replaces."""

    content: str
    summary: str
    sensitive: bool
    language: str | None
    source: str | None
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A post's text as it stood at one time. options: what its poll offered, a JSON list, if it had one."""

    content: str
    summary: str
    sensitive: bool
    written_at: datetime
    options: str | None


NAMES = (
    "id, uri, author_id, boost_of, reply_to, reply_to_uri, reply_to_author, thread_id, reach, is_local, url, content, "
    "source, summary, sensitive, language, published_at, edited_at, application, replies_count, shares_count, "
    "favourites_count, holds"
)
COLUMNS = ", ".join(f"p.{name}" for name in NAMES.split(", "))
SELECT = f"select {COLUMNS} from posts p"

BY_IDS = f"{SELECT} where p.id in :ids"

TAGS = """
select t.post_id, g.name from post_tags t join tags g on g.id = t.tag_id where t.post_id in :ids order by t.post_id, g.name
"""

ORIGINAL_VISIBLE_TO = re.sub(r"\bp[.]", "o.", VISIBLE_TO)

SHOWN = f"""
select p.id from posts p where p.id in :ids and {VISIBLE_TO}
    and (p.boost_of is null or exists (
        select 1 from posts o where o.id = p.boost_of and {ORIGINAL_VISIBLE_TO}))
"""

# After what is here of the same millisecond; a thread of its own unless it answers something. The last column asks with the
# same statement what else would need one more for each post: whether answers to it came before it.
ADD = f"""
insert into posts (id, uri, author_id, boost_of, reply_to, reply_to_uri, reply_to_author, thread_id, reach, is_local,
    url, content, source, summary, sensitive, language, published_at, application, document)
select n.id, :uri, :author_id, cast(:boost_of as bigint), cast(:reply_to as bigint), :reply_to_uri,
    cast(:reply_to_author as bigint), coalesce(cast(:thread_id as bigint), n.id), :reach, :is_local,
    :url, :content, :source, :summary, :sensitive, :language, :published_at, :application, :document
from (
    select coalesce(
        cast(:id as bigint), (select max(id) + 1 from posts where id >= :first and id < :end), :first) as id) n
returning {NAMES}, exists (select 1 from posts o where o.reply_to is null and o.reply_to_uri = :uri)
"""


def get(unit: Unit, identifier: PostId) -> Post:
    """The post with this id, whoever asks. Raises NotFound."""
    found = unit.one(Post, f"{SELECT} where p.id = :id", id=identifier)
    if found is None:
        raise NotFound
    return found


def visible(unit: Unit, identifier: PostId, *, reader: AccountId) -> Post:
    """The post with this id, if this person may see it. Raises NotFound, alike for hidden and absent."""
    found = unit.one(Post, f"{SELECT} where p.id = :id and {VISIBLE_TO}", id=identifier, reader=reader)
    if found is None:
        raise NotFound
    return found


def visible_among(unit: Unit, identifiers: Iterable[PostId], *, reader: AccountId) -> list[Post]:
    """Those of these posts that this person may see, newest first."""
    ids = list(identifiers)
    sql = f"{SELECT} where p.id in :ids and {VISIBLE_TO} order by p.id desc"
    return unit.all(Post, sql, ids=ids, reader=reader)


def by_ids(unit: Unit, identifiers: Iterable[PostId]) -> list[Post]:
    """The posts with these ids, whoever asks; unknown ids are left out."""
    return unit.all(Post, BY_IDS, ids=list(identifiers))


def shown_among(unit: Unit, identifiers: Iterable[PostId], *, reader: AccountId) -> list[PostId]:
    """Those of these posts that this person may see; of a shared one, the original too."""
    return unit.all(PostId, SHOWN, ids=list(identifiers), reader=reader)


def by_uri(unit: Unit, uri: str) -> Post | None:
    """The post, or the sharing of one, with this ActivityPub id."""
    return unit.one(Post, f"{SELECT} where p.uri = :uri", uri=uri)


def by_address(unit: Unit, address: str) -> Post | None:
    """The post with this ActivityPub id, or the post of this node with this page for people."""
    last = address.rstrip("/").rpartition("/")[2]
    number = parsed(last) or 0
    sql = f"{SELECT} where p.uri = :address union all {SELECT} where p.id = :number and p.url = :address limit 1"
    return unit.one(Post, sql, address=address, number=number)


def share_by(unit: Unit, account: AccountId, post: PostId) -> Post | None:
    """The sharing of a post by a person, if they shared it."""
    return unit.one(Post, f"{SELECT} where p.boost_of = :post and p.author_id = :account", post=post, account=account)


@dataclass(frozen=True, slots=True)
class _Added(Post):
    """A post that is being added. is_awaited: whether answers to it were here before it."""

    is_awaited: bool


def _insert(unit: Unit, writing: Writing, *, published: datetime, **columns: Value) -> _Added:
    """A new row, without what others say of it; where no id is given, sorted after what was published in the same millisecond.

    published: a moment that has not come yet counts as now.
    """
    first = first_id_at(min(published, unit.now))
    values: dict[str, Value] = {**NOTHING, **_columns(writing), **columns, "published_at": milliseconds(published)}
    new = unit.one(_Added, ADD, **values, first=first, end=first + OTHERS_IDS)
    assert new is not None
    return new


NOTHING: dict[str, Value] = dict.fromkeys(
    ("id", "boost_of", "reply_to", "reply_to_uri", "reply_to_author", "thread_id", "application", "document")
)


def add(
    unit: Unit,
    *,
    uri: str,
    url: str,
    author: AccountId,
    is_local: bool,
    reach: Reach,
    writing: Writing,
    published: datetime,
    people: Iterable[AccountId] = (),
    mentioned: Iterable[AccountId] = (),
    reply_to_uri: str | None = None,
    identifier: PostId | None = None,
    application: str | None = None,
    document: str | None = None,
) -> Post:
    """Keep a new post.

    people: whom it is addressed to by name; mentioned: those of them whom its text names.
    reply_to_uri: what it answers, here or not.  document: the object as received, JSON.
    Raises Conflict when the uri is known.
    """
    parent = _parent(unit, reply_to_uri, uri=uri, is_local=is_local)
    post = _insert(
        unit,
        writing,
        published=published,
        id=identifier,
        uri=uri,
        author_id=author,
        reply_to=parent.id if parent else None,
        reply_to_uri=reply_to_uri,
        reply_to_author=parent.author_id if parent else None,
        thread_id=parent.thread_id if parent else None,
        reach=int(reach),
        is_local=int(is_local),
        url=url,
        application=application,
        document=document,
    )
    new = post.id
    post_people.address(unit, new, people=people, mentioned=mentioned)
    _tag(unit, new, writing.tags)
    post_words.add(unit, new, uri=uri, is_local=is_local, author=author, texts=_said(writing))
    if parent:
        counted = not is_local and _is_told(parent)
        totals.one_answer_more(unit, parent.id, thread=parent.thread_id, is_counted_there=counted)
    adopted = _adopt(unit, new, uri=uri, author=author, thread=post.thread_id) if post.is_awaited else 0
    _count(unit, author)
    unit.after_commit(PostAdded(new, author))
    return replace(post, replies_count=adopted) if adopted else post


def share(
    unit: Unit, *, uri: str, author: AccountId, is_local: bool, post: Post, reach: Reach, published: datetime
) -> Post:
    """Keep that somebody shared a post. Raises Conflict when they did already."""
    sharing = _insert(
        unit,
        Writing(content="", summary="", sensitive=False, language=None, source=None),
        published=published,
        uri=uri,
        author_id=author,
        boost_of=post.id,
        reach=int(reach),
        is_local=int(is_local),
        url=uri,
    )
    totals.one_share_more(unit, post.id, is_counted_there=not is_local and _is_told(post))
    _count(unit, author)
    unit.after_commit(PostAdded(sharing.id, author))
    unit.after_commit(Reacted(author, post.id))
    return sharing


def _is_told(post: Post) -> bool:
    return bool(post.holds & Holds.TOLD)


def hold(unit: Unit, post: PostId, what: Holds) -> None:
    """Note that a post has something beside its text now."""
    unit.run("update posts set holds = holds | :what where id = :id", what=int(what), id=post)
    unit.after_commit(PostAltered(post))


def release(unit: Unit, post: PostId, what: Holds) -> None:
    """Note that a post no longer has something beside its text."""
    unit.run("update posts set holds = holds & :others where id = :id", others=~int(what), id=post)
    unit.after_commit(PostAltered(post))


def edit(
    unit: Unit,
    post: Post,
    writing: Writing,
    *,
    edited: datetime,
    mentioned: Iterable[AccountId] = (),
    document: str | None = None,
) -> None:
    """Replace what a post says; what it said before is kept as a version."""
    keep = """
    insert into post_versions (id, post_id, content, summary, sensitive, written_at)
    values (:id, :post, :content, :summary, :sensitive, :written_at)
    """
    unit.run(
        keep,
        id=unit.new_id(),
        post=post.id,
        content=post.content,
        summary=post.summary,
        sensitive=int(post.sensitive),
        written_at=post.edited_at or post.published_at,
    )
    change = """
    update posts set content = :content, source = :source, summary = :summary, sensitive = :sensitive,
        language = :language, edited_at = :edited, document = :document where id = :id
    """
    unit.run(change, id=post.id, edited=edited, document=document, **_columns(writing))
    named = set(mentioned)
    post_people.address(unit, post.id, people=named.difference(post_people.addressed(unit, post.id)), mentioned=named)
    unit.run("delete from post_tags where post_id = :id", id=post.id)
    _tag(unit, post.id, writing.tags)
    _index(unit, post, _said(writing))
    unit.after_commit(PostEdited(post.id, post.author_id))


def index(unit: Unit, identifier: PostId, *, title: str = "") -> None:
    """Have a post be found by its title too. title: what it is called; '' for nothing any more."""
    post = get(unit, identifier)
    _index(unit, post, (post.content, post.summary, *(each.name for each in tags_of(unit, [post.id])), title))


def _index(unit: Unit, post: Post, texts: Iterable[str]) -> None:
    post_words.replace(unit, post.id, uri=post.uri, is_local=post.is_local, author=post.author_id, texts=texts)


def _said(writing: Writing) -> tuple[str, ...]:
    return (writing.content, writing.summary, *writing.tags)


def set_edited(unit: Unit, post: PostId, edited: datetime) -> None:
    """Note that a post that is being added is not as it was first written: an edit older than this changes nothing."""
    unit.run("update posts set edited_at = :edited where id = :id", id=post, edited=edited)


@dataclass(frozen=True, slots=True)
class _PostOf:
    """A post that a statement has changed, and whose it is."""

    id: PostId
    author: AccountId


def set_application(unit: Unit, post: PostId, application: str) -> None:
    """Note what a post that is being added was written with: JSON, name and website."""
    unit.run("update posts set application = :application where id = :id", id=post, application=application)


def sharers(unit: Unit, post: PostId) -> list[AccountId]:
    """Who has shared a post."""
    return unit.all(AccountId, "select author_id from posts where boost_of = :post", post=post)


def versions(unit: Unit, post: PostId) -> list[Version]:
    """What a post said before its last edit, oldest first."""
    sql = "select content, summary, sensitive, written_at, options from post_versions where post_id = :post order by id"
    return unit.all(Version, sql, post=post)


def document(unit: Unit, post: PostId) -> str | None:
    """A post's object as it was received, JSON; None for posts of this node."""
    return unit.one(str, "select document from posts where id = :post and document is not null", post=post)


def documents(unit: Unit, ids: Sequence[PostId]) -> list[str]:
    """The objects of these posts as they were received, JSON, oldest post first; without those that have none."""
    sql = "select document from posts where id in :ids and document is not null order by id"
    return unit.all(str, sql, ids=list(ids)) if ids else []


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag that a post carries."""

    post_id: PostId
    name: str


def tags_of(unit: Unit, posts: Iterable[PostId]) -> list[Tagged]:
    """Which tags these posts carry."""
    return unit.all(Tagged, TAGS, ids=list(posts))


def await_answers(unit: Unit, uris: Iterable[str]) -> None:
    """Have answers that come to other processes wait until these posts are added, which this unit does."""
    unit.lock(*(f"answers to {uri}" for uri in uris))


def _parent(unit: Unit, reply_to_uri: str | None, *, uri: str, is_local: bool) -> Post | None:
    """What a new post answers, if it is here.

    A reply and what it answers may come at the same moment, to two processes: whichever is second must find the first.
    """
    if not is_local:  # what was written here has no answers yet
        await_answers(unit, [uri])
    parent = by_uri(unit, reply_to_uri) if reply_to_uri else None
    if parent is None and reply_to_uri:
        await_answers(unit, [reply_to_uri])
        parent = by_uri(unit, reply_to_uri)
    if parent is not None:  # a thread that is being tied to another one takes no answers meanwhile
        unit.lock(f"thread {parent.thread_id}")
        parent = by_uri(unit, parent.uri)
    return parent


def _adopt(unit: Unit, post: PostId, *, uri: str, author: AccountId, thread: PostId) -> int:
    """Tie replies that came before what they answer. Returns how many."""
    orphans = "reply_to is null and reply_to_uri = :uri"
    children = unit.all(
        _PostOf,
        f"update posts set reply_to = :post, reply_to_author = :author where {orphans} returning id, author_id",
        post=post,
        author=author,
        uri=uri,
    )
    if not children:
        return 0
    for child in children:
        unit.lock(f"thread {child.id}")
    contexts.forget(unit, [child.id for child in children])
    thread_marks.carry_over(unit, [child.id for child in children], into=thread)
    unit.each(
        "update posts set thread_id = :thread where thread_id = :old",
        [{"thread": thread, "old": child.id} for child in children],
    )
    for child in children:
        unit.after_commit(PostTied(child.id, child.author))
    unit.run("update posts set replies_count = replies_count + :more where id = :post", more=len(children), post=post)
    return len(children)


# Ids sort by the moment at which a post was published.
COUNT = """
update accounts set posts_count = posts_count + :times,
    last_post_at = (select p.published_at from posts p where p.author_id = :author order by p.id desc limit 1)
where id = :author
"""


def _count(unit: Unit, author: AccountId) -> None:
    unit.tally(COUNT, author=author)


def _tag(unit: Unit, post: PostId, tags: Sequence[str]) -> None:
    if not tags:
        return
    rows: list[dict[str, Value]] = [
        {"id": unit.new_id(), "name": tag.lower(), "spelling": tag, "post": post} for tag in tags
    ]
    unit.each(
        "insert into tags (id, name, spelling) values (:id, :name, :spelling) on conflict (name) do nothing", rows
    )
    link = """
    insert into post_tags (tag_id, post_id) select id, :post from tags where name = :name on conflict do nothing
    """
    unit.each(link, rows)


def _columns(writing: Writing) -> dict[str, str | int | None]:
    return {
        "content": writing.content,
        "source": writing.source,
        "summary": writing.summary,
        "sensitive": int(writing.sensitive),
        "language": writing.language,
    }
