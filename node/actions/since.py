"""What is new since one last read, gathered so that it is read in ten minutes: what is for oneself, conversations, authors.

Few posts stay in groups as they came, the newest first. Many become a digest: the groups that were answered and marked most, and
a word on how many more posts there are.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from storage.ids import PostId
from storage.visits import Told, Visit

MANY = 60
"""From how many new posts on a digest is made of them."""

MOST_GROUPS = 15
SHOWN_OF_EACH = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Posts that belong together. posts: newest first.  is_conversation: of several people about one thing; else of one."""

    posts: Sequence[Told]
    is_conversation: bool

    @property
    def shown(self) -> list[PostId]:
        """The posts that stand for it: those that were answered most, as they were written."""
        best = sorted(self.posts, key=lambda post: (-weight(post), -post.id))[:SHOWN_OF_EACH]
        return sorted(post.id for post in best)


@dataclass(frozen=True, slots=True)
class Digest:
    """What is new. is_digest: whether something was left out; left: how many posts."""

    to_me: list[PostId]
    groups: list[Group]
    is_digest: bool
    left: int


def weight(post: Told) -> int:
    """How much others have had to say about a post."""
    return 3 * post.answers + 2 * post.shares + post.marks


def gathered(visit: Visit) -> Digest:
    """What came, in groups. Every post stands in one of them, or is among those that are left out of a digest."""
    groups = [*_conversations(visit.posts), *_authors(visit.posts)]
    is_digest = visit.more or len(visit.posts) > MANY
    if is_digest:
        groups.sort(key=lambda group: (-sum(map(weight, group.posts)), -group.posts[0].id))
        groups = groups[:MOST_GROUPS]
    else:
        groups.sort(key=lambda group: -group.posts[0].id)
    told = sum(len(group.posts) for group in groups)
    return Digest([post.id for post in visit.to_me], groups, is_digest, len(visit.posts) - told)


def _conversations(posts: Sequence[Told]) -> list[Group]:
    return [
        Group(together, is_conversation=True)
        for together in _by(posts, lambda post: post.thread)
        if _is_conversation(together)
    ]


def _authors(posts: Sequence[Told]) -> list[Group]:
    talked = {post.id for group in _conversations(posts) for post in group.posts}
    alone = [post for post in posts if post.id not in talked]
    return [Group(together, is_conversation=False) for together in _by(alone, lambda post: post.author)]


def _is_conversation(posts: Sequence[Told]) -> bool:
    return len({post.author for post in posts}) > 1


def _by(posts: Iterable[Told], key: Callable[[Told], int]) -> list[list[Told]]:
    found: dict[int, list[Told]] = {}
    for post in posts:
        found.setdefault(key(post), []).append(post)
    return list(found.values())
