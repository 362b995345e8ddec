"""Open a conversation: the reader is shown what is here, and the rest is fetched for the next look."""

from collections.abc import Sequence
from dataclasses import dataclass

from node.context import Node
from storage import communities, contexts, posts
from storage.contexts import Gap
from storage.ids import AccountId, PostId
from storage.store import Unit


async def open_whole(node: Node, post: PostId) -> Sequence[Gap]:
    """Have the conversation of a post made whole, in the background. Returns what could not be fetched until now, and why.

    post: one that the reader has been shown.
    """
    node.federation.backfill.ask(post)
    return await node.store.read(contexts.gaps, post)


@dataclass(frozen=True, slots=True)
class Lock:
    """That a community has locked a conversation. leads: whether the reader leads that community, and may add something."""

    leads: bool


def lock_of(unit: Unit, post: PostId, *, reader: AccountId) -> Lock | None:
    """That the conversation of a post is locked, if it is. Raises NotFound."""
    community = communities.locked_by(unit, posts.get(unit, post).thread_id)
    return None if community is None else Lock(communities.is_manager(unit, community, reader))
