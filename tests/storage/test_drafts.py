"""What people have begun to write, how far what they sent has got, and how many could read it; on both databases."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from storage import deliveries, directories, drafts, follows, peers, readership, sendings
from storage.errors import NotFound
from storage.ids import AccountId, Host, PostId
from storage.readership import Readers
from storage.sendings import Sending
from storage.store import Store, Unit
from tests.storage.conftest import Clock, Person, Write

TOKYO, DAKAR, LIMA = Host("tokyo.example"), Host("dakar.example"), Host("lima.example")


async def test_a_form_is_one_draft_until_it_is_sent(store: Store, person: Person, clock: Clock) -> None:
    marie, ken = await person("marie"), await person("ken")
    for key, typed in (("a", '{"n": 1}'), ("b", '{"n": 2}'), ("a", '{"n": 3}')):
        await store.write(drafts.keep, marie.id, key, typed, files=[])
    newest, older = await store.read(drafts.of, marie.id)
    assert [(each.key, each.typed) for each in (newest, older)] == [("a", '{"n": 3}'), ("b", '{"n": 2}')]
    assert (await store.read(drafts.count, marie.id), await store.read(drafts.of, ken.id)) == (2, [])
    with pytest.raises(NotFound):
        await store.read(drafts.get, ken.id, newest.id)

    await store.write(drafts.send, marie.id, "a", '{"n": 4}', post=PostId(7))
    await store.write(drafts.keep, marie.id, "a", '{"n": 5}', files=[])  # came late
    await store.write(drafts.send, marie.id, "a", '{"n": 6}', post=PostId(8))  # a second time
    sent = await store.read(drafts.of_post, marie.id, PostId(7))
    assert sent is not None
    assert (sent.typed, sent.post_id) == ('{"n": 4}', 7)
    assert [each.key for each in await store.read(drafts.of, marie.id)] == ["b"]
    with pytest.raises(NotFound):
        await store.read(drafts.get, marie.id, sent.id)

    await store.write(drafts.reopen, sent, key="c", files=[])
    again = await store.read(drafts.get, marie.id, sent.id)
    assert (again.key, again.typed, again.post_id, again.sent_at) == ("c", '{"n": 4}', None, None)
    await store.write(drafts.discard, again, files=[])
    assert [each.key for each in await store.read(drafts.of, marie.id)] == ["b"]

    await store.write(drafts.send, marie.id, "d", "{}", post=PostId(9))
    clock.forward(minutes=61)
    await store.write(drafts.send, marie.id, "e", "{}", post=None)
    assert await store.read(drafts.of_post, marie.id, PostId(9)) is None
    assert await store.read(drafts.by_key, marie.id, "e") is not None


async def test_how_far_a_post_has_got(store: Store, person: Person, write: Write, clock: Clock) -> None:
    marie, ken = await person("marie"), await person("ken")
    post, other = await write(marie), await write(ken)
    uri = f"{post.uri}/activity"
    inboxes = [(host, f"https://{host}/inbox") for host in (TOKYO, DAKAR, LIMA)]
    await store.write(deliveries.add, uri=uri, actor=marie.id, body=b"{}", inboxes=inboxes)
    for each in (post, other):
        await store.write(sendings.note, each.id, nodes=3)
    assert await store.read(sendings.of, marie.id, [post.id, other.id]) == [Sending(post.id, 3, 3, 0)]

    rows = {each.host: each.id for each in await store.read(_rows)}
    await store.write(deliveries.done, [rows[TOKYO]])
    await store.write(deliveries.give_up, rows[LIMA], error="410")
    (sending,) = await store.read(sendings.of, marie.id, [post.id])
    assert (sending.waiting, sending.refused, sending.received) == (1, 1, 1)
    missing = await store.read(sendings.missing, marie.id, post.id)
    assert [(each.host, each.tries, each.refused) for each in missing] == [(DAKAR, 0, False), (LIMA, 1, True)]
    assert await store.read(sendings.missing, ken.id, post.id) == []

    # Whoever was tried may have it; whoever is being told now will.
    await store.write(deliveries.withdraw, uri)
    assert [each.host for each in await store.read(_rows)] == [LIMA]
    await store.write(deliveries.add, uri=f"{uri}2", actor=marie.id, body=b"{}", inboxes=inboxes[:2])
    await store.write(_lease, TOKYO, until=clock() + timedelta(seconds=30))
    await store.write(deliveries.withdraw, f"{uri}2")
    assert sorted(each.host for each in await store.read(_rows)) == [LIMA, TOKYO]
    clock.forward(minutes=1)
    await store.write(deliveries.withdraw, f"{uri}2")
    assert await store.read(lambda unit: unit.all(str, "select uri from activities")) == [uri]


async def test_how_many_could_read_it(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    assert await store.read(readership.everybody) == Readers(1, 1)
    ken, awa, _ = await person("ken@tokyo.example"), await person("awa@dakar.example"), await person("luz@lima.example")
    for host in (TOKYO, DAKAR):
        await store.write(peers.allow, host, by="test")
    assert await store.read(readership.everybody) == Readers(3, 3, silent=2)
    for host, people, whole in (
        (TOKYO, 40, Readers(42, 3, silent=1)),
        (DAKAR, 0, Readers(42, 3)),
        (LIMA, 9, Readers(42, 3)),
    ):
        await store.write(directories.keep, host, cursor="", next_at=clock(), people=people)
        await store.write(directories.keep, host, cursor="x", next_at=clock())  # one that does not say it this time
        assert await store.read(readership.everybody) == whole
    assert await store.read(readership.here) == Readers(1, 1)
    assert await store.read(readership.followers, marie.id) == Readers(0, 0)
    for follower in (ken, awa):
        await store.write(_follows, follower.id, marie.id)
    assert await store.read(readership.followers, marie.id) == Readers(2, 2)


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    host: Host


def _rows(unit: Unit) -> list[Row]:
    return unit.all(Row, "select id, host from deliveries order by id")


def _follows(unit: Unit, follower: AccountId, followed: AccountId) -> None:
    follows.ask(unit, follower, followed, uri=f"urn:{follower}:{followed}")
    follows.accept(unit, follower, followed)


def _lease(unit: Unit, host: Host, *, until: datetime) -> None:
    sql = "update deliveries set leased_by = 'somebody', leased_until = :until where host = :host"
    unit.run(sql, host=host, until=until)
