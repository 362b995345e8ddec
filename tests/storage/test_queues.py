"""The journal and the deliveries: nothing twice, in order, and a peer that is away holds up nobody."""

from datetime import timedelta

from storage import deliveries, journal, peers
from storage.accounts import Account
from storage.deliveries import Delivery
from storage.ids import Host
from storage.journal import Arrived
from storage.store import Store, Unit
from tests.storage.conftest import Clock, Person

LEASE = timedelta(seconds=30)
TOKYO, DAKAR = Host("tokyo.example"), Host("dakar.example")


async def queue(store: Store, sender: Account, number: int, *hosts: Host) -> None:
    inboxes = [(host, f"https://{host}/inbox") for host in hosts]
    await store.write(deliveries.add, uri=f"urn:{number}", actor=sender.id, body=b"{}", inboxes=inboxes)


def take(unit: Unit, by: str = "here", *, room: int = 9, most: int = 99, rows: int = 9) -> list[Delivery]:
    """What a process would send next, to whomever."""
    until = unit.now + LEASE
    return deliveries.take(
        unit, None, by=by, until=until, room={}, room_of_others=room, widest=9, most=most, rows_of_each=rows
    )


def hosts(rows: list[Delivery]) -> list[Host]:
    return sorted({row.host for row in rows})


async def test_a_queue_is_per_peer_and_in_order(store: Store, person: Person) -> None:
    marie = await person("marie")
    for host in (TOKYO, DAKAR):
        await store.write(peers.allow, host, by="admin")
    for number in range(3):
        await queue(store, marie, number, TOKYO, DAKAR)
    rows = await store.write(take)
    assert hosts(rows) == [DAKAR, TOKYO]
    to_tokyo = [row for row in rows if row.host == TOKYO]
    assert [row.activity_uri for row in to_tokyo] == ["urn:0", "urn:1", "urn:2"]
    await store.write(deliveries.done, [to_tokyo[0].id])
    await store.write(deliveries.give_all_back, by="here")
    again = await store.write(take)
    assert [row.host for row in again].count(TOKYO) == 2
    assert [row.host for row in again].count(DAKAR) == 3


async def test_an_activity_is_kept_until_the_last_peer_has_it(store: Store, person: Person) -> None:
    marie = await person("marie")
    for host in (TOKYO, DAKAR):
        await store.write(peers.allow, host, by="admin")
    await queue(store, marie, 1, TOKYO, DAKAR)
    for row, left in zip(await store.write(take), (1, 0), strict=True):
        await store.write(deliveries.done, [row.id])
        assert await store.read(lambda unit: unit.one(int, "select count(*) from activities")) == left


async def test_an_activity_that_nobody_waits_for_is_swept_away(store: Store, person: Person, clock: Clock) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    marie = await person("marie")
    for number in range(2):
        await queue(store, marie, number, TOKYO)
    await store.write(lambda unit: unit.run("delete from deliveries where id = (select min(id) from deliveries)"))
    clock.forward(hours=1)
    await store.write(lambda unit: deliveries.sweep(unit, before=unit.now))
    assert await store.read(lambda unit: unit.all(str, "select uri from activities")) == ["urn:1"]


async def test_a_peer_that_waits_is_left_alone_until_its_time(store: Store, person: Person, clock: Clock) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    later = clock.moment + timedelta(minutes=5)
    await store.write(peers.failed, TOKYO, retry_at=later, error="no answer")
    assert await store.write(take) == []
    assert await store.read(deliveries.next_retry) == later
    clock.forward(minutes=6)
    assert hosts(await store.write(take)) == [TOKYO]


async def test_a_peer_that_is_heard_from_is_tried_at_once(store: Store, person: Person, clock: Clock) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    await store.write(peers.failed, TOKYO, retry_at=clock.moment + timedelta(hours=1), error="no answer")
    assert await store.write(peers.greeted, {TOKYO: None}) == {TOKYO}
    assert hosts(await store.write(take)) == [TOKYO]


async def test_that_a_well_peer_was_heard_from_is_written_down_once_a_minute(store: Store, clock: Clock) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    heard = []
    for _ in range(3):
        await store.write(peers.greeted, {TOKYO: 2, DAKAR: None})
        peer = await store.read(peers.get, TOKYO)
        assert peer is not None
        heard.append(peer.last_heard_at)
        clock.forward(seconds=40)
    assert heard[0] == heard[1] != heard[2]


async def test_a_removed_peer_gets_nothing_and_loses_nothing(store: Store, person: Person) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    assert await store.write(peers.remove, TOKYO, by="admin")
    assert await store.write(take) == []
    await store.write(peers.allow, TOKYO, by="admin")
    assert hosts(await store.write(take)) == [TOKYO]


# ---- lanes and leases -----------------------------------------------------------------------------------------------


async def test_two_processes_never_have_the_same_lane(store: Store, person: Person) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    marie, yves = await person("marie"), await person("yves")
    for number in range(3):
        await queue(store, marie, number, TOKYO)
    here = await store.write(take, "here", rows=2)
    assert [row.activity_uri for row in here] == ["urn:0", "urn:1"]
    await queue(store, yves, 9, TOKYO)
    there = await store.write(take, "there")
    assert [row.activity_uri for row in there] == ["urn:9"], "what marie said third is behind what is being sent"
    await store.write(deliveries.done, [row.id for row in here])
    assert [row.activity_uri for row in await store.write(take, "there")] == ["urn:2"]


async def test_a_lease_that_ran_out_is_taken_over_and_a_renewed_one_is_not(
    store: Store, person: Person, clock: Clock
) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    await store.write(take, "here")
    clock.forward(seconds=20)
    await store.write(lambda unit: deliveries.renew(unit, by="here", until=unit.now + LEASE))
    clock.forward(seconds=20)
    assert await store.write(take, "there") == []
    clock.forward(seconds=20)
    assert hosts(await store.write(take, "there")) == [TOKYO]
    await store.write(deliveries.give_all_back, by="here")
    assert await store.write(take, "here") == [], "it is not the first one's to give back any more"


async def test_a_peer_that_has_just_failed_gets_one_lane_in_the_whole_node(store: Store, person: Person) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    for number in range(3):
        await queue(store, await person(f"person{number}"), number, TOKYO)
    await store.write(lambda unit: peers.failed(unit, TOKYO, retry_at=unit.now, error="no answer"))
    first = await store.write(take, "here")
    assert [row.activity_uri for row in first] == ["urn:0"]
    assert await store.write(take, "there") == []
    await store.write(peers.sent, [TOKYO])
    assert len(await store.write(take, "there")) == 2


async def test_much_for_one_peer_hides_no_other(store: Store, person: Person) -> None:
    for host in (TOKYO, DAKAR):
        await store.write(peers.allow, host, by="admin")
    for number in range(12):
        await queue(store, await person(f"person{number}"), number, TOKYO)
    await queue(store, await person("last"), 99, DAKAR)
    assert hosts(await store.write(take, most=2)) == [DAKAR, TOKYO]


async def test_a_dead_letter_can_be_sent_again_or_thrown_away(store: Store, person: Person) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await queue(store, await person("marie"), 1, TOKYO)
    (row,) = await store.write(take)
    await store.write(deliveries.give_up, row.id, error="400 malformed")
    assert [letter.error for letter in await store.read(deliveries.dead)] == ["400 malformed"]
    assert await store.write(deliveries.retry, TOKYO) == 1
    await store.write(deliveries.give_up, row.id, error="400 malformed")
    assert await store.write(deliveries.drop) == 1
    assert await store.read(deliveries.dead) == []


async def keep(store: Store, uri: str, actor: str = "https://tokyo.example/users/ken") -> bool:
    return await store.write(journal.add, uri=uri, actor_uri=actor, host=TOKYO, body=b"{}")


async def test_an_activity_comes_in_once(store: Store) -> None:
    assert await keep(store, "urn:1")
    assert not await keep(store, "urn:1")
    (entry,) = await store.read(journal.waiting, limit=9)
    await store.write(journal.settle, entry.id, journal.APPLIED)
    assert not await keep(store, "urn:1")
    assert await store.read(journal.waiting, limit=9) == []


async def test_what_waits_for_its_next_try_holds_back_its_own_actor_only(store: Store, clock: Clock) -> None:
    await keep(store, "urn:1")
    await keep(store, "urn:2")
    await keep(store, "urn:3", actor="https://tokyo.example/users/yumi")
    first = (await store.read(journal.waiting, limit=9))[0]
    await store.write(journal.postpone, first.id, retry_at=clock.moment + timedelta(minutes=1), error="no answer")
    assert [entry.uri for entry in await store.read(journal.waiting, limit=9)] == ["urn:3"]
    clock.forward(minutes=2)
    assert [entry.uri for entry in await store.read(journal.waiting, limit=9)] == ["urn:1", "urn:2", "urn:3"]


# ---- chains ---------------------------------------------------------------------------------------------------------

KEN, YUMI = "https://tokyo.example/users/ken", "https://tokyo.example/users/yumi"


def taken(unit: Unit, limit: int = 9) -> list[str]:
    return [entry.uri for entry in journal.take(unit, limit=limit)]


def hold(unit: Unit, by: str) -> list[int]:
    entries = [entry.id for entry in journal.take(unit, limit=1)]
    journal.lease(unit, entries, by=by, until=unit.now + LEASE)
    return entries


async def test_what_one_did_is_taken_in_order_and_not_while_its_first_is_held(store: Store) -> None:
    await keep(store, "urn:1", KEN)
    await keep(store, "urn:2", KEN)
    await keep(store, "urn:3", YUMI)
    assert await store.write(taken) == ["urn:1", "urn:2", "urn:3"]
    (first,) = await store.write(hold, "here")
    assert await store.write(taken) == ["urn:3"]
    await store.write(journal.settle, first, journal.APPLIED)
    assert await store.write(taken) == ["urn:2", "urn:3"]


async def test_a_chain_whose_holder_died_is_free_when_its_lease_ran_out(store: Store, clock: Clock) -> None:
    await keep(store, "urn:1", KEN)
    held = await store.write(hold, "here")
    clock.forward(seconds=20)
    await store.write(lambda unit: journal.renew(unit, held, by="here", until=unit.now + LEASE))
    clock.forward(seconds=20)
    assert await store.write(taken) == []
    clock.forward(seconds=20)
    assert await store.write(hold, "there") == held
    assert not await store.write(journal.leased, held[0], by="here")
    assert await store.write(journal.leased, held[0], by="there")


async def test_a_chain_that_is_given_back_is_free_at_once(store: Store) -> None:
    await keep(store, "urn:1", KEN)
    held = await store.write(hold, "here")
    await store.write(journal.give_back, held, by="there")
    assert await store.write(taken) == []
    await store.write(journal.give_back, held, by="here")
    assert await store.write(taken) == ["urn:1"]
    await store.write(hold, "here")
    await store.write(journal.give_all_back, by="there")
    assert await store.write(taken) == []
    await store.write(journal.give_all_back, by="here")
    assert await store.write(taken) == ["urn:1"]


async def test_what_is_settled_keeps_its_id_and_not_its_text(store: Store) -> None:
    for number in range(3):
        await keep(store, f"urn:{number}")
    ids = [entry.id for entry in await store.read(journal.waiting, limit=9)]
    await store.write(journal.settle_applied, ids[:1])
    await store.write(journal.settle, ids[1], journal.QUARANTINED, error="poison")
    assert await store.read(journal.bodies, ids) == {ids[1]: b"{}", ids[2]: b"{}"}
    assert not await keep(store, "urn:0")


async def test_of_what_arrives_together_only_what_is_new_and_from_peers_is_kept(store: Store) -> None:
    await store.write(peers.allow, TOKYO, by="admin")
    await keep(store, "urn:known", KEN)
    arrived = [Arrived(f"urn:{name}", KEN, TOKYO, name.encode()) for name in ("known", "new", "twice", "twice")]
    stranger = Arrived("urn:strange", "https://dakar.example/users/awa", DAKAR, b"{}")
    kept = await store.write(journal.keep, [*arrived, stranger])
    assert kept.new == {"urn:new", "urn:twice"}
    assert kept.strangers == {DAKAR}
    assert await store.write(taken) == ["urn:known", "urn:new", "urn:twice"]


async def test_one_busy_actor_never_hides_the_others(store: Store) -> None:
    for number in range(30):
        await keep(store, f"urn:busy:{number}", actor=KEN)
    await keep(store, "urn:other", actor=YUMI)
    await store.write(hold, "here")
    assert await store.write(taken, 10) == ["urn:other"]
