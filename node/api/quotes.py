"""Who quotes a post, with whose leave, and who may."""

from node.actions import quotes
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Page, Parameters
from storage import pages, posts
from storage import quotes as quote_rows
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.store import Unit


class Policy(Parameters):
    """Who may quote."""

    quote_approval_policy: str


@endpoint("GET", "/api/v1/statuses/{id}/quotes", scope="read:statuses")
async def quoting(caller: Caller, query: Page, *, id: PostId) -> Answerable:
    """The posts that quote a post with its author's leave, as far as one may see them, newest first."""
    found = await caller.node.store.read(_quoting, id, query.part, caller.me.id)
    shown = await entities.written(caller.node, caller.me, found)
    return Paged.by(shown.fragments(), [post.id for post in found])


@endpoint("POST", "/api/v1/statuses/{id}/quotes/{quoting}/revoke", scope="write:statuses")
async def revoke(caller: Caller, *, id: PostId, quoting: PostId) -> Answerable:
    """Have a post of one's own no longer shown in another; the answer is the one that quoted it."""
    await quotes.revoke(caller.node, caller.me, id, quoting)
    return await entities.status(caller.node, caller.me, quoting)


@endpoint("PUT", "/api/v1/statuses/{id}/interaction_policy", scope="write:statuses")
async def change_policy(caller: Caller, policy: Policy, *, id: PostId) -> Answerable:
    """Say who may quote a post of one's own from now on."""
    await quotes.change_policy(caller.node, caller.me, id, policy.quote_approval_policy)
    return await entities.status(caller.node, caller.me, id)


def _quoting(unit: Unit, identifier: PostId, page: pages.Page, reader: AccountId) -> list[Post]:
    named = posts.visible(unit, identifier, reader=reader)
    original = posts.visible(unit, named.boost_of, reader=reader) if named.boost_of is not None else named
    return quote_rows.quoting(unit, original, page, reader=reader)
