"""Collections of peers, read with care: a list that never ends is read as far as its limits, and no further.

Pages stay on the origin of the collection, each is read once, and there are at most `MOST_PAGES` of them with `MOST_ITEMS`
ids. What the collection names is not believed: whoever wants an item fetches it from the item's own origin.
Source: ActivityStreams 2.0 section 5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from federation.client import Budget, Client
from federation.errors import BadHost, Unreachable
from federation.hosts import same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import as_list, value_or_id

MOST_PAGES = 10
MOST_ITEMS = 500


@dataclass(slots=True)
class Items:
    """What a collection names, in its order.

    ids: of what has one.  things: all of it, as it stands there.  trouble: what kept us from reading all of it.  is_cut: there is more than anybody reads.
    """

    ids: list[str] = field(default_factory=list)
    things: list[object] = field(default_factory=list)
    trouble: Unreachable | None = None
    is_cut: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether this is all of it."""
        return self.trouble is None and not self.is_cut


async def read(client: Client, collection: object, *, within: str, budget: Budget) -> Items:
    """What is in a collection. Never raises Unreachable: what was read before is worth having.

    collection: its id, or as it stands embedded in another document.  within: a URI of the origin that all pages must have.
    """
    found, seen = Items(), set[str]()
    following: object = collection
    for _ in range(MOST_PAGES + 1):  # the collection, and its pages
        try:
            page = await _page(client, following, within, seen, budget)
        except Unreachable as error:
            found.trouble = error
            return found
        if page is None:
            return found
        for item in _items(page):
            if len(found.things) == MOST_ITEMS:
                found.is_cut = True
                return found
            found.things.append(item)
            identifier = value_or_id(item)
            if isinstance(identifier, str):
                found.ids.append(identifier)
        following = page.get("first") if "first" in page else page.get("next")
    found.is_cut = following is not None
    return found


async def _page(client: Client, page: object, within: str, seen: set[str], budget: Budget) -> JsonObject | None:
    """A page, embedded or fetched; None where it is nothing, was read before, or is another origin's."""
    identifier = value_or_id(page)
    if isinstance(page, Mapping) and ("items" in page or "orderedItems" in page or "first" in page or "next" in page):
        if isinstance(identifier, str):
            seen.add(identifier)
        return dict(page)
    if not isinstance(identifier, str) or identifier in seen:
        return None
    try:
        if not same_origin(identifier, within):
            return None
    except BadHost:
        return None
    seen.add(identifier)
    return (await client.get_document(identifier, budget=budget)).json


def _items(page: Mapping[str, object]) -> Iterator[object]:
    yield from as_list(page.get("orderedItems"))
    yield from as_list(page.get("items"))
