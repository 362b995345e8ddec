"""What pages show of a community: how it is led, by whom, who belongs to it, and what the reader may do there."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from federation.errors import NotThere
from node.actions import audiences
from node.api import entities
from node.context import NODE, Node
from node.web import session
from node.web.addresses import person
from storage import communities, joined_lists, relations
from storage.accounts import Account
from storage.communities import KIND, Ban, Community
from storage.errors import NotFound
from storage.ids import AccountId
from storage.readership import Readers
from storage.relations import Relationship
from storage.store import Unit

CLOSED_DOWN, BANNED, NO_MEMBER, MANAGERS_ALONE = "closed-down", "banned", "no-member", "managers-alone"


@dataclass(frozen=True, slots=True)
class Shown:
    """A community, as one reader sees it.

    account: its entity.  led: how.  managers: entities of those who lead it.  relation: of the reader to it.
    leads: whether the reader does.  ban: what keeps the reader out.  readers: its members, as far as they are known here.
    is_here: whether this node hosts it; elsewhere, only the members who work here are known.
    is_apart: whether the reader, a member, keeps it out of their journal.
    """

    account: dict[str, Any]
    led: Community
    managers: list[dict[str, Any]]
    relation: Relationship
    leads: bool
    ban: Ban | None
    readers: Readers
    is_here: bool
    is_apart: bool = False

    @property
    def cannot_begin(self) -> str:
        """Why the reader cannot begin a conversation in it; "" where they can. As `federation.membership` decides it."""
        if self.led.closed_at is not None:
            return CLOSED_DOWN
        if self.leads:
            return ""
        if self.ban is not None:
            return BANNED
        if not self.relation.following:
            return NO_MEMBER
        return MANAGERS_ALONE if self.led.managers_write_only else ""


@dataclass(frozen=True, slots=True)
class _Known:
    led: Community
    managers: list[Account]
    relation: Relationship
    ban: Ban | None
    is_apart: bool


async def shown(request: web.Request, community: Account) -> Shown:
    """What its page shows. community: a community that this node knows."""
    node, me = request.app[NODE], session.present(request).account
    node.federation.profiles.look(community)
    known = await node.store.read(_known, me.id, community.id)
    (account,) = await entities.accounts(node, me, [community])
    return Shown(
        account=account,
        led=known.led,
        managers=await entities.accounts(node, me, known.managers),
        relation=known.relation,
        leads=any(each.id == me.id for each in known.managers),
        ban=known.ban,
        readers=await audiences.followers(node, community.id),
        is_here=community.is_local,
        is_apart=known.is_apart,
    )


async def to_write_in(request: web.Request, handle: str) -> Shown | None:
    """The community that a form is for; None where there is none of this name."""
    found = await find(request.app[NODE], handle) if handle else None
    return await shown(request, found) if found is not None else None


async def find(node: Node, handle: str) -> Account | None:
    """A community by its handle, if this node knows it."""
    try:
        found = await person(node, handle)
    except (NotFound, NotThere):
        return None
    return found if found.kind == KIND else None


def _known(unit: Unit, me: AccountId, community: AccountId) -> _Known:
    led, joined = communities.find(unit, community), joined_lists.one(unit, me, community)
    return _Known(
        led=led
        or Community(community, is_for_members=False, managers_write_only=False, managers_uri="", closed_at=None),
        managers=communities.managers(unit, community),
        relation=relations.of_each(unit, me, [community])[community],
        ban=communities.banned(unit, community, me),
        is_apart=joined is not None and joined.exclusive,
    )
