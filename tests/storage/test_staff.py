"""Staff: roles, sessions that end, tokens that end with them, and failed sign-ins that cost more and more."""

from datetime import timedelta

import pytest

from storage import accounts, oauth, staff
from storage.errors import NotFound
from storage.events import Event, SessionsEnded
from storage.ids import AccountId
from storage.store import Store, Unit
from tests.storage.conftest import BASE, Clock

DIGEST = "d" * 64
OTHER = "e" * 64


@pytest.fixture
async def marie(store: Store) -> AccountId:
    return await store.write(hire, "marie", staff.STAFF)


def hire(unit: Unit, name: str, role: str) -> AccountId:
    account = accounts.add_local(unit, username=name, display_name=name.title(), base_url=BASE)
    staff.add(unit, account.id, password="kept", role=role, locale="fr")
    return account.id


async def sign_in(store: Store, account: AccountId, digest: str = DIGEST) -> None:
    await store.write(staff.start_session, digest, account, agent="Firefox", address="10.1.2.3")


async def is_signed_in(store: Store, digest: str = DIGEST) -> bool:
    return await store.read(staff.find_session, digest) is not None


# ---- people ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["marie", "Marie", " MARIE "])
async def test_a_name_is_found_whatever_its_case(store: Store, marie: AccountId, typed: str) -> None:
    found = await store.read(staff.by_username, typed)
    assert found is not None
    assert (found.account_id, found.role, found.locale) == (marie, "staff", "fr")


async def test_nobody_is_found_by_another_name(store: Store, marie: AccountId) -> None:
    assert await store.read(staff.by_username, "mari_") is None
    with pytest.raises(NotFound):
        await store.read(staff.get, "ken")


async def test_people_of_other_nodes_are_no_staff(store: Store, person: object) -> None:
    await person("ken@tokyo.example")  # type: ignore[operator]  # a fixture's function
    assert await store.read(staff.by_username, "ken") is None
    assert await store.read(staff.list_all) == []


async def test_whoever_uses_an_app_alone_is_here_too(store: Store, marie: AccountId, clock: Clock) -> None:
    anne, absent = await store.write(hire, "anne", staff.STAFF), await store.write(hire, "absent", staff.STAFF)
    token = await store.write(oauth.add_token, account_id=anne, scopes="read")
    await store.write(oauth.add_token, account_id=absent, scopes="read")
    before = clock()
    clock.forward(hours=2)
    await sign_in(store, marie)
    assert await store.read(staff.count_here_since, before) == 1
    await store.write(oauth.note_uses, [oauth.digest_of(token)])
    assert await store.read(staff.count_here_since, before) == 2
    await store.write(staff.disable, anne)
    assert await store.read(staff.count_here_since, before) == 1


async def test_the_list_holds_everybody_by_name(store: Store, marie: AccountId) -> None:
    left = await store.write(hire, "Anne", staff.ADMIN)
    await store.write(staff.disable, left)
    found = await store.read(staff.list_all)
    assert [(member.username, member.disabled_at is None) for member in found] == [("Anne", False), ("marie", True)]


async def test_a_new_password_takes_the_place_of_the_old(store: Store, marie: AccountId) -> None:
    await store.write(staff.set_password, marie, "other")
    assert await store.read(staff.password_of, marie) == "other"


async def test_who_left_has_no_password_until_they_come_back(store: Store, marie: AccountId) -> None:
    await store.write(staff.disable, marie)
    assert await store.read(staff.password_of, marie) is None
    await store.write(staff.enable, marie)
    assert await store.read(staff.password_of, marie) == "kept"


async def test_only_admins_who_may_sign_in_count_as_such(store: Store, marie: AccountId) -> None:
    anne = await store.write(hire, "anne", staff.ADMIN)
    await store.write(hire, "luc", staff.MODERATOR)
    assert await store.read(staff.active_admins) == 1
    await store.write(staff.disable, anne)
    assert await store.read(staff.active_admins) == 0


async def test_a_language_is_kept(store: Store, marie: AccountId) -> None:
    await store.write(staff.change_locale, marie, "en")
    assert (await store.read(staff.get, "marie")).locale == "en"


# ---- sessions -------------------------------------------------------------------------------------------------------


async def test_a_session_says_whose_it_is_and_from_where(store: Store, marie: AccountId) -> None:
    await sign_in(store, marie)
    found = await store.read(staff.find_session, DIGEST)
    assert found is not None
    session, member = found
    assert (member.username, session.agent, session.address) == ("marie", "Firefox", "10.1.2.3")
    assert not await is_signed_in(store, OTHER)


@pytest.mark.parametrize(
    ("role", "idle", "longest"),
    [
        ("staff", timedelta(hours=12), timedelta(days=14)),
        ("moderator", timedelta(hours=12), timedelta(days=14)),
        ("admin", timedelta(minutes=30), timedelta(hours=12)),
    ],
)
async def test_sec_f5_sessions_end_unused_and_in_any_case(
    store: Store, clock: Clock, role: str, idle: timedelta, longest: timedelta
) -> None:
    account = await store.write(hire, "luc", role)
    await sign_in(store, account)
    began = clock.moment
    while clock.moment + idle < began + longest:
        clock.moment += idle - timedelta(minutes=1)
        found = await store.read(staff.find_session, DIGEST)
        assert found is not None
        await store.write(staff.touch_session, found[0])
    clock.moment = began + longest + timedelta(minutes=1)
    assert not await is_signed_in(store)

    await sign_in(store, account, OTHER)
    clock.moment += idle + timedelta(minutes=1)
    assert not await is_signed_in(store, OTHER)


async def test_a_session_is_noted_as_used_once_a_minute(store: Store, marie: AccountId, clock: Clock) -> None:
    await sign_in(store, marie)
    (began,) = await store.read(staff.sessions_of, marie)
    clock.forward(seconds=30)
    await store.write(staff.touch_session, began)
    assert (await store.read(staff.sessions_of, marie))[0].seen_at == began.seen_at
    clock.forward(seconds=31)
    await store.write(staff.touch_session, began)
    assert (await store.read(staff.sessions_of, marie))[0].seen_at > began.seen_at


async def test_signing_out_ends_one_session(store: Store, marie: AccountId) -> None:
    await sign_in(store, marie)
    await sign_in(store, marie, OTHER)
    await store.write(staff.end_session, DIGEST)
    assert not await is_signed_in(store)
    assert [session.digest for session in await store.read(staff.sessions_of, marie)] == [OTHER]


async def password(unit_store: Store, account: AccountId) -> None:
    await unit_store.write(staff.set_password, account, "other")


async def role(unit_store: Store, account: AccountId) -> None:
    await unit_store.write(staff.set_role, account, staff.MODERATOR)


async def leaving(unit_store: Store, account: AccountId) -> None:
    await unit_store.write(staff.disable, account)


@pytest.mark.parametrize("change", [password, role, leaving])
async def test_sec_f6_a_change_of_password_or_role_and_leaving_end_everything(
    store: Store, marie: AccountId, change: object
) -> None:
    anne = await store.write(hire, "anne", staff.STAFF)
    await sign_in(store, marie)
    await sign_in(store, anne, OTHER)
    await store.write(oauth.add_token, account_id=marie, scopes="read")
    await store.write(oauth.add_token, account_id=anne, scopes="read")
    told: list[Event] = []
    store.listen(told.extend)

    await change(store, marie)  # type: ignore[operator]  # one of the three above

    assert told == [SessionsEnded(marie)]
    assert not await is_signed_in(store)
    assert await store.read(staff.sessions_of, marie) == []
    assert await store.read(oauth.of_account, marie) == []
    assert await is_signed_in(store, OTHER)
    assert len(await store.read(oauth.of_account, anne)) == 1


async def test_the_same_password_at_another_cost_ends_nothing(store: Store, marie: AccountId) -> None:
    await sign_in(store, marie)
    await store.write(staff.rehash, marie, "dearer")
    assert await is_signed_in(store)
    assert await store.read(staff.password_of, marie) == "dearer"


# ---- failures -------------------------------------------------------------------------------------------------------


async def wait(store: Store, clock: Clock, *subjects: str) -> float:
    until = await store.read(staff.must_wait_until, *subjects)
    return 0.0 if until is None else (until - clock.moment).total_seconds()


async def fail(store: Store, subject: str, times: int = 1) -> None:
    for _ in range(times):
        await store.write(staff.note_failure, subject)


@pytest.mark.parametrize(("subject", "free"), [("account:marie", 5), ("address:10.1.2.3", 20)])
async def test_sec_f3_delays_begin_after_some_failures_and_double(
    store: Store, clock: Clock, subject: str, free: int
) -> None:
    await fail(store, subject, free - 1)
    assert await wait(store, clock, subject) == 0
    waits = []
    for _ in range(10):
        await fail(store, subject)
        waits.append(round(await wait(store, clock, subject)))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


async def test_a_wait_ends(store: Store, clock: Clock) -> None:
    await fail(store, "account:marie", 5)
    assert await wait(store, clock, "account:marie") > 0
    clock.forward(seconds=6)
    assert await wait(store, clock, "account:marie") == 0


async def test_the_longer_wait_of_account_and_address_counts(store: Store, clock: Clock) -> None:
    await fail(store, "account:marie", 7)
    await fail(store, "address:10.1.2.3", 20)
    assert round(await wait(store, clock, "account:marie", "address:10.1.2.3")) == 20
    assert await wait(store, clock, "account:ken", "address:10.9.9.9") == 0


async def test_failures_of_one_person_delay_nobody_else(store: Store, clock: Clock) -> None:
    await fail(store, "account:marie", 9)
    assert await wait(store, clock, "account:ken") == 0


async def test_a_sign_in_that_worked_begins_anew(store: Store, clock: Clock) -> None:
    await fail(store, "account:marie", 6)
    await store.write(staff.forget_failures, "account:marie")
    await fail(store, "account:marie", 4)
    assert await wait(store, clock, "account:marie") == 0


async def test_failures_are_forgotten_after_a_day(store: Store, clock: Clock) -> None:
    await fail(store, "account:marie", 6)
    clock.forward(days=1, seconds=1)
    await fail(store, "account:marie")
    assert await wait(store, clock, "account:marie") == 0
