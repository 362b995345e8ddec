"""Tags: how much one is used, which ones people follow, and which ones they show on their profile."""

from node.actions import tags as actions
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import SIGNED_IN, Caller
from node.api.endpoints import endpoint
from node.api.entities.tags import tag_url
from node.api.parameters import LongestPage, Parameters
from storage import accounts, featured_tags, tag_follows, tags
from storage.errors import NotFound
from storage.featured_tags import Featured
from storage.ids import AccountId
from storage.tags import Tag


class Named(Parameters):
    """A tag, with or without `#`."""

    name: str


@endpoint("GET", "/api/v1/tags/{name}", scope=SIGNED_IN)
async def one(caller: Caller, *, name: str) -> Answerable:
    """A tag, and how much it was used in the last seven days."""
    wanted = actions.name_in(name)
    if wanted is None:
        raise NotFound
    found = await caller.node.store.read(tags.find, wanted)
    return (await entities.tags(caller.node, caller.me, [found or Tag(0, wanted.lower(), wanted)]))[0]


@endpoint("POST", "/api/v1/tags/{name}/follow", scope="write:follows")
async def follow(caller: Caller, *, name: str) -> Answerable:
    """Have posts with a tag come to one's journal."""
    found = await actions.follow(caller.node, caller.me, name)
    return (await entities.tags(caller.node, caller.me, [found]))[0]


@endpoint("POST", "/api/v1/tags/{name}/unfollow", scope="write:follows")
async def unfollow(caller: Caller, *, name: str) -> Answerable:
    """Have them come there no more."""
    found = await actions.unfollow(caller.node, caller.me, name)
    return (await entities.tags(caller.node, caller.me, [found]))[0]


@endpoint("GET", "/api/v1/followed_tags", scope="read:follows")
async def followed(caller: Caller, query: LongestPage) -> Answerable:
    """Tags that one follows, the latest first."""
    rows = await caller.node.store.read(tag_follows.of, caller.me.id, query.part)
    shown = await entities.tags(caller.node, caller.me, [each.tag for each in rows])
    return Paged.by(shown, [each.relation for each in rows])


@endpoint("POST", "/api/v1/tags/{name}/feature", scope="write:accounts")
async def feature(caller: Caller, *, name: str) -> Answerable:
    """Show a tag on one's profile."""
    found = await actions.feature(caller.node, caller.me, name)
    return (await entities.tags(caller.node, caller.me, [found]))[0]


@endpoint("POST", "/api/v1/tags/{name}/unfeature", scope="write:accounts")
async def unfeature(caller: Caller, *, name: str) -> Answerable:
    """Show it no more."""
    found = await caller.node.store.read(tags.find, actions.name_in(name) or "")
    if found is None:
        raise NotFound
    await actions.unfeature(caller.node, caller.me, found)
    return (await entities.tags(caller.node, caller.me, [found]))[0]


@endpoint("GET", "/api/v1/featured_tags", scope="read:accounts")
async def featured(caller: Caller) -> Answerable:
    """What one shows on one's profile."""
    return await _shown(caller, caller.me.id)


@endpoint("POST", "/api/v1/featured_tags", scope="write:accounts")
async def feature_named(caller: Caller, named: Named) -> Answerable:
    """Show a tag on one's profile."""
    found = await actions.feature(caller.node, caller.me, named.name)
    shown = await caller.node.store.read(featured_tags.of, caller.me.id)
    return next(_featured(caller, each) for each in shown if each.name == found.name)


@endpoint("DELETE", "/api/v1/featured_tags/{id}", scope="write:accounts")
async def unfeature_by_id(caller: Caller, *, id: int) -> Answerable:
    """Show it no more."""
    shown = await caller.node.store.read(featured_tags.of, caller.me.id)
    found = next((Tag(each.tag, each.name, each.spelling) for each in shown if each.id == id), None)
    if found is None:
        raise NotFound
    await actions.unfeature(caller.node, caller.me, found)
    return {}


@endpoint("GET", "/api/v1/featured_tags/suggestions", scope="read:accounts")
async def worth_featuring(caller: Caller) -> Answerable:
    """Tags that one uses most, and does not show."""
    found = await caller.node.store.read(featured_tags.worth_showing, caller.me.id, limit=actions.MOST_FEATURED)
    return await entities.tags(caller.node, caller.me, found)


@endpoint("GET", "/api/v1/accounts/{id}/featured_tags", scope=SIGNED_IN)
async def featured_by(caller: Caller, *, id: AccountId) -> Answerable:
    """What somebody shows on their profile."""
    caller.node.federation.profiles.look(await caller.node.store.read(accounts.get, id))
    return await _shown(caller, id)


async def _shown(caller: Caller, account: AccountId) -> list[entities.Entity]:
    return [_featured(caller, each) for each in await caller.node.store.read(featured_tags.of, account)]


def _featured(caller: Caller, found: Featured) -> entities.Entity:
    return {
        "id": str(found.id),
        "name": found.spelling,
        "url": tag_url(caller.node.base_url, found.name),
        "statuses_count": str(found.posts),
        "last_status_at": found.last_at.date().isoformat() if found.last_at else None,
    }
