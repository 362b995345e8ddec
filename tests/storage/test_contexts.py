"""What is noted of conversations: when each was asked for, and what is missing of it."""

from datetime import timedelta

from storage import contexts, tombstones
from storage.contexts import Gap, Missing
from storage.ids import Host, PostId
from storage.store import Store
from tests.storage.conftest import Clock, Person, Write

TOKYO = "tokyo.example"


async def begun(store: Store, thread: PostId, clock: Clock) -> bool:
    before = clock.moment - timedelta(minutes=15)
    return await store.write(contexts.begin, thread, uri=f"https://{TOKYO}/c", host=TOKYO, before=before)


async def note(store: Store, thread: PostId, *missing: Missing) -> None:
    await store.write(contexts.end, thread, uri=f"https://{TOKYO}/c", host=TOKYO, missing=missing)


async def test_a_conversation_is_asked_for_once_in_a_while(store: Store, clock: Clock) -> None:
    thread = PostId(7)
    assert [await begun(store, thread, clock) for _ in range(2)] == [True, False]
    clock.forward(minutes=16)
    assert [await begun(store, thread, clock) for _ in range(2)] == [True, False]
    assert await store.write(contexts.reopen, Host(TOKYO)) == []
    assert await begun(store, thread, clock)


async def test_what_is_missing_is_counted_by_node_and_goes_when_it_comes(
    store: Store, person: Person, write: Write
) -> None:
    root = await write(await person("marie"))
    lost = [Missing(f"https://{TOKYO}/{number}", TOKYO, "away") for number in range(3)]
    await note(store, root.thread_id, *lost, Missing("https://oslo.example/c", "oslo.example", "later", is_list=True))
    await store.write(tombstones.bury, lost[0].uri, owner_uri=f"https://{TOKYO}/ken")
    assert await store.read(contexts.gaps, root.id) == [
        Gap("oslo.example", "later", is_list=True, number=1),
        Gap(TOKYO, "away", is_list=False, number=2),
    ]
    assert await store.write(contexts.reopen, Host(TOKYO)) == [root.thread_id]
    await note(store, root.thread_id)
    assert await store.read(contexts.gaps, root.id) == []
