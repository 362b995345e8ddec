"""Communities in a list: what each is, how lively, and what the reader can do about it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.web import session
from storage import communities, relations
from storage.accounts import Account
from storage.communities import Community
from storage.ids import AccountId
from storage.relations import Relationship
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Other:
    """Any community. led: None where nothing is known of it.  last_at: when something was last written there."""

    account: dict[str, Any]
    led: Community | None
    relation: Relationship
    last_at: datetime | None


async def entries(request: web.Request, found: Sequence[Account]) -> list[Other]:
    """Communities as a list shows them, in their order."""
    node, me = request.app[NODE], session.present(request).account
    shown = await entities.accounts(node, me, found)
    led, between = await node.store.read(_standing, me.id, [each.id for each in found])
    return [
        Other(account, led.get(each.id), between[each.id], each.last_post_at)
        for account, each in zip(shown, found, strict=True)
    ]


def _standing(
    unit: Unit, me: AccountId, ids: Sequence[AccountId]
) -> tuple[dict[AccountId, Community], dict[AccountId, Relationship]]:
    return communities.find_all(unit, ids), relations.of_each(unit, me, ids)
