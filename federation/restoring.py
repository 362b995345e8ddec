"""A moderator of a group takes a removal back: the post is in the group's conversations again.

    Announce(group, Delete by a moderator)          the post was taken out (`redistributed`)
    Announce(group, Undo of such a Delete)  ─► is the copy still here? shown by the group again
                                            └► it went? asked of its own node, which alone knows what it says now

What its author, or this node's own moderators, have removed stays removed: only what this very group took out comes back.
Source: FEP-1b12, "Moderation"; Lemmy's Undo of a Delete with `summary`.
"""

from federation import notes
from federation.activities import create
from federation.activity import Activity, How, Wanted
from federation.errors import Ignored
from federation.strict_json import JsonObject
from federation.vocabulary import types_of, value_or_id
from storage import accounts, posts, tombstones
from storage.accounts import Account
from storage.posts import Post
from storage.store import Unit


def removed_before(inner: Activity) -> str | None:
    """The id of the post whose removal an activity takes back; None for everything else."""
    removal = inner.document.get("object") if inner.type == "Undo" else None
    if not isinstance(removal, dict) or "Delete" not in types_of(removal):
        return None
    post = value_or_id(removal.get("object"))
    return post if isinstance(post, str) else None


def wants(unit: Unit, inner: Activity, *, group: Account) -> Wanted | None:
    """The post, where its copy went when this group took it out."""
    post = removed_before(inner)
    if post is None or not tombstones.is_buried(unit, post, by=group.uri):
        return None
    return Wanted(post, required=True, how=How.RESTORED, naming=group.uri)


def restored(unit: Unit, inner: Activity, *, group: Account) -> Post | None:
    """What a group puts back that somebody else wrote; None where an activity is no such thing.

    Raises Ignored: its copy went, and it could not be had again.
    """
    uri = removed_before(inner)
    if uri is None:
        return None
    post = posts.by_uri(unit, uri)
    if post is not None:
        return post if accounts.get(unit, post.author_id).uri != inner.actor else None
    if tombstones.is_buried(unit, uri, by=group.uri):
        raise Ignored("not-to-be-had")
    return None


def keep(unit: Unit, document: JsonObject, *, group: str) -> None:
    """Keep a post again that a group had taken out, as its own node shows it now.

    Raises Malformed, NotAllowed, NotFound; Ignored: it was not this group that took it out.
    """
    note = notes.read(document)
    if not tombstones.is_buried(unit, note.id, by=group):
        raise Ignored("removed-already")
    tombstones.lift(unit, note.id, owners=(note.attributed_to, group))
    activity = create.of(document)
    notes.demand_own(note, activity.actor)
    activity.demand_standing(unit)
    notes.keep(unit, note, document, activity.performer(unit), is_listened_to=False)
