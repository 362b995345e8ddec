"""What is used and liked these days, for moderators. It is counted and not reviewed: who is silenced does not count."""

from node.api import entities
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.discovery import FewLinks, FewTags, liked_posts, used_tags
from node.api.endpoints import endpoint
from node.api.parameters import Offset
from node.api.registrations import Closed
from storage import tags
from storage.errors import NotFound
from storage.ids import PostId

TRENDS = "/api/v1/admin/trends"
SCOPE = "admin:read"
CHANGE = "admin:write"
OF_TAGS = {"trendable": True, "usable": True, "listable": True, "requires_review": False}
REFUSAL = "Trends are counted and not reviewed: report or silence whoever misuses one, and it counts no more"


@endpoint("GET", f"{TRENDS}/tags", scope=SCOPE, moderators=True)
async def of_tags(caller: Caller, query: FewTags) -> Answerable:
    """Tags that many people use these days."""
    return [{**each, **OF_TAGS} for each in await used_tags(caller, query)]


@endpoint("GET", f"{TRENDS}/statuses", scope=SCOPE, moderators=True)
async def of_posts(caller: Caller, query: Offset) -> Answerable:
    """Posts that were liked and shared much these days, as far as the moderator may see them."""
    return [_post(each) for each in (await liked_posts(caller, query)).entities()]


@endpoint("GET", f"{TRENDS}/links", scope=SCOPE, moderators=True)
async def of_links(caller: Caller, query: FewLinks) -> Answerable:
    """No links: there are no previews of pages here."""
    del caller, query
    return []


@endpoint("POST", f"{TRENDS}/tags/{{id}}/approve", scope=CHANGE, moderators=True)
async def approve_tag(caller: Caller, *, id: int) -> Answerable:
    """It is shown already."""
    return await _tag(caller, id)


@endpoint("POST", f"{TRENDS}/tags/{{id}}/reject", scope=CHANGE, moderators=True)
async def reject_tag(caller: Caller, *, id: int) -> Answerable:
    """Refused, with what to do instead."""
    await _tag(caller, id)
    raise Closed(REFUSAL)


@endpoint("POST", f"{TRENDS}/statuses/{{id}}/approve", scope=CHANGE, moderators=True)
async def approve_post(caller: Caller, *, id: PostId) -> Answerable:
    """It is shown already."""
    return _post(await entities.status(caller.node, caller.me, id))


@endpoint("POST", f"{TRENDS}/statuses/{{id}}/reject", scope=CHANGE, moderators=True)
async def reject_post(caller: Caller, *, id: PostId) -> Answerable:
    """Refused, with what to do instead."""
    await entities.status(caller.node, caller.me, id)
    raise Closed(REFUSAL)


@endpoint("POST", f"{TRENDS}/links/{{id}}/approve", scope=CHANGE, moderators=True)
async def approve_link(caller: Caller, *, id: int) -> Answerable:
    """There are none."""
    del caller, id
    raise NotFound


@endpoint("POST", f"{TRENDS}/links/{{id}}/reject", scope=CHANGE, moderators=True)
async def reject_link(caller: Caller, *, id: int) -> Answerable:
    """There are none."""
    del caller, id
    raise NotFound


def _post(shown: entities.Entity) -> entities.Entity:
    return {**shown, "requires_review": False}


async def _tag(caller: Caller, identifier: int) -> entities.Entity:
    found = await caller.node.store.read(tags.by_ids, [identifier])
    if not found:
        raise NotFound
    (shown,) = await entities.tags(caller.node, caller.me, found)
    return {**shown, **OF_TAGS}
