"""A community of this node sends on what its members do, unchanged, and nothing else (FEP-1b12)."""

from collections.abc import Sequence
from typing import Any

import pytest
from yarl import URL

from federation.client import Budget
from federation.strict_json import JsonObject
from storage import accounts, communities, deliveries, directories, follows, posts, standings
from storage.accounts import Account
from storage.ids import Host
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.conftest import until
from tests.federation.test_inbox import PUBLIC, Scene, activity, note, scene

__all__ = ["scene"]

Json = Any  # what a peer decodes


class Press:
    """A community of this node, of which Eve of the peer is a member, and Zoe of the same peer is not."""

    def __init__(self, scene: Scene, group: Account, zoe: str) -> None:
        self.scene, self.group, self.zoe = scene, group, zoe
        self.store = scene.side.store

    def note(self, name: str = "1", *, author: str = "", **changes: object) -> JsonObject:
        who = author or self.scene.eve
        addressed = {"to": [PUBLIC, self.group.uri], "cc": [f"{who}/followers"], "audience": self.group.uri}
        return note(who, name, **{**addressed, **changes})

    def for_members(self, name: str = "1", *, author: str = "", **changes: object) -> JsonObject:
        to = [self.group.uri, self.group.followers_uri]
        return self.note(name, author=author, **{"to": to, "cc": [], **changes})

    async def told(self, document: JsonObject) -> str | None:
        """What becomes of an activity of the peer."""
        await self.scene.send(document)
        return await self.scene.outcome(str(document["id"]))

    async def sent(self) -> list[Json]:
        """What the community has sent, the oldest first."""

        async def is_sent() -> bool:
            return not await self.store.read(deliveries.waiting_by_host)

        await until(is_sent)
        return [each for each in self.scene.peer.took if each["type"] != "Accept"]

    async def sent_on(self) -> list[Json]:
        """The activities in it."""
        return [
            each["object"]
            for each in await self.sent()
            if isinstance(each["object"], dict) and "actor" in each["object"]
        ]

    async def shares(self) -> Sequence[str]:
        """What stands in the community, as it is read here."""
        sql = "select o.content from posts p join posts o on o.id = p.boost_of where p.author_id = :group order by p.id"
        return await self.store.read(lambda unit: unit.all(str, sql, group=self.group.id))


@pytest.fixture
async def presse(scene: Scene) -> Press:
    zoe = str(scene.peer.actor("zoe")["id"])
    for name in ("eve", "zoe"):
        scene.peer.offers[f"/users/{name}/inbox"] = {}
    group = await scene.side.store.write(_founded, scene.side.base_url)
    await scene.send(activity("Follow", scene.eve, group.uri))
    return Press(scene, group, zoe)


def _founded(unit: Unit, base_url: str) -> Account:
    made = accounts.add_local(unit, username="presse", display_name="Presse", base_url=base_url, kind=communities.KIND)
    communities.keep(
        unit, made.id, is_for_members=False, managers_write_only=False, managers_uri=f"{made.uri}/managers"
    )
    return made


async def _read_as_one_of_ours(presse: Press) -> None:
    """The peer's directory has been read, as only nodes of this software have one."""
    host = Host(presse.scene.peer.host)
    write = presse.store.write
    await write(directories.keep, host, cursor="", next_at=presse.group.created_at, people=2)


async def test_what_was_fetched_before_its_author_told_of_it_is_sent_on_too(presse: Press) -> None:
    written = presse.note()
    presse.scene.peer.offers["/users/eve/notes/1"] = written
    await presse.scene.side.federation.gathering.post(str(written["id"]), budget=Budget())
    assert await presse.shares() == []
    create = activity("Create", presse.scene.eve, written)
    assert await presse.told(create) == "applied"
    assert [each["id"] for each in await presse.sent_on()] == [create["id"]]
    assert await presse.shares() == ["<p>Note 1</p>"]
    again = activity("Create", presse.scene.eve, written, "2")
    assert "known-already" in str(await presse.told(again))


async def test_what_a_member_writes_is_sent_on_as_it_came(presse: Press) -> None:
    odd: Json = {
        "x": [1.50, None, {"é": "\u2028"}],
        "@context": ["https://www.w3.org/ns/activitystreams", {"x": "urn:x"}],
    }
    create = activity("Create", presse.scene.eve, presse.note(), **odd)
    assert await presse.told(create) == "applied"
    whole, plain = await presse.sent()
    assert {name: whole["object"][name] for name in create} == create
    assert (whole["type"], whole["actor"], whole["to"], whole["cc"]) == (
        "Announce",
        presse.group.uri,
        [PUBLIC],
        [presse.group.followers_uri],
    )
    assert (plain["object"], plain["to"]) == (f"{presse.scene.eve}/notes/1", [PUBLIC])
    assert await presse.shares() == ["<p>Note 1</p>"]
    assert await presse.told(create) == "applied"
    assert len(await presse.sent()) == 2


async def test_a_node_known_to_read_what_is_inside_is_told_once(presse: Press) -> None:
    await _read_as_one_of_ours(presse)
    await presse.told(activity("Create", presse.scene.eve, presse.note()))
    assert [each["object"]["type"] for each in await presse.sent()] == ["Create"]


async def test_answers_changes_thanks_and_removals_are_sent_on_and_the_end_is_told(presse: Press) -> None:
    eve, group = presse.scene.eve, presse.group.uri
    answer = presse.note("2", inReplyTo=f"{eve}/notes/1")
    like = activity("Like", eve, f"{eve}/notes/1", audience=group)
    acts = [
        activity("Create", eve, presse.note()),
        activity("Create", eve, answer, "2"),
        activity(
            "Update",
            eve,
            presse.note("2", inReplyTo=f"{eve}/notes/1", content="<p>better</p>", updated="2026-02-01T10:00:00Z"),
        ),
        like,
        activity("Undo", eve, like, audience=group),
        activity("EmojiReact", eve, f"{eve}/notes/2", content="👍", audience=group),
        activity("Delete", eve, {"id": f"{eve}/notes/1", "type": "Tombstone"}, audience=group),
    ]
    assert [await presse.told(each) for each in acts] == ["applied"] * len(acts)
    assert [each["id"] for each in await presse.sent_on() if each["type"] != "Announce"] == [
        each["id"] for each in acts
    ]
    last = (await presse.sent())[-1]
    first = (await presse.sent())[1]
    assert (last["type"], last["object"]["id"]) == ("Undo", first["id"])
    assert await presse.shares() == []


@pytest.mark.parametrize(
    "reason", ["not-a-member", "banned-from-community", "community-closed", "managers-begin", "thread-locked"]
)
async def test_what_a_community_does_not_take_is_neither_kept_for_its_members_nor_sent_on(
    presse: Press, reason: str
) -> None:
    eve = presse.scene.eve
    author, more = (presse.zoe if reason == "not-a-member" else eve), {}
    if reason == "thread-locked":
        await presse.told(activity("Create", eve, presse.for_members("0"), "0"))
        more = {"inReplyTo": f"{eve}/notes/0"}
    if reason != "not-a-member":
        await presse.store.write(_decide, presse.group, eve, reason)
    before = len(await presse.sent())
    outcome = await presse.told(activity("Create", author, presse.for_members(author=author, **more)))
    assert outcome is not None
    assert f": {reason}: " in outcome
    assert await presse.store.read(posts.by_uri, f"{author}/notes/1") is None
    presse.scene.peer.offers[URL(author).path + "/notes/3"] = presse.for_members("3", author=author, **more)
    assert "not-kept" in str(await presse.told(activity("Create", author, f"{author}/notes/3", "3")))
    await presse.told(activity("Create", author, presse.note("2", author=author, **more), "2"))
    assert len(await presse.sent()) == before


def _decide(unit: Unit, group: Account, eve: str, reason: str) -> None:
    person = accounts.by_uri(unit, eve)
    assert person is not None
    match reason:
        case "banned-from-community":
            communities.ban(unit, group.id, person.id, uri="urn:b", until=None)
        case "community-closed":
            communities.close(unit, group.id)
        case "managers-begin":
            communities.keep(unit, group.id, is_for_members=False, managers_write_only=True, managers_uri="")
        case "thread-locked":
            thread = posts.by_uri(unit, f"{eve}/notes/0")
            assert thread is not None
            communities.lock(unit, group.id, thread.id, uri="urn:l")
        case _:
            raise AssertionError(reason)


async def test_managers_write_where_others_only_answer(presse: Press) -> None:
    eve = presse.scene.eve
    await presse.store.write(_decide, presse.group, eve, "managers-begin")
    person = await presse.store.read(accounts.by_uri, eve)
    assert person is not None
    await presse.store.write(communities.add_manager, presse.group.id, person.id)
    assert await presse.told(activity("Create", eve, presse.for_members())) == "applied"
    await presse.store.write(communities.remove_manager, presse.group.id, person.id)
    answer = presse.for_members("2", inReplyTo=f"{eve}/notes/1")
    assert await presse.told(activity("Create", eve, answer, "2")) == "applied"
    assert len(await presse.sent_on()) == 2


async def test_what_is_for_members_is_told_to_them_alone(presse: Press) -> None:
    await presse.told(activity("Create", presse.scene.eve, presse.for_members()))
    (whole,) = await presse.sent()
    assert (whole["to"], whole.get("cc", [])) == ([presse.group.followers_uri], [])
    kept = await presse.store.read(posts.by_uri, f"{presse.scene.eve}/notes/1")
    assert kept is not None
    assert kept.reach is Reach.COMMUNITY


async def test_what_stands_in_no_list_for_all_is_sent_on_so(presse: Press) -> None:
    unlisted = presse.note(to=[f"{presse.scene.eve}/followers", presse.group.uri], cc=[PUBLIC])
    await presse.told(activity("Create", presse.scene.eve, unlisted))
    addressed = [(each["to"], each["cc"]) for each in await presse.sent()]
    assert addressed == [([presse.group.followers_uri], [PUBLIC])] * 2


async def test_a_manager_who_is_suspended_decides_nothing_more(presse: Press) -> None:
    eve, group = presse.scene.eve, presse.group.uri
    person = await presse.store.read(accounts.by_uri, eve)
    assert person is not None
    await presse.store.write(communities.add_manager, presse.group.id, person.id)
    await presse.told(activity("Create", eve, presse.note()))
    lock = activity("Lock", eve, f"{eve}/notes/1", audience=group)
    assert await presse.told(lock) == "applied"
    await presse.store.write(standings.restrict, person.id, standings.SUSPENDED)
    outcome = await presse.told(activity("Undo", eve, lock, audience=group))
    assert outcome is not None
    assert ": not-a-manager: " in outcome


async def test_what_has_nothing_to_do_with_the_community_is_not_sent_on(presse: Press) -> None:
    eve, group = presse.scene.eve, presse.group.uri
    elsewhere = [
        activity("Create", eve, note(eve, "1")),
        activity("Create", eve, note(eve, "2", to=[group], cc=[], tag=[{"type": "Mention", "href": eve}]), "2"),
        activity("Create", eve, note(eve, "3", to=[f"{eve}/followers"], cc=[group]), "3"),
        activity("Create", eve, presse.note("4", inReplyTo=f"{eve}/notes/1"), "4"),
        activity("Like", eve, f"{eve}/notes/1", audience=group),
        activity("Delete", eve, f"{eve}/notes/1", audience=group),
        activity("Delete", eve, f"{eve}/notes/9", "9", audience=group),
        activity("Undo", eve, activity("Follow", eve, group)),
    ]
    for each in elsewhere:
        await presse.told(each)
    sent = [each["id"] for each in await presse.sent_on()]
    assert sent == [f"{eve}#Create-2"]  # what is for the community and nobody else is for its members
    assert not await presse.store.read(follows.has_local_follower, presse.group.id)
