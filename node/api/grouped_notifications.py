"""What one is told, told together: who found the same post useful, who shared it, who follows. Apps ask so since 4.3."""

from typing import Literal

from node.api import entities
from node.api.answers import Answer, Answerable, Paged, links
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.notifications import Counted, Kinds, Wanted, kinds_of
from node.api.parameters import LongPage, Several
from storage import accounts
from storage import notification_groups as groups
from storage.errors import NotFound
from storage.ids import AccountId
from storage.notification_groups import Chosen

PATH = "/api/v2/notifications"


class Grouping(Kinds):
    """Which kinds are told together: those of `notification_groups.GROUPED` that are named here, all unless said."""

    grouped_types: Several[str] = []  # noqa: RUF012  pydantic copies defaults

    @property
    def together(self) -> frozenset[str]:
        """The same in the terms of storage."""
        return groups.GROUPED.intersection(self.grouped_types) if self.grouped_types else groups.GROUPED


class WantedGroups(Wanted, Grouping):
    """Which groups are wanted. expand_accounts: of whom everything is to be told, or only the picture."""

    expand_accounts: Literal["full", "partial_avatars"] = "full"


class CountedGroups(Counted, Grouping):
    """How far to count groups, and which."""


@endpoint("GET", PATH, scope="read:notifications")
async def several(caller: Caller, wanted: WantedGroups) -> Answerable:
    """What one is told, newest first, each group once."""
    kinds = kinds_of(wanted)
    by = AccountId(wanted.account_id) if wanted.account_id is not None else None
    chosen = Chosen(kinds, grouped=wanted.together, by=by, filtered=wanted.include_filtered)
    found = await caller.node.store.read(groups.page, caller.me.id, chosen, wanted.part) if kinds else []
    partial = wanted.expand_accounts == "partial_avatars"
    shown = await entities.groups(caller.node, caller.me, found, partial=partial)
    link = links(caller.request, caller.node.base_url, Paged.by([], [each.newest.id for each in found]))
    return Answer(shown, headers={"Link": link} if link else {})


@endpoint("GET", f"{PATH}/unread_count", scope="read:notifications")
async def unread_count(caller: Caller, query: CountedGroups) -> Answerable:
    """How many groups have something that came since one last looked."""
    kinds = kinds_of(query)
    chosen = Chosen(kinds, grouped=query.together)
    store = caller.node.store
    return {"count": await store.read(groups.unread, caller.me.id, chosen, most=query.limit) if kinds else 0}


@endpoint("GET", f"{PATH}/{{group_key}}", scope="read:notifications")
async def one(caller: Caller, *, group_key: str) -> Answerable:
    """One group."""
    found = await caller.node.store.read(groups.one, caller.me.id, group_key)
    shown = await entities.groups(caller.node, caller.me, [found] if found else [])
    if not shown["notification_groups"]:
        raise NotFound
    return shown


@endpoint("POST", f"{PATH}/{{group_key}}/dismiss", scope="write:notifications")
async def dismiss(caller: Caller, *, group_key: str) -> Answerable:
    """Take a whole group off the list."""
    await caller.node.store.write(groups.dismiss, caller.me.id, group_key)
    return {}


@endpoint("GET", f"{PATH}/{{group_key}}/accounts", scope="read:notifications")
async def people(caller: Caller, query: LongPage, *, group_key: str) -> Answerable:
    """Everybody in a group, the latest first."""
    store = caller.node.store
    found = await store.read(groups.members, caller.me.id, group_key, query.part)
    known = await store.read(accounts.by_ids, [each.from_id for each in found])
    shown = await entities.accounts(caller.node, caller.me, [known[each.from_id] for each in found])
    return Paged.by(shown, [each.id for each in found])
