"""Actor documents of other nodes become accounts and keys, once they have proved to be what they say."""

import orjson
from pydantic import ValidationError

from federation.errors import BadDocument, BadKey
from federation.hosts import host_of, same_origin
from federation.html import plain, sanitise
from federation.signatures import keys as signing_keys
from federation.strict_json import JsonObject
from federation.vocabulary import ACTOR_TYPES, Actor
from storage import accounts, keys
from storage.accounts import Account, Profile
from storage.store import Unit

LONGEST_NAME = 200
LONGEST_FIELD = 1_000


def read(document: JsonObject) -> Actor:
    """The actor in a document whose id has been checked against where it came from.

    Raises BadDocument: not an actor, or one whose inbox or key lies on another origin. Source: FEP-fe34.
    """
    uri = str(document.get("id", ""))
    try:
        actor = Actor.model_validate(document)
    except ValidationError as error:
        raise BadDocument(uri, code="not-an-actor", internal=str(error.errors()[0]["loc"])) from error
    if actor.type not in ACTOR_TYPES:
        raise BadDocument(uri, code="not-an-actor", internal=f"type {actor.type}")
    beside = [
        actor.inbox,
        actor.public_key.id,
        actor.endpoints.shared_inbox,
        actor.outbox,
        actor.followers,
        actor.following,
    ]
    if any(part and not same_origin(part, actor.id) for part in beside):
        raise BadDocument(uri, code="parts-of-another-origin")
    if actor.public_key.owner != actor.id:
        raise BadDocument(uri, code="key-of-another")
    try:
        signing_keys.public_from_pem(actor.public_key.public_key_pem)
    except BadKey as error:
        raise BadDocument(uri, code="bad-key", internal=str(error)) from error
    return actor


def keep(unit: Unit, document: JsonObject) -> Account:
    """Keep an actor of a peer and its key, or refresh them. Raises BadDocument."""
    actor = read(document)
    account = accounts.keep_remote(
        unit,
        uri=actor.id,
        host=host_of(actor.id),
        kind=actor.type,
        profile=profile_of(actor),
        document=orjson.dumps(document).decode(),
    )
    keys.keep_public(unit, actor.public_key.id, owner_uri=actor.id, pem=actor.public_key.public_key_pem)
    return account


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
        fields=lines,
        url=url,
        inbox=actor.inbox,
        shared_inbox=actor.endpoints.shared_inbox or actor.inbox,
        outbox=actor.outbox,
        followers_uri=actor.followers,
        following_uri=actor.following,
        locked=actor.manually_approves_followers,
        discoverable=actor.discoverable,
    )
