"""The first day, without script: the charter, the steps, what a newcomer reads; and what is new since the last visit."""

import re
from contextlib import AsyncExitStack

import pytest

from node.actions import compose, welcome
from node.actions.compose import Draft
from storage import accounts, follows, notifications, relations, tag_follows, visits, welcomes
from storage import house as house_rows
from storage.accounts import Account
from storage.pages import Page
from tests import loopback
from tests.node.conftest import PASSWORD, House
from tests.node.oauth.conftest import registering
from tests.node.web.browser import Browser
from tests.node.web.test_files import chosen
from tests.node.web.test_pages import follow, ken, marie, visit
from tests.pictures import picture

__all__ = ["ken", "marie", "visit"]


async def newcomer(house: House, stack: AsyncExitStack, name: str = "lea") -> Browser:
    """Somebody who has never signed in, at a browser."""
    await house.staff(name, is_new=True)
    return Browser(await stack.enter_async_context(loopback.session(base_url=house.url)))


async def known(house: House, name: str) -> Account:
    found = await house.node.store.read(accounts.by_handle, name)
    assert found is not None
    return found


async def write(house: House, author: Account, *texts: str) -> None:
    for text in texts:
        await compose.post(house.node, author, Draft(text))


async def test_the_charter_comes_first_once_and_again_when_it_changes(house: House, marie: Browser) -> None:
    await house.node.store.write(house_rows.add_rule, text="On signe de son nom.", hint="Pas de pseudonyme.")
    assert (await marie.open("/")).url.path == "/"  # whoever is at work goes on
    async with AsyncExitStack() as stack:
        lea = await newcomer(house, stack)
        page = await lea.sign_in("lea", PASSWORD)
        assert page.url.path == "/charter"
        assert all(words in page.text for words in ("On signe de son nom.", "Pas de pseudonyme.", "avant de continuer"))
        for path in ("/", "/notifications", "/welcome/1", "/settings", "/@marie"):
            assert (await lea.open(path)).url.path == "/charter", path
        async with lea.client.post("/posts", data={"csrf": page.hidden("/charter/accept")["csrf"]}) as answer:
            assert answer.url.path == "/charter"
        app = await registering(house)()
        question = await lea.open("/oauth/authorize?" + "&".join(f"{n}={v}" for n, v in app.question().items()))
        assert (question.url.path, "/oauth/authorize?" in question.hidden("/charter/accept")["next"]) == (
            "/charter",
            True,
        )
        assert (await lea.open("/help")).url.path == "/help"
        for as_of in ("", "x", "-1"):
            assert (await lea.send(question, "/charter/accept", as_of=as_of)).status == 404
        assert (await lea.send(question, "/charter/accept")).url.path == "/oauth/authorize"
        assert (await lea.open("/notifications")).status == 200
        read = await lea.open("/charter")
        assert "Vous l’avez acceptée" in read.text
        assert "/charter/accept" not in read.html
        house.clock.forward(minutes=1)
        await house.node.store.write(house_rows.add_rule, text="On répond.", hint="")
        assert (await lea.open("/notifications")).url.path == "/notifications"
        again = await lea.sign_in("lea", PASSWORD)
        assert (again.url.path, "a changé depuis" in again.text) == ("/charter", True)
        assert (await lea.send(again, "/charter/accept", next="//evil.example")).url.path == "/"


async def test_the_first_sign_in_leads_through_five_steps(house: House, marie: Browser, ken: Browser) -> None:
    await write(house, await known(house, "marie"), "Sur les #visas", "Encore les #visas")
    async with AsyncExitStack() as stack:
        lea = await newcomer(house, stack)
        page = await lea.sign_in("lea", PASSWORD)
        assert (page.url.path, "Étape 1 sur 5" in page.text) == ("/welcome/1", True)
        fields = {"note": "Affaires consulaires", "language": "sw"}
        async with lea.client.post(
            "/welcome/1", data=chosen(page.hidden("/welcome/1"), {"file": picture()}, fields)
        ) as answer:
            assert answer.url.path == "/welcome/2"
        account = await known(house, "lea")
        assert account.note == "<p>Affaires consulaires</p>"
        assert account.visiting_card.languages == ("sw",)
        assert account.avatar

        page = await lea.open("/welcome/2")
        assert all(words in page.text for words in ("Marie", "Ken", "Suivre les 2 collègues"))
        page = await lea.send(page, page.action("/follow"))
        assert (page.url.path, "Vous suivez 1 personne." in page.text) == ("/welcome/2", True)
        await lea.press("/welcome/1", "/welcome/1")  # a picture that is not chosen anew stays
        assert (await known(house, "lea")).avatar == account.avatar
        page = await lea.send(await lea.open("/welcome/2"), "/welcome/2")

        assert (page.url.path, 'value="visas"' in page.html) == ("/welcome/3", True)
        wrong = await lea.send(page, "/welcome/3", topic="deux mots")
        assert (wrong.status, "Un sujet tient en un mot" in wrong.text) == (422, True)
        assert 'value="deux mots"' in wrong.html
        page = await lea.send(page, "/welcome/3", tag="visas", topic="#Asie")
        followed = await house.node.store.read(tag_follows.of, account.id, Page(9))
        assert [each.name for each in followed] == ["asie", "visas"]

        assert (page.url.path, "Par exemple" in page.text) == ("/welcome/4", True)
        journal = await lea.send(page, "/welcome/4", to="/welcome/4/skip")
        assert journal.url.path == "/welcome/5"
        journal = await lea.open("/welcome/4")
        journal = await lea.send(journal, "/welcome/4", to="/welcome/later")
        assert (journal.url.path, "Continuer à l’étape 5" in journal.text) == ("/", True)
        page = await lea.open("/welcome")
        assert (page.url.path, house.node.settings.domain in page.text) == ("/welcome/5", True)
        assert (await lea.send(page, "/welcome/5", text=" ")).status == 422
        first = {"text": "Bonjour, je suis Léa. #presentation", "reach": "node"}
        await lea.send(page, "/welcome/5", **first)
        done = await lea.send(page, "/welcome/5", **first)  # pressed twice, published once
        assert (done.url.path, done.html.count("je suis Léa")) == ("/", 1)
        assert "Continuer à l’étape" not in done.text
        assert "Ce nœud seulement" in (await marie.open("/@lea")).text
        assert (await lea.sign_in("lea", PASSWORD)).url.path == "/"
        assert (await lea.open("/welcome")).url.path == "/welcome/1"


async def test_the_steps_can_be_put_away_and_all_colleagues_followed_at_once(house: House) -> None:
    for name in ("anne", "paul", "zoe"):
        await house.staff(name)
    async with AsyncExitStack() as stack:
        lea = await newcomer(house, stack)
        page = await lea.sign_in("lea", PASSWORD)
        page = await lea.send(page, "/welcome/1", to="/welcome/1/skip")
        page = await lea.send(page, "/welcome/follow-all")
        assert (page.url.path, "Vous suivez 3 personnes." in page.text) == ("/welcome/2", True)
        assert "/follow-all" not in page.html
        me = await known(house, "lea")
        assert len(await house.node.store.read(follows.following, me.id, Page(9), reader=me.id)) == 3
        journal = await lea.open("/")
        assert "Prochaine étape : vos collègues." in journal.text
        journal = await lea.send(journal, "/welcome/end")
        assert "Les étapes sont rangées." in journal.text
        assert "/welcome/end" not in journal.html
        assert 'href="/welcome"' in (await lea.open("/settings")).html
        for path in ("/welcome/0", "/welcome/6", "/welcome/x"):
            assert (await lea.open(path)).status == 404


async def test_whoever_blocks_a_newcomer_in_that_moment_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lea", "anne", "paul", "zoe"):
        await house.staff(name)
    lea, zoe = await known(house, "lea"), await known(house, "zoe")
    found = welcome.colleagues
    monkeypatch.setattr(welcome, "colleagues", lambda unit, me, *, limit: [zoe, *found(unit, me, limit=limit)])
    await house.node.store.write(relations.block, zoe.id, lea.id)
    assert await welcome.follow_colleagues(house.node, lea) == 2


async def test_who_has_written_already_is_no_newcomer(house: House) -> None:
    async with AsyncExitStack() as stack:
        lea = await newcomer(house, stack)
        await write(house, await known(house, "lea"), "Bonjour")
        assert (await lea.sign_in("lea", PASSWORD)).url.path == "/"
        assert await house.node.store.read(welcomes.of, (await known(house, "lea")).id) is None


async def test_at_a_node_of_twelve_a_newcomer_reads_twenty_posts_of_many(house: House) -> None:
    for number in range(11):
        await write(house, await house.staff(f"p{number}"), *(["Bonjour"] * (1 if number else 30)))
    async with AsyncExitStack() as stack:
        lea = await newcomer(house, stack)
        await lea.sign_in("lea", PASSWORD)
        page = await lea.open("/")
        authors = re.findall(r'class="post-author"[^>]*><a class="name" href="/@(p\d+)"', page.html)
        assert (len(authors) >= 20, len(set(authors))) == (True, 11)
        assert "de votre nœud et d’ailleurs" in page.text
        assert 'href="/all-nodes">Tous les messages' in page.html


async def test_what_is_new_is_gathered_and_ends(house: House, marie: Browser, ken: Browser) -> None:
    await follow(marie, "ken")
    ken_account = await known(house, "ken")
    await write(house, ken_account, "Premier", "Deuxième", "Troisième", "Quatrième")
    await ken.publish("@marie Peux-tu relire ?", reach="mentioned")
    assert "Ken a écrit 4 messages" in (await marie.open("/since")).text
    page = await marie.open("/since")  # looking has marked nothing
    assert "Pour vous : réponses et mentions" in page.text
    assert page.text.index("Peux-tu relire") < page.text.index("Ken a écrit 4 messages")
    assert "1 de plus" in page.text
    assert "C’est tout" in page.text
    form = page.hidden("/since/read")
    await write(house, ken_account, "Entre-temps")
    page = await marie.send(page, "/since/read")
    assert (page.url.path, "Entre-temps" in page.text, "Premier" in page.text) == ("/since", True, False)
    me = await known(house, "marie")
    marked = (await house.node.store.read(notifications.markers, me.id))[visits.HOME].last_read_id
    assert str(marked) == form["home"]
    page = await marie.send(page, "/since/read")
    assert "Vous êtes à jour" in page.text
    assert (await marie.send(page, "/language", language="en")).status == 200
    csrf = (await marie.open("/")).hidden("/posts")["csrf"]
    for upto in ("x", "", "9" * 30):
        async with marie.client.post("/since/read", data={"csrf": csrf, "upto": upto, "home": "0"}) as answer:
            assert answer.status == 404
    assert "You are up to date" in (await marie.open("/since")).text


async def test_what_others_may_not_read_is_not_told_as_new(house: House, marie: Browser, ken: Browser) -> None:
    await follow(marie, "ken")
    await ken.publish("Pour moi seul", reach="mentioned")
    await ken.publish("Pour tous")
    assert "Pour tous" in (await marie.open("/since")).text
    assert "Pour moi seul" not in (await marie.open("/since")).text
    await marie.press("/@ken", "/block")
    assert "Pour tous" not in (await marie.open("/since")).text


async def test_a_picture_that_is_none_keeps_what_was_typed(house: House) -> None:
    async with AsyncExitStack() as stack:
        lea = await newcomer(house, stack)
        page = await lea.sign_in("lea", PASSWORD)
        data = chosen(page.hidden("/welcome/1"), {"file": b"no picture"}, {"note": "Gardé", "language": "sw"})
        async with lea.client.post("/welcome/1", data=data) as answer:
            html = await answer.text()
            assert (answer.status, "Gardé" in html, 'value="sw" checked' in html) == (422, True, True)
        data = chosen(
            page.hidden("/welcome/1"), {"file": picture("PNG", size=(90, 90))}, {"note": "x" * 2_001, "language": "ja"}
        )
        async with lea.client.post("/welcome/1", data=data) as answer:
            html = await answer.text()
            assert (answer.status, "trop long" in html, 'value="ja" checked' in html) == (422, True, True)
