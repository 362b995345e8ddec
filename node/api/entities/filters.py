"""Filters, as apps read them; and what they find in a post."""

import re
from collections.abc import Iterator

import orjson

from federation import html
from node.api.entities.parts import Entity, moment_or_none
from node.memory import RenderedPost
from node.memory.wishes import InForce, Wishes
from storage.filters import HIDE, FilteredPost, Keyword, Whole
from storage.ids import AccountId


def filter_(found: Whole) -> Entity:
    """A filter."""
    return {
        "id": str(found.filter.id),
        "title": found.filter.title,
        "context": found.filter.contexts.split(","),
        "expires_at": moment_or_none(found.filter.expires_at),
        "filter_action": found.filter.action,
        "keywords": [filter_keyword(each) for each in found.keywords],
        "statuses": [filter_status(each) for each in found.posts],
    }


def filter_keyword(found: Keyword) -> Entity:
    """Words that a filter looks for."""
    return {"id": str(found.id), "keyword": found.keyword, "whole_word": found.whole_word}


def filter_status(found: FilteredPost) -> Entity:
    """A post that a filter is about."""
    return {"id": str(found.id), "status_id": str(found.post_id)}


def filter_as_before(found: Whole, keyword: Keyword) -> Entity:
    """One keyword of a filter, as older apps know filters."""
    return {
        "id": str(keyword.id),
        "phrase": keyword.keyword,
        "context": found.filter.contexts.split(","),
        "whole_word": keyword.whole_word,
        "expires_at": moment_or_none(found.filter.expires_at),
        "irreversible": found.filter.action == HIDE,
    }


def in_force(found: Whole) -> InForce:
    """A filter, ready to be held against posts."""
    words = "|".join(map(_pattern, found.keywords))
    return InForce(
        entity=orjson.dumps(filter_(found)),
        words=[each.keyword.lower() for each in found.keywords],
        pattern=re.compile(words, re.IGNORECASE) if words else None,
        posts=frozenset(each.post_id for each in found.posts),
        hidden_from=frozenset(found.filter.contexts.split(",") if found.filter.action == HIDE else ()),
    )


def _pattern(found: Keyword) -> str:
    """What finds these words. An edge that is no letter needs none beside it: `#quito` is whole after a letter, too."""
    words = re.escape(found.keyword)
    if not found.whole_word:
        return words
    before = r"(?<!\w)" if re.match(r"\w", found.keyword) else ""
    return before + words + (r"(?!\w)" if re.search(r"\w\Z", found.keyword) else "")


def results(wishes: Wishes, original: RenderedPost, *, reader: AccountId) -> bytes:
    """What a reader's filters find in a post, as JSON: `[]` in most."""
    return b"[" + b",".join(_result(*each) for each in _found(wishes, original, reader)) + b"]"


def is_hidden(wishes: Wishes, original: RenderedPost, *, reader: AccountId, where: str) -> bool:
    """Whether a post is to be left out of a list. where: one of `filters.CONTEXTS`."""
    if not any(where in each.hidden_from for each in wishes.filters):
        return False
    return any(where in each.hidden_from for each, *_ in _found(wishes, original, reader))


Match = tuple[InForce, list[str], bool]


def _found(wishes: Wishes, original: RenderedPost, reader: AccountId) -> Iterator[Match]:
    """Which filters are about a post, the words that they found, and whether they name it. One's own posts are never."""
    if original.author == reader:
        return
    said = text_of(original) if any(each.pattern for each in wishes.filters) else ""
    folded = said.lower()
    for each in wishes.filters:
        is_there = each.pattern is not None and any(word in folded for word in each.words)
        words = list(dict.fromkeys(each.pattern.findall(said))) if each.pattern is not None and is_there else []
        if words or original.id in each.posts:
            yield each, words, original.id in each.posts


def _result(found: InForce, words: list[str], is_named: bool) -> bytes:  # noqa: FBT001  a row of `_found`
    posts = [str(each) for each in sorted(found.posts)] if is_named else None
    return orjson.dumps(
        {"filter": orjson.Fragment(found.entity), "keyword_matches": words or None, "status_matches": posts}
    )


def text_of(post: RenderedPost) -> str:
    """All that a post says, without markup: its warning, its text, what its poll offers, what its pictures show."""
    entity = orjson.loads(post.body + b"}")
    offered = orjson.loads(post.poll + b"}").get("options", ()) if post.poll else ()
    return "\n\n".join(
        (
            entity["spoiler_text"],
            html.plain_text(entity["content"]),
            *(each["title"] for each in offered),
            *(each.get("description") or "" for each in post.files),
        )
    )
