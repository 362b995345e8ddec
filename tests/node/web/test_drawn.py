"""A post is drawn once for everybody to whom it looks the same, and each page puts in what is its own."""

from copy import deepcopy
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from node.memory.shelf import Changes, Shelf
from node.web.appearance import environment
from node.web.drawn import OPEN
from tests.node.web.samples import MARIE, NOW, context, status

PAGE = "{{ post(entity) }}"


def sample(**more: Any) -> dict[str, Any]:
    return status(7, MARIE, more.pop("content", "<p>Bonjour</p>"), **more)


@pytest.fixture
def shelf() -> Shelf[bytes, tuple[str, ...]]:
    return Shelf(Changes(), now=lambda: NOW, most=100)


def shown(shelf: Shelf[bytes, tuple[str, ...]], entity: dict[str, Any], language: str = "fr", **own: Any) -> str:
    page = environment(language).from_string(PAGE)
    return page.render(context(language, drawn=shelf, entity=entity, **own))


def test_what_is_of_one_page_is_put_into_what_all_share(shelf: Shelf[bytes, tuple[str, ...]]) -> None:
    first = shown(shelf, sample(), csrf="of-marie", here="/this-node")
    other = shown(shelf, sample(), csrf="of-ken", here='/tags/"><script>', now=NOW + timedelta(days=1))
    assert (shelf.misses, shelf.hits) == (1, 1)
    assert 'value="of-marie"' in first
    assert 'value="/this-node#post-7"' in first
    assert 'value="of-ken"' in other
    assert "of-marie" not in other
    assert "&gt;&lt;script&gt;" in other
    assert OPEN not in first + other
    assert first.replace("of-marie", "").replace("/this-node", "") != other  # how long ago it was


def test_what_looks_different_is_drawn_anew(shelf: Shelf[bytes, tuple[str, ...]]) -> None:
    author = sample()["account"]["acct"]
    mine = SimpleNamespace(acct=author)
    other = SimpleNamespace(acct="somebody@else.example")
    different = [
        shown(shelf, sample(), me=other),
        shown(shelf, sample(), me=mine),
        shown(shelf, sample(), me=None),
        shown(shelf, sample(), me=other, language="en"),
        shown(shelf, sample(favourited=True), me=other),
        shown(shelf, sample(content="<p>Corrigé</p>"), me=other),
    ]
    assert len(set(different)) == shelf.misses == len(different)
    assert ["/posts/7/edit" in page for page in different] == [False, True, False, False, False, False]


def test_whoever_gets_a_follower_has_their_posts_drawn_no_more_than_before(
    shelf: Shelf[bytes, tuple[str, ...]],
) -> None:
    shared = status(8, MARIE, "", reblog=sample(quote={"state": "accepted", "quoted_status": sample()}))
    again = deepcopy(shared)
    for account in (again["account"], again["reblog"]["account"], again["reblog"]["quote"]["quoted_status"]["account"]):
        account["followers_count"] += 1
    assert shown(shelf, shared) == shown(shelf, again)
    assert (shelf.misses, shelf.hits) == (1, 1)
