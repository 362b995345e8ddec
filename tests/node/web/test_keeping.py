"""What people keep and what they hush, on the pages: bookmarks, filters, mutes, blocks, nodes, tags, muted conversations."""

import re
from html import unescape

from node.actions import bookmarks, compose
from storage import accounts, peers
from storage.accounts import Account
from storage.ids import Host
from tests.node.conftest import House
from tests.node.web.browser import Browser, Shown
from tests.node.web.test_pages import Visit, follow
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture

FILTER = {"filter_title": "", "words": "élections", "whole": "yes", "filter_action": "warn", "ends": ""}


async def known(house: House, name: str) -> Account:
    found = await house.node.store.read(accounts.by_handle, name)
    assert found is not None
    return found


async def make_filter(browser: Browser, *places: str, **fields: str) -> Shown:
    form = await browser.open("/settings/filters/new")
    sent = {**form.hidden("/settings/filters/new"), **FILTER, **fields}
    data = [*sent.items(), *(("place", place) for place in places)]
    async with browser.client.post("/settings/filters/new", data=data) as answer:
        return Shown(answer.status, answer.real_url, await answer.text())


async def test_a_post_is_kept_found_again_and_let_go(house: House, visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    assert "Aucun signet" in (await ken.open("/bookmarks")).text
    await marie.publish("À relire")
    kept = await ken.press("/this-node", "/bookmark")
    assert (kept.url.path, kept.url.fragment.startswith("post-")) == ("/this-node", True)
    assert 'aria-pressed="true"' in kept.html
    assert "À relire" in (await ken.open("/bookmarks")).text
    assert "À relire" not in (await marie.open("/bookmarks")).text
    await ken.press("/this-node", "/favourite")
    assert "À relire" in (await ken.open("/favourites")).text
    assert "À relire" not in (await ken.press("/bookmarks", "/unbookmark")).text
    writer, reader = [await known(house, name) for name in ("marie", "ken")]
    for number in range(21):
        post = await compose.post(house.node, writer, compose.Draft(f"Note {number}."))
        await bookmarks.keep(house.node, reader, post)
    first = await ken.open("/bookmarks")
    older = unescape(re.findall(r'rel="next" href="([^"]+)"', first.html)[0])
    assert re.findall(r"Note (\d+)\.", (await ken.open(older)).text) == ["0"]


async def test_nothing_more_is_told_of_a_conversation(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    page = await marie.publish("Qui vient ?")
    number = page.action("/mute").split("/")[2]
    shown = await marie.press("/", "/mute")
    assert "Plus rien ne vous est signalé de cette conversation." in shown.text
    form = await ken.open(f"/compose?reply_to={number}")
    await ken.send(form, "/posts", text="@marie Moi", reach="all_nodes", language="fr")
    assert "Ken vous a écrit" not in (await marie.open("/notifications")).text
    assert "Me la signaler de nouveau" in (await marie.open(f"/@marie/{number}")).text
    await marie.press(f"/@marie/{number}", "/unmute")
    form = await ken.open(f"/compose?reply_to={number}")
    await ken.send(form, "/posts", text="@marie Et Zoé", reach="all_nodes", language="fr")
    assert "Ken vous a écrit" in (await marie.open("/notifications")).text


async def test_a_filter_folds_away_leaves_out_and_ends(house: House, visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await marie.publish("Après les élections")
    await marie.publish("Un port, un passeport")
    for wrongly, sentence in (
        ({"words": " "}, "Écrivez au moins un mot."),
        ({"words": "x" * 201}, "200 caractères au plus"),
        ({"filter_action": "eat"}, "Choisissez ce qu’il advient"),
    ):
        wrong = await make_filter(ken, "public", **wrongly)
        assert (wrong.status, sentence in wrong.text) == (422, True)
    wrong = await make_filter(ken)
    assert (wrong.status, "Choisissez au moins un endroit." in wrong.text) == (422, True)
    made = await make_filter(ken, "public", words="élections\npasse\n élections ")
    assert "Le filtre s’applique dès maintenant." in made.text
    folded = (await ken.open("/this-node")).text.replace("\u00a0", " ")
    assert folded.count("Masqué : contient") == 1
    assert "contient « élections »" in folded
    assert "Masqué" not in (await ken.open("/@marie")).text
    assert "Masqué" not in (await marie.open("/this-node")).text

    place = re.findall(r'href="(/settings/filters/\d+)"', made.html)[0]
    form = await ken.open(place)
    assert ">élections\npasse</textarea>" in form.html
    changed = {**FILTER, "words": "passe\nport", "filter_action": "hide", "ends": "3600", "place": "public"}
    del changed["whole"]
    assert "se termine dans" in (await ken.send(form, place, **changed)).text
    shown = (await ken.open("/this-node")).text
    assert ("Après les élections" in shown, "passeport" in shown) == (True, False)
    again = await ken.open(place)
    assert 'value="as-now" selected' in again.html
    await ken.send(again, place, **{**changed, "ends": "as-now"})
    house.clock.forward(hours=2)
    assert "passeport" in (await ken.open("/this-node")).text
    assert "terminée" in (await ken.open("/settings/filters")).text
    assert (await marie.open(place)).status == 404
    for half in (range(150), range(150, 300)):  # as many words as there is room for, twice over
        words = "\n".join(f"mot{number}" for number in half)
        assert (await ken.send(await ken.open(place), place, **{**changed, "words": words})).status == 200
    gone = await ken.press("/settings/filters", "/remove")
    assert ("Le filtre est supprimé." in gone.text, "Aucun filtre" in gone.text) == (True, True)


async def test_people_are_muted_for_a_time_and_blocked_from_the_settings(house: House, visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await marie.publish("Bruit")
    found = await ken.open("/settings/mutes?q=MAR")
    action = found.action("/mute")
    muted = await ken.send(found, action, duration="3600", notifications="yes")
    assert (muted.url.path, "se termine dans" in muted.text) == ("/settings/mutes", True)
    assert "Bruit" not in (await ken.open("/this-node")).text
    kept = await ken.send(muted, action, duration="as-now")
    assert 'name="notifications" type="checkbox" value="yes">' in kept.html
    assert "se termine dans" in kept.text
    house.clock.forward(hours=2)
    assert "Bruit" in (await ken.open("/this-node")).text
    assert "Vous ne masquez personne" in (await ken.open("/settings/mutes")).text
    for_good = await ken.press("/@marie", "/mute")
    assert "se termine" not in (await ken.open("/settings/mutes")).html.partition("<select")[2].partition("</select")[0]
    assert "Cette personne est masquée." in for_good.text
    await ken.press("/settings/mutes", "/unmute")
    blocked = await ken.press("/settings/blocks?q=mar", "/block")
    assert "Cette personne est bloquée." in blocked.text
    assert "Marie" in (await ken.open("/settings/blocks")).text
    assert "Vous ne bloquez personne" in (await ken.press("/settings/blocks", "/unblock")).text


async def test_a_node_is_hidden_and_shown_again(house: House, visit: Visit) -> None:
    await house.node.store.write(peers.allow, Host("tokyo.example"), by="marie")
    ken = await visit("ken")
    hide, show = "/settings/nodes/hide", "/settings/nodes/show"
    page = await ken.open("/settings/nodes")
    for domain, sentence in (("", "Choisissez un nœud."), ("not a host", "Choisissez un nœud de la liste.")):
        wrong = await ken.send(page, hide, domain=domain)
        assert (wrong.status, sentence in wrong.text) == (422, True)
    hidden = await ken.send(page, hide, domain="tokyo.example")
    assert "Vous ne lisez plus rien de ce nœud." in hidden.text
    assert '<option value="tokyo.example"' not in hidden.html
    assert "Vous ne masquez aucun nœud" in (await ken.send(hidden, show)).text


async def test_tags_are_followed_by_name_and_left(visit: Visit) -> None:
    marie = await visit("marie")
    page = await marie.open("/followed-tags")
    wrong = await marie.send(page, "/followed-tags", tag_name="deux mots")
    assert (wrong.status, "un seul mot" in wrong.text, 'value="deux mots"' in wrong.html) == (422, True, True)
    followed = await marie.send(page, "/followed-tags", tag_name="#Océan_Indien")
    assert ("#Océan_Indien" in followed.text, followed.url.path) == (True, "/followed-tags")
    left = await marie.press("/followed-tags", "/unfollow")
    assert ("Vous ne suivez encore aucun mot-clé" in left.text, left.url.path) == (True, "/followed-tags")


async def test_these_pages_speak_english_too(visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await follow(ken, "marie")
    await marie.send(await marie.open("/"), "/language", language="en")
    for path, words in {
        "/messages": "No message yet",
        "/messages/new": "To whom?",
        "/bookmarks": "Nobody else sees your bookmarks.",
        "/lists": "Answers to anybody I follow",
        "/notifications": "Ken follows you",
        "/notifications/requests": "Nobody waits",
        "/follow-requests": "Nobody asks to follow you",
        "/followed-tags": "You follow no tag yet",
        "/settings/filters": "No filter yet",
        "/settings/filters/new": "Words, one in each line",
        "/settings/mutes": "You mute nobody",
        "/settings/blocks": "You block nobody",
        "/settings/nodes": "You hide no node",
        "/settings/notifications": "People you do not follow",
    }.items():
        shown = await marie.open(path)
        assert (path, shown.status, words in shown.text) == (path, 200, True)
