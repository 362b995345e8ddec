"""Posts: as they stand, in their thread, and as they were.

A list is gathered in one unit of work with a fixed number of queries, however long it is: the posts that are shared, the
authors, whom and what they name, and what differs for the reader. Then plain Python puts entities together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from node.api.entities import people
from node.api.entities.parts import Entity, moment_or_none, text_or_none, timestamp
from node.api.entities.tags import tag_url
from node.context import Node
from storage import accounts as account_rows
from storage import posts as post_rows
from storage import reactions
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach

VISIBILITY = {
    Reach.ALL_NODES: "public",
    Reach.UNLISTED: "unlisted",
    Reach.FOLLOWERS: "private",
    Reach.NODE: "private",
    Reach.MENTIONED: "direct",
}
"""The reach of a post in the words that apps know; the exact one stands under `legation`."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that a list of posts needs."""

    posts: Sequence[Post]
    originals: Mapping[PostId, Post]
    authors: Mapping[AccountId, Account]
    mentioned: Mapping[PostId, Sequence[AccountId]]
    tags: Mapping[PostId, Sequence[str]]
    favourited: set[PostId]
    shared: set[PostId]
    reader: AccountId


async def statuses(node: Node, reader: Account, ids: Iterable[PostId]) -> list[Entity]:
    """Posts by their ids, in the order asked for; those that the reader may not see are left out."""
    wanted = list(ids)
    gathered = await node.store.read(_visible, reader.id, wanted)
    shown = {post.id: post for post in gathered.posts}
    return _statuses(node, gathered, [shown[identifier] for identifier in wanted if identifier in shown])


async def of_posts(node: Node, reader: Account, found: Sequence[Post]) -> list[Entity]:
    """Posts that were read for this reader already, in their order."""
    gathered = await node.store.read(gather, reader.id, found)
    return _statuses(node, gathered, found)


async def status(node: Node, reader: Account, identifier: PostId) -> Entity:
    """One post. Raises NotFound, alike for hidden and absent."""
    post = await node.store.read(post_rows.visible, identifier, reader=reader.id)
    found = await of_posts(node, reader, [post])
    if not found:  # the sharing of a post that this reader may not see
        raise NotFound
    return found[0]


async def context(node: Node, reader: Account, identifier: PostId) -> Entity:
    """The thread around a post: what it answers, oldest first, and its answers in the order of the thread."""
    above, below = await node.store.read(_around, identifier, reader.id)
    entities = await of_posts(node, reader, [*above, *below])
    return {"ancestors": entities[: len(above)], "descendants": entities[len(above) :]}


async def history(node: Node, reader: Account, identifier: PostId) -> list[Entity]:
    """What a post said, first to present; one entry when it was never edited."""
    post, versions, author = await node.store.read(_versions, identifier, reader.id)
    said = [
        *((v.content, v.summary, v.sensitive, v.written_at) for v in versions),
        (post.content, post.summary, post.sensitive, post.edited_at or post.published_at),
    ]
    return [
        {
            "content": content,
            "spoiler_text": summary,
            "sensitive": sensitive,
            "created_at": timestamp(written_at),
            "account": people.account(node, author),
            "media_attachments": [],
            "emojis": [],
        }
        for content, summary, sensitive, written_at in said
    ]


def source(post: Post) -> Entity:
    """What was typed, for its author to edit."""
    return {"id": str(post.id), "text": post.source or "", "spoiler_text": post.summary}


def _visible(unit: Unit, reader: AccountId, ids: Sequence[PostId]) -> Gathered:
    return gather(unit, reader, post_rows.visible_among(unit, ids, reader=reader))


def gather(unit: Unit, reader: AccountId, found: Sequence[Post]) -> Gathered:
    """Everything that posts need which were read for this reader."""
    shared = [post.boost_of for post in found if post.boost_of is not None]
    originals = {post.id: post for post in post_rows.visible_among(unit, shared, reader=reader)} if shared else {}
    ids = [*(post.id for post in found), *originals]
    mentioned: dict[PostId, list[AccountId]] = {}
    for named in post_rows.mentions_of(unit, ids):
        mentioned.setdefault(named.post_id, []).append(named.account_id)
    tags: dict[PostId, list[str]] = {}
    for tagged in post_rows.tags_of(unit, ids):
        tags.setdefault(tagged.post_id, []).append(tagged.name)
    named_or_writing = {post.author_id for post in (*found, *originals.values())}.union(*mentioned.values())
    return Gathered(
        posts=found,
        originals=originals,
        authors=account_rows.by_ids(unit, named_or_writing),
        mentioned=mentioned,
        tags=tags,
        favourited=reactions.favourited(unit, reader, ids),
        shared=reactions.shared(unit, reader, ids),
        reader=reader,
    )


def _statuses(node: Node, gathered: Gathered, found: Sequence[Post]) -> list[Entity]:
    entities = []
    for post in found:
        if post.boost_of is None:
            entities.append(_status(node, gathered, post))
        elif (original := gathered.originals.get(post.boost_of)) is not None:
            entities.append(_sharing(node, gathered, post, reblog=_status(node, gathered, original)))
    return entities


def _sharing(node: Node, gathered: Gathered, post: Post, *, reblog: Entity) -> Entity:
    """A shared post says what the post says, and says it in the name of the one who shares."""
    return {
        **reblog,
        "id": str(post.id),
        "created_at": timestamp(post.published_at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "visibility": VISIBILITY[post.reach],
        "uri": post.uri,
        "reblog": reblog,
        "application": None,
        "account": people.account(node, gathered.authors[post.author_id]),
        "legation": {"reach": post.reach.name.lower()},
    }


def _status(node: Node, gathered: Gathered, post: Post) -> Entity:
    author = gathered.authors[post.author_id]
    origin = node.base_url if author.is_local else "/".join(author.uri.split("/", 3)[:3])
    return {
        "id": str(post.id),
        "created_at": timestamp(post.published_at),
        "in_reply_to_id": text_or_none(post.reply_to),
        "in_reply_to_account_id": text_or_none(post.reply_to_author),
        "sensitive": post.sensitive,
        "spoiler_text": post.summary,
        "visibility": VISIBILITY[post.reach],
        "language": post.language,
        "uri": post.uri,
        "url": _page_of(node, post, author),
        "replies_count": post.replies_count,
        "reblogs_count": post.shares_count,
        "favourites_count": post.favourites_count,
        "edited_at": moment_or_none(post.edited_at),
        "content": post.content,
        "reblog": None,
        "application": _application(post, own=post.author_id == gathered.reader),
        "account": people.account(node, author),
        "media_attachments": [],
        "mentions": [people.mention(gathered.authors[named]) for named in gathered.mentioned.get(post.id, ())],
        # Apps match these addresses with the links in the text, and those lead to the author's node.
        "tags": [{"name": name, "url": tag_url(origin, name)} for name in gathered.tags.get(post.id, ())],
        "emojis": [],
        "card": None,
        "poll": None,
        "favourited": post.id in gathered.favourited,
        "reblogged": post.id in gathered.shared,
        "muted": False,
        "bookmarked": False,
        "pinned": False,
        "filtered": [],
        "legation": {"reach": post.reach.name.lower()},
    }


def _page_of(node: Node, post: Post, author: Account) -> str:
    return f"{node.base_url}/@{author.username}/{post.id}" if post.is_local else post.url


def _application(post: Post, *, own: bool) -> Entity | None:
    if post.application is None or not own:
        return None
    found: Entity = orjson.loads(post.application)
    return found


def _around(unit: Unit, identifier: PostId, reader: AccountId) -> tuple[list[Post], list[Post]]:
    post_rows.visible(unit, identifier, reader=reader)
    return post_rows.above(unit, identifier, reader=reader), post_rows.below(unit, identifier, reader=reader)


def _versions(unit: Unit, identifier: PostId, reader: AccountId) -> tuple[Post, list[post_rows.Version], Account]:
    post = post_rows.visible(unit, identifier, reader=reader)
    return post, post_rows.versions(unit, identifier), account_rows.get(unit, post.author_id)
