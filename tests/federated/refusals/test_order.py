"""Twice, too late, too early: what has been said once is not said again, and what is gone stays gone."""

from typing import Any

from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import HandMade


async def test_a_second_copy_is_taken_and_changes_nothing(peer: HandMade) -> None:
    create = peer.create()
    assert await peer.outcome(create) == "applied"
    changed = {**create, "object": peer.note(content="<p>changed</p>")}
    assert [await peer.tell(copy) for copy in (create, changed, create)] == [202, 202, 202]
    assert await peer.outcome(peer.create("after")) == "applied"
    assert await peer.node.shown(peer) == ["Note after", "Note 1"]
    assert len(await told(peer)) == 2


async def test_the_same_post_under_another_activity_is_not_shown_twice(peer: HandMade) -> None:
    assert await peer.outcome(peer.create()) == "applied"
    assert "known" in await peer.outcome(peer.act("Create", peer.note(content="<p>changed</p>"), "again"))
    assert await peer.node.shown(peer) == ["Note 1"]


async def test_a_stranger_to_us_who_deletes_itself_costs_no_question(peer: HandMade) -> None:
    gone = f"{peer.base_url}/users/gone"
    assert await peer.tell(peer.act("Delete", gone, actor=gone)) == 202
    assert peer.asked == []
    assert peer.node.verdict(f"{gone}#Delete-1") is None


async def test_a_stranger_to_us_who_has_changed_costs_no_question(peer: HandMade) -> None:
    stranger = peer.add("stranger")
    changed = {**peer.actor("stranger"), "name": "Changed"}
    assert await peer.tell(peer.act("Update", changed, actor=stranger)) == 202
    assert peer.asked == []
    assert peer.node.verdict(f"{stranger}#Update-1") is None
    assert await peer.outcome(peer.act("Follow", peer.node.marie, actor=stranger)) == "applied"
    changed["name"] = "Changed again"
    assert await peer.outcome(peer.act("Update", changed, "2", actor=stranger)) == "applied"


async def test_who_has_left_does_nothing_more_and_is_not_found(peer: HandMade) -> None:
    """Her own key still fits, and her node still shows her: it is her word that counts. What takes things back is let through."""
    mallory, post = peer.add("mallory"), await written_by_marie(peer)
    follow = peer.act("Follow", peer.node.marie, actor=mallory)
    assert await peer.outcome(follow) == "applied"
    assert await peer.node.person(mallory) is not None
    before = len(await told(peer))
    assert await peer.outcome(peer.act("Delete", mallory, actor=mallory)) == "applied"
    back = {**peer.actor("mallory"), "name": "Back"}
    for kind, thing in (
        ("Create", peer.note(mallory)),
        ("Create", f"{mallory}/notes/2"),
        ("Like", post["uri"]),
        ("Announce", post["uri"]),
        ("Follow", peer.node.marie),
    ):
        act = peer.act(kind, thing, f"after {thing is post}", actor=mallory, id=f"{mallory}#{kind}-{len(str(thing))}")
        assert "actor-gone" in await peer.outcome(act), kind
    assert await peer.tell(peer.act("Update", back, actor=mallory)) == 202
    assert await peer.outcome(peer.act("Undo", follow, actor=mallory)) == "applied"
    assert await peer.node.person(mallory) is None
    assert len(await told(peer)) <= before
    assert await peer.node.shown(peer) == []
    assert (await again(peer, post))["favourites_count"] == 0


async def test_who_deletes_somebody_else_is_asked_for_a_key_as_always(peer: HandMade) -> None:
    gone = f"{peer.base_url}/users/gone"
    assert await peer.tell(peer.act("Delete", peer.eve, actor=gone), without="Digest") == 401


async def test_an_undo_before_its_follow_leaves_no_follower(peer: HandMade) -> None:
    follow = peer.act("Follow", peer.node.marie)
    assert await peer.outcome(peer.act("Undo", follow)) == "applied"
    assert await peer.outcome(follow) != "applied"
    assert not await follows_marie(peer)
    assert peer.posted == []


async def test_the_same_follow_without_an_undo_makes_a_follower(peer: HandMade) -> None:
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
    assert await follows_marie(peer)


async def test_an_undo_before_its_like_leaves_no_like(peer: HandMade) -> None:
    post = await written_by_marie(peer)
    like = peer.act("Like", post["uri"])
    assert await peer.outcome(peer.act("Undo", like)) == "applied"
    assert await peer.outcome(like) != "applied"
    assert (await again(peer, post))["favourites_count"] == 0


async def test_a_removal_before_its_post_holds(peer: HandMade) -> None:
    assert await peer.outcome(peer.create("known")) == "applied"
    assert await peer.outcome(peer.act("Delete", peer.note()["id"])) == "applied"
    assert "removed" in await peer.outcome(peer.create())
    assert await peer.node.shown(peer) == ["Note known"]


async def test_a_post_that_was_removed_stays_removed(peer: HandMade) -> None:
    assert await peer.outcome(peer.create()) == "applied"
    assert await peer.outcome(peer.act("Delete", {"id": peer.note()["id"], "type": "Tombstone"})) == "applied"
    newer = peer.note(updated="2026-03-01T09:00:00Z")
    for attempt in (peer.act("Create", peer.note(), "again"), peer.act("Update", newer)):
        assert await peer.outcome(attempt) != "applied"
    assert await peer.node.shown(peer) == []


async def test_an_edit_older_than_what_is_shown_is_left(peer: HandMade) -> None:
    assert await peer.outcome(peer.create()) == "applied"
    for name, (moment, verdict) in {"newer": ("11", "applied"), "older": ("10", "ignored")}.items():
        note = peer.note(content=f"<p>{name}</p>", updated=f"2026-02-01T{moment}:00:00Z")
        found = await peer.outcome(peer.act("Update", note, name))
        assert (found == "applied") is (verdict == "applied")
    assert await peer.node.shown(peer) == ["newer"]


async def test_a_profile_older_than_what_is_known_is_left_and_its_keys_with_it(peer: HandMade) -> None:
    """And one said by a clock that was ahead makes nothing old."""
    assert await peer.outcome(peer.create()) == "applied"
    told = dict(peer.actor("eve", assertionMethod=[]))
    verdicts = []
    for number, (name, moment) in enumerate(
        [
            ("Newer", "2026-02-01T11:00:00Z"),
            ("Older", "2026-02-01T10:00:00Z"),
            ("Not said", None),
            ("Newest", "2026-02-01T12:00:00Z"),
            ("Ahead", "2999-01-01T00:00:00Z"),
            ("After all", "2026-02-01T13:00:00Z"),
        ]
    ):
        verdict = await peer.outcome(peer.act("Update", {**told, "name": name, "updated": moment}, str(number)))
        eve = await peer.node.person(peer.eve)
        assert eve is not None
        verdicts.append((verdict.partition(":")[0], eve["display_name"]))
    assert verdicts == [
        ("applied", "Newer"),
        ("not-newer", "Newer"),
        ("applied", "Not said"),
        ("applied", "Newest"),
        ("applied", "Ahead"),
        ("applied", "After all"),
    ]


async def test_a_removed_peer_is_refused_from_its_next_request_on(peer: HandMade) -> None:
    assert await peer.outcome(peer.create()) == "applied"
    status, _ = await peer.get(peer.node.marie)
    assert status == 200
    await peer.node.remove(peer.entry)
    peer.entry = ""
    second = peer.create("2")
    status, problem = await peer.get(peer.node.marie)
    assert (status, problem["title"]) == (403, "not-admitted")
    assert await peer.tell(second) == 403
    assert await peer.post(f"{peer.node.marie}/inbox", second) == 403
    assert peer.node.verdict(str(second["id"])) is None


async def test_a_removed_peer_is_told_nothing_more(peer: HandMade) -> None:
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
    await until(lambda: _has(peer, 1))
    await peer.node.remove(peer.entry)
    peer.entry = ""
    await written_by_marie(peer)
    other = await peer.node.journal()
    assert other
    assert [document["type"] for document in peer.posted] == ["Accept"]


# ---- what marie sees -------------------------------------------------------------------------------------------------


async def told(peer: HandMade) -> list[Json]:
    found = await peer.node.ask("GET", "/api/v1/notifications", params={"limit": "80"})
    return [each for each in found if each["account"]["acct"].endswith(f"@{peer.host}")]


async def follows_marie(peer: HandMade) -> bool:
    return any(each["type"] == "follow" for each in await told(peer))


async def written_by_marie(peer: HandMade, **how: Any) -> Json:
    return await peer.node.ask("POST", "/api/v1/statuses", json={"status": "Bonjour", **how})


async def again(peer: HandMade, post: Json) -> Json:
    return await peer.node.ask("GET", f"/api/v1/statuses/{post['id']}")


async def _has(peer: HandMade, number: int) -> bool:
    return len(peer.posted) == number
