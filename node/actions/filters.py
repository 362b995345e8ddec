"""Say which words and posts one wants to be warned of, or not to read at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from node.context import Node
from node.errors import Invalid
from storage import filters, posts
from storage.accounts import Account
from storage.errors import NotFound
from storage.filters import Filter, FilteredPost, Keyword, Whole
from storage.ids import AccountId, PostId
from storage.store import Unit

LONGEST = 200
MOST_FILTERS = 100
MOST_KEYWORDS = 200


@dataclass(frozen=True, slots=True)
class Words:
    """What a filter is to look for. id: words that are there already; None for new ones.  remove: look for them no longer."""

    text: str | None
    whole_word: bool | None = None
    id: int | None = None
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What a filter is to be; what is None stays as it is. expires: whether `expires_at` counts."""

    title: str | None = None
    contexts: Sequence[str] | None = None
    action: str | None = None
    expires_at: datetime | None = None
    expires: bool = False
    words: Sequence[Words] = ()


async def make(node: Node, me: Account, draft: Draft) -> Whole:
    """A new filter. Raises Invalid."""
    return await node.store.write(_make, me, draft)


async def change(node: Node, me: Account, identifier: int, draft: Draft) -> Whole:
    """Have a filter be another. Raises NotFound, Invalid."""
    return await node.store.write(_change, me, identifier, draft)


async def remove(node: Node, me: Account, identifier: int) -> None:
    """Take a filter away. Raises NotFound."""
    await node.store.write(_remove, me, identifier)


async def add_keyword(node: Node, me: Account, identifier: int, words: Words) -> Keyword:
    """Have a filter look for more. Raises NotFound, Invalid."""
    return await node.store.write(_add_keyword, me, identifier, words)


async def change_keyword(node: Node, me: Account, identifier: int, words: Words) -> Keyword:
    """Have it look for something else. Raises NotFound, Invalid."""
    return await node.store.write(_change_keyword, me, identifier, words)


async def remove_keyword(node: Node, me: Account, identifier: int, *, with_filter: bool = False) -> None:
    """Have it look for that no longer. with_filter: take a filter away that looks for nothing then. Raises NotFound."""
    await node.store.write(_remove_keyword, me, identifier, with_filter=with_filter)


async def add_post(node: Node, me: Account, identifier: int, post: PostId) -> FilteredPost:
    """Have a filter be about a post. Raises NotFound."""
    return await node.store.write(_add_post, me, identifier, post)


async def remove_post(node: Node, me: Account, identifier: int) -> None:
    """Have it be about that no longer. Raises NotFound."""
    await node.store.write(_remove_post, me, identifier)


def own(unit: Unit, me: AccountId, identifier: int) -> Whole:
    """One of one's filters. Raises NotFound."""
    found = filters.one(unit, me, identifier)
    if found is None:
        raise NotFound
    return found


def own_keyword(unit: Unit, me: AccountId, identifier: int) -> Keyword:
    """What one of one's filters looks for. Raises NotFound."""
    found = filters.keyword(unit, me, identifier)
    if found is None:
        raise NotFound
    return found


def own_post(unit: Unit, me: AccountId, identifier: int) -> FilteredPost:
    """A post that one of one's filters is about. Raises NotFound."""
    found = filters.filtered_post(unit, me, identifier)
    if found is None:
        raise NotFound
    return found


def _demand(known: Filter) -> None:
    if not known.title:
        raise Invalid("title", "ERR_BLANK", "Title can't be blank")
    if len(known.title) > LONGEST:
        raise Invalid("title", "ERR_TOO_LONG", f"Title is too long (maximum is {LONGEST} characters)")
    contexts = known.contexts.split(",")
    if not known.contexts or any(each not in filters.CONTEXTS for each in contexts):
        raise Invalid("context", "ERR_INCLUSION", "None or invalid context supplied")
    if known.action not in filters.ACTIONS:
        raise Invalid("filter_action", "ERR_INCLUSION", "Filter action is not included in the list")


def _demanded(text: str | None) -> str:
    words = (text or "").strip()
    if not words:
        raise Invalid("keyword", "ERR_BLANK", "Keyword can't be blank")
    if len(words) > LONGEST:
        raise Invalid("keyword", "ERR_TOO_LONG", f"Keyword is too long (maximum is {LONGEST} characters)")
    return words


def _drafted(known: Filter, draft: Draft) -> Filter:
    changed = replace(
        known,
        title=known.title if draft.title is None else draft.title.strip(),
        contexts=known.contexts if draft.contexts is None else ",".join(dict.fromkeys(draft.contexts)),
        action=known.action if draft.action is None else draft.action,
        expires_at=draft.expires_at if draft.expires else known.expires_at,
    )
    _demand(changed)
    return changed


def _make(unit: Unit, me: Account, draft: Draft) -> Whole:
    wanted = _drafted(Filter(0, me.id, "", "", "warn", None), draft)
    unit.lock(f"filters of {me.id}")
    if filters.count(unit, me.id) >= MOST_FILTERS:
        raise Invalid("base", "ERR_TOO_MANY", f"You can have at most {MOST_FILTERS} filters")
    made = filters.add(
        unit,
        me.id,
        title=wanted.title,
        contexts=wanted.contexts,
        action=wanted.action,
        expires_at=wanted.expires_at,
    )
    _put_words(unit, me, Whole(made, (), ()), draft.words)
    return own(unit, me.id, made.id)


def _change(unit: Unit, me: Account, identifier: int, draft: Draft) -> Whole:
    known = own(unit, me.id, identifier)
    filters.change(unit, _drafted(known.filter, draft))
    _put_words(unit, me, known, draft.words)
    return own(unit, me.id, identifier)


def _put_words(unit: Unit, me: Account, known: Whole, wanted: Sequence[Words]) -> None:
    more = sum(words.id is None and not words.remove for words in wanted)
    less = len({words.id for words in wanted if words.remove and words.id is not None})
    if len(known.keywords) + more - less > MOST_KEYWORDS:
        raise Invalid("keywords", "ERR_TOO_MANY", f"A filter looks for at most {MOST_KEYWORDS} words")
    there = {each.id: each for each in known.keywords}
    for words in wanted:
        if words.id is None:
            if not words.remove:
                filters.add_keyword(unit, known.filter, _demanded(words.text), whole_word=words.whole_word is not False)
        elif words.id not in there:
            raise NotFound
        elif words.remove:
            filters.remove_keyword(unit, me.id, there[words.id])
        else:
            filters.change_keyword(unit, me.id, _changed(there[words.id], words))


def _changed(known: Keyword, words: Words) -> Keyword:
    text = known.keyword if words.text is None else _demanded(words.text)
    return replace(known, keyword=text, whole_word=known.whole_word if words.whole_word is None else words.whole_word)


def _remove(unit: Unit, me: Account, identifier: int) -> None:
    filters.remove(unit, me.id, own(unit, me.id, identifier).filter.id)


def _add_keyword(unit: Unit, me: Account, identifier: int, words: Words) -> Keyword:
    known = own(unit, me.id, identifier)
    if len(known.keywords) >= MOST_KEYWORDS:
        raise Invalid("keywords", "ERR_TOO_MANY", f"A filter looks for at most {MOST_KEYWORDS} words")
    return filters.add_keyword(unit, known.filter, _demanded(words.text), whole_word=words.whole_word is not False)


def _change_keyword(unit: Unit, me: Account, identifier: int, words: Words) -> Keyword:
    changed = _changed(own_keyword(unit, me.id, identifier), words)
    filters.change_keyword(unit, me.id, changed)
    return changed


def _remove_keyword(unit: Unit, me: Account, identifier: int, *, with_filter: bool) -> None:
    known = own_keyword(unit, me.id, identifier)
    filters.remove_keyword(unit, me.id, known)
    left = own(unit, me.id, known.filter_id)
    if with_filter and not left.keywords and not left.posts:
        filters.remove(unit, me.id, known.filter_id)


def _add_post(unit: Unit, me: Account, identifier: int, post: PostId) -> FilteredPost:
    known = own(unit, me.id, identifier)
    return filters.add_post(unit, known.filter, posts.visible(unit, post, reader=me.id).id)


def _remove_post(unit: Unit, me: Account, identifier: int) -> None:
    filters.remove_post(unit, me.id, own_post(unit, me.id, identifier))
