"""Sender: takes what waits to be pushed, and tells push services.

A row is gone once a service has taken it, or has said that it never will; 404 and 410 end the subscription. What fails otherwise is
tried again after 30 seconds, then twice as long each time, for half a day. A process that dies leaves its rows to others.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import orjson
from aiohttp import web

from federation.errors import Unreachable
from federation.html import plain_text
from federation.push_services import PushServices
from node import observe
from node.api import entities
from node.api.entities import Entity
from node.context import Node
from node.push import encryption
from node.push.encryption import Recipient
from node.push.vapid import Vapid
from node.settings import Settings
from storage import accounts, notifications, pushes, second_factors, staff
from storage.accounts import Account
from storage.errors import StorageTrouble
from storage.events import ChangedElsewhere, Event, PushesQueued
from storage.pushes import Push, Subscription
from storage.store import Unit

AT_ONCE = 20
LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=30)
MOST_ATTEMPTS = 11
KEPT_SECONDS = 48 * 3600
LOOK_SECONDS = 30.0
LONGEST_BODY = 140
LONGEST_TITLE = 100
GONE = frozenset({404, 410})

SAID = {
    "fr": {
        "mention": "{name} vous a mentionné",
        "reblog": "{name} a partagé votre publication",
        "favourite": "{name} trouve votre publication utile",
        "follow": "{name} vous suit",
        "follow_request": "{name} demande à vous suivre",
        "status": "{name} a publié",
        "update": "{name} a modifié une publication",
        "poll": "Un sondage est clos",
        "": "Vous avez une nouvelle notification",
    },
    "en": {
        "mention": "{name} mentioned you",
        "reblog": "{name} shared your post",
        "favourite": "{name} found your post useful",
        "follow": "{name} follows you",
        "follow_request": "{name} asks to follow you",
        "status": "{name} posted",
        "update": "{name} changed a post",
        "poll": "A poll has ended",
        "": "You have a new notification",
    },
}
"""What a push says, in the person's language, by kind of notification; the last where nothing may be told."""


@dataclass(slots=True)
class _Outcome:
    done: list[Push] = field(default_factory=list)
    failed: list[Push] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


class Sender:
    """Sends what is queued, in this process."""

    def __init__(self, node: Node, services: PushServices, vapid: Vapid) -> None:
        self.vapid = vapid
        self.services = services
        self._node = node
        self._bell = asyncio.Event()
        node.store.listen(self._hear)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send for as long as the context lasts."""
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send_for_ever(), name="send pushes")
            try:
                yield
            finally:
                sending.cancel()

    def _hear(self, events: Sequence[Event]) -> None:
        if any(isinstance(event, PushesQueued | ChangedElsewhere) for event in events):
            self._bell.set()

    async def _send_for_ever(self) -> None:
        while True:
            self._bell.clear()
            try:
                while await self._turn():
                    pass
                wait = await self._node.store.read(_seconds_to_next)
            except StorageTrouble:
                wait = LOOK_SECONDS
            except Exception:  # noqa: BLE001  a worker's turn: what it took is due again when its lease runs out
                observe.LOG.exception("PushingFailed")
                wait = LOOK_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._bell.wait()

    async def _turn(self) -> bool:
        """Send what is due. Returns whether there was anything."""
        taken, known = await self._node.store.write(_take, self._node.now() + LEASE)
        if not taken:
            return False
        outcome = _Outcome()
        async with asyncio.TaskGroup() as group:
            for push in taken:
                group.create_task(self._send(push, known[push.subscription_id], outcome), name="push")
        await self._node.store.write(_settle, outcome)
        return True

    async def _send(self, push: Push, subscription: Subscription, outcome: _Outcome) -> None:
        text = await self._text(push, subscription)
        if text is None:
            outcome.done.append(push)
            return
        try:
            origin = self.services.demand_allowed(subscription.endpoint)
            status = await self.services.post(subscription.endpoint, *self._sealed(text, subscription, origin))
        except Unreachable as error:
            observe.tell(logging.WARNING, "PushFailed", {"code": error.code, "attempts": push.attempts})
            status = 0
        if status in GONE:
            outcome.gone.append(subscription.id)
        elif 200 <= status < 300 or 400 <= status < 429 or push.attempts >= MOST_ATTEMPTS:  # noqa: PLR2004
            outcome.done.append(push)
        else:
            outcome.failed.append(push)

    def _sealed(self, text: bytes, subscription: Subscription, origin: str) -> tuple[bytes, dict[str, str]]:
        """The body and all headers of a push.  Source: RFC 8030, 5; RFC 8292, 3; the drafts before them."""
        recipient = Recipient(subscription.public_key, subscription.auth)
        token = self.vapid.token(origin, now=self._node.now())
        sealed = (encryption.standard if subscription.standard else encryption.draft)(text, recipient)
        headers = {"TTL": str(KEPT_SECONDS), "Urgency": "normal", "Content-Type": "application/octet-stream"}
        headers |= sealed.headers
        if subscription.standard:
            headers["Authorization"] = f"vapid t={token}, k={self.vapid.public}"
        else:
            headers["Authorization"] = f"WebPush {token}"
            headers["Crypto-Key"] += f";p256ecdsa={self.vapid.public}"
        return sealed.body, headers

    async def _text(self, push: Push, subscription: Subscription) -> bytes | None:
        """What a push says; None when there is nothing to say any more."""
        node = self._node
        me, member, notification = await node.store.read(_about, push, subscription, node.settings)
        shown = await entities.notifications(node, me, [notification]) if notification else []
        if member is None or not shown:
            return None
        token = node.vault.open(subscription.sealed_token, about=f"push {subscription.token_id}").decode()
        title, body = self._words(shown[0], member.locale)
        said = {
            "access_token": token,
            "preferred_locale": member.locale,
            "notification_id": shown[0]["id"],
            "notification_type": shown[0]["type"],
            "icon": shown[0]["account"]["avatar"] if node.settings.push.text else "",
            "title": title,
            "body": body,
        }
        return orjson.dumps(said)

    def _words(self, shown: Entity, locale: str) -> tuple[str, str]:
        said = SAID.get(locale, SAID["en"])
        if not self._node.settings.push.text:
            return said[""], ""
        name = shown["account"]["display_name"] or shown["account"]["username"]
        post = shown.get("status")
        text = (post["spoiler_text"] or plain_text(post["content"])) if post else ""
        return said.get(shown["type"], said[""]).format(name=name[:LONGEST_TITLE]), text[:LONGEST_BODY]


def _take(unit: Unit, until: datetime) -> tuple[list[Push], dict[int, Subscription]]:
    taken = pushes.take(unit, until=until, most=AT_ONCE)
    return taken, pushes.subscriptions(unit, [push.subscription_id for push in taken]) if taken else {}


def _settle(unit: Unit, outcome: _Outcome) -> None:
    pushes.done(unit, outcome.done)
    pushes.later(unit, outcome.failed, wait=FIRST_WAIT)
    pushes.drop(unit, outcome.gone)


def _about(
    unit: Unit, push: Push, subscription: Subscription, settings: Settings
) -> tuple[Account, staff.Member | None, notifications.Notification | None]:
    account = subscription.account_id
    member = staff.by_account(unit, account)
    told = notifications.one(unit, account, push.notification_id)
    return accounts.get(unit, account), member if member and _may_be_told(unit, member, settings) else None, told


def _may_be_told(unit: Unit, member: staff.Member, settings: Settings) -> bool:
    """Whether somebody can sign in, and owes the node no second step of that: without it their apps are told nothing."""
    owes = settings.demands_second_factor(member.role) and not second_factors.has_any(unit, member.account_id)
    return member.disabled_at is None and not owes


def _seconds_to_next(unit: Unit) -> float:
    due = pushes.next_due(unit)
    return LOOK_SECONDS if due is None else min(LOOK_SECONDS, max(0.05, (due - unit.now).total_seconds()))


PUSH: Final = web.AppKey("push", Sender)
"""There where pushes are on."""


def push_key(app: web.Application) -> str:
    """The key that stands behind every push, as apps are told it; "" where there are none: they expect a text."""
    return app[PUSH].vapid.public if PUSH in app else ""
