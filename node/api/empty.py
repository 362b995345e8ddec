"""Lists that apps ask for at every start, and that nobody can put anything into here: they are empty.

What else this node does not do answers 404, so that an app hides it.
"""

from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint


@endpoint("GET", "/api/v1/followed_tags", scope="read:follows")
async def followed_tags(caller: Caller) -> Answerable:
    """Tags that one follows."""
    del caller
    return Paged([])
