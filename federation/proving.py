"""What accounts of this node tell is proven by them, so that it can be believed from whoever brings it.

The proof is put on at the door and kept nowhere: it follows from the activity, the key of its author and the moment when
it was done, so every peer and every attempt gets the same bytes. What is meant for named people alone goes without: a
proof would let any of them show it to outsiders.

So does an Announce in which a community sends on what somebody did: the proof inside is the one that counts. A second one outside
would declare its terms for the whole document, and where those inside are of an older version of the same vocabulary, as
Fedify's are, readers of JSON-LD refuse the whole ("protected term redefinition").
"""

from federation import ballots, strict_json
from federation.own_keys import OwnKeys
from federation.signatures import proofs
from federation.signatures.keys import Kind
from federation.strict_json import JsonObject
from federation.vocabulary import as_list, types_of, value_or_id
from storage.deliveries import Delivery

MOST_REMEMBERED = 1_024

POSTING = {"Create": "object", "Update": "object", "QuoteRequest": "instrument"}
"""What carries a post, and where."""


class Proving:
    """Puts proofs on activities."""

    def __init__(self, keys: OwnKeys) -> None:
        self._keys = keys
        self._proven: dict[str, bytes] = {}

    async def proven(self, delivery: Delivery) -> bytes:
        """The bytes to send for a delivery: with a proof, unless it has one or should have none."""
        known = self._proven.get(delivery.activity_uri)
        if known is not None:
            return known
        body = await self._prove(delivery)
        if len(self._proven) >= MOST_REMEMBERED:
            del self._proven[next(iter(self._proven))]
        self._proven[delivery.activity_uri] = body
        return body

    async def _prove(self, delivery: Delivery) -> bytes:
        document = strict_json.loads(delivery.body)
        if "proof" in document or is_private(document):
            return delivery.body
        try:
            if (inner := sent_on(document)) is not None:
                return strict_json.dumps({**document, "object": await self._inner(inner, delivery)})
            key = await self._keys.key(delivery.actor_id, Kind.ED25519, at=delivery.created_at)
            return strict_json.dumps(proofs.attach(document, key, now=delivery.created_at))
        except ValueError:  # a number that not every reader reads alike
            return delivery.body

    async def _inner(self, inner: JsonObject, delivery: Delivery) -> JsonObject:
        """What somebody of a community's own node did is proven by them; the rest comes proven or not, and stays as it came."""
        if "proof" in inner or is_private(inner):
            return inner
        key = await self._keys.key_of(str(value_or_id(inner["actor"])), Kind.ED25519, at=delivery.created_at)
        return proofs.attach(inner, key, now=delivery.created_at) if key else inner


def sent_on(activity: JsonObject) -> JsonObject | None:
    """The activity that a community sends on, inside an Announce; None where there is none."""
    inner = activity.get("object")
    is_inside = "Announce" in types_of(activity) and isinstance(inner, dict) and "actor" in inner
    return inner if is_inside and isinstance(inner, dict) else None


def carried(activity: JsonObject) -> JsonObject | None:
    """The post that an activity carries whole; None where it carries none."""
    thing = next((activity.get(POSTING[kind]) for kind in types_of(activity) if kind in POSTING), None)
    return thing if isinstance(thing, dict) else None


def is_private(activity: JsonObject) -> bool:
    """Whether an activity carries words for named people alone: everybody addressed is mentioned, or it is a vote or a report."""
    if "Flag" in types_of(activity):  # a report is for one node's moderators
        return True
    thing = carried(activity)
    if thing is None:
        return False
    if ballots.is_vote(thing):
        return True
    addressed = {value_or_id(one) for name in ("to", "cc") for one in as_list(thing.get(name))}
    mentioned = {
        tag.get("href") for tag in as_list(thing.get("tag")) if isinstance(tag, dict) and tag.get("type") == "Mention"
    }
    return bool(addressed) and addressed <= mentioned
