"""Notifications on the pages: what many did is told together, by kind, read by looking; and strangers wait."""

from node.actions import communities, compose, leading
from node.actions.communities import Founding
from node.actions.compose import Draft
from storage import accounts, follows
from tests.node.conftest import House
from tests.node.web.browser import Browser
from tests.node.web.test_pages import Visit, follow
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


async def choose(browser: Browser, **choices: str) -> None:
    form = await browser.open("/settings/notifications")
    names = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")
    sent = {f"for_{name}": choices.get(name, "accept") for name in names}
    assert "Vos modifications" in (await browser.send(form, "/settings/notifications", **sent)).text


async def test_what_many_did_is_told_together_and_by_kind(visit: Visit) -> None:
    marie, *others = [await visit(name) for name in ("marie", "ken", "zoe", "ada", "paul")]
    await marie.publish("Qui a la note ?")
    for other in others:
        await other.press("/this-node", "/favourite")
    await others[0].press("/this-node", "/share")
    await others[1].press("/this-node", "/share")
    await follow(others[0], "marie")
    await others[0].publish("@marie Moi", reach="mentioned")
    kinds = {
        "mentions": ["Ken vous a écrit"],
        "reactions": ["Paul, Ada et 2 autres ont trouvé votre message utile", "Zoe et Ken ont partagé votre message"],
        "follows": ["Ken vous suit"],
    }
    for kind in kinds:
        text = (await marie.open(f"/notifications/{kind}")).text.replace(" ,", ",")
        for each, sentences in kinds.items():
            assert all((sentence in text) is (each == kind) for sentence in sentences), (kind, each)
        assert "8 nouvelles notifications" in text
    await marie.open("/notifications", **{"Sec-Purpose": "prefetch;prerender"})
    async with marie.client.head("/notifications") as answer:
        assert answer.status == 200
    shown = await marie.open("/notifications")
    assert shown.html.count("told-new") == 4
    assert "nouvelles notifications" not in shown.text
    again = await marie.open("/notifications")
    assert ("told-new" in again.html, "Ken vous suit" in again.text) == (False, True)


async def test_what_comes_after_the_page_is_not_marked_with_it(house: House, visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    await ken.publish("@marie Un")
    page = await marie.open("/notifications/follows")
    house.clock.forward(minutes=1)
    await ken.publish("@marie Deux")
    assert (await marie.send(page, "/notifications/read", as_of="x")).status == 404
    assert (await marie.send(page, "/notifications/read")).html.count("told-new") == 1
    assert (await marie.send(page, "/notifications/read")).html.count("told-new") == 0  # seen meanwhile


async def test_strangers_wait_for_a_decision(house: House, visit: Visit) -> None:
    marie, ken, zoe = await visit("marie"), await visit("ken"), await visit("zoe")
    await choose(marie, not_following="filter")
    await ken.publish("@marie Bonjour")
    await zoe.publish("@marie Salut")
    told = await marie.open("/notifications")
    assert ("2 personnes attendent votre décision" in told.text, "Ken vous a écrit" in told.text) == (True, False)
    waiting = await marie.open("/notifications/requests")
    assert all(words in waiting.text for words in ("Ken", "Bonjour", "Zoe", "Salut", "1 notification"))
    assert "Personne n’attend" in (await ken.open("/notifications/requests")).text
    action = waiting.action("/dismiss")
    dismissed = await marie.send(waiting, action)
    assert ("Ce qui attendait est écarté." in dismissed.text, "Salut" in dismissed.text) == (True, False)
    assert (await marie.send(waiting, action)).status == 404
    assert "Personne n’attend" in (await marie.press("/notifications/requests", "/accept")).text
    assert "Ken vous a écrit" in (await marie.open("/notifications")).text
    form = await marie.open("/settings/notifications")
    assert form.html.count('<option value="filter" selected>') == 1
    wrong = await marie.send(form, "/settings/notifications", for_not_following="maybe")
    assert (wrong.status, "Choisissez l’une des trois réponses." in wrong.text) == (422, True)


async def test_requests_to_join_a_community_stand_with_those_who_lead_it(house: House, visit: Visit) -> None:
    marie, ken, zoe = await visit("marie"), await visit("ken"), await visit("zoe")
    node = house.node
    founder = await node.store.read(accounts.by_handle, "marie")
    assert founder is not None
    group = await communities.found(node, founder, Founding("presse", "Presse", closed=True), source="test")
    for asking in (ken, zoe):
        await follow(asking, "presse")
    told = await marie.open("/notifications")
    assert "Ken demande à rejoindre la communauté Presse" in told.text
    assert "Pour rejoindre une communauté que vous animez" in (await marie.open("/follow-requests")).text
    assert "fait désormais partie de la communauté" in (await marie.press("/follow-requests", "/accept")).text
    left = await marie.press("/follow-requests", "/decline")
    assert ("Pour rejoindre" in left.text, left.url.path) == (False, "/follow-requests")
    members = await node.store.read(follows.local_followers, group.id)
    assert {each.username for each in members} == {"marie", "zoe"}

    post = await compose.post(node, founder, Draft("@presse Avez-vous lu ?"))
    path = f"/@marie/{post}"
    assert "verrouillée" not in (await zoe.open(path)).text
    await leading.lock(node, founder, group.id, post, source="test")
    locked = await zoe.open(path)
    assert ("plus rien ne s’y ajoute" in locked.text, 'name="text"' in locked.html) == (True, False)
    assert "Vous animez la communauté" in (await marie.open(path)).text


async def test_many_requests_to_follow_have_a_page(house: House, visit: Visit) -> None:
    marie = await visit("marie")
    form = await marie.open("/settings")
    await marie.send(form, "/settings/profile", note="", locked="yes")
    for name in ("ken", "zoe", "ada", "paul"):
        await follow(await visit(name), "marie")
    told = await marie.open("/notifications")
    assert "4 personnes demandent à vous suivre" in told.text
    assert ("Toutes les demandes" in told.text, told.html.count('/accept"')) == (True, 3)
    assert (await marie.open("/follow-requests")).html.count('/accept"') == 4
    await marie.press("/follow-requests", "/accept")
    left = await marie.press("/follow-requests", "/decline")
    assert (left.html.count('/accept"'), left.url.path) == (2, "/follow-requests")
