"""Keep posts to find them again, and be told of nothing more in a conversation. Nobody else learns of either."""

from node.context import Node
from storage import bookmarks, posts, thread_marks
from storage.accounts import Account
from storage.ids import PostId
from storage.posts import Post
from storage.store import Unit


async def keep(node: Node, me: Account, post: PostId) -> PostId:
    """Keep a post, or the one that it shares, among one's bookmarks. Returns which one. Raises NotFound."""
    return await node.store.write(_keep, me, post)


async def let_go(node: Node, me: Account, post: PostId) -> PostId:
    """Take it away from there, if it is there. Returns which one. Raises NotFound."""
    return await node.store.write(_let_go, me, post)


async def mute(node: Node, me: Account, post: PostId, *, muted: bool) -> PostId:
    """Be told of nothing more in a post's conversation, or again. Returns which post was meant. Raises NotFound."""
    return await node.store.write(_mute, me, post, muted=muted)


def _meant(unit: Unit, me: Account, identifier: PostId) -> Post:
    """The post itself, also when its sharing by somebody was named."""
    named = posts.visible(unit, identifier, reader=me.id)
    return posts.visible(unit, named.boost_of, reader=me.id) if named.boost_of is not None else named


def _keep(unit: Unit, me: Account, identifier: PostId) -> PostId:
    post = _meant(unit, me, identifier)
    bookmarks.add(unit, me.id, post.id)
    return post.id


def _let_go(unit: Unit, me: Account, identifier: PostId) -> PostId:
    post = _meant(unit, me, identifier)
    bookmarks.remove(unit, me.id, post.id)
    return post.id


def _mute(unit: Unit, me: Account, identifier: PostId, *, muted: bool) -> PostId:
    post = _meant(unit, me, identifier)
    thread_marks.mute(unit, me.id, post.thread_id, muted=muted)
    return post.id
