"""Lists on the pages: made, filled with people one follows, read, changed, taken away."""

from tests.node.web.browser import Browser, Shown
from tests.node.web.test_pages import Visit, follow
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


async def make(browser: Browser, title: str, **fields: str) -> Shown:
    return await browser.send(await browser.open("/lists"), "/lists", list_title=title, replies="list", **fields)


async def test_a_list_is_made_filled_read_and_taken_away(visit: Visit) -> None:
    marie, ken, zoe = await visit("marie"), await visit("ken"), await visit("zoe")
    assert "Aucune liste" in (await marie.open("/lists")).text
    await follow(marie, "ken")
    await follow(marie, "zoe")
    people = await make(marie, "Asie <b>", exclusive="yes")
    place = people.url.path.removesuffix("/people")
    assert "Choisissez maintenant qui en fait partie." in people.text
    offered = await marie.open(f"{place}/people?q=KE")
    assert ("Ken" in offered.text, "Zoe" in offered.text) == (True, False)
    put_in = await marie.send(offered, f"{place}/people")
    assert "La personne est dans la liste." in put_in.text
    await ken.publish("Vu de Tokyo")
    await zoe.publish("Vu de Lima")
    read = await marie.open(place)
    assert ("Vu de Tokyo" in read.text, "Vu de Lima" in read.text) == (True, False)
    home = await marie.open("/")
    assert ("Vu de Tokyo" in home.text, "Vu de Lima" in home.text) == (False, True)
    assert "1 personne · hors du journal" in (await marie.open("/lists")).text

    form = await marie.open(f"{place}/edit")
    assert 'value="Asie &lt;b&gt;"' in form.html
    changed = await marie.send(form, f"{place}/edit", list_title="Asie", replies="none")
    assert ("Vos modifications sont enregistrées." in changed.text, changed.url.path) == (True, place)
    assert "Vu de Tokyo" in (await marie.open("/")).text
    out = await marie.send(await marie.open(f"{place}/people"), f"{place}/people/remove")
    assert "n’est plus dans la liste" in out.text
    assert "Personne n’est encore dans cette liste" in (await marie.open(place)).text
    for path in (place, f"{place}/people", f"{place}/edit", f"{place}/delete"):
        assert (await ken.open(path)).status == 404
    question = await marie.open(f"{place}/delete")
    assert "Supprimer « Asie » ?" in question.text.replace("\u00a0", " ")
    gone = await marie.send(question, f"{place}/delete")
    assert ("La liste est supprimée." in gone.text, (await marie.open(place)).status) == (True, 404)


async def test_somebody_is_put_into_lists_from_their_profile(visit: Visit) -> None:
    marie, _ = await visit("marie"), await visit("ken")
    places = [(await make(marie, title)).url.path.removesuffix("/people") for title in ("Un", "Deux")]
    ids = [place.rpartition("/")[2] for place in places]
    stranger = (await marie.open("/@ken")).action("/follow").replace("/follow", "/lists")
    assert "Vous ne suivez pas cette personne" in (await marie.open(stranger)).text
    profile = await follow(marie, "ken")
    assert f'href="{stranger}"' in profile.html
    saved = await marie.send(await marie.open(stranger), stranger, list=ids[0])
    assert saved.url.path == "/@ken"
    form = await marie.open(stranger)
    assert [f'value="{each}" checked' in form.html for each in ids] == [True, False]
    await marie.send(form, stranger, list=ids[1])
    members = [("Ken" in (await marie.open(f"{place}/people")).html.partition("add-title")[0]) for place in places]
    assert members == [False, True]
    await marie.press("/@ken", "/unfollow")
    refused = await marie.send(form, stranger, list=ids[0])
    assert refused.status == 404


async def test_what_is_wrong_with_a_list_is_said(visit: Visit) -> None:
    marie = await visit("marie")
    for title, sentence in ((" ", "Donnez un nom à la liste."), ("x" * 201, "200 caractères au plus")):
        shown = await make(marie, title)
        assert (shown.status, sentence in shown.text) == (422, True)
    wrong = await marie.send(await marie.open("/lists"), "/lists", list_title="Quito", replies="all")
    assert (wrong.status, "Choisissez l’une des trois réponses." in wrong.text) == (422, True)
    place = (await make(marie, "Quito")).url.path.removesuffix("/people")
    shown = await marie.send(await marie.open(f"{place}/edit"), f"{place}/edit", list_title=" ", replies="list")
    assert (shown.status, "Donnez un nom à la liste." in shown.text) == (422, True)
    await marie.send(await marie.open("/lists"), "/language", language="en")
    english = await make(marie, "")
    assert (english.status, "Give the list a name." in english.text) == (422, True)
    csrf = english.hidden("/lists")["csrf"]
    async with marie.client.post(f"{place}/people", data={"csrf": csrf, "person": "x"}) as answer:
        assert answer.status == 404
