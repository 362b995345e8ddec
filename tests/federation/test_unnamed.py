"""Answers that come without an id, as some software sends them: taken once for each content; everything else needs one."""

from federation.strict_json import JsonObject
from storage import accounts, follows
from storage.accounts import Account
from storage.follows import Follow
from storage.store import Unit
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]


def without_id(document: JsonObject, **changes: object) -> JsonObject:
    return {name: value for name, value in {**document, **changes}.items() if name != "id"}  # type: ignore[misc]  # as peers do


async def asking(scene: Scene) -> tuple[Account, Account, JsonObject]:
    """Lea, who is not marie, has asked to follow eve."""
    lea = await scene.side.member("lea")
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    uri = f"{lea.uri}#follows/1"
    await scene.side.store.write(_ask, lea, eve, uri)
    return lea, eve, {"id": uri, "type": "Follow", "actor": lea.uri, "object": eve.uri}


def _ask(unit: Unit, follower: Account, followed: Account, uri: str) -> None:
    follows.ask(unit, follower.id, followed.id, uri=uri)


async def between(scene: Scene, lea: Account, eve: Account) -> Follow | None:
    return await scene.side.store.read(follows.between, lea.id, eve.id)


async def journal(scene: Scene) -> list[str]:
    sql = "select uri || ' ' || outcome from journal order by id"
    return await scene.side.store.read(lambda unit: unit.all(str, sql))


async def test_an_answer_without_an_id_counts_once(scene: Scene) -> None:
    lea, eve, follow = await asking(scene)
    accept = without_id(activity("Accept", scene.eve, follow))
    for signature in ("a", "b"):  # signed anew for each attempt, it is the same answer
        assert await scene.send({**accept, "signature": {"signatureValue": signature}}) == 202
    granted = await between(scene, lea, eve)
    assert granted is not None
    assert granted.accepted_at is not None
    (kept,) = await journal(scene)
    assert kept.startswith(f"{scene.eve}#unnamed-")
    assert kept.endswith(" applied")

    reject = without_id(activity("Reject", scene.eve, follow["id"]))
    assert await scene.send({**reject, "id": None}) == 202
    assert await between(scene, lea, eve) is None
    # Asked once more, the answer is another: it names another question.
    await scene.side.store.write(_ask, lea, eve, f"{lea.uri}#follows/2")
    assert await scene.send(accept) == 202
    waiting = await between(scene, lea, eve)
    assert waiting is not None
    assert waiting.accepted_at is None
    assert await scene.send({**accept, "id": "", "object": {**follow, "id": f"{lea.uri}#follows/2"}}) == 202
    granted = await between(scene, lea, eve)
    assert granted is not None
    assert granted.accepted_at is not None


async def test_an_answer_without_an_id_is_its_actors_as_any(scene: Scene) -> None:
    lea, eve, follow = await asking(scene)
    scene.peer.actor("mallory")
    mallory = f"{scene.peer.base_url}/users/mallory"
    assert await scene.send(without_id(activity("Accept", mallory, follow))) == 202
    forged = without_id(activity("Accept", scene.eve, follow))
    assert await scene.send(forged, key_id=f"{mallory}#main-key") == 401
    waiting = await between(scene, lea, eve)
    assert waiting is not None
    assert waiting.accepted_at is None


async def test_everything_else_has_an_id(scene: Scene) -> None:
    for kind in ("Create", "Follow", "Like", "Announce", "Undo", "TentativeAccept"):
        thing = note(scene.eve) if kind == "Create" else f"{scene.eve}/notes/1"
        assert await scene.send(without_id(activity(kind, scene.eve, thing))) == 400
    assert await journal(scene) == []
