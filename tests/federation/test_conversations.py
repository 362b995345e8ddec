"""Conversations between a node and a peer: what is shown of one, and what is made of news that comes in the wrong order."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from federation import collection_routes
from federation.strict_json import JsonObject
from storage import accounts, posts
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.test_inbox import Scene, activity, note
from tests.federation.test_inbox import scene as scene  # noqa: PLC0414  a fixture


def moments_ago(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


async def kept(scene: Scene, uri: object) -> Post | None:
    return await scene.side.store.read(posts.by_uri, str(uri))


async def test_an_edit_that_overtakes_its_post_is_the_post(scene: Scene) -> None:
    first = note(scene.eve, published=moments_ago(hours=1))
    newer: JsonObject = {**first, "content": "<p>newer</p>", "updated": moments_ago(minutes=2)}
    older: JsonObject = {**first, "content": "<p>older</p>", "updated": moments_ago(minutes=9)}
    await scene.send(activity("Update", scene.eve, newer))
    await scene.send(activity("Create", scene.eve, first))
    await scene.send(activity("Update", scene.eve, older, "2"))
    assert await scene.public() == ["<p>newer</p>"]
    assert await scene.outcome(f"{scene.eve}#Create-1") == "known-already: known-already"
    assert await scene.outcome(f"{scene.eve}#Update-2") == "not-newer: not-newer"


@pytest.mark.parametrize(
    "change",
    [{"published": "2026-01-01T00:00:00Z"}, {"published": None}, {"attributedTo": "https://paris.example/users/1"}],
    ids=["a day old", "undated", "of another"],
)
async def test_an_edit_that_makes_nothing_known(scene: Scene, change: JsonObject) -> None:
    edit = note(scene.eve, updated=moments_ago(minutes=2), published=moments_ago(hours=1)) | change
    await scene.send(activity("Update", scene.eve, edit))
    assert await scene.public() == []


async def test_an_undo_that_comes_before_what_was_shared_leaves_nothing(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    shared = activity("Announce", scene.eve, note(scene.eve)["id"])
    await scene.send(activity("Undo", scene.eve, shared))
    await scene.send(shared)
    found = await kept(scene, note(scene.eve)["id"])
    assert found is not None
    assert found.shares_count == 0


async def test_answers_that_came_before_what_they_answer_are_one_thread_afterwards(scene: Scene) -> None:
    names = ["1", "2", "3", "4"]
    chain = [
        note(scene.eve, name, inReplyTo=f"{scene.eve}/notes/{before}" if before else None)
        for before, name in zip(["", *names], names, strict=False)
    ]
    for one in (chain[3], chain[1], chain[2], chain[0]):
        # What it answers cannot be fetched just now: it comes by itself.
        scene.peer.offers |= {f"/users/eve/notes/{name}": {"id": "https://x.example/"} for name in names}
        await scene.send(activity("Create", scene.eve, one, str(one["id"])[-1]))
    found = [await kept(scene, one["id"]) for one in chain]
    assert all(found)
    assert {post.thread_id for post in found if post} == {found[0].id if found[0] else None}
    assert [post.reply_to for post in found if post] == [None, *(post.id for post in found[:3] if post)]


@pytest.fixture
async def answered(scene: Scene) -> dict[str, str]:
    """Marie's question, and an answer of hers for each audience; their ids by name."""
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert marie is not None
    assert eve is not None
    root = f"{marie.uri}/posts/1"
    found = {"root": root, **{reach.name: f"{marie.uri}/posts/{10 + reach}" for reach in Reach}}
    found["eve"] = f"{marie.uri}/posts/20"

    def keep(unit: Unit, name: str, uri: str, reach: Reach, people: tuple[AccountId, ...] = ()) -> None:
        posts.add(
            unit,
            uri=uri,
            url=uri,
            author=marie.id,
            is_local=True,
            reach=reach,
            writing=posts.Writing("", "", sensitive=False, language=None, source=None),
            published=unit.now,
            identifier=PostId(int(uri.rpartition("/")[2])),
            people=people,
            reply_to_uri=None if name == "root" else root,
            document=orjson.dumps({"id": uri}).decode(),
        )

    for name, uri in found.items():
        reach = Reach[name] if name in Reach.__members__ else Reach.ALL_NODES if name == "root" else Reach.MENTIONED
        await scene.side.store.write(keep, name, uri, reach, (eve.id,) if name == "eve" else ())
    return found


@pytest.mark.parametrize("address", ["/contexts/1", "{root}/replies"])
async def test_a_peer_is_shown_of_a_conversation_what_it_may_read(
    scene: Scene, answered: dict[str, str], address: str
) -> None:
    uri = answered["root"] + "/replies" if "root" in address else scene.side.base_url + address
    own = [answered["root"]] if "root" not in address else []
    status, found = await scene.peer.get(uri)
    assert (status, found["type"], found["id"], found["totalItems"]) == (200, "OrderedCollection", uri, 3 + len(own))
    _, page = await scene.peer.get(str(found["first"]))
    assert page["partOf"] == uri
    assert page["orderedItems"] == own + [answered[name] for name in ("ALL_NODES", "UNLISTED", "eve")]
    assert "next" not in page
    _, rest = await scene.peer.get(f"{uri}?after=11")
    assert rest["orderedItems"] == [answered["eve"]]


async def test_a_conversation_has_pages_that_lead_to_the_next(
    scene: Scene, answered: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection_routes, "LISTED_AT_ONCE", 3)
    read, following = [], f"{scene.side.base_url}/contexts/1?after=0"
    while following:
        _, page = await scene.peer.get(following)
        read.append(len(page["orderedItems"]))  # type: ignore[arg-type]  # as the test says
        following = str(page.get("next", ""))
    assert read == [3, 1]
    assert answered


async def test_what_is_no_conversation_of_this_node_is_not_there(scene: Scene, answered: dict[str, str]) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    theirs = await kept(scene, note(scene.eve)["id"])
    assert theirs is not None
    hidden = f"{answered['NODE']}/replies"
    for uri in ("/contexts/404", f"/contexts/{theirs.id}", f"/contexts/{10 + Reach.NODE}", "/contexts/1?after=x"):
        assert (await scene.peer.get(scene.side.base_url + uri))[0] == 404
    assert (await scene.peer.get(hidden))[0] == 404
