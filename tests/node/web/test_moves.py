"""Whoever works elsewhere now: their page says where, nobody is asked to follow the old account, and it writes no more."""

from storage import accounts, moves
from storage.store import Unit
from tests.node.conftest import House
from tests.node.web.test_pages import Visit
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


async def test_the_page_of_an_account_that_was_left_leads_to_the_new_one(visit: Visit, house: House) -> None:
    await visit("marie")
    delorme = await visit("delorme")
    assert 'action="/people/' in (await delorme.open("/@marie")).html
    await house.node.store.write(_move)
    shown = await delorme.open("/@marie")
    assert "Cette personne travaille maintenant à un autre nœud" in shown.text
    assert '<a href="/@delorme"><bdi>Delorme</bdi></a>' in shown.html
    assert '/follow"' not in shown.html


async def test_an_account_that_was_left_is_told_why_it_writes_no_more(visit: Visit, house: House) -> None:
    marie = await visit("marie")
    await visit("delorme")
    page = await marie.open("/compose")
    await house.node.store.write(_move)
    shown = await marie.send(page, "/posts", text="Encore", reach="all_nodes", language="fr")
    assert shown.status == 422
    assert "Vous travaillez maintenant à un autre nœud" in shown.text
    assert "Encore" in shown.html


def _move(unit: Unit) -> None:
    marie, delorme = accounts.by_handle(unit, "marie"), accounts.by_handle(unit, "delorme")
    assert marie is not None
    assert delorme is not None
    moves.arrive(unit, delorme.id, [marie.uri])
    moves.leave(unit, marie.id, delorme.uri)
