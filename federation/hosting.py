"""A community of this node: what is done in it is sent on, as it was done, to all its members' nodes.

    tokyo ──Create──► paris, the community's node ──Announce(community, Create)──► tokyo, dakar: wherever members are

The same for what a member of this node does. What is sent on is decided before the activity is applied, since a removal leaves
nothing by which to see where it belonged; it is sent once the activity is applied, in the same transaction. The activity inside is
the JSON as it came, with its proof; what people of this node did is proven when it is sent (`proving`). Nodes that read no
activity inside an Announce are told of a new conversation by an Announce of its first post, and of its end by the Undo of that.

Source: FEP-1b12.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation import documents, notes, redistributed, restoring, strict_json
from federation.activities.announce import Announce
from federation.activities.create import Create
from federation.activities.update import Update
from federation.activity import Activity
from federation.audience import Audience, inboxes, reach_of
from federation.hosts import same_origin
from federation.membership import refusal
from federation.signatures import proofs
from federation.strict_json import JsonObject
from federation.vocabulary import PUBLIC
from storage import communities, deliveries, directories, posts
from storage.accounts import Account
from storage.ids import AccountId
from storage.posts import Post
from storage.store import Unit
from storage.visibility import OPEN, Reach

IN_CONVERSATIONS = (*OPEN, Reach.COMMUNITY)
"""What a community has to do with; the rest is for others, whomever it names."""


@dataclass(frozen=True, slots=True)
class Onward:
    """What a community sends on. ended: the id of its sharing of the conversation that ends by it; '' for none."""

    announced: Announce
    ended: str


def onward(unit: Unit, activity: Activity) -> list[Onward]:
    """What the communities of this node send on of an activity that is about to be applied. Nothing, for most."""
    if activity.type not in redistributed.ACCEPTED or not (uris := _might_be_hosted(unit, activity)):
        return []
    found = communities.hosted_among(unit, uris)
    return [_onward(unit, each, activity) for each in found if _takes_place_in(unit, activity, each)]


def tell_others(unit: Unit, sent: Onward) -> None:
    """Tell those who read no activity inside an Announce that a conversation has begun, or has ended. Asked once it has."""
    inner = sent.announced.inner()
    community = sent.announced.performer(unit)
    post_uri = "" if inner is None else redistributed.target_of(inner)
    if sent.ended:
        undone = _plain_share(community, sent.ended, post_uri)
        uri, to = f"{undone['id']}/undo", [community.followers_uri]
        _send(unit, community, documents.act("Undo", community, undone, uri=uri, to=to))
        return
    begins = inner is not None and (inner.type == "Create" or restoring.removed_before(inner) is not None)
    begun = posts.by_uri(unit, post_uri) if begins else None
    if begun is not None and begun.reply_to_uri is None and begun.reach in OPEN:
        share = _plain_share(community, sent.announced.id, begun.uri)
        document = sent.announced.document
        _send(unit, community, documents.in_context({**share, "to": document["to"], "cc": document.get("cc")}))


def keep_proven(unit: Unit, sent: Onward) -> None:
    """Keep what somebody elsewhere wrote for members alone, as they have proven it: who comes later has it from here (`copies`)."""
    inner = sent.announced.inner()
    if inner is None or inner.type not in ("Create", "Update") or not proofs.has_proof(inner.document):
        return
    post = posts.by_uri(unit, redistributed.target_of(inner))
    if post is not None and not post.is_local and post.reach is Reach.COMMUNITY:
        communities.keep_proven(unit, post.id, notes.as_kept(inner.document))


def is_in(unit: Unit, post: Post, community: AccountId) -> bool:
    """Whether a post stands in one of a community's conversations."""
    return posts.share_by(unit, community, post.thread_id) is not None


def _might_be_hosted(unit: Unit, activity: Activity) -> set[str]:
    """Of what an activity names, what could be a community of this node: most name none, and nothing is looked up for them."""
    actor = activity.performer(unit)
    uris = redistributed.named_by(activity) - {PUBLIC, actor.followers_uri}
    return {uri for uri in uris if same_origin(uri, activity.actor) is actor.is_local}


def _takes_place_in(unit: Unit, activity: Activity, community: Account) -> bool:
    """Whether an activity takes place in a community, by somebody who may do that there."""
    actor = activity.performer(unit).id
    if isinstance(activity, Create):
        return _may_be_written(unit, activity, community)
    if (decided := activity.decides_in(unit)) is not None:  # by its managers: who is none was refused already
        return decided.id == community.id
    is_own = activity.type in redistributed.DECIDING  # what somebody does so for themselves
    post = None if is_own else posts.by_uri(unit, redistributed.target_of(activity))
    if post is None or post.reach not in IN_CONVERSATIONS or not is_in(unit, post, community.id):
        return False
    if isinstance(activity, Update) and activity.reach(unit, post) not in IN_CONVERSATIONS:
        return False
    if activity.type in redistributed.POSTING:
        return post.author_id == actor
    return communities.banned(unit, community.id, actor) is None


def _may_be_written(unit: Unit, create: Create, community: Account) -> bool:
    if create.post_uri is None:  # a vote, which goes to one person; or a post that must be fetched, and comes again
        return False
    note, author = create.note(), create.performer(unit)
    reach = reach_of(author, to=note.to, cc=note.cc, people=notes.people_of(unit, note, author))
    if reach not in IN_CONVERSATIONS:
        return False
    answered = posts.by_uri(unit, note.in_reply_to) if note.in_reply_to else None
    if note.in_reply_to and (answered is None or not is_in(unit, answered, community.id)):
        return False
    return refusal(unit, community.id, author.id, thread=answered.thread_id if answered else None) is None


def _onward(unit: Unit, community: Account, activity: Activity) -> Onward:
    led = communities.find(unit, community.id)
    to, cc = [community.followers_uri], list[str]()
    said_to, said_cc = _addressing(activity)
    if led is not None and led.is_for_members:
        pass  # whatever the activity says
    elif PUBLIC in said_to:
        to, cc = [PUBLIC], [community.followers_uri]
    elif PUBLIC in said_cc:  # it stands in no list for all, and is put into none by being sent on
        cc = [PUBLIC]
    uri = f"{community.uri}/announces/{unit.new_id()}"
    document = documents.act("Announce", community, _as_it_came(activity), uri=uri, to=to, cc=cc)
    return Onward(Announce.read(document), _ended(unit, community, activity))


def _addressing(activity: Activity) -> tuple[Sequence[str], Sequence[str]]:
    """`to` and `cc` of an activity; of a new post, where only that says it."""
    if isinstance(activity, Create) and not (activity.to or activity.cc):
        return activity.note().to, activity.note().cc
    return activity.to, activity.cc


def _as_it_came(activity: Activity) -> JsonObject:
    """What a community sends on, unchanged but for a linked-data signature, which is worth nothing and which proofs do not cover."""
    return {name: value for name, value in activity.document.items() if name != "signature"}


def _ended(unit: Unit, community: Account, activity: Activity) -> str:
    post = posts.by_uri(unit, redistributed.target_of(activity)) if activity.type == "Delete" else None
    share = posts.share_by(unit, community.id, post.id) if post is not None and post.reach in OPEN else None
    return share.uri if share is not None else ""


def _plain_share(community: Account, announced: str, post: str) -> JsonObject:
    return {"id": f"{announced}/post", "type": "Announce", "actor": community.uri, "object": post}


def _send(unit: Unit, community: Account, document: JsonObject) -> None:
    """To those of the members' nodes of which it is not known that they read what is inside an Announce."""
    going_to = inboxes(unit, Audience(followers_of=frozenset({community.id})))
    readers = directories.read(unit)
    others = [(host, inbox) for host, inbox in going_to if host not in readers]
    body = strict_json.dumps(document)
    deliveries.add(unit, uri=str(document["id"]), actor=community.id, body=body, inboxes=others)
