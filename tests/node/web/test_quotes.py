"""Quotes on the pages: a post is quoted with it in sight, and its author has it taken out again."""

from tests.node.web.browser import Browser, Shown
from tests.node.web.test_pages import ken as ken  # noqa: PLC0414  a fixture
from tests.node.web.test_pages import marie as marie  # noqa: PLC0414  a fixture
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


def place_of(shown: Shown) -> str:
    """The address of the first post of a page."""
    return shown.html.partition('class="post-facts"')[2].partition('<a href="')[2].partition('"')[0]


async def test_a_post_is_quoted_shown_inside_and_taken_out_by_its_author(marie: Browser, ken: Browser) -> None:
    place = place_of(await marie.publish("Le point de midi"))
    number = place.rpartition("/")[2]
    seen = await ken.open(place)
    assert f'href="/compose?quote={number}"' in seen.html
    form = await ken.open(f"/compose?quote={number}")
    assert "<p>Le point de midi</p>" in form.html
    shown = await ken.send(form, "/posts", text="À lire", reach="all_nodes", language="fr")
    quoting = place_of(shown)
    shown = await ken.open(quoting)
    assert '<blockquote class="quoted"' in shown.html
    assert "RE:" not in shown.text
    assert "revoke-quote" not in shown.html

    told = await marie.open("/notifications")
    assert "Ken a cité votre message" in told.text
    done = await marie.press(quoting, "/revoke-quote")
    assert "Votre message n’y est plus affiché." in done.text
    assert "n’accepte plus d’être cité" in done.text
    assert '<blockquote class="quoted"' not in done.html
    assert "RE:" in done.text


async def test_who_may_quote_is_chosen_with_the_post_and_kept_when_it_is_edited(marie: Browser, ken: Browser) -> None:
    page = await marie.open("/compose")
    shown = await marie.send(page, "/posts", text="Fermé", reach="all_nodes", language="fr", quotable="nobody")
    place = place_of(shown)
    number = place.rpartition("/")[2]
    assert f"/compose?quote={number}" not in (await ken.open(place)).html
    form = await ken.open("/compose")
    refused = await ken.send(form, "/posts", text="À lire", reach="all_nodes", language="fr", quoted=number)
    assert refused.status == 422
    assert "ne vous permet pas de le citer" in refused.text
    edit = await marie.open(f"/posts/{number}/edit")
    assert '<option value="nobody" selected>' in edit.html
