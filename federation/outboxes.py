"""What somebody of this node wrote and shared for all nodes, as their outbox lists it to peers: newest first, page by page.

A post stands there by its id, by which it is fetched. What is shared stands there as its Announce: its id leads to its
author, as that of every act does, and whoever asked for it would learn nothing of the act.
Source: ActivityPub 5.1; ActivityStreams 2.0 section 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation import documents
from federation.audience import addressing
from federation.strict_json import JsonObject, JsonValue
from storage import accounts, posts, timelines
from storage.accounts import Account
from storage.ids import AccountId, PostId
from storage.pages import Page
from storage.posts import Post
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Part:
    """A page of an outbox. last: the lowest of its ids, below which the next page begins; None where nothing follows."""

    items: Sequence[JsonValue]
    last: PostId | None


def part(unit: Unit, author: Account, *, before: PostId | None) -> Part:
    """A page of what an account of this node wrote and shared. before: only what is older; None for the newest."""
    found = timelines.open_by_author(unit, author.id, Page(documents.PAGE_SIZE + 1, max_id=before))
    shown = found[: documents.PAGE_SIZE]
    originals = {post.id: post for post in posts.by_ids(unit, [post.boost_of for post in shown if post.boost_of])}
    writers = accounts.by_ids(unit, {post.author_id for post in originals.values()})
    items = [_item(author, post, originals, writers) for post in shown]
    return Part(items, shown[-1].id if len(found) > len(shown) else None)


def total(unit: Unit, author: AccountId) -> int:
    """How much there is on all pages."""
    return timelines.count_open_by_author(unit, author)


def _item(
    author: Account, post: Post, originals: Mapping[PostId, Post], writers: Mapping[AccountId, Account]
) -> JsonValue:
    if post.boost_of is None:
        return post.uri
    original = originals[post.boost_of]
    to, cc = addressing(author, post.reach, people=[writers[original.author_id].uri])
    act = documents.act("Announce", author, original.uri, uri=post.uri, to=to, cc=cc)
    announce: JsonObject = {**act, "published": documents.timestamp(post.published_at)}
    del announce["@context"]
    return announce
