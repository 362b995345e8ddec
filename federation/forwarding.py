"""What is answered to a post of this node is passed on to those who read that post.

    tokyo ──answer──► paris, where the post is at home ──the same bytes──► dakar, which follows the post's author

The one who answers does not know who follows the one who is answered; only the node of the latter does. It passes on what
can be believed from whoever brings it: with a proof, public or unlisted, unchanged, when it is seen for the first time and
comes from its author's own node. So nothing is passed on twice, and what was passed on goes no further.

In the same way, that leave to quote was taken back is passed on by the node of whoever quoted to the readers of the quote.

Source: ActivityPub 7.1.2; FEP-044f.
"""

from federation import audience
from federation.activity import Activity
from federation.audience import Audience
from federation.hosts import host_of
from federation.signatures import proofs
from storage import conversations, deliveries
from storage.ids import Host
from storage.store import Unit


def forward(unit: Unit, activity: Activity, body: bytes, *, brought_by: Host) -> None:
    """Queue what a peer has told for the readers of what is answered by it, where that is ours.

    To be asked before the activity is applied, since a removal leaves nothing by which to find the conversation.
    body: as received; its proof, if it has one, was verified at the door.  brought_by: the host that signed the request.
    """
    answered = activity.continues(unit)
    if answered is None or not proofs.has_proof(activity.document):
        return
    author = host_of(activity.actor)
    if brought_by != author:
        return
    own = conversations.own_above(unit, answered, answered_by=activity.performer(unit).id)
    if not own:
        return
    people = conversations.told_of(unit, [post.id for post in own])
    readers = Audience(frozenset(people), frozenset(post.author_id for post in own))
    inboxes = [(host, inbox) for host, inbox in audience.inboxes(unit, readers) if host != author]
    deliveries.add(unit, uri=activity.id, actor=own[0].author_id, body=body, inboxes=inboxes)


def pass_on(unit: Unit, activity: Activity, body: bytes, *, brought_by: Host) -> None:
    """Queue what a peer has told for those to whom the activity itself says that it is passed on from here.

    Arguments as for `forward`.
    """
    onward = activity.passes_on(unit)
    author = host_of(activity.actor)
    if onward is None or brought_by != author:
        return
    inboxes = [(host, inbox) for host, inbox in audience.inboxes(unit, onward.audience) if host != author]
    deliveries.add(unit, uri=activity.id, actor=onward.by, body=body, inboxes=inboxes)
