"""Searching on the pages of a real node: posts with their filters, and colleagues by their cards."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from urllib.parse import urlencode

import pytest

from node.web import excerpts
from node.web.excerpts import Piece
from storage import accounts, cards, staff
from storage.search import Wanted
from tests import loopback
from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser

LONG = "mot " * 60 + "la délégation arrive " + "suite " * 80


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("Les Visas de l’État", "etat visa", ["Les ", "[Visas]", " de l’", "[État]"]),
        ("e\u0301tat d’urgence", "ÉTAT", ["[état]", " d’urgence"]),
        ("<b>gras</b>", "gras", ["<b>", "[gras]", "</b>"]),
        ("un consulat", "consu", ["un ", "[consulat]"]),
        ("rien de tel", "visa", ["rien de tel"]),
        ("", "visa", []),
    ],
)
def test_words_are_marked_in_an_excerpt(text: str, asked: str, shown: list[str]) -> None:
    found = excerpts.of(text, Wanted(asked))
    assert [f"[{piece.text}]" if piece.found else piece.text for piece in found] == shown


def test_an_excerpt_begins_shortly_before_what_was_found() -> None:
    found = excerpts.of(LONG, Wanted("délégation"))
    assert (found[0], found[-1]) == (Piece("… "), Piece(" …"))
    text = "".join(piece.text for piece in found)
    assert "la délégation arrive suite" in text
    assert len(text) < excerpts.LETTERS + 10
    assert len("".join(piece.text for piece in excerpts.of("a" * 5_000, Wanted("b")))) < excerpts.LETTERS + 10


Visit = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def visitors(house: House) -> AsyncIterator[Visit]:
    async with AsyncExitStack() as stack:

        async def sign_in(name: str, *, role: str = "staff") -> Browser:
            await house.staff(name, role=role)
            browser = Browser(await stack.enter_async_context(loopback.session(base_url=house.url)))
            await browser.sign_in(name, PASSWORD)
            return browser

        yield sign_in


@pytest.fixture
async def marie(visitors: Visit) -> Browser:
    return await visitors("marie")


async def test_posts_are_searched_and_the_search_is_narrowed(house: House, marie: Browser, visitors: Visit) -> None:
    ken = await visitors("ken")
    assert "Que cherchez-vous" in (await marie.open("/search")).text
    await marie.publish("Les <b>visas</b> de l’État #Asie")
    await ken.publish("Un visa refusé & rendu")
    await ken.publish("visa pour Marie seule, @marie", reach="mentioned")
    shown = await marie.open("/search?q=VISA")
    assert len(re.findall(r'<article class="hit"', shown.html)) == 3
    assert "<mark>visas</mark>" in shown.html
    assert "<b>" not in shown.html.partition('<article class="hit"')[2]
    assert shown.text.index("Marie seule") < shown.text.index("refusé & rendu") < shown.text.index("de l’État")
    assert len(re.findall("<article", (await ken.open("/search?q=visa+refuse")).html)) == 1
    for narrowed, expected in (
        ({"by": "marie"}, ["État"]),
        ({"by": "@ken"}, ["Marie seule", "refusé"]),
        ({"tag": "#asie"}, ["État"]),
        ({"node": "here"}, ["Marie seule", "refusé", "État"]),
        ({"node": "tokyo.example"}, []),
        ({"since": "2020-01-01", "until": "2099-12-31"}, ["Marie seule", "refusé", "État"]),
        ({"until": "2020-01-01"}, []),
    ):
        found = await marie.open(f"/search?{urlencode({'q': 'visa', **narrowed})}")
        assert [words in found.text for words in ("Marie seule", "refusé", "État")] == [
            words in expected for words in ("Marie seule", "refusé", "État")
        ], narrowed
        assert ("Aucun message" in found.text) is (expected == [])
    paged = await marie.open(f"/search?q=visa&max_id={re.findall(r'/@marie/([0-9]+)', shown.html)[0]}")
    assert "Plus de messages" in paged.text


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("q=x&by=zoe", 422, "Personne ne s’appelle ainsi."),
        ("q=x&since=demain", 422, "le jour sous la forme année-mois-jour"),
        ("q=x&until=0001-01-01", 422, "le jour sous la forme année-mois-jour"),
        ("q=x&since=2027-02-01&until=2027-01-01", 422, "Le dernier jour vient avant le premier."),
        ("q=x&max_id=x", 404, ""),
        ("q=%00%22*()%27%5C&by=&node=%00", 200, "Aucun message"),
        (f"q={'x' * 5000}", 200, "Aucun message"),
        ("q=...&tag=%23", 200, "Aucun message"),
    ],
)
async def test_what_cannot_be_searched_is_said(marie: Browser, asked: str, status: int, said: str) -> None:
    shown = await marie.open(f"/search?{asked}")
    assert shown.status == status
    assert said in shown.text


async def test_an_entry_of_the_directory_is_made_by_two(house: House, marie: Browser, visitors: Visit) -> None:
    admin = await visitors("chief", role="admin")
    page = "/administration/staff/marie"
    long = await admin.send(await admin.open(page), f"{page}/card", display_name="Marie", function="x" * 101)
    assert (long.status, "La fonction est trop longue" in long.text) == (422, True)
    fields = {"display_name": "Marie Delorme", "function": "Attachée <presse>", "department": "", "place": "Tokyo"}
    assert "L’annuaire est modifié." in (await admin.send(await admin.open(page), f"{page}/card", **fields)).text
    assert (await admin.open("/administration/staff/nobody")).status == 404
    assert (await marie.open(page)).status == 403

    own = await marie.open("/settings/directory")
    assert "Attachée &lt;presse&gt;" in own.html
    many = ", ".join(f"s{number}" for number in range(21))
    assert (await marie.send(own, "/settings/directory", skills=many)).status == 422
    saved = await marie.send(own, "/settings/directory", language="ja", skills="droit de la mer,  visas ; visas")
    assert "Vos modifications sont enregistrées." in saved.text
    account = await house.node.store.read(accounts.by_handle, "marie")
    assert account is not None
    assert account.visiting_card == cards.Card("Attachée <presse>", "", "Tokyo", ("ja",), ("droit de la mer", "visas"))

    profile = await admin.open("/@marie")
    for said in ("Attachée <presse>", "Poste Tokyo", "japonais", "droit de la mer"):
        assert said in profile.text
    for asked in ("delorme", "presse", "tok", "japonais", "DROIT mer"):
        found = await admin.open(f"/people?{urlencode({'q': asked})}")
        assert "1 personne trouvée" in found.text, asked
        assert "/follow" in found.html
    assert "Marie Delorme" in (await admin.open("/search?q=presse")).text
    member = await house.node.store.read(staff.get, "marie")
    assert member.display_name == "Marie Delorme"


async def test_a_name_that_several_people_have_is_asked_about(marie: Browser, visitors: Visit) -> None:
    for name in ("anna.b", "anna.c"):
        await (await visitors(name)).publish("visa")
    shown = await marie.open("/search?q=visa&by=anna")
    assert "Plusieurs personnes répondent à" in shown.text
    chosen = await marie.open("/search?q=visa&by=%40anna.c")
    assert len(re.findall("<article", chosen.html)) == 1


async def test_the_directory_is_leafed_through(house: House, marie: Browser) -> None:
    for number in range(31):
        await house.staff(f"zoe{number:02}")
    first = await marie.open("/people?q=zoe")
    assert ("Zoe29" in first.text, "Zoe30" in first.text) == (True, False)
    second = await marie.open("/people?q=zoe&page=2")
    assert ("Zoe29" in second.text, "Zoe30" in second.text) == (False, True)
    for odd in ("0", "-1", "x", "99999999", "²"):
        assert (await marie.open(f"/people?q=zoe&page={odd}")).status == 200
