"""Articles through the client API: a title beside the text, and before it for apps that know none."""

import orjson

from storage import posts
from storage.ids import PostId
from tests.node.api.conftest import App, AppOf, Json


async def sent(app: App, post: Json) -> Json:
    """The object as peers are given it."""
    document = await app.house.node.store.read(posts.document, PostId(int(post["id"])))
    assert document is not None
    return orjson.loads(document)


async def test_a_post_with_a_title_is_an_article_whose_text_begins_with_it_for_apps(app_of: AppOf) -> None:
    marie = await app_of("marie")
    made = await marie.post("Le texte", legation={"title": " Point de <midi> "})
    assert made["legation"]["title"] == "Point de <midi>"
    assert made["content"] == "<p><strong>Point de &lt;midi&gt;</strong></p><p>Le texte</p>"
    document = await sent(marie, made)
    assert (document["type"], document["name"]) == ("Article", "Point de <midi>")
    assert document["content"] == "<p>Le texte</p>"
    assert document["preview"]["type"] == "Note"
    assert document["preview"]["attributedTo"] == document["attributedTo"]
    page = document["url"]
    assert document["preview"]["content"] == (
        f'<p><strong>Point de &lt;midi&gt;</strong></p><p>Le texte</p><p><a href="{page}">{page}</a></p>'
    )


async def test_a_form_may_say_the_title_too(app_of: AppOf) -> None:
    marie = await app_of("marie")
    made = await marie.ask("POST", "/api/v1/statuses", data={"status": "Texte", "legation[title]": "Titre"})
    assert made["legation"]["title"] == "Titre"


async def test_a_post_without_a_title_is_a_plain_note(app_of: AppOf) -> None:
    marie = await app_of("marie")
    made = await marie.post("Texte")
    assert (made["legation"]["title"], made["content"]) == (None, "<p>Texte</p>")
    document = await sent(marie, made)
    assert document["type"] == "Note"
    assert "preview" not in document


async def test_an_edit_keeps_replaces_or_removes_the_title(app_of: AppOf) -> None:
    marie = await app_of("marie")
    path = f"/api/v1/statuses/{(await marie.post('Texte', legation={'title': 'Titre'}))['id']}"
    kept = await marie.ask("PUT", path, json={"status": "Autre texte"})
    assert (kept["legation"]["title"], "Autre texte" in kept["content"]) == ("Titre", True)
    replaced = await marie.ask("PUT", path, json={"legation": {"title": "Autre titre"}})
    assert (replaced["legation"]["title"], "Autre texte" in replaced["content"]) == ("Autre titre", True)
    removed = await marie.ask("PUT", path, json={"legation": {"title": ""}})
    assert (removed["legation"]["title"], removed["content"]) == (None, "<p>Autre texte</p>")


async def test_a_title_that_is_too_long_is_refused(app_of: AppOf) -> None:
    marie = await app_of("marie")
    answer = await marie.ask(
        "POST", "/api/v1/statuses", expect=422, json={"status": "Texte", "legation": {"title": "x" * 201}}
    )
    assert "Title is too long" in answer["error"]


async def test_the_preview_of_a_long_article_is_its_beginning(app_of: AppOf) -> None:
    marie = await app_of("marie")
    document = await sent(marie, await marie.post("mot " * 200, legation={"title": "Titre"}))
    assert "mot …</p>" in document["preview"]["content"]
    assert len(document["preview"]["content"]) < 700
