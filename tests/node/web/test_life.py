"""What lives and what sleeps, on the pages: for those who lead the exchange, with something to do beside each."""

import re

from node.web.languages import translations
from storage import life
from tests.node.conftest import House
from tests.node.web.browser import Browser
from tests.node.web.test_pages import Visit, ken, marie, visit

__all__ = ["ken", "marie", "visit"]

HERE = "/administration/life"
ASKED = "Qui connaît le nouveau consul à Osaka ? #osaka"


def said(sentence: str) -> str:
    return str(translations("fr").ugettext(sentence))


async def test_questions_are_answered_and_newcomers_are_written_to(
    house: House, visit: Visit, marie: Browser, ken: Browser
) -> None:
    refused = await ken.open(HERE)
    assert (refused.status, said("This is not open to you") in refused.text) == (403, True)
    await marie.publish(ASKED)
    await marie.publish("Entre nous, qui vient ?", reach="followers")
    house.clock.forward(hours=50)
    anne, ken = await visit("anne", role="moderator"), await visit("ken")
    assert f'href="{HERE}"' in (await anne.open("/administration")).html

    page = await anne.open(HERE)
    assert page.status == 200
    expected = (
        "1 question des 30 derniers jours n’a pas encore de réponse. 1 attend depuis plus de deux jours.",
        ASKED,
        "2 collègues sont arrivés ces 30 derniers jours.",
        said("Their first post has no answer yet."),
        said("Has not written anything yet."),
        "à partir de 10 personnes par nœud",
        "#osaka 1 personne",
    )
    assert [words for words in expected if words not in page.text] == []
    assert "Entre nous" not in page.text
    assert "<table" not in page.html
    form = await anne.open(found(r"/messages/new\?to=\d+", page.html))
    assert "Ken" in form.text
    followed = await anne.send(page, page.action("/follow"))
    assert (followed.url.path, said("Unfollow") in followed.text) == (HERE, True)
    form = await anne.open(found(r"/compose\?reply_to=\d+", page.html))
    await anne.send(form, "/posts", text="@marie Mme Sato", reach="all_nodes", language="fr")

    page = await anne.open(HERE)
    assert (
        said("Every question of the last 30 days has an answer, or is less than a day old. Nothing to do.") in page.text
    )
    assert ASKED not in page.text
    assert said("Their first post has no answer yet.") not in page.text


async def test_numbers_are_of_many_and_name_nobody(house: House, visit: Visit, marie: Browser) -> None:
    for number in range(life.FEWEST):
        await house.staff(f"person{number}")
    claire = await visit("claire", role="admin")
    assert said("Everybody has been here within the last 60 days.") in (await claire.open(HERE)).text
    house.clock.forward(days=62)
    claire = await visit("claire")
    marie = await visit("marie")
    await marie.publish("Bonjour")
    page = await claire.open(HERE)
    assert "Sur les 12 personnes de ce nœud, 10 ne sont pas venues depuis 60 jours ou plus." in page.text
    assert "Person1" not in page.text.partition(said("The last eight weeks"))[2]
    assert page.html.count('scope="row"') == life.WEEKS
    assert f"{said('This week')} 1 1 0 {said('Last week')} 0 0 0" in page.text
    for path in set(re.findall(r'href="(/(?:administration|tags|compose|this-node|messages)[^"]*)"', page.html)):
        assert (await claire.open(path)).status == 200, path


def found(pattern: str, html: str) -> str:
    (path,) = set(re.findall(pattern, html))
    return str(path)
