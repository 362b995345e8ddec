"""A shelf holds so much and no more, and lets a thing go when anything changes that it is made of.

    since = changes.now                       before reading from the database
    …read…
    shelf.keep(key, thing, since=since, made_of=tags)

What changed between the two is in `Changes`: then the thing may be old already, and is not kept.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from node.memory.tags import Tag

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_NOTED = 20_000


class Changes:
    """What changed when, as far back as `MOST_NOTED` tags; before that, everything counts as changed."""

    def __init__(self) -> None:
        self.now = 0
        self._when: dict[Tag, int] = {}
        self._nothing_before = 0

    def note(self, tag: Tag) -> None:
        """A part has changed."""
        self.now += 1
        if len(self._when) >= MOST_NOTED:
            self.note_all()
        self._when[tag] = self.now

    def note_all(self) -> None:
        """Anything may have changed."""
        self.now += 1
        self._when.clear()
        self._nothing_before = self.now

    def since(self, moment: int, tags: Iterable[Tag]) -> bool:
        """Whether any of these has changed. moment: what `now` was."""
        if moment < self._nothing_before:
            return True
        return moment < self.now and any(self._when.get(tag, 0) > moment for tag in tags)


@dataclass(slots=True)
class _Kept(Generic[V]):
    thing: V
    made_of: Collection[Tag]
    size: int
    until: datetime | None


class Shelf(Generic[K, V]):
    """A bounded number of things by key; whoever was asked for longest ago goes first."""

    def __init__(
        self, changes: Changes, *, now: Callable[[], datetime], most: int, most_bytes: int | None = None
    ) -> None:
        """changes: shared by all shelves of a memory.  most: things.  most_bytes: of all sizes that `keep` is told."""
        self._changes = changes
        self._now = now
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[K, _Kept[V]] = OrderedDict()
        self._made_of: dict[Tag, set[K]] = {}
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """The thing with this key, if it is remembered and still good."""
        found = self._kept.get(key)
        if found is None or (found.until is not None and self._now() >= found.until):
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found.thing

    def peek(self, key: K) -> V | None:
        """The same, without its being counted as asked for."""
        found = self._kept.get(key)
        return found.thing if found is not None else None

    def keep(
        self,
        key: K,
        thing: V,
        *,
        since: int,
        made_of: Collection[Tag],
        size: int = 0,
        until: datetime | None = None,
    ) -> None:
        """Remember a thing, unless something that it is made of has changed meanwhile.

        since: `Changes.now` before it was read.  size: bytes.  until: when it is no longer good by itself.
        """
        if not self._changes.since(since, made_of):
            self._put(key, _Kept(thing, made_of, size, until))

    def keep_for_good(self, key: K, thing: V, *, size: int = 0) -> None:
        """Remember a thing that no change makes wrong, since its key is all that it is made of."""
        self._put(key, _Kept(thing, (), size, None))

    def forget(self, tag: Tag) -> None:
        """Let everything go that is made of this."""
        for key in tuple(self._made_of.get(tag, ())):
            self._drop(key)

    def forget_all(self) -> None:
        """Let everything go."""
        self._kept.clear()
        self._made_of.clear()
        self._bytes = 0

    def _put(self, key: K, kept: _Kept[V]) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._bytes += kept.size
        for tag in kept.made_of:
            self._made_of.setdefault(tag, set()).add(key)
        while len(self._kept) > self._most or (self._most_bytes is not None and self._bytes > self._most_bytes):
            self._drop(next(iter(self._kept)))

    def _drop(self, key: K) -> None:
        found = self._kept.pop(key, None)
        if found is None:
            return
        self._bytes -= found.size
        for tag in found.made_of:
            keys = self._made_of.get(tag)
            if keys is not None:
                keys.discard(key)
                if not keys:
                    del self._made_of[tag]
