"""The pages of a real node, used as a browser without script uses them: addresses, forms, redirects."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from html import unescape

import pytest
from yarl import URL

from node.actions import people, tags
from storage import accounts, audit, peers, staff
from storage.ids import Host
from tests import loopback
from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser, Shown

Visit = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def visit(house: House) -> AsyncIterator[Visit]:
    """Signs somebody in; made on first sight."""
    async with AsyncExitStack() as stack:

        async def sign_in(name: str, *, role: str = "staff", lands_on: str = "/") -> Browser:
            if await house.node.store.read(staff.by_username, name) is None:
                await house.staff(name, role=role)
            browser = Browser(await stack.enter_async_context(loopback.session(base_url=house.url)))
            assert (await browser.sign_in(name, PASSWORD)).url.path == lands_on
            return browser

        yield sign_in


@pytest.fixture
async def marie(visit: Visit) -> Browser:
    return await visit("marie")


@pytest.fixture
async def ken(visit: Visit) -> Browser:
    return await visit("ken")


async def follow(browser: Browser, name: str) -> Shown:
    return await browser.press(f"/@{name}", "/follow")


async def test_an_address_that_nodes_use_leads_who_is_signed_in_to_the_page(house: House, marie: Browser) -> None:
    """Others sign in first, and come there afterwards (`tests/federated/refusals/test_audiences.py`)."""
    yves = await house.staff("yves")
    shown = await marie.open(f"/users/{yves.id}")
    assert (shown.status, shown.url.path) == (200, "/@yves")
    absent = await marie.open(f"/users/{yves.id + 1}")
    assert (absent.status, "<main" in absent.html) == (404, True)
    async with loopback.session(base_url=house.url) as client:
        stranger = Browser(client)
        page = await stranger.open(f"/users/{yves.id}")
        landed = await stranger.send(page, "/sign-in", username="marie", password=PASSWORD)
        assert landed.url.path == f"/users/{yves.id}"  # from where a browser is sent on


# ---- signing in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/notifications", "/@marie", "/administration/nodes", "/posts/1/edit"])
async def test_pages_are_for_people_who_are_signed_in(house: House, path: str) -> None:
    async with house.client.get(path, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (
            303,
            f"/sign-in?next={path.replace('/', '%2F').replace('@', '%40')}",
        )


@pytest.mark.parametrize("path", ["/posts", "/posts/1/favourite", "/people/1/follow", "/administration/nodes"])
async def test_forms_of_strangers_change_nothing(house: House, path: str) -> None:
    async with house.client.post(path, data={"text": "x"}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", ["/posts", "/posts/1/favourite", "/people/1/follow", "/language"])
async def test_a_form_without_its_token_is_refused(marie: Browser, path: str) -> None:
    async with marie.client.post(path, data={"text": "x", "csrf": "wrong"}) as answer:
        assert answer.status == 403
        assert "n’est pas ouverte" in await answer.text() or "ne vous est pas ouverte" in await answer.text()


# ---- writing ----------------------------------------------------------------------------------------------------


async def test_a_post_is_written_and_read_with_its_readers_in_words(marie: Browser) -> None:
    shown = await marie.publish("Réunion à **15 h**", reach="node")
    assert shown.url.path == "/"
    assert "Votre message est publié." in shown.text
    assert "<p>Réunion à <strong>15 h</strong></p>" in shown.html
    assert "Lu par : Ce nœud seulement" in shown.text


async def test_the_same_form_sent_twice_publishes_once(marie: Browser) -> None:
    page = await marie.open("/")
    for _ in range(2):
        await marie.send(page, "/posts", text="Une seule fois", reach="all_nodes", language="fr")
    assert (await marie.open("/")).html.count("<p>Une seule fois</p>") == 1


async def test_an_empty_form_comes_back_with_what_was_typed(marie: Browser) -> None:
    shown = await marie.publish("  ", summary="Objet gardé", reach="followers", language="ja")
    assert shown.status == 422
    assert "Il y a un problème" in shown.text
    assert "Écrivez d’abord quelque chose." in shown.text
    assert 'value="Objet gardé"' in shown.html
    assert '<option value="followers" selected>' in shown.html
    assert '<option value="ja" selected>' in shown.html
    assert "<title>Erreur" in shown.html


async def test_a_text_that_is_too_long_is_not_lost(marie: Browser) -> None:
    shown = await marie.publish("mot " * 2000)
    assert shown.status == 422
    assert "trop long" in shown.text
    assert shown.html.count("mot mot") > 900


async def test_a_warning_stands_before_the_text(marie: Browser) -> None:
    shown = await marie.publish("Le détail", summary="Accident")
    assert re.search(r"<summary><span[^>]*>Accident</span>", shown.html)


async def test_an_answer_stands_in_its_conversation(marie: Browser, ken: Browser) -> None:
    await marie.publish("Qui vient ?")
    page = await ken.open("/this-node")
    path = unescape(next(iter(re.findall(r'href="(/compose\?reply_to=\d+)"', page.html))))
    form = await ken.open(path)
    assert "@marie </textarea>" in form.html
    shown = await ken.send(form, "/posts", text="@marie Moi", reach="all_nodes", language="fr")
    assert "Conversation" in shown.text
    assert shown.text.index("Qui vient ?") < shown.text.index("Moi")
    thread = await marie.open("/@marie/" + path.rpartition("=")[2])
    assert "1 réponse" in thread.text


async def test_a_post_is_edited_and_its_versions_are_shown(marie: Browser) -> None:
    page = await marie.publish("Avant")
    edit = re.findall(r'href="(/posts/\d+/edit)"', page.html)[0]
    form = await marie.open(edit)
    assert ">Avant</textarea>" in form.html
    shown = await marie.send(form, edit, text="Après", summary="", language="fr")
    assert "Vos modifications sont enregistrées." in shown.text
    assert "<p>Après</p>" in shown.html
    history = await marie.open(edit.replace("/edit", "/history"))
    assert history.text.index("Après") < history.text.index("Avant")


async def test_an_edit_that_fails_keeps_what_was_typed(marie: Browser) -> None:
    page = await marie.publish("Avant")
    edit = re.findall(r'href="(/posts/\d+/edit)"', page.html)[0]
    shown = await marie.send(await marie.open(edit), edit, text=" ", summary="Gardé", language="fr")
    assert (shown.status, 'value="Gardé"' in shown.html) == (422, True)


async def test_a_post_is_deleted_after_a_question(marie: Browser) -> None:
    page = await marie.publish("À supprimer")
    delete = re.findall(r'href="(/posts/\d+/delete)"', page.html)[0]
    question = await marie.open(delete)
    assert "Supprimer votre message ?" in question.text
    shown = await marie.send(question, delete)
    assert "Le message est supprimé." in shown.text
    assert "À supprimer" not in shown.text
    assert (await marie.open(delete)).status == 404


@pytest.mark.parametrize("act", ["edit", "delete"])
async def test_nobody_changes_what_others_wrote(marie: Browser, ken: Browser, act: str) -> None:
    page = await marie.publish("À moi")
    path = re.findall(r"/posts/\d+/edit", page.html)[0].replace("edit", act)
    assert (await ken.open(path)).status == 404
    csrf = (await ken.open("/")).hidden("/posts")["csrf"]
    async with ken.client.post(path, data={"csrf": csrf, "text": "À moi maintenant"}) as answer:
        assert answer.status == 404
    assert "À moi maintenant" not in (await marie.open("/")).text
    assert "<p>À moi</p>" in (await marie.open("/")).html


@pytest.mark.parametrize(
    ("reach", "seen"), [("all_nodes", True), ("node", True), ("followers", False), ("mentioned", False)]
)
async def test_only_its_readers_find_a_post(marie: Browser, ken: Browser, reach: str, seen: bool) -> None:
    page = await marie.publish("Confidence", reach=reach)
    post = re.findall(r"/posts/(\d+)/edit", (await marie.open("/@marie")).html)[0]
    assert page.status == 200
    assert ("Confidence" in (await ken.open("/@marie")).text) is seen
    for path in (f"/@marie/{post}", f"/posts/{post}/history"):
        shown = await ken.open(path)
        assert shown.status == (200 if seen else 404)
        assert ("Confidence" in shown.text) is seen


# ---- reading ----------------------------------------------------------------------------------------------------


async def test_a_newcomer_is_welcomed_and_sees_what_others_write(marie: Browser, ken: Browser) -> None:
    await marie.publish("Bonjour à tous")
    shown = await ken.open("/")
    assert "Bienvenue." in shown.text
    assert "Bonjour à tous" in shown.text


async def test_following_fills_the_journal(marie: Browser, ken: Browser) -> None:
    await marie.publish("Pour mes abonnés", reach="followers")
    shown = await follow(ken, "marie")
    assert "Vous suivez maintenant cette personne." in shown.text
    journal = await ken.open("/")
    assert "Bienvenue." not in journal.text
    assert "Pour mes abonnés" in journal.text
    await ken.press("/@marie", "/unfollow")
    assert "Pour mes abonnés" not in (await ken.open("/")).text


async def test_older_posts_are_a_link_away(marie: Browser) -> None:
    for number in range(23):
        await marie.publish(f"Message numéro {number}.")
    first = await marie.open("/this-node")
    assert "Message numéro 22." in first.text
    assert "Message numéro 2." not in first.text
    older = unescape(re.findall(r'rel="next" href="([^"]+)"', first.html)[0])
    second = await marie.open(older)
    assert [int(n) for n in re.findall(r"Message numéro (\d+)\.", second.text)] == [2, 1, 0]
    newer = unescape(re.findall(r'rel="prev" href="([^"]+)"', second.html)[0])
    assert "Message numéro 22." in (await marie.open(newer)).text


async def test_a_tag_has_a_page(marie: Browser) -> None:
    shown = await marie.publish("Vu de #Asie")
    assert 'href="/tags/' in shown.html
    assert "Vu de" in (await marie.open("/tags/asie")).text


async def test_a_tag_is_followed_from_its_page(marie: Browser) -> None:
    followed = await marie.press("/tags/Été", "/tags/%C3%89t%C3%A9/follow")
    assert "Les messages pour tous qui portent ce mot-clé arrivent désormais dans votre journal." in followed.text
    left = await marie.press("/tags/été", "/tags/%C3%A9t%C3%A9/unfollow")
    assert "Suivre" in left.text
    assert "/tags/12/follow" not in (await marie.open("/tags/12")).html


async def test_an_address_with_the_wrong_author_leads_to_the_right_one(marie: Browser, ken: Browser) -> None:
    page = await marie.publish("Bonjour")
    post = re.findall(r"/posts/(\d+)/edit", page.html)[0]
    assert (await ken.open(f"/@ken/{post}")).url.path == f"/@marie/{post}"
    assert (await ken.open(f"/@MARIE@{ken.client._base_url.authority}")).url.path == "/@marie"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "path",
    [
        "/@nobody",
        "/@marie/1",
        "/@marie/99999999999999999999",
        "/posts/x/history",
        "/@a@b@c",
        "/?max_id=x",
        "/no-such-page",
    ],
)
async def test_what_is_not_there_is_said_in_plain_words(marie: Browser, path: str) -> None:
    shown = await marie.open(path)
    assert shown.status == 404
    assert "Il n’y a rien à cette adresse" in shown.text


# ---- reactions, relations, notifications ------------------------------------------------------------------------


async def test_buttons_under_a_post_come_back_to_it(marie: Browser, ken: Browser) -> None:
    await marie.publish("Utile à savoir")
    shown = await ken.press("/this-node", "/favourite")
    assert (shown.url.path, shown.url.fragment.startswith("post-")) == ("/this-node", True)
    assert 'aria-pressed="true"' in shown.html
    shown = await ken.press("/this-node", "/unfavourite")
    assert 'aria-pressed="true"' not in shown.html
    await ken.press("/this-node", "/share")
    assert "Partagé par Ken" in (await ken.open("/@ken")).text
    await ken.press("/this-node", "/unshare")
    assert "Partagé par" not in (await ken.open("/@ken")).text


async def test_a_button_leads_to_no_other_place(marie: Browser) -> None:
    shown = await marie.publish("Bonjour")
    action = shown.action("/favourite")
    async with marie.client.post(
        action, data={**shown.hidden(action), "back": "https://evil.example/"}, allow_redirects=False
    ) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")


async def test_notifications_are_told_and_marked_as_read(marie: Browser, ken: Browser) -> None:
    await marie.publish("Qui a la note ?")
    await ken.press("/this-node", "/favourite")
    await follow(ken, "marie")
    await ken.publish("@marie Moi", reach="mentioned")
    assert "3 nouvelles notifications" in (await marie.open("/")).text
    shown = await marie.open("/notifications")
    for sentence in ("Ken a trouvé votre message utile", "Ken vous suit", "Ken vous a écrit"):
        assert sentence in shown.text
    assert "nouvelles notifications" not in (await marie.open("/")).text
    await ken.press("/this-node", "/share")
    shown = await marie.send(await marie.open("/notifications/follows"), "/notifications/read")
    assert "1 nouvelle notification" not in shown.text


@pytest.mark.parametrize(("act", "back"), [("mute", "unmute"), ("block", "unblock")])
async def test_whom_one_keeps_away_is_not_read(marie: Browser, ken: Browser, act: str, back: str) -> None:
    await marie.publish("Bruit")
    await ken.press("/@marie", f"/{act}")
    assert "Bruit" not in (await ken.open("/this-node")).text
    await ken.press("/@marie", f"/{back}")
    assert "Bruit" in (await ken.open("/this-node")).text


async def test_a_request_to_follow_is_answered_on_the_notifications(house: House, marie: Browser, ken: Browser) -> None:
    account = await house.node.store.read(accounts.by_handle, "marie")
    assert account is not None
    await people.change_profile(
        house.node, account, display_name="Marie", note="", fields=[], locked=True, discoverable=True
    )
    shown = await follow(ken, "marie")
    assert "Votre demande est envoyée." in shown.text
    assert "1 personne demande à vous suivre" in (await marie.open("/notifications")).text
    await marie.press("/notifications", "/accept")
    assert "Ken" in (await marie.open("/@marie/followers")).text
    await marie.press("/@marie/followers", "/drop")
    assert "Personne à afficher" in (await marie.open("/@marie/followers")).text


async def test_people_are_found_by_name(marie: Browser, ken: Browser) -> None:
    assert "Marie" in (await ken.open("/people")).text
    shown = await ken.open("/people?q=mar")
    assert "1 personne trouvée" in shown.text
    assert "/follow" in shown.html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("zoe", "Vérifiez l’orthographe"),
        ("@zoe@stranger.example", "n’est pas admis ici"),
        ("@zoe@not a host", "Ce n’est pas l’adresse d’une personne."),
    ],
)
async def test_it_is_said_why_nobody_is_found(marie: Browser, asked: str, said: str) -> None:
    shown = await marie.open(str(URL("/people").with_query(q=asked)))
    assert "Personne n’a été trouvé" in shown.text
    assert said in shown.text


async def test_the_language_is_changed_by_a_button(marie: Browser) -> None:
    shown = await marie.send(await marie.open("/notifications"), "/language", language="en")
    assert shown.url.path == "/notifications"
    assert '<html lang="en">' in shown.html
    assert '<html lang="en">' in (await marie.open("/", **{"Accept-Language": "fr"})).html


# ---- administration ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/administration/nodes", "/administration/staff"])
@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("moderator", 403), ("admin", 200)])
async def test_administration_is_for_administrators(visit: Visit, path: str, role: str, status: int) -> None:
    browser = await visit("someone", role=role)
    assert (await browser.open(path)).status == status
    csrf = (await browser.open("/")).hidden("/posts")["csrf"]
    async with browser.client.post(path, data={"csrf": csrf, "host": "", "username": ""}) as answer:
        assert answer.status == (422 if status == 200 else 403)


async def test_a_node_is_admitted_and_removed(house: House, visit: Visit) -> None:
    admin = await visit("admin-of-paris", role="admin")
    shown = await admin.send(await admin.open("/administration/nodes"), "/administration/nodes", host="Tokyo.Example")
    assert "tokyo.example" in shown.text
    assert "Aucun échange encore" in shown.text
    assert await house.node.store.read(peers.is_allowed, Host("tokyo.example"))
    path = "/administration/nodes/tokyo.example/remove"
    shown = await admin.send(await admin.open(path), path)
    assert "Retiré" in shown.text
    assert not await house.node.store.read(peers.is_allowed, Host("tokyo.example"))
    await admin.press("/administration/nodes", "/admit")
    assert await house.node.store.read(peers.is_allowed, Host("tokyo.example"))
    acts = [(entry.act, entry.who, entry.subject) for entry in await house.node.store.read(audit.entries, limit=3)]
    assert acts == [
        ("peer.allow", "admin-of-paris", "tokyo.example"),
        ("peer.remove", "admin-of-paris", "tokyo.example"),
        ("peer.allow", "admin-of-paris", "tokyo.example"),
    ]


async def test_a_name_of_several_scripts_is_asked_about(house: House, visit: Visit) -> None:
    admin = await visit("someone", role="admin")
    shown = await admin.send(await admin.open("/administration/nodes"), "/administration/nodes", host="pаris.example")
    assert shown.status == 422
    assert "plusieurs écritures" in shown.text
    shown = await admin.send(shown, "/administration/nodes", host="pаris.example")
    assert shown.status == 200
    assert "xn--" in shown.text


@pytest.mark.parametrize("host", ["", "a b", "https://tokyo.example/", "-", "x" * 300])
async def test_what_is_no_node_is_not_admitted(house: House, visit: Visit, host: str) -> None:
    admin = await visit("someone", role="admin")
    shown = await admin.send(await admin.open("/administration/nodes"), "/administration/nodes", host=host)
    assert shown.status == 422
    assert "Ce n’est pas le nom d’un nœud." in shown.text
    assert await house.node.store.read(peers.list_all) == []


async def test_this_node_is_not_admitted_to_itself(house: House, visit: Visit) -> None:
    admin = await visit("someone", role="admin")
    own = house.node.settings.domain
    shown = await admin.send(await admin.open("/administration/nodes"), "/administration/nodes", host=own)
    assert "C’est le nœud où vous êtes." in shown.text


async def unlocked(admin: Browser) -> Browser:
    """The same, having given their password once more."""
    page = await admin.open("/administration/staff")
    assert (await admin.send(page, "/administration/unlock", present=PASSWORD)).status == 200
    return admin


async def test_sec_f5_administering_people_needs_the_password_again(house: House, visit: Visit) -> None:
    await visit("ken")
    admin = await visit("someone", role="admin")
    page = await admin.open("/administration/staff")
    wrong = await admin.send(page, "/administration/unlock", present="not mine at all")
    assert wrong.status == 422
    csrf = page.hidden("/administration/unlock")["csrf"]
    added = {"username": "ines", "display_name": "Inès", "password": PASSWORD, "role": "admin"}
    for path, fields in (("", added), ("/ken/role", {"role": "admin"}), ("/ken/disable", {}), ("/ken/enable", {})):
        async with admin.client.post(f"/administration/staff{path}", data={"csrf": csrf, **fields}) as answer:
            assert (path, answer.status) == (path, 422)
            assert "Donnez d’abord votre mot de passe" in unescape(await answer.text())
    assert [member.username for member in await house.node.store.read(staff.list_all)] == ["ken", "someone"]
    assert (await house.node.store.read(staff.get, "ken")).role == "staff"
    await unlocked(admin)
    await admin.press("/administration/staff", "/ken/disable")
    assert (await house.node.store.read(staff.get, "ken")).disabled_at is not None


async def test_staff_are_added_given_roles_and_closed(house: House, visit: Visit) -> None:
    admin = await unlocked(await visit("someone", role="admin"))
    page = "/administration/staff"
    fields = {"username": "Ines", "display_name": "Inès Ferreira", "password": PASSWORD, "role": "staff"}
    shown = await admin.send(await admin.open(page), page, **fields)
    assert "Inès Ferreira" in shown.text
    ines = await visit("ines", lands_on="/welcome/1")
    await admin.send(await admin.open(page), f"{page}/ines/role", role="moderator")
    member = await house.node.store.read(staff.get, "ines")
    assert member.role == "moderator"
    assert (await ines.open("/")).url.path == "/sign-in"
    shown = await admin.press(page, "/ines/disable")
    assert "Ne peut pas se connecter" in shown.text
    await admin.press(page, "/ines/enable")
    assert (await house.node.store.read(staff.get, "ines")).disabled_at is None
    acts = [entry.act for entry in await house.node.store.read(audit.entries, limit=4)]
    assert acts == ["staff.enable", "staff.disable", "staff.role", "staff.add"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": "a b"}, "Un identifiant compte"),
        ({"username": "root"}, "réservé au nœud"),
        ({"display_name": "I" * 101}, "100 caractères au plus"),
        ({"username": "someone"}, "Quelqu’un a déjà cet identifiant"),
        ({"password": "Zz9-Zz9"}, "Le mot de passe est trop court"),
        ({"password": "ferreira-0123456789"}, "fait du nom de la personne"),
    ],
)
async def test_a_form_for_staff_says_what_is_wrong(visit: Visit, fields: dict[str, str], said: str) -> None:
    admin = await unlocked(await visit("someone", role="admin"))
    page = "/administration/staff"
    given = {"username": "ines", "display_name": "Ines Ferreira", "password": PASSWORD, "role": "staff", **fields}
    shown = await admin.send(await admin.open(page), page, **given)
    assert shown.status == 422
    assert said in shown.text
    assert f'value="{given["display_name"]}"' in shown.html
    assert given["password"] not in shown.html


async def test_the_last_administrator_stays_one(house: House, visit: Visit) -> None:
    await visit("first", role="admin")
    second = await unlocked(await visit("second", role="admin"))
    await second.press("/administration/staff", "/first/disable")
    csrf = (await second.open("/")).hidden("/posts")["csrf"]
    for act, fields in (("disable", {}), ("role", {"role": "staff"})):
        async with second.client.post(f"/administration/staff/second/{act}", data={"csrf": csrf, **fields}) as answer:
            assert answer.status == 422
            assert "C’est le seul administrateur." in unescape(await answer.text())
    assert (await house.node.store.read(staff.get, "second")).role == "admin"


# ---- one's own settings ---------------------------------------------------------------------------------------------


async def test_what_i_say_of_myself_is_shown_and_my_lines_stay(marie: Browser, house: House) -> None:
    page = await marie.open("/settings")
    saved = await marie.send(page, "/settings/profile", note="Presse et *traduction*", locked="yes")
    assert saved.status == 200
    account = await house.node.store.read(accounts.by_handle, "marie")
    assert account is not None
    assert (account.note, account.locked) == ("<p>Presse et <em>traduction</em></p>", True)
    page = await marie.open("/settings")
    await marie.send(page, "/settings/profile", note="")
    account = await house.node.store.read(accounts.by_handle, "marie")
    assert account is not None
    assert (account.note, account.locked) == ("", False)


async def test_an_emoji_is_put_under_a_post_and_taken_away_by_pressing_it_again(marie: Browser, ken: Browser) -> None:
    await marie.publish("Bonjour")
    page = await ken.open("/@marie")
    reacted = await ken.send(page, page.action("/react"), emoji="👍")
    assert 'value="👍" aria-pressed="true"' in reacted.html
    assert 'value="👍" aria-pressed="false"' in (await marie.open("/@marie")).html
    assert "a réagi à votre message" in (await marie.open("/notifications")).text
    gone = await ken.send(reacted, reacted.action("/react"), remove="👍")
    assert 'aria-pressed="true"' not in gone.html
    refused = await ken.send(gone, gone.action("/react"), emoji="bravo")
    assert refused.status == 400


async def test_a_pinned_post_comes_first_on_the_profile_and_once(marie: Browser, ken: Browser) -> None:
    await marie.publish("Permanence")
    await marie.press("/@marie", "/pin")
    await marie.publish("Bonjour")
    for reader in (marie, ken):
        shown = await reader.open("/@marie")
        assert shown.html.count("<p>Permanence</p>") == 1
        assert shown.text.index("Épinglé") < shown.text.index("Permanence") < shown.text.index("Bonjour")
    unpinned = await marie.press("/@marie", "/unpin")
    assert "de nouveau parmi les autres" in unpinned.text
    shown = await marie.open("/@marie")
    assert "Épinglé" not in shown.text
    assert shown.text.index("Bonjour") < shown.text.index("Permanence")


async def test_the_tags_on_a_profile_lead_to_what_carries_them(house: House, marie: Browser, ken: Browser) -> None:
    await marie.publish("Un #Sommet se prépare")
    assert "Écrit sur" not in (await ken.open("/@marie")).text
    account = await house.node.store.read(accounts.by_handle, "marie")
    assert account is not None
    await tags.feature(house.node, account, "Sommet")
    shown = await ken.open("/@marie")
    assert "Écrit sur" in shown.text
    assert 'href="/tags/sommet"' in shown.html
    assert "se prépare" in (await ken.open("/tags/sommet")).text


async def test_a_new_password_needs_the_present_one_and_ends_every_session(marie: Browser, visit: Visit) -> None:
    elsewhere = await visit("marie")
    page = await marie.open("/settings/security")
    refused = await marie.send(page, "/settings/password", old="not mine at all", password="cinq autres mots de passe")
    assert refused.status == 422
    assert refused.html.count("Ce n’est pas votre mot de passe actuel.") == 2
    short = await marie.send(page, "/settings/password", old=PASSWORD, password="court")
    assert short.status == 422
    changed = await marie.send(page, "/settings/password", old=PASSWORD, password="cinq autres mots de passe")
    assert changed.url.path == "/sign-in"
    for browser in (marie, elsewhere):
        assert (await browser.open("/settings")).url.path == "/sign-in"
    assert (await marie.sign_in("marie", "cinq autres mots de passe")).url.path == "/"


async def test_an_app_is_ended_by_its_owner_and_by_nobody_else(marie: Browser, visit: Visit, house: House) -> None:
    account = await house.node.store.read(accounts.by_handle, "marie")
    token = await house.token(account)
    ken = await visit("ken")
    shown = await marie.open("/settings/apps")
    assert "Publier, modifier et supprimer en votre nom" in shown.text
    ours = shown.action("/end")
    stolen = await ken.open("/settings")
    async with ken.client.post(ours, data={"csrf": stolen.hidden("/settings/profile")["csrf"]}) as answer:
        assert answer.status in {200, 303}
    async with house.client.get(f"{house.url}/api/v1/preferences", headers=token) as answer:
        assert answer.status == 200
    await marie.press("/settings/apps", "/end")
    async with house.client.get(f"{house.url}/api/v1/preferences", headers=token) as answer:
        assert answer.status == 401
