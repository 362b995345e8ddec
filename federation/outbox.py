"""Somebody of this node acts.

Allowed? → who must hear of it → effects → one delivery row for each peer, all in one transaction. What is done in return by others of this node (an Accept to a Follow) is part of the same transaction.
"""

from collections.abc import Iterable

from federation import activities, hosting, strict_json
from federation.activity import Activity
from federation.audience import inboxes
from federation.hosting import Onward
from storage import deliveries
from storage.store import Unit

KNOWN = tuple(activities.__all__)
"""The types that can be performed: importing them here is what registers them."""


def perform(unit: Unit, activity: Activity) -> int:
    """Do what an account of this node wants done, and queue the news of it. Returns to how many peers.

    Raises NotAllowed, NotFound, Ignored; then nothing has changed.
    """
    activity.demand_standing(unit)
    activity.authorize(unit)
    going_to = inboxes(unit, activity.audience(unit))  # before it is applied: who leaves has no followers afterwards
    sent_on = hosting.onward(unit, activity)
    activity.apply(unit)
    deliveries.add(
        unit,
        uri=activity.id,
        actor=activity.performer(unit).id,
        body=strict_json.dumps(activity.document),
        inboxes=going_to,
    )
    answer(unit, activity, sent_on)
    return len({host for host, _ in going_to})


def answer(unit: Unit, activity: Activity, sent_on: Iterable[Onward]) -> None:
    """Perform what people and communities of this node do in return for an activity that was applied, whoever did it.

    sent_on: what `hosting.onward` said before it was applied.
    """
    for answering in activity.answers(unit):
        if answering.is_allowed_to_stand(unit):  # who is suspended answers nothing
            perform(unit, answering)
    for onward in sent_on:
        if onward.announced.is_allowed_to_stand(unit):
            perform(unit, onward.announced)
            hosting.keep_proven(unit, onward)
            hosting.tell_others(unit, onward)
