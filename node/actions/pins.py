"""Show a post first on one's profile, or no longer."""

from federation import documents, outbox
from federation.activities.add import Add
from federation.activities.remove import Remove
from federation.featured import OPEN
from federation.strict_json import JsonObject
from node.context import Node
from node.errors import Invalid
from storage import pins, posts
from storage.accounts import Account
from storage.ids import PostId
from storage.posts import Post
from storage.store import Unit

MOST_PINS = 5


async def pin(node: Node, me: Account, post: PostId) -> None:
    """Show a post of one's own first; a second time changes nothing. Raises NotFound, Invalid."""
    await node.store.write(_pin, me, post)


async def unpin(node: Node, me: Account, post: PostId) -> None:
    """Show it among the others again. Raises NotFound, Invalid."""
    await node.store.write(_unpin, me, post)


def _pin(unit: Unit, me: Account, identifier: PostId) -> None:
    post = _own(unit, me, identifier)
    if post.reach not in OPEN:
        raise Invalid("base", "ERR_NOT_OPEN", "Only posts that all nodes may read can be pinned")
    unit.lock(f"pins of {me.id}")
    if pins.is_pinned(unit, post.id):
        return
    if pins.count(unit, me.id) >= MOST_PINS:
        raise Invalid("base", "ERR_TOO_MANY", "You have already pinned the maximum number of posts")
    outbox.perform(unit, Add.read(_document(unit, "Add", me, post)))


def _unpin(unit: Unit, me: Account, identifier: PostId) -> None:
    post = _own(unit, me, identifier)
    if pins.is_pinned(unit, post.id):
        outbox.perform(unit, Remove.read(_document(unit, "Remove", me, post)))


def _own(unit: Unit, me: Account, identifier: PostId) -> Post:
    post = posts.visible(unit, identifier, reader=me.id)
    if post.author_id != me.id:
        raise Invalid("base", "ERR_OWNERSHIP", "Someone else's post cannot be pinned")
    if post.boost_of is not None:
        raise Invalid("base", "ERR_REBLOG", "A boost cannot be pinned")
    return post


def _document(unit: Unit, kind: str, me: Account, post: Post) -> JsonObject:
    act = documents.act(kind, me, post.uri, uri=f"{me.uri}#pins/{unit.new_id()}", to=[me.followers_uri])
    return {**act, "target": me.featured_uri}
