"""The collection of what somebody has pinned: whose it is, and what may be in it."""

from federation.errors import NotAllowed
from storage import posts
from storage.accounts import Account
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach

OPEN = (Reach.ALL_NODES, Reach.UNLISTED)


def demand_own(unit: Unit, owner: Account, *, target: str, post: str) -> Post:
    """The post, if it is the owner's and the collection too.

    target, post: ids.  Raises NotFound, NotAllowed.
    """
    if not owner.featured_uri or target != owner.featured_uri:
        raise NotAllowed(owner.uri, target, "not-your-collection")
    found = posts.by_uri(unit, post)
    if found is None or found.boost_of is not None:
        raise NotFound
    if found.author_id != owner.id:
        raise NotAllowed(owner.uri, post, "not-the-owner")
    return found


def demand_open(owner: Account, post: Post) -> None:
    """Only what all nodes may read is shown first. Raises NotAllowed."""
    if post.reach not in OPEN:
        raise NotAllowed(owner.uri, post.uri, "not-open-to-all")
