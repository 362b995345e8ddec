"""Find a post useful, put an emoji under it, share it, and take any of these back."""

from federation import documents, emoji, outbox
from federation.activities.announce import Announce
from federation.activities.like import Like
from federation.activities.undo import Undo
from federation.audience import addressing
from federation.strict_json import JsonObject
from federation.vocabulary import as_list
from node.actions import compose
from node.context import Node
from node.errors import Invalid
from storage import accounts, emoji_reactions, posts, reactions
from storage.accounts import Account
from storage.conversations import communities_concerned
from storage.ids import PostId
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach


async def favourite(node: Node, me: Account, post: PostId) -> None:
    """Note that one finds a post useful; a second time changes nothing. Raises NotFound."""
    await node.store.write(_favourite, me, post)


async def unfavourite(node: Node, me: Account, post: PostId) -> None:
    """Take a favourite back, if there is one. Raises NotFound."""
    await node.store.write(_unfavourite, me, post)


async def share(node: Node, me: Account, post: PostId) -> PostId:
    """Share a post with one's followers. Returns the id of the sharing. Raises NotFound, NotAllowed, Invalid."""
    compose.demand_present(me)
    return await node.store.write(_share, me, post)


async def unshare(node: Node, me: Account, post: PostId) -> None:
    """No longer share a post, if one does. Raises NotFound."""
    await node.store.write(_unshare, me, post)


async def react(node: Node, me: Account, post: PostId, text: str) -> None:
    """Put an emoji under a post; the same one a second time changes nothing. Raises NotFound, Invalid."""
    await node.store.write(_react, me, post, _one_emoji(text))


async def unreact(node: Node, me: Account, post: PostId, text: str) -> None:
    """Take an emoji away, if one has put it there. Raises NotFound, Invalid."""
    await node.store.write(_unreact, me, post, _one_emoji(text))


def _one_emoji(text: str) -> str:
    wanted = text.strip()
    if not emoji.is_grapheme(wanted):
        raise Invalid("emoji", "ERR_INVALID", "A reaction is one emoji")
    return wanted


def _original(unit: Unit, me: Account, post: PostId) -> Post:
    """What is reacted to: the post itself, also when its sharing by somebody was named."""
    named = posts.visible(unit, post, reader=me.id)
    return posts.visible(unit, named.boost_of, reader=me.id) if named.boost_of is not None else named


def _favourite(unit: Unit, me: Account, post: PostId) -> None:
    original = _original(unit, me, post)
    if reactions.uri_of(unit, me.id, original.id) is None:
        outbox.perform(unit, Like.read(_like(unit, me, original, uri=f"{me.uri}#likes/{unit.new_id()}")))


def _unfavourite(unit: Unit, me: Account, post: PostId) -> None:
    original = _original(unit, me, post)
    liked = reactions.uri_of(unit, me.id, original.id)
    if liked is not None:
        outbox.perform(unit, _undoing_like(me, _like(unit, me, original, uri=liked)))


def _react(unit: Unit, me: Account, post: PostId, wanted: str) -> None:
    original = _original(unit, me, post)
    if emoji_reactions.uri_of(unit, me.id, original.id, wanted) is None:
        like = _like(unit, me, original, uri=f"{me.uri}#reactions/{unit.new_id()}")
        outbox.perform(unit, Like.read({**like, "content": wanted}))


def _unreact(unit: Unit, me: Account, post: PostId, wanted: str) -> None:
    original = _original(unit, me, post)
    uri = emoji_reactions.uri_of(unit, me.id, original.id, wanted)
    if uri is not None:
        outbox.perform(unit, _undoing_like(me, {**_like(unit, me, original, uri=uri), "content": wanted}))


def _like(unit: Unit, me: Account, original: Post, *, uri: str) -> JsonObject:
    """What the author of a post is told, and the communities it is for, which tell their members."""
    author, communities = accounts.get(unit, original.author_id), communities_concerned(unit, original)
    groups = [each.uri for each in communities]
    like = documents.act("Like", me, original.uri, uri=uri, to=[author.uri], cc=groups)
    return like | documents.in_audience(communities)


def _undoing_like(me: Account, like: JsonObject) -> Undo:
    to, cc = ([str(one) for one in as_list(like.get(name))] for name in ("to", "cc"))
    return undoing(me, like, to=to, cc=cc)


def _share(unit: Unit, me: Account, post: PostId) -> PostId:
    original = _original(unit, me, post)
    known = posts.share_by(unit, me.id, original.id)
    if known is not None:
        return known.id
    uri = f"{me.uri}#shares/{unit.new_id()}"
    outbox.perform(unit, Announce.read(_announce(unit, me, original, uri=uri)))
    made = posts.by_uri(unit, uri)
    assert made is not None
    return made.id


def _unshare(unit: Unit, me: Account, post: PostId) -> None:
    original = _original(unit, me, post)
    known = posts.share_by(unit, me.id, original.id)
    if known is not None:
        undone = _announce(unit, me, original, uri=known.uri)
        outbox.perform(unit, undoing(me, undone, to=[me.followers_uri], cc=[]))


def _announce(unit: Unit, me: Account, original: Post, *, uri: str) -> JsonObject:
    """A shared post goes as far as the post itself did, and to its author."""
    author = accounts.get(unit, original.author_id)
    reach = original.reach if original.reach in (Reach.FOLLOWERS, Reach.UNLISTED) else Reach.ALL_NODES
    to, cc = addressing(me, reach, people=[author.uri])
    document = documents.act("Announce", me, original.uri, uri=uri, to=to, cc=cc)
    return {**document, "published": documents.timestamp(unit.now)}


def undoing(me: Account, undone: JsonObject, *, to: list[str], cc: list[str]) -> Undo:
    """The Undo of something one did."""
    inner = {name: value for name, value in undone.items() if name != "@context"}
    undo = documents.act("Undo", me, inner, uri=f"{undone['id']}/undo", to=to, cc=cc)
    return Undo.read(undo | ({"audience": undone["audience"]} if "audience" in undone else {}))
