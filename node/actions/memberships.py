"""Whether what somebody writes for communities would be taken there: said before it is posted, and why not."""

from collections.abc import Iterable

from federation import membership
from node.errors import Invalid
from storage.accounts import Account
from storage.conversations import CommunityAddress
from storage.posts import Post
from storage.store import Unit
from storage.visibility import OPEN, Reach

REASONS = {
    membership.CLOSED: ("ERR_COMMUNITY_CLOSED", "This community is closed: nothing more is written in it"),
    membership.BANNED: ("ERR_BANNED", "You may not write in this community for now: its managers can tell you why"),
    membership.NO_MEMBER: ("ERR_NO_MEMBER", "You are not a member of this community: join it first"),
    membership.MANAGERS_ONLY: ("ERR_MANAGERS_ONLY", "Only its managers begin conversations here: you can answer them"),
    membership.LOCKED: ("ERR_LOCKED", "This conversation is locked: nothing more is said in it"),
}

ONLY_NAMED = frozenset({membership.NO_MEMBER, membership.MANAGERS_ONLY})
"""What keeps a post for all nodes out of a community that it names, and is no reason not to post it."""


def demand_taken(
    unit: Unit, author: Account, communities: Iterable[CommunityAddress], *, reach: Reach, parent: Post | None
) -> None:
    """Whether a post would be taken by the communities that it is for.

    communities: which it names, or in whose conversation it answers.  parent: what it answers.
    Raises Invalid: one would not take it, and why.
    """
    if reach not in (*OPEN, Reach.COMMUNITY):
        return
    for community in communities:
        reason = membership.refusal(unit, community.id, author.id, thread=parent.thread_id if parent else None)
        if reason is not None and not (reach in OPEN and reason in ONLY_NAMED):
            raise Invalid("text", *REASONS[reason])
