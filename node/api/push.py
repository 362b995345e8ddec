"""Where an app wants to be told of notifications while it is not open: one place for each token.

Source: the Mastodon API documentation, "push" methods; RFC 8030.
"""

import binascii
from base64 import urlsafe_b64decode
from typing import Any

from pydantic import Field

from federation.errors import PeerNotAdmitted
from node.api.answers import Answerable
from node.api.callers import Caller, bearer_token
from node.api.endpoints import endpoint
from node.api.errors import ApiError, TokenNeeded
from node.api.parameters import Parameters
from node.push import encryption
from node.push.sender import PUSH, Sender
from storage import pushes
from storage.errors import NotFound
from storage.oauth import Grant
from storage.pushes import POLICIES, Subscription

KINDS = (
    *(
        "mention",
        "status",
        "reblog",
        "follow",
        "follow_request",
        "favourite",
        "poll",
        "update",
        "quote",
        "quoted_update",
    ),
    *("admin.sign_up", "admin.report"),
)
LONGEST_ENDPOINT = 2_000


class PushOff(ApiError):
    """This node pushes nothing, or not to that service."""

    code = "push-off"
    status = 422


class Keys(Parameters):
    """With which a push is sealed: an app's public key and its secret, in base64url."""

    p256dh: str
    auth: str


class Place(Parameters):
    """Where to tell an app."""

    endpoint: str = Field(max_length=LONGEST_ENDPOINT)
    keys: Keys
    standard: bool = False


class Data(Parameters):
    """Of what to tell it."""

    alerts: dict[str, bool] = {}  # noqa: RUF012  pydantic copies defaults
    policy: str = "all"

    @property
    def kinds(self) -> str:
        """The kinds that are wanted, as they are kept; an unknown one is none."""
        return pushes.alerts_of(kind for kind in KINDS if self.alerts.get(kind))


class Wanted(Parameters):
    """A whole subscription."""

    subscription: Place
    data: Data = Data()


class Change(Parameters):
    """What is to be other than before."""

    data: Data = Data()


@endpoint("POST", "/api/v1/push/subscription", scope="push")
async def subscribe(caller: Caller, wanted: Wanted) -> Answerable:
    """Tell this app there from now on."""
    sender, place, grant = _sender(caller), wanted.subscription, _grant(caller)
    try:
        sender.services.demand_allowed(place.endpoint)
    except PeerNotAdmitted as error:
        raise PushOff(
            "This node sends no push notifications to that service: its administrator has not allowed it"
        ) from error
    public_key, auth = _raw(place.keys.p256dh), _raw(place.keys.auth)
    if not encryption.is_key(public_key) or len(auth) != encryption.AUTH_BYTES:
        raise PushOff("Validation failed: the keys of the subscription cannot be used")
    sealed = caller.node.vault.seal((bearer_token(caller.request) or "").encode(), about=f"push {grant.id}")
    asked = Subscription(
        0,
        grant.id,
        caller.me.id,
        place.endpoint,
        public_key,
        auth,
        place.standard,
        wanted.data.kinds,
        _policy(wanted.data),
        sealed,
    )
    return _entity(sender, await caller.node.store.write(pushes.subscribe, asked))


@endpoint("GET", "/api/v1/push/subscription", scope="push")
async def show(caller: Caller) -> Answerable:
    """Where this app is told."""
    found = await caller.node.store.read(pushes.of_token, _grant(caller).id)
    return _entity(_there(caller), _known(found))


@endpoint("PUT", "/api/v1/push/subscription", scope="push")
async def change(caller: Caller, wanted: Change) -> Answerable:
    """Tell this app of something else."""
    kinds, policy = wanted.data.kinds, _policy(wanted.data)
    found = await caller.node.store.write(pushes.change, _grant(caller).id, alerts=kinds, policy=policy)
    return _entity(_there(caller), _known(found))


@endpoint("DELETE", "/api/v1/push/subscription", scope="push")
async def unsubscribe(caller: Caller) -> Answerable:
    """Tell this app nothing more."""
    await caller.node.store.write(pushes.unsubscribe, _grant(caller).id)
    return {}


def _sender(caller: Caller) -> Sender:
    if PUSH not in caller.request.app:
        raise PushOff("This node sends no push notifications: they are switched off")
    return caller.request.app[PUSH]


def _there(caller: Caller) -> Sender:
    """What an app is told that asks for something that is not there: apps look for `not found`."""
    if PUSH not in caller.request.app:
        raise NotFound
    return caller.request.app[PUSH]


def _known(found: Subscription | None) -> Subscription:
    if found is None:
        raise NotFound
    return found


def _grant(caller: Caller) -> Grant:
    if caller.grant is None:
        raise TokenNeeded
    return caller.grant


def _policy(data: Data) -> str:
    if data.policy not in POLICIES:
        raise PushOff(f"Validation failed: Policy is one of {', '.join(POLICIES)}")
    return data.policy


def _raw(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return b""


def _entity(sender: Sender, found: Subscription) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "endpoint": found.endpoint,
        "standard": found.standard,
        "server_key": sender.vapid.public,
        "alerts": {kind: f",{kind}," in found.alerts for kind in KINDS},
        "policy": found.policy,
    }
