"""The journal and the deliveries: nothing twice, in order, and a peer that is away holds up nobody."""

from datetime import timedelta

from storage import deliveries, journal, peers
from storage.accounts import Account
from storage.ids import Host
from storage.sqlite import SqliteStore
from tests.storage.conftest import Clock, Person

TOKYO, DAKAR = Host("tokyo.example"), Host("dakar.example")


async def queue(store: SqliteStore, sender: Account, number: int, *hosts: Host) -> None:
    inboxes = [(host, f"https://{host}/inbox") for host in hosts]
    await store.write(deliveries.add, uri=f"urn:{number}", actor=sender.id, body=b"{}", inboxes=inboxes)


async def test_a_queue_is_per_peer_and_in_order(store: SqliteStore, person: Person) -> None:
    marie = await person("marie")
    for host in (TOKYO, DAKAR):
        await store.write(peers.allow, host, by="admin")
    for number in range(3):
        await queue(store, marie, number, TOKYO, DAKAR)
    assert await store.read(deliveries.hosts_due) == [DAKAR, TOKYO]
    rows = await store.read(deliveries.due, TOKYO, limit=10)
    assert [row.activity_uri for row in rows] == ["urn:0", "urn:1", "urn:2"]
    await store.write(deliveries.done, [rows[0].id])
    assert len(await store.read(deliveries.due, TOKYO, limit=10)) == 2
    assert len(await store.read(deliveries.due, DAKAR, limit=10)) == 3


async def test_an_activity_is_kept_until_the_last_peer_has_it(store: SqliteStore, person: Person) -> None:
    marie = await person("marie")
    for host in (TOKYO, DAKAR):
        await store.write(peers.allow, host, by="admin")
    await queue(store, marie, 1, TOKYO, DAKAR)
    for host, left in ((TOKYO, 1), (DAKAR, 0)):
        (row,) = await store.read(deliveries.due, host, limit=9)
        await store.write(deliveries.done, [row.id])
        assert await store.read(lambda unit: unit.one(int, "select count(*) from activities")) == left


async def test_a_peer_that_waits_is_left_alone_until_its_time(store: SqliteStore, person: Person, clock: Clock) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    later = clock.moment + timedelta(minutes=5)
    await store.write(peers.failed, TOKYO, retry_at=later, error="no answer")
    assert await store.read(deliveries.hosts_due) == []
    assert await store.read(deliveries.next_retry) == later
    clock.forward(minutes=6)
    assert await store.read(deliveries.hosts_due) == [TOKYO]


async def test_a_peer_that_is_heard_from_is_tried_at_once(store: SqliteStore, person: Person, clock: Clock) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    await store.write(peers.failed, TOKYO, retry_at=clock.moment + timedelta(hours=1), error="no answer")
    await store.write(peers.heard, TOKYO)
    assert await store.read(deliveries.hosts_due) == [TOKYO]


async def test_a_removed_peer_gets_nothing_and_loses_nothing(store: SqliteStore, person: Person) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    assert await store.write(peers.remove, TOKYO, by="admin")
    assert await store.read(deliveries.hosts_due) == []
    assert await store.read(deliveries.due, TOKYO, limit=9) == []
    await store.write(peers.allow, TOKYO, by="admin")
    assert len(await store.read(deliveries.due, TOKYO, limit=9)) == 1


async def test_a_dead_letter_can_be_sent_again_or_thrown_away(store: SqliteStore, person: Person) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    (row,) = await store.read(deliveries.due, TOKYO, limit=9)
    await store.write(deliveries.give_up, row.id, error="400 malformed")
    assert [letter.error for letter in await store.read(deliveries.dead)] == ["400 malformed"]
    assert await store.write(deliveries.retry, TOKYO) == 1
    await store.write(deliveries.give_up, row.id, error="400 malformed")
    assert await store.write(deliveries.drop) == 1
    assert await store.read(deliveries.dead) == []


async def keep(store: SqliteStore, uri: str, actor: str = "https://tokyo.example/users/ken") -> bool:
    return await store.write(journal.add, uri=uri, actor_uri=actor, host=TOKYO, body=b"{}")


async def test_an_activity_comes_in_once(store: SqliteStore) -> None:
    assert await keep(store, "urn:1")
    assert not await keep(store, "urn:1")
    (entry,) = await store.read(journal.waiting, limit=9)
    await store.write(journal.settle, entry.id, journal.APPLIED)
    assert not await keep(store, "urn:1")
    assert await store.read(journal.waiting, limit=9) == []


async def test_what_waits_for_its_next_try_holds_back_its_own_actor_only(store: SqliteStore, clock: Clock) -> None:
    await keep(store, "urn:1")
    await keep(store, "urn:2")
    await keep(store, "urn:3", actor="https://tokyo.example/users/yumi")
    first = (await store.read(journal.waiting, limit=9))[0]
    await store.write(journal.postpone, first.id, retry_at=clock.moment + timedelta(minutes=1), error="no answer")
    assert [entry.uri for entry in await store.read(journal.waiting, limit=9)] == ["urn:3"]
    clock.forward(minutes=2)
    assert [entry.uri for entry in await store.read(journal.waiting, limit=9)] == ["urn:1", "urn:2", "urn:3"]


async def test_one_busy_actor_never_hides_the_others(store: SqliteStore) -> None:
    busy = "https://tokyo.example/users/busy"
    for number in range(30):
        await keep(store, f"urn:busy:{number}", actor=busy)
    await keep(store, "urn:other")
    found = await store.read(journal.waiting, limit=10, unless=[busy])
    assert [entry.uri for entry in found] == ["urn:other"]
