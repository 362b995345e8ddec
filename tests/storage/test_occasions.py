"""Events and who comes to them, on both databases."""

from datetime import UTC, datetime

from storage import attendances, occasions, posts
from storage.attendances import Attendance
from storage.ids import AccountId, PostId
from storage.occasions import CANCELLED, Occasion
from storage.pages import Page
from storage.posts import Holds
from storage.store import Store
from tests.storage.conftest import Person, Write

WHEN = datetime(2082, 12, 1, 9, 0, tzinfo=UTC)


async def asked(store: Store, account: AccountId, post: PostId) -> Attendance:
    await store.write(attendances.ask, account, post, uri=f"urn:join:{account}")
    found = await store.read(attendances.between, account, post)
    assert found is not None
    return found


async def test_an_event_is_kept_replaced_and_forgotten(store: Store, person: Person, write: Write) -> None:
    post = await write(await person("marie"))
    await store.write(occasions.put, post.id, Occasion(WHEN, place="Salle 2", timezone="Europe/Paris", capacity=3))
    await store.write(occasions.put, post.id, Occasion(WHEN, status=CANCELLED), attending=7)
    kept = await store.read(occasions.find, post.id)
    assert kept is not None
    assert (kept.occasion, kept.attending_count) == (Occasion(WHEN, status=CANCELLED), 7)
    assert not kept.takes_people
    assert (await store.read(posts.get, post.id)).holds == Holds.EVENT
    await store.write(occasions.remove, post.id)
    assert await store.read(occasions.find, post.id) is None
    assert (await store.read(posts.get, post.id)).holds == Holds(0)


async def test_who_comes_is_counted_whatever_was_answered_before(store: Store, person: Person, write: Write) -> None:
    marie, paul = await person("marie"), await person("paul")
    post = await write(marie)
    await store.write(occasions.put, post.id, Occasion(WHEN))

    async def counted() -> tuple[int, int]:
        kept = await store.read(occasions.find, post.id)
        assert kept is not None
        return kept.attending_count, await store.read(attendances.coming, post.id)

    for state, expected in (("coming", 1), ("coming", 1), ("refused", 0), ("perhaps", 0), ("coming", 1)):
        await store.write(attendances.answer, await asked_or_known(store, paul.id, post.id), state)
        assert await counted() == (expected, expected)
    await store.write(attendances.remove, await asked_or_known(store, paul.id, post.id))
    assert await counted() == (0, 0)


async def asked_or_known(store: Store, account: AccountId, post: PostId) -> Attendance:
    return await store.read(attendances.between, account, post) or await asked(store, account, post)


async def test_only_the_organiser_learns_who_waits(store: Store, person: Person, write: Write) -> None:
    marie, paul, jean = await person("marie"), await person("paul"), await person("jean")
    post = await write(marie)
    await store.write(occasions.put, post.id, Occasion(WHEN))
    await store.write(attendances.answer, await asked(store, paul.id, post.id), attendances.COMING)
    await asked(store, jean.id, post.id)

    async def shown(to: AccountId | None) -> list[AccountId]:
        return [row.account_id for row in await store.read(attendances.of, post.id, Page(40), shown_to=to)]

    assert await shown(None) == [jean.id, paul.id]
    assert await shown(paul.id) == [paul.id]
    assert await shown(jean.id) == [jean.id, paul.id]
