"""The streams that a listener may subscribe to.

Source: the Mastodon API documentation, "Streaming API".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from storage.events import PostRemoved
from storage.ids import AccountId
from storage.listening import InList, Told
from storage.posts import Post
from storage.visibility import Reach

MEDIA = ":media"

SCOPES: Final[Mapping[str, str]] = {
    "user": "read:statuses",
    "user:notification": "read:notifications",
    "public": "read:statuses",
    "public:media": "read:statuses",
    "public:local": "read:statuses",
    "public:local:media": "read:statuses",
    "public:remote": "read:statuses",
    "public:remote:media": "read:statuses",
    "hashtag": "read:statuses",
    "hashtag:local": "read:statuses",
    "list": "read:lists",
    "direct": "read:statuses",
}
"""Every stream for apps, by its name, and the scope that it needs."""

NOTIFICATIONS = frozenset({"user", "user:notification", "live"})
HOME = frozenset({"user", "live"})


@dataclass(frozen=True, slots=True)
class Subscription:
    """That somebody wants to hear of something. name: of the stream.  of: the tag or the list, as the app wrote it."""

    name: str
    of: str = ""

    @property
    def path(self) -> list[str]:
        """How frames name it."""
        return [self.name, self.of] if self.of else [self.name]

    @property
    def is_home(self) -> bool:
        """Whether it carries what stands in the listener's journal."""
        return self.name in HOME

    @property
    def is_public(self) -> bool:
        """Whether it carries what is written for all."""
        return self.name.startswith(("public", "hashtag"))

    @property
    def context(self) -> str | None:
        """Where what it carries stands, as filters name it; None where nothing is left out."""
        return "home" if self.is_home or self.is_list else "public" if self.is_public else None

    @property
    def is_list(self) -> bool:
        """Whether it carries what the members of a list write; `of` is its id."""
        return self.name == "list"

    @property
    def is_in_person(self) -> bool:
        """Whether it carries what is addressed to the listener alone."""
        return self.name == "direct"

    @property
    def carries_notifications(self) -> bool:
        """Whether it carries what the listener is told."""
        return self.name in NOTIFICATIONS

    @property
    def wants_media(self) -> bool:
        """Whether it carries only posts with files."""
        return self.name.endswith(MEDIA)

    def carries(self, told: Told, reader: AccountId) -> bool:
        """Whether it carries a post, for this listener; files are looked for elsewhere."""
        if self.is_home:
            return reader in told.home
        if self.is_in_person:
            return reader in told.in_person
        if self.is_list:
            return InList(reader, int(self.of)) in told.lists
        return self.is_public and reader in told.public and self._has(_where(told.post), told.tags)

    def carried(self, removed: PostRemoved, *, at_home: bool) -> bool:
        """Whether it would have carried a post that is gone, for a listener to whose journal its author's posts come or not."""
        if self.is_home or self.is_list:
            return at_home and removed.reach != Reach.MENTIONED
        if removed.is_share or not self.is_public:
            return False
        return self._has((removed.reach, removed.is_local), frozenset(removed.tags))

    def _has(self, where: tuple[int, bool], tags: frozenset[str]) -> bool:
        reach, is_local = where
        name = self.name.removesuffix(MEDIA)
        if name.startswith("hashtag"):
            is_wanted = reach in (Reach.ALL_NODES, Reach.NODE) and self.of.lower().lstrip("#") in tags
            return is_wanted and (is_local or name == "hashtag")
        if name == "public:local":
            return is_local and reach in (Reach.ALL_NODES, Reach.NODE)
        return reach == Reach.ALL_NODES and (name == "public" or not is_local)


LIVE: Final = Subscription("live")
"""What a page of this node is told: how much is new, nothing of what it says."""


def _where(post: Post) -> tuple[int, bool]:
    return post.reach, post.is_local
