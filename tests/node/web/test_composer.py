"""Writing on the pages, without scripts: who will read it, how it will look, drafts, later, and taking it back."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from storage import accounts, directories, follows, peers, posts, scheduled
from storage.events import ScheduleChanged
from storage.ids import Host, PostId
from storage.posts import Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.federated.conftest import until
from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser, Shown
from tests.node.web.test_files import chosen
from tests.node.web.test_pages import Visit, ken, marie, visit
from tests.pictures import picture
from tests.storage.conftest import elsewhere

__all__ = ["ken", "marie", "visit"]  # fixtures

WRITTEN = {"reach": "all_nodes", "language": "fr"}


def textarea(page: Shown) -> str:
    found: list[str] = re.findall(r'<textarea id="field-text"[^>]*>(.*?)</textarea>', page.html, re.DOTALL)
    return found[0]


async def send(browser: Browser, page: Shown, button: str, **fields: str) -> Shown:
    """Press a button of the form that sends it elsewhere."""
    async with browser.client.post(button, data={**page.hidden("/posts"), **WRITTEN, **fields}) as answer:
        return Shown(answer.status, answer.real_url, await answer.text())


async def kept_quietly(browser: Browser, page: Shown, **fields: str) -> int:
    async with browser.client.post("/drafts?quietly", data={**page.hidden("/posts"), **WRITTEN, **fields}) as answer:
        return answer.status


# ---- before it is published -------------------------------------------------------------------------------------


async def test_each_choice_of_readers_says_whom_it_reaches(house: House, marie: Browser, ken: Browser) -> None:
    await house.node.store.write(peers.allow, Host("tokyo.example"), by="test")
    await ken.press("/@marie", "/follow")
    house.clock.forward(minutes=6)  # so long the numbers are remembered
    text = (await marie.open("/compose")).text.replace("\u00a0", " ")
    assert "Les agents de 2 nœuds pourront lire ce message : au moins 2 personnes." in text
    assert "Les agents de ce nœud pourront lire ce message, et personne d’autre : 2 personnes." in text
    assert "1 abonné pourra lire ce message (dans 1 nœud), ainsi que les personnes nommées" in text
    assert "Vous n’avez pas encore d’abonnés" in (await ken.open("/")).text
    assert (await marie.open("/")).html.count('class="audience-line') == 5
    tokyo = Host("tokyo.example")
    await house.node.store.write(directories.keep, tokyo, cursor="", next_at=house.clock(), people=1_238)
    house.clock.forward(minutes=6)
    text = (await marie.open("/compose")).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Les agents de 2 nœuds pourront lire ce message : environ 1 240 personnes." in text


async def test_an_answer_to_what_is_for_members_stays_with_them(house: House, marie: Browser, ken: Browser) -> None:
    post = await house.node.store.write(_written_for_members)
    assert "Entre nous" not in (await ken.open(f"/compose?reply_to={post}")).html
    page = await marie.open(f"/compose?reply_to={post}")
    assert '<option value="community" selected>Les membres de la communauté</option>' in page.html
    assert 'class="audience-line audience-community">Seuls les membres' in page.html
    async with marie.client.post(
        "/posts", data={**page.hidden("/posts"), **WRITTEN, "text": "Oui", "reach": "community"}
    ):
        own = (await marie.open("/@marie")).html
    assert "Les membres de la communauté" in own
    assert "Oui" not in (await ken.open("/@marie")).html


def _written_for_members(unit: Unit) -> PostId:
    """By somebody in a community at another node, which marie follows."""
    author, group = elsewhere(unit, "amina", "dakar.example"), elsewhere(unit, "presse", "dakar.example")
    unit.run("update accounts set kind = 'Group' where id = :id", id=group.id)
    marie = accounts.by_handle(unit, "marie")
    assert marie is not None
    follows.ask(unit, marie.id, group.id, uri="urn:1")
    follows.accept(unit, marie.id, group.id)
    uri = f"{author.uri}/posts/1"
    writing = Writing("<p>Entre nous</p>", "", sensitive=False, language=None, source=None)
    post = posts.add(
        unit,
        uri=uri,
        url=uri,
        author=author.id,
        is_local=False,
        reach=Reach.COMMUNITY,
        writing=writing,
        published=unit.now,
        people=[group.id],
    )
    return post.id


async def test_a_preview_shows_what_will_be_read_and_publishes_nothing(marie: Browser, ken: Browser) -> None:
    page = await marie.open("/")
    text = "**Réunion** avec @ken et @personne"
    shown = await send(marie, page, "/compose/preview", text=text, title="Jeudi", reach="followers")
    assert (shown.status, textarea(shown)) == (200, text)
    assert "<strong>Réunion</strong>" in shown.html
    assert 'class="u-url mention">@<span>ken</span></a>' in shown.html
    assert "Personne n’a été trouvé sous @personne" in shown.text
    assert '<option value="followers" selected>' in shown.html
    assert shown.hidden("/posts")["key"] == page.hidden("/posts")["key"]
    refused = await send(marie, page, "/compose/preview", text=" ")
    assert (refused.status, "Écrivez d’abord quelque chose." in refused.text) == (422, True)
    assert "Réunion" not in (await ken.open("/all-nodes")).text


async def test_the_short_form_leads_to_the_whole_one_with_what_was_begun(marie: Browser, ken: Browser) -> None:
    page = await marie.open("/")
    shown = await send(marie, page, "/compose/whole", text="Réunion", summary="Jeudi", reach="node")
    assert (shown.status, textarea(shown), 'type="file"' in shown.html) == (200, "Réunion", True)
    assert '<option value="node" selected>' in shown.html
    assert 'name="summary" type="text" value="Jeudi"' in shown.html
    assert shown.hidden("/posts")["key"] == page.hidden("/posts")["key"]
    assert (await send(marie, page, "/compose/whole", text="")).status == 200
    assert "Réunion" not in (await ken.open("/this-node")).text


async def test_tags_are_chosen_beside_the_text(marie: Browser, ken: Browser) -> None:
    await ken.publish("Point #Visa")
    page = await marie.open("/compose")
    assert '<option value="Visa"></option>' in page.html
    data = [*page.hidden("/posts").items(), *WRITTEN.items(), ("text", "Point du #jour")]
    data += [("tag", tag) for tag in ("visa", "#Jour", "Asie", "")]
    async with marie.client.post("/posts", data=data) as answer:
        html = await answer.text()
    assert [f"/tags/{name}" in html for name in ("visa", "jour", "asie")] == [True] * 3
    assert html.count("<span>Jour</span>") == 0
    for tags, sentence in ((("deux mots",), "Un mot-clé est un seul mot"), (tuple("abcde"), "cinq mots-clés au plus")):
        page = await marie.open("/compose")
        data = [*page.hidden("/posts").items(), *WRITTEN.items(), ("text", "Trop #f"), *(("tag", tag) for tag in tags)]
        async with marie.client.post("/posts", data=data) as answer:
            again = await answer.text()
        assert (answer.status, sentence in again, f'value="{tags[0]}"' in again) == (422, True, True)


async def test_a_form_that_was_sent_and_changed_since_is_asked_about(house: House, marie: Browser) -> None:
    page = await marie.open("/compose")
    for _ in range(2):
        assert (await marie.send(page, "/posts", text="Le premier", **WRITTEN)).status == 200
    again = await marie.send(page, "/posts", text="Le second", **WRITTEN)
    assert (again.status, textarea(again)) == (422, "Le second")
    assert "Ce formulaire a déjà été envoyé" in again.text
    assert (await marie.send(again, "/posts", text="Le second", **WRITTEN)).status == 200
    journal = (await marie.open("/")).text
    assert [journal.count(text) for text in ("Le premier", "Le second")] == [1, 1]

    later = {"scheduled_at": _later(house, hours=2), "scheduled_zone": "UTC"}
    page = await marie.open("/compose")
    assert (await send(marie, page, "/posts", text="Demain", **later)).url.path == "/scheduled"
    again = await marie.send(page, "/posts", text="Tout de suite", **WRITTEN)
    assert (again.status, "Ce formulaire a déjà été envoyé" in again.text) == (422, True)
    again = await send(marie, page, "/posts", text="Après-demain", **later)
    assert (again.status, textarea(again)) == (422, "Après-demain")


@pytest.mark.parametrize("asked", ["followers", "mentioned"])
async def test_an_answer_is_read_by_nobody_who_could_not_read_what_it_answers(visit: Visit, asked: str) -> None:
    marie, ken, zoe = await visit("marie"), await visit("ken"), await visit("zoe")
    await ken.press("/@marie", "/follow")
    question = await marie.publish("Entre nous, @ken", reach=asked)
    number = question.action("/take-back").split("/")[2]
    page = await ken.open(f"/compose?reply_to={number}")
    answer = await ken.send(page, "/posts", text="@marie Entendu", **(WRITTEN | {"reach": "node"}))
    place = answer.url.path
    assert "Entendu" in (await marie.open(place)).text
    assert (await zoe.open(place)).status == 404


# ---- drafts -----------------------------------------------------------------------------------------------------


async def test_a_draft_is_kept_gone_on_with_and_published(marie: Browser, ken: Browser) -> None:
    await ken.publish("Qui vient ?")
    reply = next(iter(re.findall(r'href="(/compose\?reply_to=\d+)"', (await marie.open("/all-nodes")).html)))
    page = await marie.open(reply)
    shown = await send(marie, page, "/drafts", text="@ken Moi, peut-être", summary="À voir", reach="node")
    assert (shown.url.path, "Votre brouillon est gardé." in shown.text) == ("/drafts", True)
    assert ("@ken Moi, peut-être" in shown.text, "Une réponse" in shown.text) == (True, True)
    draft = next(iter(re.findall(r'href="(/compose\?draft=\d+)"', shown.html)))

    again = await marie.open(draft)
    assert textarea(again) == "@ken Moi, peut-être"
    assert again.hidden("/posts") == page.hidden("/posts") | {"csrf": again.hidden("/posts")["csrf"]}
    assert ('value="À voir"' in again.html, '<option value="node" selected>' in again.html) == (True, True)
    assert "Qui vient ?" in again.text
    assert (await ken.open(draft)).status == 404
    other = await ken.open("/drafts")
    assert "Aucun brouillon" in other.text
    theft = {"csrf": other.hidden("/sign-out")["csrf"]}
    async with ken.client.post(draft.replace("/compose?draft=", "/drafts/") + "/discard", data=theft) as answer:
        assert answer.status == 404

    published = await marie.send(again, "/posts", text="@ken Moi", **WRITTEN)
    assert "Qui vient ?" in published.text
    assert "Aucun brouillon" in (await marie.open("/drafts")).text


async def test_an_answer_outlives_what_it_answers(marie: Browser, ken: Browser) -> None:
    asked = await ken.publish("Qui vient ?")
    page = await marie.open(
        next(iter(re.findall(r'href="(/compose\?reply_to=\d+)"', (await marie.open("/all-nodes")).html)))
    )
    await ken.send(asked, asked.action("/take-back"))
    shown = await marie.send(page, "/posts", text="@ken Moi", **WRITTEN)
    assert (shown.status, textarea(shown)) == (422, "@ken Moi")
    assert "n’est plus là pour vous" in shown.text
    assert "reply_to" not in shown.hidden("/posts")
    assert (await marie.send(shown, "/posts", text="@ken Moi", **WRITTEN)).url.path == "/"


async def test_a_script_keeps_what_is_typed_until_it_is_sent(marie: Browser) -> None:
    page = await marie.open("/")
    assert await kept_quietly(marie, page, text=" ") == 204
    assert "Aucun brouillon" in (await marie.open("/drafts")).text
    for text in ("B", "Bon", "Bonjour"):
        assert await kept_quietly(marie, page, text=text) == 204
    drafts = await marie.open("/drafts")
    assert (drafts.html.count('class="kept"'), "Bonjour" in drafts.text) == (1, True)
    await marie.send(page, "/posts", text="Bonjour à tous", **WRITTEN)
    assert await kept_quietly(marie, page, text="Bonjour à") == 410
    assert "Aucun brouillon" in (await marie.open("/drafts")).text
    assert await kept_quietly(marie, await marie.open("/"), text="x" * 70_000) == 422

    await kept_quietly(marie, await marie.open("/"), text="Autre chose")
    thrown = await marie.press("/drafts", "/discard")
    assert ("Le brouillon est jeté." in thrown.text, "Autre chose" in thrown.text) == (True, False)


# ---- taking back ------------------------------------------------------------------------------------------------


async def test_what_was_sent_is_taken_back_with_all_that_was_typed(house: House, marie: Browser, ken: Browser) -> None:
    form = await marie.open("/compose")
    fields = {"text": "Trop vite, @ken", "title": "Lundi", "description1": "", **WRITTEN, "reach": "followers"}
    async with marie.client.post("/posts", data=chosen(form.hidden("/posts"), {"file1": picture()}, fields)) as answer:
        published = Shown(answer.status, answer.real_url, await answer.text())
    assert "Un de ses fichiers n’est pas encore décrit" in published.text
    assert "Annuler" in published.text
    assert "Trop vite" in (await ken.open("/notifications")).text
    undo = published.action("/take-back")
    assert (
        await ken.client.post(undo, data={"csrf": (await ken.open("/drafts")).hidden("/sign-out")["csrf"]})
    ).status == 404

    house.clock.forward(seconds=35)  # on a poor link the answer takes its time
    back = await marie.send(published, undo)
    assert (textarea(back), 'value="Lundi"' in back.html) == ("Trop vite, @ken", True)
    assert '<option value="followers" selected>' in back.html
    assert back.html.count('name="media" type="checkbox"') == 1
    assert "Trop vite" not in (await ken.open("/notifications")).text
    assert (await marie.send(published, undo)).status == 404

    house.clock.forward(hours=30)
    await house.node.library.sweep()
    await marie.sign_in("marie", PASSWORD)
    back = await marie.open(back.url.path_qs)
    kept = next(iter(re.findall(r'name="media" type="checkbox" value="(\d+)" checked', back.html)))
    again = {"text": "À temps", "media": kept, f"about-{kept}": "La photo", **WRITTEN}
    async with marie.client.post("/posts", data=chosen(back.hidden("/posts"), {}, again)) as answer:
        assert 'alt="La photo"' in await answer.text()


async def test_later_it_can_only_be_deleted(house: House, marie: Browser, visit: Visit) -> None:
    published = await marie.publish("Parti")
    assert f"?done=published&sent={published.action('/take-back').split('/')[2]}" in str(published.url)
    house.clock.forward(seconds=31)
    late = await marie.open(published.url.path_qs)
    assert "take-back" not in late.html
    house.clock.forward(seconds=10)
    refused = await marie.send(published, published.action("/take-back"))
    assert (refused.url.path.endswith("/delete"), "Il est trop tard pour annuler" in refused.text) == (True, True)
    assert "Parti" in (await marie.open("/")).text
    house.clock.forward(hours=2)
    await (await visit("ken")).publish("Autre chose")  # what was typed two hours ago is forgotten
    assert (await marie.send(published, published.action("/take-back"))).url.path.endswith("/delete")


# ---- later ------------------------------------------------------------------------------------------------------


async def test_a_post_waits_for_its_time_by_the_clock_of_its_author(house: House, marie: Browser, ken: Browser) -> None:
    due = (house.clock() + timedelta(hours=2)).astimezone(ZoneInfo("Asia/Tokyo")).replace(second=0, microsecond=0)
    page = await marie.open("/compose")
    fields = {"text": "Demain", "scheduled_at": due.strftime("%Y-%m-%dT%H:%M"), "scheduled_zone": "Asia/Tokyo"}
    listed = await send(marie, page, "/posts", **fields)
    assert (listed.url.path, "Votre message attend son heure." in listed.text) == ("/scheduled", True)
    assert await send(marie, page, "/posts", **fields) is not None  # sent twice, kept once
    marie.client.cookie_jar.update_cookies({"timezone": "Asia%2FTokyo"})
    listed = await marie.open("/scheduled")
    assert (listed.html.count('class="kept"'), listed.html.count(f'value="{fields["scheduled_at"]}"')) == (1, 1)
    assert "(Asia/Tokyo)" in listed.text
    assert "Rien n’attend" in (await ken.open("/scheduled")).text

    time = listed.action("/time")
    for wrong in ({"scheduled_at": "2020-01-01T10:00"}, {"scheduled_at": "demain"}, {"scheduled_zone": "Paris"}):
        again = await marie.send(listed, time, **(fields | wrong))
        assert (again.status, "Il y a un problème" in again.text) == (422, True)
    moved = await marie.send(listed, time, scheduled_at=_later(house, hours=1), scheduled_zone="UTC")
    assert "Votre message a maintenant une autre heure." in moved.text
    assert (await send(marie, page, "/posts", text="Hier", scheduled_at="2020-01-01T10:00")).status == 422

    house.clock.forward(minutes=70)
    await house.node.store.write(_wake)

    async def is_there() -> bool:
        return "Demain" in (await ken.open("/all-nodes")).text

    await until(is_there)
    assert "Rien n’attend" in (await marie.open("/scheduled")).text


@pytest.mark.parametrize("button", ["/reopen", "/cancel"])
async def test_what_waits_is_taken_off_the_list(house: House, marie: Browser, button: str) -> None:
    page = await marie.open("/compose")
    fields = {
        "text": "Midi ou 13 h ?",
        "scheduled_at": _later(house, hours=9),
        "scheduled_zone": "UTC",
        "title": "Repas",
    }
    await send(marie, page, "/posts", **fields)
    shown = await marie.press("/scheduled", button)
    assert "Le message n’attend plus d’être publié." in shown.text
    assert await house.node.store.read(lambda unit: unit.one(int, "select count(*) from scheduled_posts")) == 0
    drafts = await marie.open("/drafts")
    if button == "/reopen":
        assert (textarea(shown), 'value="Repas"' in shown.html) == ("Midi ou 13 h ?", True)
        assert "Repas" in drafts.text
    else:
        assert "Aucun brouillon" in drafts.text


def _later(house: House, **by: float) -> str:
    return (house.clock() + timedelta(**by)).strftime("%Y-%m-%dT%H:%M")


def _wake(unit: Unit) -> None:
    """Have whoever watches the clock look at it, which the test has moved."""
    for found in scheduled.due(unit, most=1):
        unit.after_commit(ScheduleChanged(found.account_id))
