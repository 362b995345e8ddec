"""Keys in the database: those that others show, and those of this node's accounts."""

from datetime import UTC, datetime, timedelta

from storage import accounts, keys
from storage.accounts import Account
from storage.events import Event, PrivateKeyChanged, PublicKeyChanged
from storage.keys import ShownKey
from storage.store import Store, Unit
from tests.storage.conftest import BASE, Clock

EVE = "https://tokyo.example/users/eve"
LATER = datetime(2030, 1, 1, tzinfo=UTC)

FIRST = ShownKey(f"{EVE}#main-key", "one")
SECOND = ShownKey(f"{EVE}#ed25519-key", "two", proves=True, expires_at=LATER)


async def shown(store: Store) -> list[ShownKey]:
    rows = await store.read(keys.public_of, EVE)
    return [ShownKey(row.key_id, row.pem, row.proves, row.expires_at) for row in rows]


async def test_what_an_actor_shows_now_is_all_that_is_kept(store: Store) -> None:
    await store.write(keys.keep_public, EVE, [FIRST, SECOND])
    assert await shown(store) == [SECOND, FIRST]
    await store.write(keys.keep_public, EVE, [SECOND])
    assert await shown(store) == [SECOND]
    assert await store.read(keys.public, FIRST.key_id) is None


async def test_keys_of_others_stay(store: Store) -> None:
    bob = ShownKey("https://tokyo.example/users/bob#main-key", "three")
    await store.write(keys.keep_public, "https://tokyo.example/users/bob", [bob])
    await store.write(keys.keep_public, EVE, [FIRST])
    assert await store.read(keys.public, bob.key_id) is not None


async def test_a_change_is_told_and_the_same_again_is_not(store: Store) -> None:
    heard: list[Event] = []
    store.listen(heard.extend, here_only=True)
    await store.write(keys.keep_public, EVE, [FIRST, SECOND])
    await store.write(keys.keep_public, EVE, [SECOND, FIRST])
    assert heard == [PublicKeyChanged(EVE)]
    for changed in (
        [FIRST],
        [ShownKey(FIRST.key_id, "other")],
        [ShownKey(FIRST.key_id, "other", proves=True)],
        [ShownKey(FIRST.key_id, "other", proves=True, expires_at=LATER)],
    ):
        heard.clear()
        await store.write(keys.keep_public, EVE, changed)
        assert heard == [PublicKeyChanged(EVE)]


def marie_with_key(unit: Unit) -> Account:
    marie = accounts.add_local(unit, username="marie", display_name="Marie", base_url=BASE)
    keep(unit, marie, "1")
    return marie


def keep(unit: Unit, account: Account, name: str, kind: str = "ed25519") -> keys.PrivateKeyRow:
    return keys.keep_private(
        unit, f"{account.uri}#{name}", account=account.id, kind=kind, public_pem=f"pem {name}", sealed=b"sealed"
    )


async def test_of_two_keys_made_at_once_the_first_stays(store: Store) -> None:
    marie = await store.write(marie_with_key)
    again = await store.write(keep, marie, "1", "rsa")
    assert again.kind == "ed25519"
    assert [row.key_id for row in await store.read(keys.private, marie.id)] == [f"{marie.uri}#1"]


async def test_retired_keys_stay_until_they_are_destroyed(store: Store, clock: Clock) -> None:
    marie = await store.write(marie_with_key)
    heard: list[Event] = []
    store.listen(heard.extend, here_only=True)

    def follow(unit: Unit) -> None:
        keys.retire(unit, marie.id)
        keep(unit, marie, "2")

    await store.write(follow)
    assert heard == [PrivateKeyChanged(marie.id)] * 2
    rows = await store.read(keys.private, marie.id)
    assert [(row.key_id, row.retired_at is None) for row in rows] == [
        (f"{marie.uri}#1", False),
        (f"{marie.uri}#2", True),
    ]
    assert [key.username for key in await store.read(keys.named)] == ["marie", "marie"]

    await store.write(keys.destroy_retired, before=clock.moment - timedelta(days=7))
    assert len(await store.read(keys.private, marie.id)) == 2
    clock.forward(days=8)
    await store.write(keys.destroy_retired, before=clock.moment - timedelta(days=7))
    assert [row.key_id for row in await store.read(keys.private, marie.id)] == [f"{marie.uri}#2"]
    await store.write(keys.destroy, marie.id)
    assert await store.read(keys.private, marie.id) == []
