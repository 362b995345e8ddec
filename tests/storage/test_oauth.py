"""Apps, codes and tokens, as they are kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from storage import oauth, staff
from storage.accounts import Account
from storage.events import Event, SessionsEnded
from storage.store import Store, Unit
from tests.storage.conftest import Clock

Person = Callable[[str], Awaitable[Account]]


def register(unit: Unit) -> oauth.App:
    return oauth.add_app(unit, name="Tusky", website=None, redirect_uris=["tusky://a"], scopes="read")[0]


def consent(unit: Unit, app: oauth.App, me: Account) -> str:
    return oauth.add_code(
        unit, app_id=app.id, account_id=me.id, redirect_uri="tusky://a", scopes="read", challenge=None
    )


def exchange(unit: Unit, code: str, app: oauth.App) -> str | None:
    found = oauth.take_code(unit, code, app_id=app.id)
    if found is None:
        return None
    return oauth.add_token(
        unit, account_id=found.account_id, scopes=found.scopes, app_id=app.id, code_digest=found.digest
    )


async def test_a_code_is_good_once_and_its_second_use_is_told(store: Store, person: Person) -> None:
    marie = await person("marie")
    app = await store.write(register)
    code = await store.write(consent, app, marie)
    token = await store.write(exchange, code, app)
    assert token is not None
    told: list[Event] = []
    store.listen(told.extend)
    assert await store.write(exchange, code, app) is None
    assert await store.read(oauth.of_account, marie.id) == []
    assert told == [SessionsEnded(marie.id)]


async def test_what_a_token_stands_for(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    app = await store.write(register)
    token = await store.write(oauth.add_token, account_id=marie.id, scopes="read", app_id=app.id)
    digest = oauth.digest_of(token)
    grant = await store.read(oauth.token_by_digest, digest, now=clock())
    assert grant is not None
    assert (grant.account_id, grant.app_name, grant.scopes, grant.role, grant.locale) == (
        *(marie.id, "Tusky", "read"),
        *("staff", "fr"),
    )
    await store.write(staff.disable, marie.id)
    await store.write(staff.enable, marie.id)
    assert await store.read(oauth.token_by_digest, digest, now=clock()) is None


async def test_a_revoked_token_is_gone_and_told(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    token = await store.write(oauth.add_token, account_id=marie.id, scopes="read")
    told: list[Event] = []
    store.listen(told.extend)
    for _ in range(2):
        await store.write(oauth.revoke, oauth.digest_of(token))
    assert await store.read(oauth.token_by_digest, oauth.digest_of(token), now=clock()) is None
    assert told == [SessionsEnded(marie.id)]


async def test_apps_in_use_or_about_to_be_are_kept(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    used, asked, idle = [await store.write(register) for _ in range(3)]
    await store.write(oauth.add_token, account_id=marie.id, scopes="read", app_id=used.id)
    clock.forward(hours=25)
    await store.write(consent, asked, marie)
    await store.write(register)
    kept = [await store.read(oauth.app_by_id, app.id) is not None for app in (used, asked, idle)]
    assert kept == [True, True, False]


async def test_forgetting_apps_scans_no_tokens(sqlite_store: Store) -> None:
    steps = await sqlite_store.read(plan)
    assert [step.detail for step in steps if "ix_oauth_tokens_app" in step.detail] != []
    assert [step.detail for step in steps if step.detail in {"SCAN t", "SCAN c"}] == []


@dataclass(frozen=True, slots=True)
class Step:
    id: int
    parent: int
    unused: int
    detail: str


def plan(unit: Unit) -> list[Step]:
    return unit.all(Step, f"explain query plan {oauth.FORGET_UNUSED_APPS}", before=unit.now)
