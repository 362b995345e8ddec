"""The page of a conversation that is not whole says what is missing, from where, and what happens next."""

import pytest

from storage import contexts, staff
from storage.contexts import Missing
from storage.ids import PostId
from tests.node.conftest import House
from tests.node.web.browser import Browser
from tests.node.web.test_articles import publish
from tests.node.web.test_pages import marie as marie  # noqa: PLC0414  a fixture
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "2 réponses de tokyo.example n’ont pas pu être récupérées. Ce nœud ne répond pas."),
        ("en", "2 replies at tokyo.example could not be fetched. That node does not answer."),
    ],
)
async def test_what_is_missing_is_said(marie: Browser, house: House, language: str, said: str) -> None:
    member = await house.node.store.read(staff.by_username, "marie")
    assert member is not None
    await house.node.store.write(staff.change_locale, member.account_id, language)
    address = await publish(marie)
    assert "tokyo.example" not in (await marie.open(address)).text
    thread = PostId(int(address.rpartition("/")[2]))
    missing = [Missing(f"https://tokyo.example/{number}", "tokyo.example", "away") for number in range(2)]
    await house.node.store.write(contexts.end, thread, uri="https://x", host="x", missing=missing)
    assert said in " ".join((await marie.open(address)).text.replace("\xa0", " ").split())
