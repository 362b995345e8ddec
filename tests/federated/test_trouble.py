"""When things go wrong: peers that are away, removed, or strangers. Nothing is lost, and nothing comes twice."""

import asyncio

from storage import deliveries, peers
from storage.ids import Host
from storage.store import Store
from tests.federated.conftest import FederationOf, Staff, settled, until


async def test_a_peer_that_was_away_gets_everything_once_and_in_order(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    await tokyo.stop()
    for number in range(30):
        await marie.post(f"n {number}")
    await until(lambda: _is_waiting(paris.running.node.store, tokyo.host))
    await tokyo.start()
    await settled(paris, tokyo)
    assert await ken.texts() == [f"n {number}" for number in reversed(range(30))]


async def test_a_peer_that_is_away_holds_up_nobody_else(federation_of: FederationOf) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    for reader in (ken, awa):
        await reader.follow(marie)
    await tokyo.stop()
    await marie.post("Bonjour")
    await until(awa.texts, seconds=2)
    assert await awa.texts() == ["Bonjour"]


async def test_both_may_be_restarted_in_any_order(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    for first, second in ((paris, tokyo), (tokyo, paris)):
        await tokyo.stop()
        await marie.post(f"before {first.host}")
        await paris.stop()
        await first.start()
        await asyncio.sleep(0.05)
        await second.start()
        await settled(paris, tokyo)
    assert len(await ken.texts()) == 2


async def test_a_removed_peer_gets_nothing_and_goes_on_when_it_is_allowed_again(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    await tokyo.stop()
    await marie.post("queued")
    await paris.remove(tokyo)
    await tokyo.start()
    await ken.post(f"{marie.handle} refused")
    await until(lambda: _was_refused(tokyo.running.node.store, paris.host))
    assert await ken.texts() == ["refused"] or "queued" not in await ken.texts()
    assert await marie.notifications() == []  # what came from there is hidden
    await paris.allow(tokyo)
    await until(lambda: _has(ken, "queued"))
    await tokyo.running.node.store.write(deliveries.retry)
    await until(lambda: _has_mention(marie))
    assert await ken.follows((await ken.find(marie))["id"])


async def test_a_stranger_is_found_by_nobody_and_finds_nobody(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    await paris.staff("marie")
    ken = await tokyo.staff("ken")
    await tokyo.remove(paris)
    handle = f"@marie@{paris.host}"
    found = await ken.ask("GET", "/api/v2/search", params={"q": handle, "resolve": "true"})
    assert found == {"accounts": [], "statuses": [], "hashtags": []}


async def test_a_thread_that_crosses_nodes_is_whole_where_it_is_read(federation_of: FederationOf) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    await ken.follow(marie)
    await awa.follow(ken)
    await marie.post("question")
    await settled(paris, tokyo)
    (question,) = await ken.home()
    await ken.post("answer", in_reply_to_id=question["id"])
    await settled(paris, tokyo, dakar)
    account = await awa.find(ken)
    (answer,) = await awa.ask("GET", f"/api/v1/accounts/{account['id']}/statuses")
    thread = await awa.ask("GET", f"/api/v1/statuses/{answer['id']}/context")
    assert [post["content"] for post in thread["ancestors"]] == ["<p>question</p>"]


async def _is_waiting(store: Store, host: Host) -> bool:
    peer = await store.read(peers.get, host)
    return peer is not None and peer.failures > 0


async def _was_refused(store: Store, host: Host) -> bool:
    peer = await store.read(peers.get, host)
    return peer is not None and "403" in (peer.last_error or "")


async def _has(person: Staff, text: str) -> bool:
    return text in await person.texts()


async def _has_mention(person: Staff) -> bool:
    return ("mention", "ken") in await person.notifications()
