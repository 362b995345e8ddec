"""What a reader wants kept away from them, as a process remembers it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.ids import PostId


@dataclass(frozen=True, slots=True)
class InForce:
    """A filter, ready to be held against posts.

    entity: as apps read it, JSON.  words: in lower case, to see at once that none is there.  pattern: finds them; None when
    there are none.  hidden_from: where its posts are left out.
    """

    entity: bytes
    words: Sequence[str]
    pattern: re.Pattern[str] | None
    posts: frozenset[PostId]
    hidden_from: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader wants kept away.

    muted: conversations of which they want to be told nothing.  until: when the next filter ends by itself.
    """

    muted: frozenset[PostId] = frozenset()
    filters: Sequence[InForce] = ()
    until: datetime | None = None


NONE = Wishes()
"""Those of most people: they are the same for all."""
