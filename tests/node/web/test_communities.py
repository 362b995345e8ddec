"""Communities on the pages, without script: found and joined, read and written in, founded."""

import re

import pytest

from node.actions import communities as acts
from node.actions.communities import Founding
from node.community_order import GOOD_FOR
from node.web.languages import translations
from node.web.pages.communities import address_from
from storage import communities, post_people, posts, staff
from storage.accounts import Account, by_handle
from storage.ids import PostId
from storage.store import Unit
from storage.visibility import Reach
from tests.node.conftest import PASSWORD, House, OpenHouse
from tests.node.web.browser import Browser, Shown
from tests.node.web.test_pages import ken, marie, visit

__all__ = ["ken", "marie", "visit"]

HERE, NEW = "/communities", "/communities/new"


def said(sentence: str, **parts: str) -> str:
    found = str(translations("fr").ugettext(sentence))
    return " ".join((found % parts if parts else found).split())


async def found(browser: Browser, name: str, **more: str) -> Shown:
    """Have somebody found a community."""
    fields = {"purpose": "", "address": "", "entry": "open", "readers": "all", "writers": "members"}
    return await browser.send(await browser.open(NEW), NEW, **{**fields, "name": name, **more})


async def named(house: House, name: str) -> Account:
    account = await house.node.store.read(by_handle, name, "")
    assert account is not None
    return account


async def test_a_community_is_founded_with_its_first_post(house: House, marie: Browser) -> None:
    empty = await marie.open(HERE)
    assert said("No community yet") in empty.text
    assert f'href="{NEW}"' in empty.html
    wrong = await found(marie, " ", address="é é", purpose="é" * 2_001)
    assert (
        wrong.status,
        said("A short name has 1 to 30 letters a to z, digits, dots, hyphens or underscores, without spaces.")
        in wrong.text,
    ) == (422, True)
    assert "é" * 2_001 in wrong.html
    assert said("Give the community a name.") in (await found(marie, " ", address="visas")).text
    taken = await found(marie, "Visas", address="marie", readers="members")
    assert said("A person or a community of this node has this short name already. Choose another.") in taken.text
    assert re.search(r'id="readers-members"[^>]* checked', taken.html)
    page = await found(marie, "Visas & état civil", purpose="On répond **sous deux jours**.")
    assert page.url.path == "/@visas-etat-civil"
    expected = (
        "On répond sous deux jours .",
        "1 membre",
        "Animée par Marie",
        said("Whoever wants may join."),
        said("Everybody at every node can read what is written here."),
        said("No conversation yet"),
        f"{said('It stands in %(name)s and comes to the journals of its members.', name='Visas & état civil')}",
    )
    assert [words for words in expected if words not in page.text] == []
    assert "Visas &amp; état civil" in (await marie.open(HERE)).html


async def test_others_find_join_and_leave_it(house: House, marie: Browser, ken: Browser) -> None:
    await found(marie, "Visas", purpose="Les formulaires de séjour")
    await found(marie, "Presse", entry="closed", readers="members")
    house.clock.forward(seconds=GOOD_FOR.total_seconds())
    page = await ken.open(HERE)
    assert said("People who share a subject, wherever they work") in page.text
    for asked in ("vis", "SEJOUR formu", "visas"):
        seen = await ken.open(f"{HERE}?q={asked}")
        assert ("Les formulaires de séjour" in seen.text, "Presse" in seen.text) == (True, False), asked
    assert said("No community was found") in (await ken.open(f"{HERE}?q=xyz")).text
    visas, press = await named(house, "visas"), await named(house, "presse")
    joined = await ken.send(page, f"/people/{visas.id}/follow")
    assert (joined.url.path, said("You belong to this community now.") in joined.text) == (HERE, True)
    assert "2 membres" in (await ken.open("/@visas")).text
    waiting = await ken.send(joined, f"/people/{press.id}/follow")
    assert said("Your request is sent. You belong to the community once its managers have agreed.") in waiting.text
    outside = await ken.open("/@presse")
    assert said("You have asked to join and wait for its managers’ answer.") in outside.text
    assert "<textarea" not in outside.html
    apart = await ken.press("/@visas", "/apart")
    assert said("What is written there no longer comes to your journal: you read it on this page.") in apart.text
    assert said("What is written there comes to your journal again.") in (await ken.press("/@visas", "/at-home")).text
    left = await ken.press("/@visas", "/unfollow")
    assert "/apart" not in left.html
    assert said("You no longer belong to this community.") in left.text
    assert said("Members begin conversations here. Join, and you can write at once.") in left.text
    members = await marie.open("/@visas/followers")
    assert ("Marie" in members.text, "Ken" in members.text) == (True, False)
    assert said("Join this community, and you see who belongs to it.") in (await ken.open("/@visas/followers")).text
    assert (await marie.open("/@visas/following")).url.path == "/@visas"


def share(unit: Unit, community: Account, author: Account, text: str, reach: Reach = Reach.ALL_NODES) -> PostId:
    """Have a community share what a member wrote, as its node does."""
    number = unit.new_id()
    uri = f"{author.uri}/posts/{number}"
    writing = posts.Writing(content=text, summary="", sensitive=False, language="fr", source=text)
    written = posts.add(
        unit, uri=uri, url=uri, author=author.id, is_local=True, reach=reach, writing=writing, published=unit.now
    )
    posts.share(
        unit, uri=f"{uri}/shared", author=community.id, is_local=True, post=written, reach=reach, published=unit.now
    )
    return written.id


async def test_what_is_new_is_told_until_it_is_looked_at(house: House, marie: Browser, ken: Browser) -> None:
    store = house.node.store
    await found(marie, "Visas")
    visas, author = await named(house, "visas"), await named(house, "marie")
    await ken.press("/@visas", "/follow")
    house.clock.forward(minutes=1)
    first = await store.write(share, visas, author, "<p>Premier</p>")
    await store.write(share, visas, author, "<p>Deuxième</p>")
    own = await marie.open(HERE)
    assert ("Deuxième" in own.text, "nouvelles conversations" in own.text) == (True, False)
    page = await ken.open(HERE)
    assert "2 nouvelles conversations" in page.text
    await store.write(communities.pin, visas.id, first)
    await store.write(communities.lock, visas.id, first, uri=f"{visas.uri}#locks/1")
    page = await ken.open("/@visas")
    assert page.html.index("Premier") < page.html.index("Deuxième")
    assert page.html.count("<p>Premier</p>") == 1
    assert said("Pinned") in page.text
    assert page.text.count(said("Locked")) == 1
    assert "a partagé" not in page.text
    assert "nouvelle conversation" not in (await ken.open(HERE)).text
    journal = await ken.open("/")
    assert f"{said('In %(where)s', where='Visas')} M Marie" in journal.text


async def test_what_is_written_there_names_the_community(house: House, marie: Browser) -> None:
    page = await found(marie, "Visas")
    sent = await marie.send(page, "/posts", text="Qui a le formulaire ?", reach="all_nodes", language="fr")
    assert sent.url.path == "/@visas"
    assert "<p>Qui a le formulaire ?</p>" in sent.html
    assert (await marie.open("/")).text.count("Qui a le formulaire ?") == 1
    (written,) = await house.node.store.read(_by_marie)
    assert (written.source, written.reach) == ("@visas Qui a le formulaire ?", Reach.ALL_NODES)
    thread = await marie.open(f"/@marie/{written.id}")
    assert re.search(r"<textarea[^>]*></textarea>", thread.html), "an answer need not name the community"
    await marie.send(thread, "/posts", text="Moi", language="fr")
    answer, _ = await house.node.store.read(_by_marie)
    visas = await named(house, "visas")
    assert (answer.source, await house.node.store.read(post_people.addressed, answer.id)) == ("Moi", [visas.id])
    page = await found(marie, "Presse", readers="members")
    assert said("Who can read it") not in page.text
    assert "Seuls les membres de Presse pourront lire ce message : 1 personne." in page.text.replace("\u00a0", " ")
    whole = await marie.send(page, "/posts", to="/compose/whole", text="Revue")
    assert said("Write in %(name)s", name="Presse") in whole.text
    sent = await marie.send(whole, "/posts", text="Revue du @presse matin", language="fr")
    assert "Revue du" in sent.html
    written, *_ = await house.node.store.read(_by_marie)
    assert (written.source, written.reach) == ("Revue du @presse matin", Reach.COMMUNITY)


def _by_marie(unit: Unit) -> list[posts.Post]:
    member = staff.get(unit, "marie")
    sql = f"{posts.SELECT} where p.author_id = :author and p.boost_of is null order by p.id desc"
    return unit.all(posts.Post, sql, author=member.account_id)


async def test_where_administrators_found_communities_others_read_a_sentence(open_house: OpenHouse) -> None:
    house = await open_house(communities={"founding": "administrators"})
    await house.staff("marie")
    claire = await house.staff("claire", role=staff.ADMIN)
    browser = Browser(house.client)
    await browser.sign_in("marie", PASSWORD)
    assert NEW not in (await browser.open(HERE)).html
    page = await browser.open(NEW)
    assert (
        said("At this node, administrators found communities. Tell one of them what yours would be for.") in page.text
    )
    assert "<textarea" not in page.html
    csrf = page.hidden("/sign-out")["csrf"]
    async with house.client.post(NEW, data={"csrf": csrf, "name": "Visas"}) as answer:
        assert answer.status == 403
    assert await house.node.store.read(by_handle, "visas", "") is None
    made = await acts.found(house.node, claire, Founding("visas", "Visas"), source="web")
    assert made.kind == communities.KIND


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Salle de presse", "salle-de-presse"),
        ("L’État & l’Œuvre", "l-etat-l-oeuvre"),
        ("x" * 29 + " y", "x" * 29),
        ("日本", ""),
    ],
)
def test_a_name_suggests_an_address(name: str, address: str) -> None:
    assert address_from(name) == address
