"""Articles on the pages: written with a title, shown under it, edited with it."""

from tests.node.web.browser import Browser
from tests.node.web.test_pages import marie as marie  # noqa: PLC0414  a fixture
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture


async def publish(browser: Browser, **fields: str) -> str:
    """The address of a new article."""
    page = await browser.open("/compose")
    await browser.send(page, "/posts", text="Le texte", reach="all_nodes", language="fr", **fields)
    shown = await browser.open("/")
    return shown.html.partition('class="post-facts"')[2].partition('<a href="')[2].partition('"')[0]


async def test_an_article_stands_under_its_title_once(marie: Browser) -> None:
    shown = await marie.open(await publish(marie, title="Point de <midi>"))
    assert shown.html.count("Point de &lt;midi&gt;") == 1
    assert 'class="post-title"' in shown.html
    assert "<p>Le texte</p>" in shown.html


async def test_the_form_for_editing_has_the_title_and_saves_another(marie: Browser) -> None:
    address = await publish(marie, title="Avant")
    path = f"/posts/{address.rpartition('/')[2]}/edit"
    form = await marie.open(path)
    assert 'value="Avant"' in form.html
    shown = await marie.send(form, path, text="Le texte", title="Après", language="fr")
    assert "Après" in shown.text
    assert "Avant" not in shown.text


async def test_a_title_that_is_too_long_comes_back_with_the_reason(marie: Browser) -> None:
    page = await marie.open("/compose")
    shown = await marie.send(page, "/posts", text="Texte", title="x" * 201, reach="all_nodes", language="fr")
    assert shown.status == 422
    assert "200 caractères" in shown.text
