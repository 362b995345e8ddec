"""Somebody elsewhere has gone, and their node says so with 410: at their inbox, at their actor, when they say farewell."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from federation import documents
from federation.audience import Audience, inboxes
from federation.client import Budget
from federation.errors import NotThere
from federation.strict_json import JsonObject, dumps
from storage import accounts, deliveries, follows, keys, posts
from storage.accounts import Account
from storage.ids import AccountId
from storage.pages import Page
from storage.store import Unit
from tests.federation.conftest import until
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]


async def marie_of(scene: Scene) -> Account:
    found = await scene.side.store.read(accounts.by_handle, "marie")
    assert found is not None
    return found


async def follow_marie(scene: Scene, *names: str, **changes: object) -> list[Account]:
    """People of the peer follow marie."""
    marie, found = await marie_of(scene), []
    for name in names:
        scene.peer.actor(name, **changes)
        uri = f"{scene.peer.base_url}/users/{name}"
        account = await scene.side.federation.gathering.actor(uri, budget=Budget())
        await scene.side.store.write(_follow, account.id, marie.id)
        found.append(account)
    return found


def _follow(unit: Unit, follower: AccountId, followed: AccountId) -> None:
    follows.ask(unit, follower, followed, uri=f"urn:{follower}")
    follows.accept(unit, follower, followed)


async def test_of_somebody_of_this_node_who_has_left_a_tombstone_is_shown(scene: Scene) -> None:
    marie = await marie_of(scene)
    await scene.side.store.write(accounts.mark_gone, marie.id)
    status, shown = await scene.peer.get(marie.uri)
    assert (status, shown["id"], shown["type"], shown["formerType"]) == (410, marie.uri, "Tombstone", "Person")


async def tell_followers(scene: Scene, name: str) -> None:
    """Marie does something of which her followers hear; returns once nothing waits."""
    marie = await marie_of(scene)
    await scene.side.store.write(_tell, marie, name)

    async def is_empty() -> bool:
        return not await scene.side.store.read(deliveries.waiting_by_host)

    await until(is_empty)


def _tell(unit: Unit, marie: Account, name: str) -> None:
    uri = f"{marie.uri}#{name}"
    document = documents.act("Update", marie, marie.uri, uri=uri, to=[marie.followers_uri])
    going_to = inboxes(unit, Audience(followers_of=frozenset({marie.id})))
    deliveries.add(unit, uri=uri, actor=marie.id, body=dumps(document), inboxes=going_to)


async def followers(scene: Scene) -> list[str]:
    def read(unit: Unit) -> list[str]:
        marie = accounts.by_handle(unit, "marie")
        assert marie is not None
        found = accounts.by_ids(
            unit, [each.account for each in follows.followers(unit, marie.id, Page(40), reader=marie.id)]
        )
        return sorted(each.username for each in found.values())

    return await scene.side.store.read(read)


async def test_who_shares_no_inbox_is_told_alone_and_whose_inbox_is_gone_follows_no_more(scene: Scene) -> None:
    people = frozenset(each.id for each in await follow_marie(scene, "ada", "bea"))
    named = await scene.side.store.read(inboxes, Audience(people))
    assert [inbox.rpartition("/users/")[2] for _, inbox in named] == ["ada/inbox", "bea/inbox"]
    for name in ("ada", "bea"):
        scene.peer.offers[f"/users/{name}/inbox"] = {}
    await tell_followers(scene, "1")
    asked = [path for path in scene.peer.asked if path.endswith("/inbox")]
    assert sorted(asked) == ["/users/ada/inbox", "/users/bea/inbox"]

    scene.peer.gone.add("/users/ada/inbox")
    await tell_followers(scene, "2")
    assert await followers(scene) == ["bea"]
    (letter,) = await scene.side.store.read(deliveries.dead)
    assert letter.error.startswith("410")
    scene.peer.asked.clear()
    await tell_followers(scene, "3")
    assert scene.peer.asked == ["/users/bea/inbox"]
    ada = await scene.side.store.read(accounts.by_uri, f"{scene.peer.base_url}/users/ada")
    assert ada is not None
    assert ada.gone_at is None  # it is her own node's to say of her, at her own address


async def test_a_shared_inbox_says_nothing_of_anybody(scene: Scene) -> None:
    shared = {"endpoints": {"sharedInbox": f"{scene.peer.base_url}/inbox"}}
    await follow_marie(scene, "ada", "bea", **shared)
    scene.peer.gone.add("/inbox")
    await tell_followers(scene, "1")
    assert await followers(scene) == ["ada", "bea"]
    assert scene.peer.asked.count("/inbox") == 1


async def test_whose_actor_is_gone_is_gone_here_and_a_404_changes_nothing(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    offered = scene.peer.offers.pop("/users/eve")
    with pytest.raises(NotThere):
        await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    assert await scene.public() == ["<p>Note 1</p>"]
    scene.peer.unannounced.clear()
    scene.peer.gone.add("/users/eve")
    with pytest.raises(NotThere):
        await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    assert await scene.public() == []
    eve, marie = await scene.side.store.read(accounts.by_uri, scene.eve), await marie_of(scene)
    assert eve is not None
    assert eve.gone_at is not None
    assert await scene.side.store.read(follows.between, marie.id, eve.id) is None

    # Whatever comes under the same id later finds the door closed.
    scene.peer.gone.clear()
    scene.peer.offers["/users/eve"] = offered
    await scene.send(activity("Create", scene.eve, note(scene.eve), "again"))
    assert await scene.side.store.read(posts.by_uri, f"{scene.eve}/notes/1") is None


async def test_a_farewell_whose_key_had_a_document_of_its_own_is_taken_too(
    scene: Scene, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    zoe = f"{scene.peer.base_url}/users/zoe"
    shown = scene.peer.actor("zoe")["publicKey"]
    assert isinstance(shown, dict)
    scene.peer.offers["/users/zoe/main-key"] = {**shown, "id": f"{zoe}/main-key"}
    await follow_marie(scene, "zoe", publicKey=f"{zoe}/main-key")
    scene.peer.gone |= {"/users/zoe", "/users/zoe/main-key"}
    farewell = activity("Delete", zoe, zoe)
    assert await scene.send(farewell, key_id=f"{zoe}/main-key", key=rsa_keys[2]) == 202
    assert await followers(scene) == []


async def test_the_inbox_of_somebody_who_has_left_is_gone_to_those_who_sign(scene: Scene) -> None:
    marie = await marie_of(scene)
    await scene.side.store.write(accounts.mark_gone, marie.id)
    like = activity("Like", scene.eve, f"{marie.uri}/posts/1")
    assert await scene.peer.post(f"{marie.uri}/inbox", like) == 410
    assert await scene.peer.post(f"{marie.uri}0/inbox", like) == 404


async def test_a_farewell_whose_key_is_gone_with_its_actor_is_taken(
    scene: Scene, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    farewell: JsonObject = activity("Delete", scene.eve, scene.eve)
    assert await scene.send(farewell, key=rsa_keys[2]) == 401  # the actor is still there, with another key
    assert await scene.public() == ["<p>Note 1</p>"]
    await scene.side.store.write(keys.keep_public, scene.eve, [])
    scene.side.federation.peer_keys._asked.clear()  # as if minutes had passed
    scene.peer.gone.add("/users/eve")
    assert await scene.send(farewell, key=rsa_keys[2]) == 202
    assert await scene.public() == []
    assert await scene.send(farewell, key=rsa_keys[2]) == 202  # and told so again
    assert await scene.send(activity("Create", scene.eve, note(scene.eve, "2")), key=rsa_keys[2]) == 401


async def test_a_farewell_signed_with_a_newer_key_than_is_known_is_taken_where_the_actor_is_gone(
    scene: Scene, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    scene.peer.gone.add("/users/eve")
    assert await scene.send(activity("Delete", scene.eve, scene.eve), key=rsa_keys[2]) == 202
    assert await scene.public() == []
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    assert eve.gone_at is not None
