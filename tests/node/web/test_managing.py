"""Communities are looked after on the pages, without script, by those who lead them and by nobody else."""

import re

from storage import audit, communities, life
from storage.ids import PostId
from storage.store import Unit
from tests.node.conftest import House
from tests.node.web.browser import Browser, Shown
from tests.node.web.test_communities import HERE, found, named, said
from tests.node.web.test_pages import Visit, ken, marie, visit

__all__ = ["ken", "marie", "visit"]

DESK, MEMBERS = "/@presse/manage", "/@presse/manage/members"


def _conversations(unit: Unit, text: str) -> list[PostId]:
    sql = "select id from posts where boost_of is null and source like :text order by id"
    return unit.all(PostId, sql, text=f"%{text}%")


async def write(browser: Browser, text: str) -> Shown:
    return await browser.send(await browser.open("/@presse"), "/posts", text=text, language="fr", reach="all_nodes")


async def test_who_asks_is_let_in_by_whoever_leads_and_is_welcomed(house: House, marie: Browser, ken: Browser) -> None:
    await found(marie, "Presse", entry="closed")
    ids = {name: (await named(house, name)).id for name in ("marie", "ken", "presse")}
    for path in (DESK, MEMBERS, f"{DESK}/about", f"{DESK}/close", f"{MEMBERS}/{ids['marie']}/keep-out"):
        assert (await ken.open(path)).status == 403, path
    assert (await marie.open("/@marie/manage")).status == 404
    assert said("Nobody waits for an answer.") in (await marie.open(DESK)).text
    for answer, is_member in (("refuse", False), ("accept", True)):
        asked = await ken.press("/@presse", "/follow")
        told = await marie.open("/notifications")
        assert "Ken demande à rejoindre la communauté Presse" in told.text
        desk = await marie.open(re.findall(rf'href="({DESK})"', told.html)[0])
        assert "1 personne demande à rejoindre" in desk.text
        action = f"{DESK}/requests/{ids['ken']}/{answer}"
        await marie.send(desk, action)
        assert await house.node.store.read(communities.is_member, ids["presse"], ids["ken"]) is is_member
        gone = await marie.send(desk, action) if answer == "refuse" else asked
        assert gone.status == 200
    desk = await marie.open(DESK)
    assert "1 personne l’a rejointe ces 30 derniers jours." in desk.text
    assert said("has not written here yet") in desk.text
    assert f'href="/messages/new?to={ids["ken"]}"' in desk.html
    assert (
        said("Nothing has been written in it yet. A first line says what it is for: people answer people.") in desk.text
    )
    acts = [one.act for one in await house.node.store.read(audit.entries, limit=3)]
    assert acts == ["community.accept", "community.refuse", "community.found"]


async def test_what_waits_and_what_sleeps_is_seen(house: House, visit: Visit, marie: Browser, ken: Browser) -> None:
    await found(marie, "Presse")
    await ken.press("/@presse", "/follow")
    await write(ken, "Qui connaît le nouveau consul ?")
    await write(ken, "Bonjour à toutes et à tous")
    await write(ken, "Qui vient demain ?")
    page = await marie.open("/@presse")
    reply = re.findall(r'href="(/compose\?reply_to=\d+)"', page.html)[0]
    await marie.send(await marie.open(reply), "/posts", text="@ken @presse Moi", language="fr", reach="all_nodes")
    assert said("No question has waited for more than two days.") in (await marie.open(DESK)).text
    house.clock.forward(hours=50)
    marie = await visit("marie")
    desk = await marie.open(DESK)
    assert "1 question attend depuis plus de deux jours." in desk.text
    assert "Qui connaît le nouveau consul ?" in desk.text
    assert "Qui vient demain" not in desk.text
    assert said("has begun to write here") in desk.text
    assert "à partir de 10 membres" in desk.text
    assert "<table" not in desk.html
    presse = await named(house, "presse")
    for number in range(life.FEWEST):
        someone = await house.staff(f"person{number}")
        await house.node.store.write(_join, someone.id, presse.id)
    house.clock.forward(days=61)
    marie = await visit("marie")
    desk = await marie.open(DESK)
    assert "Elle dort" in desk.text
    assert desk.html.count('scope="row"') == life.WEEKS
    assert "Person1" not in desk.text.partition(said("How lively it is"))[2].partition(said("What stands first"))[0]


def _join(unit: Unit, person: int, community: int) -> None:
    unit.run(
        "insert into follows (id, follower_id, followed_id, uri, created_at, accepted_at) "
        "values (:id, :person, :community, '', :now, :now)",
        id=unit.new_id(),
        person=person,
        community=community,
        now=unit.now,
    )


async def test_members_lead_leave_and_are_kept_out(house: House, marie: Browser, ken: Browser) -> None:
    await found(marie, "Presse")
    await ken.press("/@presse", "/follow")
    ids = {name: (await named(house, name)).id for name in ("marie", "ken")}
    page = await marie.open(f"{MEMBERS}?q=KE")
    assert ("Ken" in page.text, f"{ids['marie']}/" in page.html) == (True, False)
    assert said("Nobody was found") in (await marie.open(f"{MEMBERS}?q=xyz")).text
    last = await marie.send(await marie.open(MEMBERS), f"{MEMBERS}/{ids['marie']}/step-back")
    assert (last.status, said("Somebody must lead a community. Have another person lead it first.") in last.text) == (
        422,
        True,
    )
    page = await marie.send(page, f"{MEMBERS}/{ids['ken']}/lead")
    assert said("This person leads the community too.") in page.text
    assert (await ken.open(DESK)).status == 200
    page = await marie.send(page, f"{MEMBERS}/{ids['ken']}/step-back")
    assert (await ken.open(DESK)).status == 403
    action = f"{MEMBERS}/{ids['ken']}/keep-out"
    form = await marie.open(action)
    for wrong in ({"ban_until": "soon"}, {"ban_until": "7", "reason": "é" * 501}):
        refused = await marie.send(form, action, **wrong)
        assert (refused.status, 'class="wrong"' in refused.html) == (422, True), wrong
    page = await marie.send(form, action, ban_until="7", reason="Hors sujet")
    assert said("Kept out") in page.text
    outside = await ken.open("/@presse")
    assert "vous n’y participez pas jusqu’au" in outside.text
    assert ('/follow"' in outside.html.partition("<main")[2], "<textarea" in outside.html) == (False, False)
    again = await ken.press(f"{HERE}?q=presse", "/follow")
    assert (again.url.path, "vous n’y participez pas jusqu’au" in again.text) == ("/@presse", True)
    page = await marie.send(page, f"{MEMBERS}/{ids['ken']}/let-back")
    assert said("Kept out") not in page.text
    await ken.press("/@presse", "/follow")
    page = await marie.send(await marie.open(MEMBERS), f"{MEMBERS}/{ids['ken']}/remove")
    assert said("This person no longer belongs to the community.") in page.text


async def test_posts_are_pinned_locked_and_taken_out(house: House, marie: Browser, ken: Browser) -> None:
    await found(marie, "Presse")
    await ken.press("/@presse", "/follow")
    await write(ken, "Le communiqué du matin")
    await write(ken, "Le plan du bâtiment")
    first, last = await house.node.store.read(_conversations, "Le ")
    assert "/manage/posts/" not in (await ken.open("/@presse")).html
    at = f"{DESK}/posts/{first}"
    page = await marie.send(await marie.open("/@presse"), f"{at}/pin")
    assert page.html.index("communiqué") < page.html.index("bâtiment")
    assert "Le communiqué" in (await marie.open(DESK)).text
    page = await marie.send(page, f"{at}/lock")
    thread = f"/@ken/{first}"
    closed = said("This conversation is locked: it can be read, and nothing more is said in it.")
    seen = await ken.open(thread)
    assert (closed in seen.text, "<textarea" in seen.html, "reply_to" in seen.html) == (True, False, False)
    led = await marie.open(thread)
    assert (closed in led.text, "<textarea" in led.html) == (False, True)
    await marie.send(led, f"{at}/unlock")
    await marie.send(led, f"{at}/unpin")
    seen = await ken.open(thread)
    assert (closed in seen.text, "<textarea" in seen.html) == (False, True)
    action = f"{DESK}/posts/{last}/take-out"
    form = await marie.open(action)
    assert (await marie.send(form, action, reason="é" * 501)).status == 422
    page = await marie.send(form, action, reason="Hors sujet")
    assert ("bâtiment" in page.text, page.url.path) == (False, "/@presse")
    assert "bâtiment" in (await ken.open("/@ken")).text
    await write(marie, "Le mien")
    (own,) = await house.node.store.read(_conversations, "mien")
    refused = await _post(marie, form, own)
    assert (refused.status, said("This post is yours: delete it as you delete any other.") in refused.text) == (
        422,
        True,
    )


async def _post(browser: Browser, form: Shown, post: PostId) -> Shown:
    csrf = form.hidden("/sign-out")["csrf"]
    async with browser.client.post(f"{DESK}/posts/{post}/take-out", data={"csrf": csrf, "reason": ""}) as answer:
        return Shown(answer.status, answer.real_url, await answer.text())


async def test_how_it_is_led_changes_and_it_ends_and_begins_again(house: House, marie: Browser, ken: Browser) -> None:
    await found(marie, "Presse", purpose="La revue")
    await ken.press("/@presse", "/follow")
    about = f"{DESK}/about"
    page = await marie.open(about)
    assert ">La revue</textarea>" in page.html
    told = {"name": "Salle de presse", "purpose": "Tout", "entry": "closed", "readers": "all", "writers": "managers"}
    assert (await marie.send(page, about, **{**told, "name": " "})).status == 422
    page = await marie.send(page, about, **told)
    assert said("Your changes are saved.") in page.text
    seen = await ken.open("/@presse")
    assert "Salle de presse" in seen.text
    assert said("Its managers begin the conversations here. Answer wherever you like.") in seen.text
    closed = await marie.send(await marie.open(f"{DESK}/close"), f"{DESK}/close")
    assert "est fermée" in closed.text
    assert "<textarea" not in closed.html
    assert "Salle de presse" not in (await ken.open(HERE)).text.partition("les plus vivantes")[2]
    page = await marie.send(await marie.open(about), f"{DESK}/reopen")
    assert (said("The community is open again.") in page.text, "<textarea" in page.html) == (True, True)
