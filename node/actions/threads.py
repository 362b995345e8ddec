"""Open a conversation: the reader is shown what is here, and the rest is fetched for the next look."""

from collections.abc import Sequence

from node.context import Node
from storage import contexts
from storage.contexts import Gap
from storage.ids import PostId


async def open_whole(node: Node, post: PostId) -> Sequence[Gap]:
    """Have the conversation of a post made whole, in the background. Returns what could not be fetched until now, and why.

    post: one that the reader has been shown.
    """
    node.federation.backfill.ask(post)
    return await node.store.read(contexts.gaps, post)
