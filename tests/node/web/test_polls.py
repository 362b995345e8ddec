"""Polls on the pages: asked in the whole form, voted in under the post, read as bars; all without a script."""

import re

from tests.node.web.browser import Browser, Shown
from tests.node.web.test_pages import Visit
from tests.node.web.test_pages import marie as marie  # noqa: PLC0414  a fixture
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


async def ask(browser: Browser, *options: str, **fields: str) -> Shown:
    page = await browser.open("/compose")
    sent = [("text", "Quand ?"), ("reach", "all_nodes"), ("language", "fr"), ("poll_ends", "3600")]
    sent += [*page.hidden("/posts").items(), *fields.items(), *(("option", option) for option in options)]
    async with browser.client.post("/posts", data=sent) as answer:
        return Shown(answer.status, answer.real_url, await answer.text())


async def vote(browser: Browser, page: Shown, *choices: str) -> Shown:
    action = page.action("/vote")
    sent = [*page.hidden(action).items(), *(("choice", choice) for choice in choices)]
    async with browser.client.post(action, data=sent) as answer:
        return Shown(answer.status, answer.real_url, await answer.text())


async def test_a_poll_is_asked_voted_in_and_read_as_bars(marie: Browser, visit: Visit) -> None:
    asked = await ask(marie, "Midi", "", "Soir")
    assert "0 personne a voté · Fin : dans" in asked.text
    assert "/vote" not in asked.html  # nobody votes in their own poll
    paul = await visit("paul")
    page = await paul.open("/all-nodes")
    assert page.html.count('type="radio"') == 2
    voted = await vote(paul, page, "1")
    assert "Votre vote est compté." in voted.text
    assert re.search(r"Midi\s+0\s+Soir\s+votre choix\s+1\s+1 personne a voté", voted.text)
    assert '<meter min="0" max="1" value="1"' in voted.html
    again = await vote(paul, page, "0")
    assert again.status == 422
    assert "Vous avez déjà voté dans ce sondage." in again.text


async def test_who_chooses_nothing_is_told_so_beside_the_poll(marie: Browser, visit: Visit) -> None:
    await ask(marie, "Midi", "Soir", poll_multiple="yes")
    paul = await visit("paul")
    page = await paul.open("/all-nodes")
    assert page.html.count('type="checkbox"') == 2
    shown = await vote(paul, page)
    assert shown.status == 422
    assert "Choisissez une réponse, puis votez." in shown.text
    assert 'id="field-choices"' in shown.html
    assert "Ce choix n’existe plus." in (await vote(paul, page, "un")).text


async def test_a_poll_that_cannot_be_asked_comes_back_with_the_reason_and_all_that_was_typed(marie: Browser) -> None:
    shown = await ask(marie, "Midi")
    assert shown.status == 422
    assert "Un sondage a au moins deux choix." in shown.text
    assert 'value="Midi"' in shown.html


async def test_the_form_for_editing_has_the_poll_and_what_stays_keeps_its_votes(marie: Browser, visit: Visit) -> None:
    await ask(marie, "Midi", "Soir")
    paul = await visit("paul")
    await vote(paul, await paul.open("/all-nodes"), "0")
    mine = await marie.open("/all-nodes")
    found = re.search(r'href="(/posts/\d+/edit)"', mine.html)
    assert found is not None
    form = await marie.open(found[1])
    typed = re.findall(r'name="option"[^>]* value="([^"]*)"', form.html)
    assert typed == ["Midi", "Soir", "", "", "", ""]
    sent = [*form.hidden(found[1]).items(), *(("option", option) for option in typed)]
    sent += [("text", "Quand donc ?"), ("language", "fr"), ("poll_ends", "")]
    async with marie.client.post(found[1], data=sent) as answer:
        saved = Shown(answer.status, answer.real_url, await answer.text())
    assert "Quand donc ?" in saved.text
    assert "1 personne a voté" in saved.text
