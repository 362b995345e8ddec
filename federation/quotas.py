"""How much that nobody here has asked for may come from one person elsewhere: mentions, wishes to follow, invitations.

A peer's allowance (`rates`) is shared by all its people: one of them, or whoever has taken an account from them, could fill
everybody's notifications and stay below it. So each has a share of their own of what is told to people who do not read them. What
comes from somebody who is followed here is not counted, nor what is dropped for another reason. What is beyond the share is
dropped with that reason; the peer, which has done its part, is answered as always.

It is counted in the transaction that applies the activity: all processes of a node count together, and what is taken back was not spent.
"""

from federation.activity import Activity, How, Wanted
from federation.errors import Ignored
from storage import rates
from storage.rates import Rate
from storage.store import Unit

BEYOND = "more-than-a-share"


def demand(unit: Unit, activity: Activity, share: Rate) -> None:
    """Count an activity that is about to be applied. share: of each person elsewhere. Raises Ignored: it is beyond that."""
    actor = activity.performer(unit)
    if actor.is_local or not activity.is_unasked(unit):
        return
    taken, _ = rates.take(unit, f"unasked of {actor.id}", share, wanted=1)
    if not taken:
        raise Ignored(BEYOND)


def demand_before_asking(unit: Unit, activity: Activity, missing: tuple[Wanted, ...], share: Rate) -> None:
    """The same of what is told by its id alone, before its node is asked for it. Raises Ignored."""
    if any(each.how is How.IF_FOR_US and not each.naming for each in missing):
        demand(unit, activity, share)
