"""What a community sends to those who follow it: an Announce by a Group, with an activity of a member inside.

    tokyo ──Create──► paris, the group's node ──Announce(group, Create)──► dakar, where somebody follows the group

The group vouches for having accepted the activity, never for what is in it. Who did it is known by one of three ways:

    it has a proof of its actor               that proof is checked, and a wrong one makes it worth nothing
    it is of the group's own node             which speaks for its own people
    neither                                   what it speaks of is asked of its own node, and the copy is not looked at

Then it has the effect that it would have if it had come directly, provided that it names the group. What the group's managers
decide is another thing (`federation.leading`): it is the group's own word about itself and what stands in its conversations, and
counts whoever has done it. A removal by somebody else than the author is such a decision, and takes from here what was written
for the group, no more. A new post that begins a conversation is shown as shared by the group, so whoever follows the group
reads it.

Source: FEP-1b12, FEP-fe34.
"""

from collections.abc import Sequence

from federation import restoring
from federation.activity import Activity, How, Wanted
from federation.audience import GROUP, named_in
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.signatures import proofs
from federation.strict_json import JsonObject
from federation.vocabulary import ACTOR_TYPES, types_of, value_or_id
from storage import accounts, follows, post_people, posts, tombstones
from storage.accounts import Account
from storage.ids import PostId
from storage.posts import Post
from storage.store import Unit
from storage.visibility import OPEN, Reach

POSTING = frozenset({"Create", "Update", "Delete"})
DECIDING = frozenset({"Lock", "Block", "Add", "Remove"})
"""What only managers do in a community; what somebody does so for themselves is nothing that a community sends on."""
ACCEPTED = POSTING | DECIDING | {"Like", "EmojiReact", "Undo"}


def activity_in(document: JsonObject) -> Activity | None:
    """The member's activity inside an Announce; None where a post is shared. Raises Malformed."""
    thing = document.get("object")
    if isinstance(thing, list) and len(thing) == 1:
        thing = thing[0]
    if not isinstance(thing, dict) or not types_of(thing) & ACCEPTED:
        return None
    return Activity.parse(thing)


def wants(unit: Unit, inner: Activity, *, group: str) -> Sequence[Wanted]:
    """What must be known before a member's activity can be believed and applied; nothing where nobody asked for it."""
    sender = accounts.by_uri(unit, group)
    if sender is None or not _is_followed(unit, sender):
        return ()
    if (taken_out := restoring.wants(unit, inner, group=sender)) is not None:
        return (taken_out,)
    if inner.type in DECIDING or inner.decides_in(unit) is not None:
        return inner.wants(unit)
    if proofs.has_proof(inner.document):
        wanted = Wanted(inner.id, required=True, how=How.PROOF, document=inner.document)
        return (wanted, *inner.wants(unit))
    if same_origin(inner.actor, group):
        known = accounts.by_uri(unit, inner.actor)
        return (*(() if known else (Wanted(inner.actor, required=True),)), *inner.wants(unit))
    post = Wanted(target_of(inner), required=True, how=How.AGAIN, naming=group)
    return (post if inner.type in POSTING else Wanted(inner.id, required=True, how=How.AS_ACT),)


def authorize(unit: Unit, inner: Activity, *, group: Account, vouched: bool) -> None:
    """Whether a member's activity has an effect here. Raises NotAllowed, NotFound, Ignored.

    vouched: whether its own actor is known to have done it.
    """
    if not _is_followed(unit, group):
        raise Ignored("unsolicited")
    if inner.type in DECIDING or inner.decides_in(unit) is not None:
        _demand_decision(unit, inner)
        return
    if _is_profile(inner):  # what somebody says of themselves is theirs to tell
        raise Ignored("nothing-of-the-group")
    inner.demand_standing(unit)
    if not _names(unit, inner, group):
        raise NotAllowed(group.uri, inner.id, "of-another-audience")
    if restoring.restored(unit, inner, group=group) is not None:
        return
    if inner.type == "Create" and _new_in_group(unit, inner, group) is not None:
        return
    if not vouched:
        raise Ignored("asked-of-its-own-node")
    inner.authorize(unit)


def _is_profile(inner: Activity) -> bool:
    thing = inner.document.get("object")
    return inner.type == "Update" and isinstance(thing, dict) and bool(types_of(thing) & ACTOR_TYPES)


def _demand_decision(unit: Unit, inner: Activity) -> None:
    """What a group's managers decide, as the group says: who did it need not be known here. Raises Ignored, NotAllowed, NotFound."""
    if inner.decides_in(unit) is None:
        raise Ignored("nothing-of-the-group")
    inner.authorize(unit)


def take_out(unit: Unit, post: Post, group: Account) -> None:
    """Have a post be no longer in a group.

    The copy of an answer, or of what is for members alone, goes. What was written here stays, unless the group is of this node
    too: then what is here is what its members read.
    """
    share = posts.share_by(unit, group.id, post.id)
    if share is not None:
        tombstones.remove(unit, share, owner_uri=group.uri)
    is_nowhere_else = post.reply_to_uri is not None or post.reach is Reach.COMMUNITY
    is_kept = post.is_local and not group.is_local
    if is_nowhere_else and not is_kept and group.id in post_people.addressed(unit, post.id):
        tombstones.remove(unit, post, owner_uri=accounts.get(unit, post.author_id).uri)
        tombstones.bury(unit, post.uri, owner_uri=group.uri)  # so that it is known who may put it back


TAKEN_OUT = """
select p.id from posts p where p.author_id = :author and p.boost_of is null and (
    exists (select 1 from posts s where s.boost_of = p.id and s.author_id = :group)
    or exists (select 1 from post_people w where w.post_id = p.id and w.account_id = :group))
order by p.id
"""


def take_out_all(unit: Unit, author: Account, group: Account) -> None:
    """The same for all that somebody has written in a group."""
    written = unit.all(PostId, TAKEN_OUT, author=author.id, group=group.id)
    for post in posts.by_ids(unit, written):  # one by one: so much hangs on each, and it is rarely asked for
        take_out(unit, post, group)


def apply(unit: Unit, inner: Activity, *, group: Account) -> None:
    """The effect that a member's activity would have if it had come directly; a post that is here already stays."""
    if restoring.restored(unit, inner, group=group) is not None:
        return
    if inner.type != "Create" or posts.by_uri(unit, target_of(inner)) is None:
        inner.apply(unit)


def shared(unit: Unit, inner: Activity, group: Account) -> Post | None:
    """The post that is shown as shared by the group, since it begins a conversation there; None if there is none."""
    if (restored := restoring.restored(unit, inner, group=group)) is not None:
        return restored if _may_begin(unit, restored, group) else None
    return _new_in_group(unit, inner, group) if inner.type == "Create" else None


def is_vouched(inner: Activity, *, group: str, proven: frozenset[str]) -> bool:
    """Whether a member's activity is known to be its actor's. proven: ids of those whose proof was checked."""
    return inner.id in proven or (not proofs.has_proof(inner.document) and same_origin(inner.actor, group))


def _is_followed(unit: Unit, group: Account) -> bool:
    return group.kind == GROUP and follows.has_local_follower(unit, group.id)


def _new_in_group(unit: Unit, inner: Activity, group: Account) -> Post | None:
    post = posts.by_uri(unit, target_of(inner))
    if post is None or not same_origin(post.uri, inner.actor) or not _may_begin(unit, post, group):
        return None
    return post


def _may_begin(unit: Unit, post: Post, group: Account) -> bool:
    """Whether a post begins a conversation in a group, and does not stand there yet."""
    if post.reply_to_uri is not None:
        return False
    is_for_members = post.reach is Reach.COMMUNITY and group.id in post_people.addressed(unit, post.id)
    return (post.reach in OPEN or is_for_members) and posts.share_by(unit, group.id, post.id) is None


def _names(unit: Unit, inner: Activity, group: Account) -> bool:
    """Whether an activity is for this group: it or its object says so, or its post is in one of the group's conversations."""
    if group.uri in named_by(inner):
        return True
    post = posts.by_uri(unit, target_of(inner))
    return post is not None and posts.share_by(unit, group.id, post.thread_id) is not None


def named_by(inner: Activity) -> set[str]:
    """Whom an activity or its object names as those whom it is for: ids."""
    return {str(uri) for uri in (*named_in(inner.document), *named_in(inner.document.get("object")))}


def target_of(inner: Activity) -> str:
    """The id of the post that an activity speaks of; for an Undo, that of what is undone."""
    thing = inner.document.get("object")
    if inner.type == "Undo" and isinstance(thing, dict):
        thing = thing.get("object", thing)
    return str(value_or_id(thing))
