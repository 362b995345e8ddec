"""Messages on the pages: to people found by a part of their name, read by opening, answered where they are read."""

import re

import pytest

from node.web.appearance import content, excerpt_alone, without_names
from tests.node.web.browser import Browser, Shown
from tests.node.web.samples import ANSWER, KEN, MENTION, MENTIONED, status
from tests.node.web.test_pages import Visit
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


def said(page: Shown) -> str:
    """What stands in the conversation of a page, without the form below it."""
    return Shown(page.status, page.url, page.html.partition('<ol class="said-list">')[2].partition("</ol>")[0]).text


async def number_of(browser: Browser, name: str) -> str:
    found = await browser.open(f"/messages/new?q={name}")
    return str(re.findall(r'href="/messages/new\?to=(\d+)"', found.html)[0])


async def write(browser: Browser, to: str, text: str) -> Shown:
    form = await browser.open(f"/messages/new?to={await number_of(browser, to)}")
    return await browser.send(form, "/messages", text=text)


async def test_a_message_goes_to_somebody_who_was_found_by_a_part_of_the_name(visit: Visit) -> None:
    marie, ken, zoe = await visit("marie"), await visit("ken"), await visit("zoe")
    assert "Aucun message direct" in (await marie.open("/messages")).text
    found = await marie.open("/messages/new?q=KE")
    assert ("Ken" in found.text, "Zoe" in found.text) == (True, False)
    sent = await write(marie, "ken", "As-tu *la note* ?")
    place = sent.url.path
    assert "envoyé aux personnes qu’il mentionne" in sent.text
    assert "les administrateurs des nœuds concernés (Paris) pourraient le lire" in sent.text
    assert "As-tu la note" in said(sent)
    assert "@ken" not in said(sent)
    for stranger in (await zoe.open(place), await zoe.open("/messages/12")):
        assert stranger.status == 404

    listed = await ken.open("/messages")
    assert ("As-tu la note" in listed.text, "nouveau" in listed.text) == (True, True)
    await ken.open(place, **{"Sec-Purpose": "prefetch"})
    assert "nouveau" in (await ken.open("/messages")).text
    opened = await ken.open(place)
    assert "nouveau" in said(opened)
    assert "nouveau" not in (await ken.open("/messages")).text
    answered = await ken.send(opened, place, text="- la voici\n- et l’autre")
    assert (answered.url.path, answered.url.fragment.startswith("post-")) == (place, True)
    assert re.search(r"<ul>\s*<li>la voici</li>", answered.html)
    assert [line in said(await marie.open(place)) for line in ("As-tu", "la voici")] == [True, True]
    told = await ken.open("/@marie")
    assert place == (await ken.open(re.findall(r'href="(/messages/at/\d+)"', told.html)[0])).url.path
    csrf = (await zoe.open("/")).hidden("/posts")["csrf"]
    async with zoe.client.post(place, data={"csrf": csrf, "text": "x"}) as answer:
        assert answer.status == 404


async def test_several_are_written_to_and_all_of_them_are_answered(visit: Visit) -> None:
    marie, ken, zoe = await visit("marie"), await visit("ken"), await visit("zoe")
    ids = [await number_of(marie, name) for name in ("ken", "zoe")]
    first = await marie.open(f"/messages/new?to={ids[0]}&q=zo")
    assert f'href="/messages/new?to={ids[0]}&amp;to={ids[1]}"' in first.html
    form = await marie.open(f"/messages/new?to={ids[0]}&to={ids[1]}")
    people = [part.partition('"')[0] for part in form.html.split('name="person" value="')[1:]]
    fields = [*form.hidden("/messages").items(), ("person", people[0]), ("text", "À deux")]
    async with marie.client.post("/messages", data=fields) as answer:
        place = answer.url.path
    assert len(people) == 2
    for reader in (ken, zoe):
        assert "À deux" in (await reader.open(place)).text
    await ken.send(await ken.open(place), place, text="Oui")
    assert "Oui" in said(await zoe.open(place))
    away = await zoe.press(place, "/put-away")
    assert (away.url.path, "À deux" in away.text) == ("/messages", False)
    assert "À deux" in said(await zoe.open(place))
    await marie.send(await marie.open(place), place, text="Encore")
    assert "Encore" in (await zoe.open("/messages")).text


async def test_a_form_that_is_gone_back_to_sends_what_is_in_it_now(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    form = await marie.open(f"/messages/new?to={await number_of(marie, 'ken')}")
    for text in ("Le premier", "Le premier", "Le second"):
        assert (await marie.send(form, "/messages", text=text)).url.path.startswith("/messages/")
    shown = (await ken.open("/messages")).text
    assert [shown.count(text) for text in ("Le premier", "Le second")] == [1, 1]


async def test_an_answer_goes_to_those_whom_its_page_named(visit: Visit) -> None:
    marie, ken, zoe = await visit("marie"), await visit("ken"), await visit("zoe")
    place = (await write(marie, "ken", "Entre nous")).url.path
    opened = await ken.open(place)
    await marie.send(await marie.open(place), place, text="Je joins @zoe")
    await ken.send(opened, place, text="Pas un mot à Zoe")
    assert "Pas un mot" in said(await marie.open(place))
    assert "Pas un mot" not in said(await zoe.open(place))
    strange = opened.hidden(place) | {"key": "anew", "text": "Autre chose"}
    for answers in ("x", "12", str(int(place.split("/")[2]) + 1)):
        async with ken.client.post(place, data=strange | {"answers": answers, "key": answers}) as answer:
            assert answer.status == 200


async def test_what_cannot_be_sent_is_kept_in_the_form_and_said(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    empty = await write(marie, "ken", "  ")
    assert (empty.status, "Écrivez d’abord quelque chose." in empty.text) == (422, True)
    long = await write(marie, "ken", "mot " * 2_000)
    assert (long.status, "trop long" in long.text, long.html.count("mot mot") > 900) == (422, True, True)
    form = await marie.open(f"/messages/new?to={await number_of(marie, 'ken')}")
    csrf = {name: value for name, value in form.hidden("/messages").items() if name != "person"}
    async with marie.client.post("/messages", data={**csrf, "text": "À qui ?"}) as answer:
        assert (answer.status, "Choisissez à qui vous écrivez." in await answer.text()) == (422, True)
    assert "À qui ?" in (await marie.open("/messages/new?to=nobody&to=12")).text
    place = (await write(marie, "ken", "Bonjour")).url.path
    wrong = await ken.send(await ken.open(place), place, text=" ")
    assert (wrong.status, "Écrivez d’abord quelque chose." in wrong.text, "Bonjour" in said(wrong)) == (422, True, True)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (f"<p>{MENTION} Bonjour</p>", "<p>Bonjour</p>"),
        (f"<p>{MENTION} {MENTION}<br>Bonjour {MENTION}</p>", "Bonjour"),
        (f"<p>{MENTION}</p><ul><li>un</li></ul>", "<ul><li>un</li></ul>"),
        ("<p>Bonjour</p>", "<p>Bonjour</p>"),
    ],
)
def test_names_that_a_text_begins_with_are_not_said_again(html: str, shown: str) -> None:
    entity = status(1, KEN, html, mentions=MENTIONED)
    text = str(without_names(content(entity)))
    assert text.startswith((shown, f"<p>{shown} <span"))
    assert excerpt_alone(ANSWER) == "Bien reçu, je m’en charge."
