"""Events on the pages: planned in the form, shown as a card, joined and left with a button, decided upon by the organiser."""

from tests.node.web.browser import Browser, Shown
from tests.node.web.test_pages import Visit
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture

FIELDS = {
    "text": "Venez nombreux",
    "reach": "all_nodes",
    "language": "fr",
    "title": "Réunion",
    "starts_at": "2082-12-01T10:00",
    "ends_at": "2082-12-01T11:30",
    "timezone": "Asia/Tokyo",
    "place": "Salle <2>",
    "join_mode": "free",
    "capacity": "",
    "status": "",
}


async def publish(browser: Browser, **fields: str) -> Shown:
    page = await browser.open("/compose")
    return await browser.send(page, "/posts", **{**FIELDS, **fields})


async def test_an_event_is_planned_shown_joined_and_left(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await publish(marie)
    shown = await ken.open("/all-nodes")
    assert "mardi 1 décembre 2082, 10 h 00 à 11 h 30 (Asia/Tokyo)" in shown.text.replace("\u00a0", " ")
    assert shown.html.count("Salle &lt;2&gt;") == 1
    assert "<p>Venez nombreux</p>" in shown.html
    joined = await ken.press("/all-nodes", "/join")
    assert "Vous êtes attendu" in joined.text
    assert "1 personne" in joined.text
    left = await ken.press("/all-nodes", "/leave")
    assert "Je viendrai" in left.text
    assert "0 personne" in left.text


async def test_to_what_is_over_nobody_comes(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await publish(marie)
    event = (await ken.open("/all-nodes")).action("/join").removesuffix("/join")
    form = await marie.open(f"{event}/edit")
    stale = await ken.open("/all-nodes")
    over = {"starts_at": "2026-01-05T10:00", "ends_at": "2026-01-05T11:30"}
    await marie.send(form, f"{event}/edit", **{**FIELDS, **over})
    shown = await ken.open("/all-nodes")
    assert "Cet événement est passé." in shown.text
    assert "/join" not in shown.html
    refused = await ken.send(stale, f"{event}/join")
    assert "Plus personne ne peut venir à cet événement." in refused.text


async def test_the_organiser_decides_and_calls_it_off(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await publish(marie, join_mode="restricted")
    asked = await ken.press("/all-nodes", "/join")
    assert "attendez une réponse" in asked.text
    event = asked.action("/leave").removesuffix("/leave")
    assert "souhaite venir à votre événement" in (await marie.open("/notifications")).text
    listed = await marie.open(f"{event}/attendees")
    assert "Attend une réponse" in listed.text
    await marie.send(listed, listed.action("/accept"))
    assert "Vous êtes attendu" in (await ken.open("/all-nodes")).text
    form = await marie.open(f"{event}/edit")
    assert 'value="2082-12-01T10:00"' in form.html
    assert 'value="Asia/Tokyo"' in form.html
    await marie.send(form, f"{event}/edit", **{**FIELDS, "join_mode": "restricted", "status": "cancelled"})
    assert "Cet événement est annulé." in (await ken.open("/all-nodes")).text


async def test_what_is_wrong_with_an_event_is_said_and_nothing_typed_is_lost(visit: Visit) -> None:
    marie = await visit("marie")
    for fields, sentence in (
        ({"title": ""}, "Un événement a besoin d’un titre."),
        ({"timezone": "Mars"}, "Un fuseau horaire s’écrit comme Europe/Paris."),
        ({"ends_at": "2026-11-01T10:00"}, "Un événement finit après son début"),
        ({"capacity": "beaucoup"}, "Le nombre de places va de 1 à"),
    ):
        shown = await publish(marie, **fields)
        assert shown.status == 422
        assert sentence in shown.text
        assert "Venez nombreux" in shown.html
        assert 'value="2082-12-01T10:00"' in shown.html


async def test_people_are_invited_by_their_names(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await publish(marie, join_mode="invite")
    assert "/join" not in (await ken.open("/all-nodes")).html
    form = (await marie.open("/all-nodes")).html
    event = form.partition('href="/posts/')[2].partition("/")[0]
    page = await marie.open(f"/posts/{event}/attendees")
    wrong = await marie.send(page, f"/posts/{event}/invite", people="@ken @personne")
    assert (wrong.status, "L’un de ces noms n’est celui de personne." in wrong.text) == (422, True)
    assert 'value="@ken @personne"' in wrong.html
    done = await marie.send(page, f"/posts/{event}/invite", people="@ken")
    assert "L’invitation est envoyée." in done.text
    assert "A reçu une invitation" in done.text
    assert "vous invite à un événement" in (await ken.open("/notifications")).text
    assert "Vous avez reçu une invitation." in (await ken.open("/all-nodes")).text
    assert "Vous êtes attendu" in (await ken.press("/all-nodes", "/join")).text
