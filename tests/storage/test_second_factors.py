"""Second factors, passkeys and copies, on both databases: what is good once is good once, whoever asks at the same moment."""

import asyncio
from datetime import timedelta

import pytest

from storage import exports, half_sign_ins, passkeys, second_factors
from storage.errors import Conflict
from storage.second_factors import Factors
from storage.store import Store
from tests.storage.conftest import Clock, Person

NOTHING = Factors(app=False, passkeys=0, recovery=0)


async def test_a_code_is_taken_once(store: Store, person: Person) -> None:
    marie = await person("marie")
    assert await store.write(second_factors.offer_secret, marie.id, b"first")
    assert await store.write(second_factors.offer_secret, marie.id, b"second")
    assert await store.read(second_factors.of, marie.id) == NOTHING
    assert await store.write(second_factors.use_step, marie.id, 5) is False
    assert await store.write(second_factors.confirm_secret, marie.id, step=7)
    assert await store.write(second_factors.confirm_secret, marie.id, step=8) is False
    assert await store.write(second_factors.offer_secret, marie.id, b"third") is False
    kept = await store.read(second_factors.secret_of, marie.id)
    assert kept is not None
    assert (kept.sealed, kept.last_step) == (b"second", 7)
    taken = await asyncio.gather(*(store.write(second_factors.use_step, marie.id, 9) for _ in range(6)))
    assert sorted(taken) == [False] * 5 + [True]
    assert [await store.write(second_factors.use_step, marie.id, step) for step in (8, 9, 10)] == [False, False, True]
    assert await store.read(second_factors.who_have_any) == {marie.id}


async def test_a_recovery_code_is_taken_once_by_its_owner(store: Store, person: Person) -> None:
    marie, ken = await person("marie"), await person("ken")
    await store.write(second_factors.offer_secret, marie.id, b"x")
    await store.write(second_factors.confirm_secret, marie.id, step=1)
    await store.write(second_factors.replace_recovery_codes, marie.id, ["a", "b"])
    assert await store.write(second_factors.use_recovery_code, ken.id, "a") is False
    taken = await asyncio.gather(*(store.write(second_factors.use_recovery_code, marie.id, "a") for _ in range(6)))
    assert sorted(taken) == [False] * 5 + [True]
    assert (await store.read(second_factors.of, marie.id)).recovery == 1
    await store.write(second_factors.replace_recovery_codes, marie.id, ["c"])
    assert await store.write(second_factors.use_recovery_code, marie.id, "b") is False
    assert await store.write(second_factors.remove_secret, marie.id)
    assert await store.write(second_factors.use_recovery_code, marie.id, "c") is False
    assert await store.read(second_factors.of, marie.id) == NOTHING


async def test_passkeys_count_their_uses(store: Store, person: Person) -> None:
    marie, ken = await person("marie"), await person("ken")

    async def add(credential: str, count: int) -> None:
        await store.write(
            passkeys.add,
            marie.id,
            credential=credential,
            public_key=b"key",
            sign_count=count,
            transports="usb",
            name="Clé",
        )

    await add("counts", 4)
    await add("does-not", 0)
    with pytest.raises(Conflict):
        await add("counts", 4)
    counts, does_not = await store.read(passkeys.of, marie.id)
    uses = [(counts, 4), (counts, 0), (counts, 5), (counts, 5), (does_not, 0), (does_not, 0), (does_not, 1)]
    noted = [await store.write(passkeys.note_use, known, sign_count=count) for known, count in uses]
    assert noted == [False, False, True, False, True, True, True]
    assert await store.write(passkeys.remove, ken.id, counts.id) is False
    assert await store.write(passkeys.rename, ken.id, counts.id, "x") is False
    assert await store.write(passkeys.rename, marie.id, counts.id, "Téléphone")
    found = await store.read(passkeys.by_credential, "counts")
    assert found is not None
    assert (found.name, found.account_id, found.sign_count) == ("Téléphone", marie.id, 5)
    assert await store.write(second_factors.remove_all, marie.id)
    assert await store.write(second_factors.remove_all, marie.id) is False
    assert await store.read(passkeys.of, marie.id) == []


async def test_a_challenge_is_good_once_for_whom_it_was_made(store: Store, person: Person, clock: Clock) -> None:
    marie, ken = await person("marie"), await person("ken")
    for digest, owner in (("a", marie.id), ("b", None), ("c", marie.id)):
        await store.write(passkeys.challenge, digest, purpose=passkeys.SIGN_IN, account=owner)

    async def take(digest: str, owner: int | None, purpose: str = passkeys.SIGN_IN) -> bool:
        return await store.write(passkeys.take_challenge, digest, purpose=purpose, account=owner)  # type: ignore[arg-type]  # an id

    assert not await take("a", ken.id)
    assert not await take("a", None)
    assert not await take("a", marie.id, passkeys.REGISTER)
    assert sorted(await asyncio.gather(*(take("a", marie.id) for _ in range(4)))) == [False] * 3 + [True]
    assert not await take("b", marie.id)
    assert await take("b", None)
    clock.forward(minutes=6)
    assert not await take("c", marie.id)


async def test_half_a_sign_in_ends(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    for digest in ("a", "b"):
        await store.write(half_sign_ins.begin, digest, marie.id)
    assert await store.read(half_sign_ins.find, "a") == marie.id
    assert [await store.write(half_sign_ins.end, "a") for _ in range(2)] == [True, False]
    assert await store.read(half_sign_ins.find, "a") is None
    clock.forward(minutes=11)
    assert await store.read(half_sign_ins.find, "b") is None


async def test_a_copy_is_made_by_one_process_at_a_time(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    assert await store.read(exports.next_look) is None
    assert await store.write(exports.ask, marie.id, name="first") is None
    assert await store.write(exports.ask, marie.id, name="second") is None  # the one that is underway goes on
    taken = await asyncio.gather(*(store.write(exports.take, by=f"process {each}") for each in range(4)))
    (found,) = [each for each in taken if each is not None]
    (name,) = [f"process {at}" for at, each in enumerate(taken) if each is not None]
    assert found.name == "first"
    assert await store.write(exports.progress, found, by=name, done=3, total=9)
    assert not await store.write(exports.progress, found, by="another", done=3, total=9)
    clock.forward(seconds=exports.LEASE.total_seconds() + 1)
    again = await store.write(exports.take, by="another")
    assert again is not None
    assert (again.done, again.attempts) == (3, 1)
    assert not await store.write(exports.finish, found, by=name, size=1)
    assert await store.write(exports.finish, again, by="another", size=77)
    kept = await store.read(exports.of, marie.id)
    assert kept is not None
    assert (kept.size, kept.is_underway) == (77, False)
    assert await store.read(exports.next_look) == kept.ends_at
    assert await store.read(exports.old) == []
    clock.forward(days=1)
    assert await store.read(exports.of, marie.id) is None
    (old,) = await store.read(exports.old)
    await store.write(exports.forget, old)
    assert await store.write(exports.ask, marie.id, name="third") is None


async def test_a_copy_that_fails_is_given_up_in_the_end(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    await store.write(exports.ask, marie.id, name="first")
    for attempt in range(exports.MOST_ATTEMPTS):
        found = await store.write(exports.take, by="me")
        assert found is not None, attempt
        await store.write(exports.fail, found, by="me")
        assert await store.write(exports.take, by="me") is None
        clock.forward(seconds=exports.PAUSE.total_seconds() + 1)
    assert await store.write(exports.take, by="me") is None
    kept = await store.read(exports.of, marie.id)
    assert kept is not None
    assert kept.failed_at is not None
    assert await store.write(exports.ask, marie.id, name="second") == "first"
    waits = await store.read(exports.next_look)
    assert waits is not None
    assert abs(waits - clock()) < timedelta(seconds=5)


async def test_a_copy_for_which_processes_die_is_given_up(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    await store.write(exports.ask, marie.id, name="first")
    for attempt in range(exports.MOST_ATTEMPTS):
        assert await store.write(exports.take, by="who dies") is not None, attempt
        clock.forward(seconds=exports.LEASE.total_seconds() + 1)
    assert await store.write(exports.take, by="who lives") is None
    left = await store.read(exports.of, marie.id)
    assert left is not None
    assert left.failed_at is not None
    assert await store.read(exports.next_look) is None
