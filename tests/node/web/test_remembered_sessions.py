"""A session that is looked up in memory ends, and changes, as it would in the database."""

from collections.abc import Awaitable, Callable

import pytest

from node.actions import people
from storage import staff
from storage.accounts import Account
from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser

Change = Callable[[House, Account], Awaitable[None]]


@pytest.fixture
async def marie(house: House) -> Account:
    """Signed in, and remembered."""
    account = await house.staff("marie", role="admin")
    browser = Browser(house.client)
    await browser.sign_in("marie", PASSWORD)
    await browser.open("/")
    hits = house.node.memory.sessions.hits
    await browser.open("/")
    assert house.node.memory.sessions.hits > hits
    return account


async def disable(house: House, who: Account) -> None:
    await house.node.store.write(staff.disable, who.id)


async def give_another_role(house: House, who: Account) -> None:
    await house.node.store.write(staff.set_role, who.id, staff.STAFF)


async def change_password(house: House, who: Account) -> None:
    await house.node.store.write(staff.set_password, who.id, "x")


async def sign_out_elsewhere(house: House, who: Account) -> None:
    (session,) = await house.node.store.read(staff.sessions_of, who.id)
    await house.node.store.write(staff.end_session, session.digest)


async def wait_too_long(house: House, who: Account) -> None:
    house.clock.forward(hours=staff.IDLE[staff.ADMIN].total_seconds() / 3600)
    house.clock.forward(minutes=1)


@pytest.mark.parametrize(
    "change",
    [disable, give_another_role, change_password, sign_out_elsewhere, wait_too_long],
    ids=lambda change: change.__name__,
)
async def test_a_session_that_ends_is_over_at_the_next_page(house: House, marie: Account, change: Change) -> None:
    await change(house, marie)
    page = await Browser(house.client).open("/settings")
    assert page.url.path == "/sign-in"


async def test_the_language_and_the_name_are_those_of_now(house: House, marie: Account) -> None:
    browser = Browser(house.client)
    assert 'lang="fr"' in (await browser.open("/settings")).html
    await house.node.store.write(staff.change_locale, marie.id, "en")
    assert 'lang="en"' in (await browser.open("/settings")).html
    await people.change_profile(
        house.node, marie, display_name="Marie Curie", note="", fields=None, locked=False, discoverable=True
    )
    assert "Marie Curie" in (await browser.open("/settings")).html


async def test_that_a_session_is_used_is_still_noted(house: House, marie: Account) -> None:
    seen = []
    for _ in range(3):
        house.clock.forward(minutes=1.1)
        await Browser(house.client).open("/")
        (session,) = await house.node.store.read(staff.sessions_of, marie.id)
        seen.append(session.seen_at)
    assert seen == sorted(set(seen))
