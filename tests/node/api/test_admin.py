"""The allowlist through the client API."""

import pytest

from storage import audit, peers
from storage.ids import Host
from tests.node.api import shapes
from tests.node.api.conftest import AppOf
from tests.node.api.test_accounts import pages_of

PATH = "/api/v1/admin/domain_allows"
TOKYO = "tokyo.example"


async def test_a_node_is_admitted_and_removed_on_record(app_of: AppOf) -> None:
    claire = await app_of("claire", role="admin")
    store = claire.house.node.store
    made = await claire.ask("POST", PATH, data={"domain": " Tokyo.Example "})
    assert shapes.wrong(made, shapes.DOMAIN_ALLOW) == []
    assert made["domain"] == TOKYO
    assert await store.read(peers.is_allowed, Host(TOKYO))
    assert await claire.get(PATH) == [made]
    assert await claire.get(f"{PATH}/{made['id']}") == made
    assert await claire.ask("DELETE", f"{PATH}/{made['id']}") == {}
    assert not await store.read(peers.is_allowed, Host(TOKYO))
    assert await claire.get(PATH) == []
    for method in ("GET", "DELETE"):
        await claire.ask(method, f"{PATH}/{made['id']}", expect=404)
    entries = await store.read(audit.entries, limit=2)
    assert [(one.who, one.source, one.act, one.subject) for one in entries] == [
        ("claire", "api", "peer.remove", TOKYO),
        ("claire", "api", "peer.allow", TOKYO),
    ]


@pytest.mark.parametrize("domain", ["", "*.example", "https://tokyo.example", "not a host", "127.0.0.1:1:2"])
async def test_what_is_no_node_is_not_admitted(app_of: AppOf, domain: str) -> None:
    claire = await app_of("claire", role="admin")
    await claire.ask("POST", PATH, json={"domain": domain}, expect=422)
    assert await claire.get(PATH) == []


async def test_neither_oneself_nor_a_look_alike_is_admitted(app_of: AppOf) -> None:
    claire = await app_of("claire", role="admin")
    for domain in (claire.house.node.settings.domain, "pаris.example"):  # a Cyrillic а
        await claire.ask("POST", PATH, json={"domain": domain}, expect=422)
    assert await claire.get(PATH) == []


async def test_the_list_is_paged(app_of: AppOf) -> None:
    claire = await app_of("claire", role="admin")
    ids = [(await claire.ask("POST", PATH, json={"domain": f"n{number}.example"}))["id"] for number in range(3)][::-1]
    assert await pages_of(claire, f"{PATH}?limit=2") == [ids[:2], ids[2:]]


async def test_the_role_and_the_scope_are_needed(app_of: AppOf) -> None:
    marie, anne = await app_of("marie"), await app_of("anne", role="moderator")
    narrow = await app_of("claire", role="admin", scopes="read write admin:read")
    for person in (marie, anne):
        await person.get(PATH, expect=403)
        await person.ask("POST", PATH, json={"domain": TOKYO}, expect=403)
    assert await narrow.get(PATH) == []
    await narrow.ask("POST", PATH, json={"domain": TOKYO}, expect=403)
    assert not await marie.house.node.store.read(peers.is_allowed, Host(TOKYO))
