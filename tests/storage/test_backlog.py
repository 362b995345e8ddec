"""What waits, and since when, as those are told who watch a node."""

from datetime import datetime

from storage import backlog, deliveries, journal
from storage.ids import AccountId, Host, moment_of
from storage.store import Store, Unit
from tests.storage.conftest import Clock, Person

TOKYO, DAKAR = Host("tokyo.example"), Host("dakar.example")


def queue(unit: Unit, name: str, actor: AccountId, *hosts: Host) -> None:
    inboxes = [(host, f"https://{host}/inbox") for host in hosts]
    deliveries.add(unit, uri=f"https://paris.example/{name}", actor=actor, body=b"{}", inboxes=inboxes)


def receive(unit: Unit, name: str) -> datetime:
    uri = f"https://tokyo.example/{name}"
    journal.add(unit, uri=uri, actor_uri="https://tokyo.example/ken", host=TOKYO, body=b"{}")
    return unit.now


def first(unit: Unit, table: str) -> int:
    return unit.one(int, f"select min(id) from {table}") or 0


async def test_where_nothing_waits_there_is_nothing_to_tell(store: Store) -> None:
    found = await store.read(backlog.read)
    assert (found.journal.count, found.journal.oldest, found.peers, found.dead) == (0, None, [], [])


async def test_the_journal_is_as_old_as_its_oldest_activity(store: Store, clock: Clock) -> None:
    received = await store.write(receive, "1")
    clock.forward(hours=1)
    await store.write(receive, "2")
    waiting = (await store.read(backlog.read)).journal
    assert waiting.count == 2
    assert waiting.oldest is not None
    assert abs((moment_of(waiting.oldest) - received).total_seconds()) < 0.01
    await store.write(journal.settle, waiting.oldest, journal.APPLIED)
    assert (await store.read(backlog.read)).journal.count == 1


async def test_each_peer_is_told_apart_and_who_waits_longest_comes_first(
    store: Store, clock: Clock, person: Person
) -> None:
    marie = await person("marie")
    await store.write(queue, "1", marie.id, TOKYO)
    clock.forward(hours=1)
    await store.write(queue, "2", marie.id, TOKYO, DAKAR)
    found = (await store.read(backlog.read)).peers
    assert [(peer.host, peer.count) for peer in found] == [(TOKYO, 2), (DAKAR, 1)]
    ages = [moment_of(peer.oldest) for peer in found]
    assert 3_590 < (ages[1] - ages[0]).total_seconds() < 3_610


async def test_dead_letters_wait_for_an_administrator_and_not_in_the_queue(store: Store, person: Person) -> None:
    marie = await person("marie")
    await store.write(queue, "1", marie.id, TOKYO)
    await store.write(deliveries.give_up, await store.read(first, "deliveries"), error="410 Gone")
    found = await store.read(backlog.read)
    assert found.peers == []
    assert [(peer.host, peer.count) for peer in found.dead] == [(TOKYO, 1)]
