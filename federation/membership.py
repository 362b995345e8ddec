"""Who may write in a community, as far as this node knows: the rule itself, for people here and elsewhere.

Of a community of another node its own node decides in the end; here it is said beforehand what that node would refuse.
"""

from storage import communities
from storage.ids import AccountId, PostId
from storage.store import Unit

CLOSED = "community-closed"
BANNED = "banned-from-community"
NO_MEMBER = "not-a-member"
MANAGERS_ONLY = "managers-begin"
LOCKED = "thread-locked"


def refusal(unit: Unit, community: AccountId, person: AccountId, *, thread: PostId | None) -> str | None:
    """Why somebody may not write in a community, one of the codes above; None where they may.

    thread: the first post of the conversation that they answer in; None where they begin one.
    """
    led = communities.find(unit, community)
    if led is not None and led.closed_at is not None:
        return CLOSED
    if communities.is_manager(unit, community, person):
        return None
    if communities.banned(unit, community, person) is not None:
        return BANNED
    if thread is not None and communities.locked_by(unit, thread) == community:
        return LOCKED
    if not communities.is_member(unit, community, person):
        return NO_MEMBER
    begins = thread is None
    return MANAGERS_ONLY if begins and led is not None and led.managers_write_only else None
