"""Articles and pages: their title is kept beside the text, and goes with what its author says last."""

import pytest

from federation.strict_json import JsonObject
from storage import posts, titles
from storage.posts import Holds
from tests.federation.test_inbox import Scene, activity, note
from tests.federation.test_inbox import scene as scene  # noqa: PLC0414  a fixture


def article(eve: str, title: str, **changes: object) -> JsonObject:
    document = note(eve, **{"type": "Article", **changes})  # type: ignore[arg-type]  # tests send whatever a rogue would
    return document | {"name": title}


async def title_of(scene: Scene, name: str = "1") -> str | None:
    post = await scene.side.store.read(posts.by_uri, f"{scene.eve}/notes/{name}")
    assert post is not None
    found = await scene.side.store.read(titles.find, post.id)
    assert (found is not None) == bool(post.holds & Holds.TITLE)
    return found.title if found else None


@pytest.mark.parametrize("kind", ["Article", "Page"])
async def test_the_name_of_an_article_or_a_page_is_its_title_and_no_part_of_its_text(scene: Scene, kind: str) -> None:
    await scene.send(activity("Create", scene.eve, article(scene.eve, "Le <i>point</i>\u202e de midi", type=kind)))
    assert await scene.public() == ["<p>Note 1</p>"]
    assert await title_of(scene) == "Le <i>point</i> de midi"


async def test_the_name_of_a_plain_note_is_no_title(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, article(scene.eve, "Nom", type="Note")))
    assert await title_of(scene) is None


async def test_a_very_long_title_is_cut(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, article(scene.eve, "x" * 3_000)))
    assert await title_of(scene) == "x" * 500


async def test_the_headings_of_an_article_stay_and_its_scripts_do_not(scene: Scene) -> None:
    content = "<h1>a</h1><h4 onclick=x>b</h4><script>c</script>"
    await scene.send(activity("Create", scene.eve, article(scene.eve, "Titre", content=content)))
    assert await scene.public() == ["<h1>a</h1><h4>b</h4>"]


async def test_an_edit_replaces_the_title_or_takes_it_away(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, article(scene.eve, "Avant")))
    later = article(scene.eve, "Après", updated="2026-02-01T10:00:00Z")
    await scene.send(activity("Update", scene.eve, later, "1"))
    assert await title_of(scene) == "Après"
    plain = note(scene.eve, updated="2026-02-01T11:00:00Z")
    await scene.send(activity("Update", scene.eve, plain, "2"))
    assert await title_of(scene) is None


async def test_nobody_but_its_author_changes_a_title(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, article(scene.eve, "Avant")))
    scene.peer.actor("mallory")
    mallory = f"{scene.peer.base_url}/users/mallory"
    later = article(scene.eve, "Faux", updated="2026-02-01T10:00:00Z")
    await scene.send(activity("Update", mallory, later))
    assert await title_of(scene) == "Avant"
