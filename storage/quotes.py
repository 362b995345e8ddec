"""Quotes: that a post quotes another one, and how far its author has agreed.

    pending     the author of what is quoted has not answered yet, or it is not known here that they agreed
    accepted    they agreed: the quote is shown
    rejected    they did not, or the quote goes further than what it quotes
    revoked     they agreed once, and no longer do

Only an accepted quote is ever shown, and to a reader only if they may see what is quoted; of the others no more than the
link in the text is left. Source: FEP-044f.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from storage import posts
from storage.events import PostAltered
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.posts import COLUMNS, Holds, Post
from storage.store import Unit
from storage.visibility import VISIBLE_TO

PENDING = "pending"
ACCEPTED = "accepted"
REJECTED = "rejected"
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Quote:
    """That a post quotes another.

    quoted_uri: what it quotes, here or not.  request_uri: the activity that asked for leave.  stamp_uri: where its author's
    leave stands.
    """

    post_id: PostId
    quoted_uri: str
    state: str
    request_uri: str | None
    stamp_uri: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote as it is shown. quoted: the post that is quoted, if it is here."""

    post_id: PostId
    state: str
    quoted: PostId | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many quotes of a post its author has agreed to."""

    post_id: PostId
    count: int


COLUMNS_OF_QUOTE = "q.post_id, q.quoted_uri, q.state, q.request_uri, q.stamp_uri"
SELECT = f"select {COLUMNS_OF_QUOTE} from quotes q"

OF = """
select q.post_id, q.state, p.id from quotes q left join posts p on p.uri = q.quoted_uri and p.boost_of is null
where q.post_id in :ids
"""

TOTALS = """
select p.id, count(*) from posts p join quotes q on q.quoted_uri = p.uri
where p.id in :ids and q.state = 'accepted' group by p.id
"""

BY_STAMP = f"{SELECT} where q.stamp_uri is not null and q.stamp_uri = :stamp"


def put(
    unit: Unit,
    post: PostId,
    quoted_uri: str,
    *,
    state: str,
    stamp_uri: str | None = None,
    request_uri: str | None = None,
) -> None:
    """Note what a post quotes, whatever it quoted before."""
    sql = """
    insert into quotes (post_id, quoted_uri, state, request_uri, stamp_uri) values (:post, :quoted, :state, :request, :stamp)
    on conflict (post_id) do update set quoted_uri = excluded.quoted_uri, state = excluded.state,
        request_uri = coalesce(excluded.request_uri, quotes.request_uri), stamp_uri = excluded.stamp_uri
    """
    unit.run(sql, post=post, quoted=quoted_uri, state=state, request=request_uri, stamp=stamp_uri)
    posts.hold(unit, post, Holds.QUOTE)
    _tell_quoted(unit, quoted_uri)


def settle(unit: Unit, quote: Quote, state: str, *, stamp_uri: str | None = None) -> None:
    """Note how far the author of what is quoted agrees now."""
    sql = "update quotes set state = :state, stamp_uri = :stamp where post_id = :post"
    unit.run(sql, post=quote.post_id, state=state, stamp=stamp_uri)
    unit.after_commit(PostAltered(quote.post_id))
    _tell_quoted(unit, quote.quoted_uri)


def ask(unit: Unit, post: PostId, request_uri: str) -> None:
    """Note by which activity the author of what is quoted was asked last."""
    unit.run("update quotes set request_uri = :request where post_id = :post", post=post, request=request_uri)


def remove(unit: Unit, quote: Quote) -> None:
    """Have a post quote nothing."""
    unit.run("delete from quotes where post_id = :post", post=quote.post_id)
    posts.release(unit, quote.post_id, Holds.QUOTE)
    _tell_quoted(unit, quote.quoted_uri)


def find(unit: Unit, post: PostId) -> Quote | None:
    """What a post quotes, if anything."""
    return unit.one(Quote, f"{SELECT} where q.post_id = :post", post=post)


def pending_in(unit: Unit, thread: PostId, *, limit: int) -> list[str]:
    """Posts of peers in a thread whose quotes nobody is known to have agreed to: as they were received, JSON, newest first."""
    sql = """
    select p.document from posts p join quotes q on q.post_id = p.id
    where p.thread_id = :thread and p.is_local = 0 and p.document is not null and q.state = :pending
    order by p.id desc limit :limit
    """
    return unit.all(str, sql, thread=thread, pending=PENDING, limit=limit)


def by_stamp(unit: Unit, stamp_uri: str) -> Quote | None:
    """The quote for which this leave was given."""
    return unit.one(Quote, f"{BY_STAMP} limit 1", stamp=stamp_uri)


def of(unit: Unit, among: Iterable[PostId]) -> dict[PostId, Shown]:
    """What these posts quote; those that quote nothing are left out."""
    return {found.post_id: found for found in unit.all(Shown, OF, ids=list(among))}


def totals(unit: Unit, among: Iterable[PostId]) -> dict[PostId, int]:
    """How often these posts are quoted with their author's leave; those that are not are left out."""
    return {total.post_id: total.count for total in unit.all(Total, TOTALS, ids=list(among))}


def quoting(unit: Unit, post: Post, page: Page, *, reader: AccountId) -> list[Post]:
    """The posts that quote a post with its author's leave and that this person may see, newest first."""
    sql = f"""
    select {COLUMNS} from quotes q join posts p on p.id = q.post_id
    where q.quoted_uri = :uri and q.state = 'accepted' and {VISIBLE_TO}
    """
    return paged(unit, Post, sql, "q.post_id", page, uri=post.uri, reader=reader)


@dataclass(frozen=True, slots=True)
class By:
    """A post that quotes, and whose it is."""

    post: PostId
    author: AccountId


def by_people_here(unit: Unit, quoted_uri: str) -> list[By]:
    """The posts of people of this node that quote a post with its author's leave."""
    sql = """
    select q.post_id, p.author_id from quotes q join posts p on p.id = q.post_id
    where q.quoted_uri = :uri and q.state = 'accepted' and p.is_local = 1 order by q.post_id
    """
    return unit.all(By, sql, uri=quoted_uri)


def keep_document(unit: Unit, post: PostId, document: str) -> None:
    """Keep what a post's author says beside its text now. document: the whole object, JSON."""
    unit.run("update posts set document = :document where id = :post", post=post, document=document)
    unit.after_commit(PostAltered(post))


def _tell_quoted(unit: Unit, quoted_uri: str) -> None:
    """Whatever shows the post that is quoted says how often it is."""
    quoted = unit.one(PostId, "select id from posts where uri = :uri", uri=quoted_uri)
    if quoted is not None:
        posts.hold(unit, quoted, Holds.QUOTED)
