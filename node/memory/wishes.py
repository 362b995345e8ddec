"""What a reader wants kept away from them, as a process remembers it."""

from dataclasses import dataclass

from storage.ids import PostId


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader wants kept away. muted: conversations of which they want to be told nothing."""

    muted: frozenset[PostId] = frozenset()


NONE = Wishes()
"""Those of most people: they are the same for all."""
