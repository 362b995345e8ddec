"""Reports, and what moderators do about them, through the client API."""

from typing import Any

import pytest

from node.actions import charter
from node.api import declared
from storage import audit
from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf

ACCOUNTS, REPORTS = "/api/v1/admin/accounts", "/api/v1/admin/reports"


async def rule_of(app: App) -> str:
    added = await app.house.node.store.write(charter.add_rule, "On signe de son nom.", "", by="x", source="test")
    return str(added.id)


async def reported(by: App, about: App, **more: Any) -> str:
    made = await by.ask("POST", "/api/v1/reports", json={"account_id": about.id} | more)
    assert shapes.wrong(made, shapes.REPORT) == []
    return str(made["id"])


async def test_a_report_reaches_moderators_and_not_the_one_reported(app_of: AppOf) -> None:
    marie, ken, anne = await app_of("marie"), await app_of("ken"), await app_of("anne", role="moderator")
    rule = await rule_of(marie)
    assert [each["id"] for each in await marie.get("/api/v1/instance/rules")] == [rule]
    post = await ken.post("Pour marie, @marie", visibility="direct")
    case = await reported(marie, ken, status_ids=[post["id"]], comment="Non", rule_ids=[rule], forward="true")
    (told,) = await anne.get("/api/v1/notifications")
    assert shapes.wrong(told, shapes.NOTIFICATION_OF_REPORT) == []
    assert (told["report"]["id"], told["report"]["category"], told["report"]["forwarded"]) == (case, "violation", False)
    assert [each["type"] for each in await ken.get("/api/v1/notifications")] == []
    (entity,) = await anne.get(REPORTS)
    assert shapes.wrong(entity, shapes.ADMIN_REPORT) == []
    assert [each["id"] for each in entity["statuses"]] == [post["id"]]  # which she could not see without the report
    await anne.get(f"/api/v1/statuses/{post['id']}", expect=404)
    for verb, person in (("assign_to_self", "anne"), ("unassign", None)):
        entity = await anne.ask("POST", f"{REPORTS}/{case}/{verb}")
        assert (entity["assigned_account"] or {}).get("username") == person
    entity = await anne.ask("PUT", f"{REPORTS}/{case}", json={"category": "spam"})
    assert (entity["category"], entity["rules"]) == ("spam", [])
    await anne.ask("PUT", f"{REPORTS}/{case}", json={"category": "none"}, expect=422)
    await anne.ask("PUT", f"{REPORTS}/{case}", json={"role": "admin"}, expect=422)
    entity = await anne.ask("POST", f"{REPORTS}/{case}/resolve")
    assert (entity["action_taken"], entity["action_taken_by_account"]["username"]) == (True, "anne")
    assert (await anne.get(REPORTS), len(await anne.get(REPORTS, resolved="true"))) == ([], 1)
    assert (await anne.ask("POST", f"{REPORTS}/{case}/reopen"))["action_taken"] is False
    acts = [one.act for one in await anne.house.node.store.read(audit.entries, limit=5)]
    assert acts == ["report.reopen", "report.resolve", "report.classify", "report.unassign", "report.assign"]


async def test_what_cannot_be_reported_is_said(app_of: AppOf) -> None:
    marie, ken, anne = await app_of("marie"), await app_of("ken"), await app_of("anne")
    hidden, other = await ken.post("Pour @anne", visibility="direct"), await anne.post("x")
    path = "/api/v1/reports"
    for sent, status in (
        ({}, 422),
        ({"account_id": "1"}, 404),
        ({"account_id": marie.id}, 422),
        ({"account_id": ken.id, "status_ids": [hidden["id"]]}, 404),
        ({"account_id": ken.id, "status_ids": [other["id"]]}, 404),
        ({"account_id": ken.id, "category": "boredom"}, 422),
        ({"account_id": ken.id, "rule_ids": ["5"]}, 422),
        ({"account_id": ken.id, "comment": "x" * 1001}, 422),
        ({"account_id": ken.id, "status_ids": ["x"]}, 422),
    ):
        await marie.ask("POST", path, json=sent, expect=status)
    narrow = await app_of("paul", scopes="read write:statuses")
    await narrow.ask("POST", path, json={"account_id": ken.id}, expect=403)


async def test_restrictions_act_at_once_and_can_be_ended(app_of: AppOf) -> None:
    marie, ken, anne = await app_of("marie"), await app_of("ken"), await app_of("anne", role="moderator")
    post = await ken.post("Bonjour")
    public, one = "/api/v1/timelines/public", f"{ACCOUNTS}/{ken.id}"

    async def act(kind: str, **more: Any) -> None:
        assert await anne.ask("POST", f"{one}/action", json={"type": kind} | more) == {}

    async def seen() -> list[Any]:
        found = await marie.get(public)
        return [(each["id"], each["sensitive"]) for each in found]

    assert await seen() == [(post["id"], False)]
    await act("sensitive")
    assert await seen() == [(post["id"], True)]
    await act("silence", text="Trop de bruit")
    assert await seen() == []
    assert (await marie.get(f"/api/v1/statuses/{post['id']}"))["account"]["limited"] is True
    assert (await anne.ask("POST", f"{one}/unsensitive"))["sensitized"] is False
    assert (await anne.ask("POST", f"{one}/unsilence"))["silenced"] is False
    assert await seen() == [(post["id"], False)]
    case = await reported(marie, ken)
    await act("suspend", report_id=case)
    assert (await anne.get(f"{REPORTS}/{case}"))["action_taken"] is True
    await ken.get("/api/v1/timelines/home", expect=401)
    await marie.get(f"/api/v1/statuses/{post['id']}", expect=404)
    shown = await marie.get(f"/api/v1/accounts/{ken.id}")
    assert shapes.wrong(shown, shapes.ACCOUNT | {"suspended": shapes.flag}) == []
    entity = await anne.ask("POST", f"{one}/unsuspend")
    assert shapes.wrong(entity, shapes.ADMIN_ACCOUNT) == []
    assert (entity["suspended"], entity["disabled"]) == (False, False)
    assert await seen() == [(post["id"], False)]


async def test_the_one_concerned_reads_what_was_decided_and_not_by_whom(app_of: AppOf) -> None:
    ken, anne = await app_of("ken"), await app_of("anne", role="moderator")
    await anne.ask("POST", f"{ACCOUNTS}/{ken.id}/action", json={"type": "none", "text": "Du calme."})
    assert await ken.get("/api/v1/notifications") == []  # apps of the level that we claim do not know it
    (told,) = await ken.ask("GET", "/api/v1/notifications", params={"types[]": "moderation_warning"})
    assert shapes.wrong(told, shapes.NOTIFICATION_OF_WARNING) == []
    assert (told["moderation_warning"]["text"], told["account"]["bot"]) == ("Du calme.", True)
    await anne.ask("POST", f"{ACCOUNTS}/{ken.id}/action", json={"type": "none"}, expect=422)


async def test_who_decides_about_whom(app_of: AppOf) -> None:
    claire, anne, paul = [
        await app_of(n, role=r) for n, r in (("claire", "admin"), ("anne", "moderator"), ("paul", "moderator"))
    ]
    ken = await app_of("ken")
    for by, about, kind, status in (
        (anne, claire, "silence", 403),
        (anne, paul, "silence", 403),
        (anne, anne, "silence", 422),
        (claire, claire, "suspend", 422),
        (claire, paul, "suspend", 200),
        (anne, ken, "banish", 422),
        (anne, ken, "disable", 200),
    ):
        await by.ask("POST", f"{ACCOUNTS}/{about.id}/action", json={"type": kind}, expect=status)
    await anne.ask("POST", f"{ACCOUNTS}/{ken.id}/enable", expect=403)
    await anne.ask("DELETE", f"{ACCOUNTS}/{ken.id}", expect=403)
    await anne.ask("POST", f"{ACCOUNTS}/{ken.id}/action", json={"type": "suspend"})
    # What had been closed before a suspension stays closed after it.
    assert (await anne.ask("POST", f"{ACCOUNTS}/{ken.id}/unsuspend"))["disabled"] is True
    assert (await claire.ask("POST", f"{ACCOUNTS}/{ken.id}/enable"))["disabled"] is False
    for verb in ("approve", "reject"):
        await claire.ask("POST", f"{ACCOUNTS}/{ken.id}/{verb}", expect=403)
        await claire.ask("POST", f"{ACCOUNTS}/1/{verb}", expect=404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "anne claire ken"),
        ("origin=local&status=active", "anne claire ken"),
        ("origin=remote", ""),
        ("status=silenced", "ken"),
        ("status=pending", ""),
        ("permissions=staff", "anne claire"),
        ("role_ids[]=2", "claire"),
        ("role_ids[]=77", ""),
        ("username=KE", "ken"),
        ("username=%25", ""),
        ("display_name=clair", "claire"),
        ("by_domain=tokyo.example", ""),
        ("email=x@y", ""),
        ("ip=10.1.2.3", ""),
    ],
)
async def test_people_are_found(app_of: AppOf, query: str, found: str) -> None:
    claire, _, ken = await app_of("claire", role="admin"), await app_of("anne", role="moderator"), await app_of("ken")
    await claire.ask("POST", f"{ACCOUNTS}/{ken.id}/action", json={"type": "silence"})
    seen = await claire.get(f"/api/v2/admin/accounts?{query}")
    assert [wrong for one in seen for wrong in shapes.wrong(one, shapes.ADMIN_ACCOUNT)] == []
    assert sorted(one["username"] for one in seen) == found.split()
    assert [one["username"] for one in await claire.get(f"{ACCOUNTS}?silenced=true&local=true")] == ["ken"]


def admin_endpoints() -> list[tuple[str, str]]:
    return [(one.method, one.path) for one in declared("node.api") if "/admin/" in one.path]


async def test_every_endpoint_of_administration_demands_role_and_scope(app_of: AppOf) -> None:
    marie = await app_of("marie")
    narrow, other = [
        await app_of(name, role="admin", scopes=f"read write follow push admin:read:{part} admin:write:{part}")
        for name, part in (("claire", "ip_blocks"), ("anne", "reports"))
    ]
    assert len(admin_endpoints()) >= 22
    for method, path in admin_endpoints():
        for person in (marie, other if "ip_blocks" in path else narrow):
            await person.ask(method, path.replace("{id}", marie.id), expect=403)
