"""What a reader's filters have found in a post, as pages show it: folded away, or with its pictures covered.

A filter holds in some places only, and each page says which place it is (`where`, one of `storage.filters.CONTEXTS`); a page
that says nothing folds nothing away. What is to be left out of a list never reaches its page (`entities.chosen`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from storage.filters import HIDE

BLUR = "blur"

Entity = Mapping[str, Any]  # the JSON of the client API


@pass_context
def folded_for(context: Context, post: Entity) -> list[str]:
    """Why a post is folded away on this page: the words that were found, or the name of the filter; empty when it is shown."""
    found = [each for each in _here(post, context.get("where", "")) if each["filter"]["filter_action"] != BLUR]
    words = [word for each in found for word in each["keyword_matches"] or [each["filter"]["title"]]]
    return list(dict.fromkeys(words))


@pass_context
def is_covered(context: Context, post: Entity) -> bool:
    """Whether a filter covers the pictures of a post on this page."""
    found = _here(post, context.get("where", ""))
    return any(each["filter"]["filter_action"] == BLUR for each in found)


def is_left_out(post: Entity, where: str) -> bool:
    """Whether a filter leaves a post out of a place."""
    return any(each["filter"]["filter_action"] == HIDE for each in _here(post, where))


def _here(post: Entity, where: str) -> Iterator[Entity]:
    yield from (each for each in post["filtered"] if where in each["filter"]["context"])
