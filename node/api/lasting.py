"""Answers that may be given again: which things all of them are made of."""

from collections.abc import Collection
from datetime import datetime

import orjson

from node.api.answers import Again, Paged
from node.api.callers import Caller
from node.memory import Lasting, tags
from node.memory.memory import CALLERS_GOOD_FOR
from node.memory.tags import Tag


def again(
    caller: Caller,
    answer: Paged | orjson.Fragment,
    *,
    made_of: Collection[Tag],
    since: int,
    until: datetime | None = None,
) -> Again:
    """An answer for this caller alone, which may be given again until something changes that it is made of.

    since: `Changes.now` before anything of it was read.  until: when it is no longer good by itself.
    """
    own = {tags.staff(caller.me.id), tags.reader(caller.me.id), tags.wishes(caller.me.id)}
    kept_away = caller.node.memory.wishes.peek(caller.me.id)
    ends = [moment for moment in (until, kept_away.until if kept_away else None) if moment is not None]
    latest = caller.node.now() + CALLERS_GOOD_FOR  # then the token is looked at again
    return Again(answer, Lasting(own.union(made_of), since, min([latest, *ends])))
