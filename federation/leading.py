"""What the managers of a community decide: in which community, and whether it counts here.

    Lock, Undo{Lock}       nothing more is said in a conversation, or again
    Block, Undo{Block}     with the community as `target`: somebody takes no part in it, for a time or for good, or again
    Add, Remove            into and out of the collection of its managers, and of what stands first in it (`featured`)
    Delete, Undo{Delete}   of what somebody else wrote: it leaves the community, or comes back

It counts in a community of this node when one of its managers has done it, wherever they work; that community then sends it on
to its members. In a community of another node it counts when that community sends it on, or when somebody of its own node does
it, who acts for those who look after that node. What a manager here decides in such a community is asked of its node, and
counts when it comes back.

Source: FEP-1b12, "Moderation", and the documents of Lemmy.
"""

from collections.abc import Sequence

from federation import redistributed
from federation.activity import Activity, How, Wanted
from federation.audience import GROUP, NOBODY, Audience
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.vocabulary import PUBLIC
from storage import accounts, communities, post_people, posts
from storage.accounts import Account
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit

MOST_NAMED = 20
"""Of those whom an activity names, so many are looked at for a community."""


def named(unit: Unit, activity: Activity, *more: str) -> list[Account]:
    """The communities that an activity may be about: the one that has sent it on, else those that it names. more: ids."""
    uris = {activity.group} if activity.group else {*redistributed.named_by(activity), *more} - {PUBLIC, ""}
    found = accounts.by_uris(unit, sorted(uris)[:MOST_NAMED]).values()
    return sorted((each for each in found if each.kind == GROUP and each.gone_at is None), key=lambda each: each.id)


def where_it_stands(unit: Unit, activity: Activity, post: Post | None) -> Account | None:
    """Of the communities that an activity may be about, the one in whose conversations a post stands."""
    if post is None or post.boost_of is not None:
        return None
    return next((each for each in named(unit, activity) if is_in(unit, each, post)), None)


def at(unit: Unit, activity: Activity, uri: object) -> Account | None:
    """The community with this id, if the activity may be about it."""
    if not isinstance(uri, str):
        return None
    return next((each for each in named(unit, activity, uri) if each.uri == uri), None)


def is_in(unit: Unit, community: Account, post: Post) -> bool:
    """Whether a post stands in a community: in a conversation that it has shared, or written for it."""
    if posts.share_by(unit, community.id, post.thread_id) is not None:
        return True
    return community.id in post_people.addressed(unit, post.id)


def demand(unit: Unit, activity: Activity, community: Account | None) -> Account:
    """The community, if the actor may decide there.

    Raises NotFound: none that is known here; NotAllowed: not one of its managers; Ignored: it is for the community's node to say.
    """
    if community is None:
        raise NotFound
    if counts(activity, community) and not community.is_local:
        return community
    if activity.actor == community.uri:
        return community
    actor = activity.performer(unit)
    if not (community.is_local or actor.is_local):
        raise Ignored("not-sent-on")
    if actor.suspended_at or actor.gone_at or not communities.is_manager(unit, community.id, actor.id):
        raise NotAllowed(activity.actor, community.uri, "not-a-manager")
    return community


def counts(activity: Activity, community: Account) -> bool:
    """Whether a decision has its effect here now, or is only asked of the community's node."""
    if community.is_local:
        return True
    return activity.group == community.uri or same_origin(activity.actor, community.uri)


def told(community: Account) -> Audience:
    """Who must hear of it from a manager here: the community's node. One of this node tells its members itself."""
    return NOBODY if community.is_local else Audience(frozenset({community.id}))


def leaders_wanted(community: str, collection: object) -> Sequence[Wanted]:
    """What is read to know who leads a community of another node. collection: the id of that of its managers, if it is one."""
    if not isinstance(collection, str) or not collection:
        return ()
    return (Wanted(community, required=False, how=How.LED, naming=collection),)
