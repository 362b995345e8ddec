"""What managers of a community take back: a Lock, a Block with a target, a Delete of what somebody else wrote.

What is undone is found by what it was about, since whoever takes it back names it anew: another manager than the one who did it
may. What was added to one of the community's collections is taken out with a Remove.

A post that comes back is shown by the community again; where its copy went here, it is had from its own node (`restoring`).
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation import leading
from federation.activity import Activity, How, Wanted
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.vocabulary import value_or_id
from storage import accounts, communities, posts, tombstones
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Decision:
    """What is taken back, one of these.

    thread: a conversation that was locked.  banned: somebody who was kept out.  removed: the id of a post that was taken out.
    """

    community: Account
    thread: PostId | None = None
    banned: AccountId | None = None
    removed: str = ""


def find(unit: Unit, undo: Activity, undone: Mapping[str, object]) -> Decision | None:
    """The decision that an Undo speaks of; None where it is about something else.

    undone: the activity that is taken back, or its id alone.
    """
    match undone.get("type"):
        case "Lock":
            return _lock(unit, undo, str(value_or_id(undone.get("object"))))
        case "Block" if undone.get("target") is not None:
            return _ban(unit, undo, undone)
        case "Delete" if not undo.group:  # what a community puts back elsewhere is known by what it had taken out
            return _removal(unit, undo, str(value_or_id(undone.get("object"))))
        case None if undone.get("id"):
            return _by_id(unit, undo, str(undone["id"]))
        case _:
            return None


def wants(unit: Unit, undo: Activity, decision: Decision) -> Sequence[Wanted]:
    """The post that comes back, where its copy went here."""
    community = decision.community
    if not decision.removed or not community.is_local or posts.by_uri(unit, decision.removed) is not None:
        return ()
    with contextlib.suppress(NotAllowed, NotFound):  # else `authorize` says why
        leading.demand(unit, undo, community)
        return (Wanted(decision.removed, required=True, how=How.RESTORED, naming=community.uri),)
    return ()


def authorize(unit: Unit, undo: Activity, decision: Decision) -> None:
    """A manager of the community. Raises NotAllowed, NotFound; Ignored: the post that was to come back is not to be had."""
    leading.demand(unit, undo, decision.community)
    if decision.removed and decision.community.is_local and posts.by_uri(unit, decision.removed) is None:
        raise Ignored("not-to-be-had")


def told(decision: Decision) -> Audience:
    """The community's node, and that of whoever may take part again."""
    concerned = decision.community.is_local and decision.banned is not None
    return leading.told(decision.community) | Audience(
        frozenset({decision.banned} if concerned and decision.banned else ())
    )


def apply(unit: Unit, undo: Activity, decision: Decision) -> None:
    """Take it back, where that counts."""
    if not leading.counts(undo, decision.community):
        return
    if decision.thread is not None:
        communities.unlock(unit, decision.community.id, decision.thread)
    if decision.banned is not None:
        communities.lift_ban(unit, decision.community.id, decision.banned)


def _lock(unit: Unit, undo: Activity, thread: str) -> Decision | None:
    post = posts.by_uri(unit, thread)
    community = leading.where_it_stands(unit, undo, post)
    return None if post is None or community is None else Decision(community, thread=post.id)


def _ban(unit: Unit, undo: Activity, undone: Mapping[str, object]) -> Decision | None:
    community = leading.at(unit, undo, value_or_id(undone["target"]))
    banned = accounts.by_uri(unit, str(value_or_id(undone.get("object"))))
    return None if community is None or banned is None else Decision(community, banned=banned.id)


def _removal(unit: Unit, undo: Activity, uri: str) -> Decision | None:
    post = posts.by_uri(unit, uri)
    if post is not None:
        author = accounts.get(unit, post.author_id)
        community = leading.where_it_stands(unit, undo, post) if author.uri != undo.actor else None
        return None if community is None else Decision(community, removed=uri)
    gone_from = (each for each in leading.named(unit, undo) if tombstones.is_buried(unit, uri, by=each.uri))
    found = next(gone_from, None)
    return None if found is None else Decision(found, removed=uri)


def _by_id(unit: Unit, undo: Activity, uri: str) -> Decision | None:
    """By the id of the Lock or the Block: what was decided is known, and so is where."""
    for community in leading.named(unit, undo):
        if (thread := communities.thread_locked_by(unit, community.id, uri)) is not None:
            return Decision(community, thread=thread)
        if (banned := communities.banned_by(unit, community.id, uri)) is not None:
            return Decision(community, banned=banned)
    return None
