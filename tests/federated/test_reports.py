"""Reports between nodes: what moderators elsewhere learn, and what they do not."""

import re

import orjson

from node.actions import moderation
from node.actions.moderation import Moderator
from storage import accounts
from storage.ids import PostId
from storage.store import Unit
from tests.federated.conftest import FederationOf, settled, until


async def test_moderators_in_paris_read_what_tokyo_reports_and_not_who_did(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    anne, emi = await paris.staff("anne", role="moderator"), await tokyo.staff("emi", role="moderator")
    await ken.follow(marie)
    post = await marie.post("Trop fort")
    await settled(paris, tokyo)
    (read,) = await ken.home()
    sent = {"account_id": read["account"]["id"], "status_ids": [read["id"]], "comment": "Ce ton !", "forward": True}
    mine = await ken.ask("POST", "/api/v1/reports", json=sent)
    assert (mine["forwarded"], mine["status_ids"]) == (True, [read["id"]])
    await settled(paris, tokyo)
    (case,) = await anne.ask("GET", "/api/v1/admin/reports")
    assert (case["comment"], case["target_account"]["username"]) == ("Ce ton !", "marie")
    assert [each["id"] for each in case["statuses"]] == [post["id"]]
    assert case["account"]["domain"] == tokyo.host
    assert case["account"]["account"]["bot"] is True
    assert not re.search(r"\bken\b", orjson.dumps(case).decode(), re.IGNORECASE)
    assert await anne.notifications() == [("admin.report", case["account"]["username"])]
    assert (await emi.ask("GET", "/api/v1/admin/reports"))[0]["account"]["username"] == "ken"
    assert [kind for kind, _ in await marie.notifications()] == ["follow"]

    path = "/api/v1/admin/accounts/{}/action"
    await anne.ask("POST", path.format(case["target_account"]["id"]), json={"type": "none", "text": "Du calme."})
    sent = {"account_id": read["account"]["id"], "comment": "Encore"}
    assert (await ken.ask("POST", "/api/v1/reports", json=sent))["forwarded"] is False
    await settled(paris, tokyo)
    assert len(await anne.ask("GET", "/api/v1/admin/reports")) == 1


async def test_what_moderators_remove_and_erase_is_gone_at_the_peers(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    anne = await paris.staff("anne", role="admin")
    await ken.follow(marie)
    await marie.post("Non")
    removed = await marie.post("Encore non")
    await settled(paris, tokyo)
    assert await ken.texts() == ["Encore non", "Non"]
    store = paris.running.node.store
    who = await store.read(accounts.by_handle, "anne")
    assert who is not None
    moderator = Moderator(who, "admin", "test")
    await store.write(moderation.remove_post, moderator, PostId(int(removed["id"])), text="", report=None)
    await settled(paris, tokyo)
    assert await ken.texts() == ["Non"]
    assert await marie.ask("GET", f"/api/v1/statuses/{removed['id']}", expect=404)
    found = await anne.find(marie)
    path = f"/api/v1/admin/accounts/{found['id']}"
    await anne.ask("DELETE", path, expect=403)
    await anne.ask("POST", f"{path}/action", json={"type": "suspend"})
    assert (await anne.ask("GET", path))["disabled"] is True
    await marie.ask("GET", "/api/v1/timelines/home", expect=401)
    await anne.ask("DELETE", path)
    await settled(paris, tokyo)

    async def nothing_is_left() -> bool:
        return await ken.texts() == []

    await until(nothing_is_left)
    known = await tokyo.running.node.store.read(_gone, paris.host)
    assert known == 1


def _gone(unit: Unit, host: str) -> int:
    return unit.one(int, "select count(*) from accounts where host = :host and gone_at is not null", host=host) or 0
