"""An emoji under a post: what a Like with `content` and an EmojiReact have in common. Source: FEP-c0e0."""

from federation import custom_emoji
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored
from storage import accounts, emoji_reactions, notifications, post_people, posts, tombstones, visibility
from storage.conversations import communities_concerned
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach

MOST_A_PERSON = 20
"""Emoji of one person under one post."""


def post_of(unit: Unit, uri: str) -> Post:
    """What is reacted to: a post, not its sharing. Raises NotFound."""
    found = posts.by_uri(unit, uri)
    if found is None or found.boost_of is not None:
        raise NotFound
    return found


def told(unit: Unit, post: Post) -> Audience:
    """Who hears what somebody thinks of a post: its author, and the communities it is for."""
    return Audience(frozenset({post.author_id, *(each.id for each in communities_concerned(unit, post))}))


def demand_visible(unit: Unit, activity: Activity, post: Post) -> None:
    """The actor must be able to see the post, and must not have taken this back. Raises NotFound, Ignored."""
    actor = activity.performer(unit)
    stays_here = post.reach is Reach.NODE and not actor.is_local
    if stays_here or not (visibility.may_see(unit, post.id, reader=actor.id) or _is_of_group(unit, activity, post)):
        raise NotFound
    if tombstones.is_buried(unit, activity.id, by=activity.actor):
        raise Ignored("undone-already")


def _is_of_group(unit: Unit, activity: Activity, post: Post) -> bool:
    """Whether a community that knows its members says that one of them has reacted to what is for them."""
    if not activity.group or post.reach is not Reach.COMMUNITY:
        return False
    group = accounts.by_uri(unit, activity.group)
    return group is not None and group.id in post_people.addressed(unit, post.id)


def demand_room(unit: Unit, activity: Activity, post: Post) -> None:
    """Nobody fills a post with emoji. Raises Ignored."""
    if emoji_reactions.count_of(unit, activity.performer(unit).id, post.id) >= MOST_A_PERSON:
        raise Ignored("too-many-reactions")


def keep(unit: Unit, activity: Activity, post: Post, emoji: str) -> None:
    """Note the reaction once, and tell the author."""
    actor = activity.performer(unit)
    custom_emoji.keep(unit, actor, activity.document)
    if emoji_reactions.add(unit, actor.id, post.id, custom_emoji.reacted(actor, emoji), uri=activity.id):
        notifications.tell(unit, post.author_id, "emoji_reaction", by=actor.id, post=post.id)
