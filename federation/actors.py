"""Actor documents of other nodes become accounts and keys, once they have proved to be what they say."""

from collections.abc import Mapping
from datetime import datetime

import orjson
from pydantic import ValidationError

from federation import attachments, cards, communities, custom_emoji, node_identity
from federation.errors import BadDocument, BadKey
from federation.hosts import host_of, same_origin
from federation.html import plain, sanitise
from federation.signatures import keys as signing_keys
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import ACTOR_TYPES, MOST_KEYS, Actor, Multikey, as_list
from storage import accounts, keys
from storage.accounts import Account, Profile
from storage.keys import ShownKey
from storage.store import Unit

LONGEST_NAME = 200
LONGEST_FIELD = 1_000
MOST_ALIASES = 256
LONGEST_URI = 2_048

SHOW_KEYS = ("publicKey", "assertionMethod")
"""Where an actor shows its keys, or names them."""

NONE_APART: Mapping[str, JsonObject] = {}


def read(document: JsonObject) -> Actor:
    """The actor in a document whose id has been checked against where it came from.

    Raises BadDocument: not an actor, or one whose inbox or key lies on another origin. Source: FEP-fe34.
    """
    actor = listed(document)
    if not keys_apart(document):
        keys_of(actor)
    return actor


def keys_apart(document: JsonObject) -> list[str]:
    """The ids of keys that an actor names without showing them: each has a document of its own, on the same origin."""
    uri = str(document.get("id", ""))
    named = [key for name in SHOW_KEYS for key in as_list(document.get(name))[:MOST_KEYS] if isinstance(key, str)]
    return [key for key in dict.fromkeys(named) if "#" not in key and key != uri and same_origin(key, uri)]


def listed(document: JsonObject) -> Actor:
    """The same without its keys, as it stands in a directory. Raises BadDocument."""
    uri = str(document.get("id", ""))
    try:
        actor = Actor.model_validate(document)
    except ValidationError as error:
        raise BadDocument(uri, code="not-an-actor", internal=str(error.errors()[0]["loc"])) from error
    if actor.type not in ACTOR_TYPES:
        raise BadDocument(uri, code="not-an-actor", internal=f"type {actor.type}")
    beside = [
        actor.inbox,
        *(key.id for key in actor.public_key),
        actor.endpoints.shared_inbox,
        actor.outbox,
        actor.followers,
        actor.following,
    ]
    if any(part and not same_origin(part, actor.id) for part in beside):
        raise BadDocument(uri, code="parts-of-another-origin")
    return actor


def keys_of(actor: Actor) -> list[ShownKey]:
    """The keys of an actor that can be used. Raises BadDocument if there are none: no key, another's, an unusable one.

    Source: FEP-521a, and the habit of `publicKey`, which the W3C's security vocabulary once described.
    """
    found: dict[str, ShownKey] = {}
    trouble = BadDocument(actor.id, code="no-key")
    for key in actor.public_key:
        if key.owner != actor.id:
            trouble = BadDocument(actor.id, code="key-of-another")
            continue
        try:
            signing_keys.public_from_pem(key.public_key_pem)
        except BadKey as error:
            trouble = BadDocument(actor.id, code="bad-key", internal=str(error))
            continue
        found[key.id] = ShownKey(key.id, key.public_key_pem)
    # Of a key that stands in both places, what is said under `assertionMethod` counts.
    found |= {key.id: shown for key in actor.assertion_method if (shown := _vouching(actor, key)) is not None}
    if not found:
        raise trouble
    return list(found.values())


def _vouching(actor: Actor, key: Multikey) -> ShownKey | None:
    if key.type != "Multikey" or key.controller != actor.id or key.revoked is not None:
        return None
    if not same_origin(key.id, actor.id):
        return None
    try:
        material = signing_keys.ed25519_from_multikey(key.public_key_multibase)
    except BadKey:
        return None  # keys of other kinds stand there too
    expires = key.expires.replace(microsecond=0) if key.expires else None
    return ShownKey(key.id, signing_keys.public_to_pem(material), proves=True, expires_at=expires)


def keep(
    unit: Unit,
    document: JsonObject,
    *,
    takes_name: bool = False,
    apart: Mapping[str, JsonObject] = NONE_APART,
    vouched: bool = False,
) -> Account:
    """Keep an actor of a peer and its key, or refresh them. Raises BadDocument.

    takes_name: whether WebFinger has said that the name is this actor's, whoever had it before.
    apart: the documents of keys that the actor only names (`keys_apart`), by id; one that is known already may be left out.
    vouched: whether the actor has said this itself, with a key that was known before.
    """
    actor = listed(document)
    shown = _all_keys(unit, document, apart)
    account = accounts.keep_remote(
        unit,
        uri=actor.id,
        host=host_of(actor.id),
        kind=actor.type,
        profile=profile_of(actor),
        document=orjson.dumps(document).decode(),
        takes_name=takes_name,
    )
    keys.keep_public(unit, actor.id, node_identity.weighed(unit, account, shown, vouched=vouched))
    attachments.keep_pictures(unit, account, actor)
    custom_emoji.keep_of_actor(unit, account, document)
    communities.keep_told(unit, account, actor)
    return account


def _all_keys(unit: Unit, document: JsonObject, apart: Mapping[str, JsonObject]) -> list[ShownKey]:
    """The keys that an actor shows, and those that it names and that are shown elsewhere. Raises BadDocument if there are none."""
    named = keys_apart(document)
    if not named:
        return keys_of(listed(document))
    shown = {name: [_shown_apart(key, apart) for key in as_list(document.get(name))] for name in SHOW_KEYS}
    known = {
        row.key_id: ShownKey(row.key_id, row.pem, row.proves, row.expires_at)
        for row in keys.public_of(unit, str(document["id"]))
        if row.key_id in named and row.key_id not in apart
    }
    try:
        return [*known.values(), *keys_of(listed({**document, **shown}))]
    except BadDocument:
        if not known:
            raise
        return list(known.values())


def _shown_apart(key: JsonValue, apart: Mapping[str, JsonObject]) -> JsonValue:
    return apart.get(key, key) if isinstance(key, str) else key


def said_at(unit: Unit, account: Account) -> datetime | None:
    """When what is kept of an actor was said at their node, by `updated`; None where that is not known, or has not come yet.

    A clock that was ahead once must not make everything old that is said after it was put right.
    """
    kept = accounts.document(unit, account.id)
    said = Actor.model_validate(orjson.loads(kept)).updated if kept is not None else None
    return said if said is not None and said <= unit.now else None


def profile_of(actor: Actor) -> Profile:
    """What an account keeps of an actor: names cleaned, texts made safe."""
    url = actor.url if actor.url and same_origin(actor.url, actor.id) else actor.id
    lines = [
        (plain(line.name, longest=LONGEST_FIELD), sanitise(line.value[:LONGEST_FIELD])) for line in actor.attachment
    ]
    return Profile(
        username=actor.preferred_username,
        display_name=plain(actor.name, longest=LONGEST_NAME),
        note=sanitise(actor.summary),
        fields=cards.without_lines(lines) if actor.visiting_card else lines,
        url=url,
        inbox=actor.inbox,
        shared_inbox=actor.endpoints.shared_inbox or actor.inbox,
        outbox=actor.outbox,
        followers_uri=actor.followers,
        following_uri=actor.following,
        locked=actor.manually_approves_followers,
        discoverable=actor.discoverable,
        featured=actor.featured if actor.featured and same_origin(actor.featured, actor.id) else "",
        also_known_as=[uri for uri in actor.also_known_as if len(uri) <= LONGEST_URI][:MOST_ALIASES],
        moved_to=actor.moved_to if actor.moved_to and len(actor.moved_to) <= LONGEST_URI else None,
        card=cards.read(actor.visiting_card),
    )
