"""Events as other software writes them, and what peers may do about ours."""

from datetime import UTC, datetime

import pytest

from federation import collection_routes
from federation import occasions as documents
from federation.strict_json import JsonObject
from storage import accounts, attendances, occasions, posts
from storage.accounts import Account
from storage.occasions import KeptOccasion, Occasion
from storage.posts import Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.conftest import until
from tests.federation.test_inbox import PUBLIC, Scene, activity, note, scene

__all__ = ["scene"]

WHEN = datetime(2082, 12, 1, 9, 0, tzinfo=UTC)
MOBILIZON: JsonObject = {
    "startTime": "2082-12-01T10:00:00+01:00",
    "endTime": "2082-12-01T11:30:00+01:00",
    "timezone": "Europe/Paris",
    "location": {
        "type": "Place",
        "name": "Salle 2",
        "address": {"streetAddress": "37 quai d’Orsay", "addressLocality": "Paris"},
    },
    "ical:status": "TENTATIVE",
    "joinMode": "restricted",
    "maximumAttendeeCapacity": 12,
    "participantCount": 3,
}


def test_what_mobilizon_writes_is_read() -> None:
    place = "Salle 2, 37 quai d’Orsay, Paris"
    ends = datetime(2082, 12, 1, 10, 30, tzinfo=UTC)
    expected = Occasion(WHEN, ends, "Europe/Paris", place, "tentative", "restricted", 12)
    assert documents.read(MOBILIZON) == (expected, 3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"eventStatus": "CANCELLED"}, Occasion(WHEN, status="cancelled")),
        ({"eventStatus": "https://schema.org/EventCancelled"}, Occasion(WHEN, status="cancelled")),
        ({"timezone": "Mars/Olympus"}, Occasion(WHEN)),
        ({"timezone": "../../etc/passwd"}, Occasion(WHEN)),
        ({"location": "Salle\u202e 2"}, Occasion(WHEN, place="Salle 2")),
        ({"location": [{"name": "A"}, {"name": "B"}]}, Occasion(WHEN, place="A")),
        ({"location": 7, "joinMode": 7, "maximumAttendeeCapacity": -1}, Occasion(WHEN)),
        ({"endTime": "2026-11-01T00:00:00Z"}, Occasion(WHEN)),
        ({"joinMode": "external"}, Occasion(WHEN, join_mode="external")),
        ({"startTime": "0001-01-01T00:00:00Z"}, None),
        ({"startTime": "soon"}, None),
        ({"startTime": None}, None),
    ],
)
def test_odd_events_are_read_with_care(changes: JsonObject, expected: Occasion | None) -> None:
    found = documents.read({"startTime": "2082-12-01T09:00:00Z", **changes})
    assert (found[0] if found else None) == expected


def test_what_is_written_is_read_as_it_was() -> None:
    whole = Occasion(WHEN, WHEN.replace(hour=10), "Asia/Tokyo", "Salle 2", "confirmed", "restricted", 5)
    for occasion in (whole, Occasion(WHEN)):
        written = documents.described(occasion, organiser="https://paris.example/users/1", attending=2)
        assert documents.read(written) == (occasion, 2)


async def kept(scene: Scene) -> KeptOccasion | None:
    post = await scene.side.store.read(posts.by_uri, f"{scene.eve}/notes/1")
    assert post is not None
    return await scene.side.store.read(occasions.find, post.id)


async def test_an_event_that_moves_and_is_called_off(scene: Scene) -> None:
    event: JsonObject = {**note(scene.eve, type="Event"), "name": "Réunion", **MOBILIZON}
    await scene.send(activity("Create", scene.eve, event))
    first = await kept(scene)
    assert first is not None
    assert (first.starts_at, first.attending_count) == (WHEN, 3)
    later: JsonObject = {**event, "startTime": "2082-12-02T10:00:00+01:00", "endTime": None}
    await scene.send(activity("Update", scene.eve, {**later, "updated": "2026-02-01T10:00:00Z"}, "1"))
    called_off: JsonObject = {**later, "ical:status": "CANCELLED", "updated": "2026-02-01T11:00:00Z"}
    await scene.send(activity("Update", scene.eve, called_off, "2"))
    last = await kept(scene)
    assert last is not None
    assert (last.starts_at.day, last.ends_at, last.status) == (2, None, "cancelled")
    plain = note(scene.eve, updated="2026-02-01T12:00:00Z")
    await scene.send(activity("Update", scene.eve, plain, "3"))
    assert await kept(scene) is None


# ---- an event of ours ------------------------------------------------------------------------------------------------


async def ours(scene: Scene, occasion: Occasion, reach: Reach = Reach.ALL_NODES) -> str:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    scene.peer.offers["/users/eve/inbox"] = {}
    return await scene.side.store.write(_planned, marie, occasion, reach)


def _planned(unit: Unit, author: Account, occasion: Occasion, reach: Reach) -> str:
    uri = _written(unit, author, reach)
    post = posts.by_uri(unit, uri)
    assert post is not None
    occasions.put(unit, post.id, occasion)
    return uri


def _written(unit: Unit, author: Account, reach: Reach) -> str:
    uri = f"{author.uri}/posts/{unit.new_id()}"
    writing = Writing("<p>x</p>", "", sensitive=False, language=None, source="x")
    posts.add(
        unit,
        uri=uri,
        url=uri,
        author=author.id,
        is_local=True,
        reach=reach,
        writing=writing,
        published=unit.now,
    )
    return uri


async def states(scene: Scene, event: str) -> list[str]:
    sql = """
    select t.state from attendances t join posts p on p.id = t.post_id where p.uri = :uri order by t.id
    """
    return await scene.side.store.read(lambda unit: unit.all(str, sql, uri=event))


async def test_a_peer_joins_leaves_and_takes_a_join_back(scene: Scene) -> None:
    event = await ours(scene, Occasion(WHEN))
    join = activity("Join", scene.eve, event)
    await scene.send(join)
    await scene.send(activity("Join", scene.eve, event, "again"))
    assert await states(scene, event) == ["coming"]
    await scene.send(activity("Leave", scene.eve, event))
    assert await states(scene, event) == []
    second = activity("Join", scene.eve, event, "2")
    await scene.send(second)
    assert await states(scene, event) == ["coming"]
    await scene.send(activity("Undo", scene.eve, second["id"]))
    assert await states(scene, event) == []
    late = activity("Join", scene.eve, event, "3")
    await scene.send(activity("Undo", scene.eve, late, "3"))
    await scene.send(late)
    assert await states(scene, event) == []


async def test_peers_that_may_read_an_event_read_who_comes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection_routes, "LISTED_AT_ONCE", 2)
    event = await ours(scene, Occasion(WHEN))
    people = [f"{scene.peer.base_url}/users/{name}" for name in ("ada", "bea", "cora")]
    for person in people:
        scene.peer.actor(person.rpartition("/")[2])
        scene.peer.offers[f"/users/{person.rpartition('/')[2]}/inbox"] = {}
        await scene.send(activity("Join", person, event))
    status, whole = await scene.peer.get(f"{event}/attendees")
    assert (status, whole["type"], whole["totalItems"]) == (200, "OrderedCollection", 3)
    _, first = await scene.peer.get(str(whole["first"]))
    _, second = await scene.peer.get(str(first["next"]))
    assert [first["orderedItems"], second["orderedItems"], "next" in second] == [people[:2], people[2:], False]
    await scene.send(activity("Leave", people[0], event))
    assert (await scene.peer.get(f"{event}/attendees"))[1]["totalItems"] == 2

    for_few = await ours(scene, Occasion(WHEN), reach=Reach.FOLLOWERS)
    assert (await scene.peer.get(f"{for_few}/attendees"))[0] == 404
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    plain = await scene.side.store.write(_written, marie, Reach.ALL_NODES)
    assert (await scene.peer.get(f"{plain}/attendees"))[0] == 404


async def test_there_are_no_more_than_the_places(scene: Scene) -> None:
    event = await ours(scene, Occasion(WHEN, capacity=1))
    scene.peer.actor("zoe")
    scene.peer.offers["/users/zoe/inbox"] = {}
    zoe = f"{scene.peer.base_url}/users/zoe"
    await scene.send(activity("Join", scene.eve, event))
    await scene.send(activity("Join", zoe, event))
    assert await states(scene, event) == ["coming", "refused"]
    await scene.send(activity("Leave", scene.eve, event))
    await scene.send(activity("Join", zoe, event, "2"))
    assert await states(scene, event) == ["coming"]


PAST = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


IN_VAIN = [
    Occasion(WHEN, status="cancelled"),
    Occasion(WHEN, join_mode="invite"),
    Occasion(WHEN, join_mode="external"),
    Occasion(PAST),
    Occasion(PAST, join_mode="restricted"),
]


async def test_who_asks_in_vain_is_told_so(scene: Scene) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    await scene.side.store.write(_hired, marie)
    events = [await ours(scene, occasion) for occasion in IN_VAIN]
    joins = [activity("Join", scene.eve, event, event) for event in events]
    for join in joins:
        await scene.send(join)
    assert [await states(scene, event) for event in events] == [["refused"]] * len(events)

    async def have_come() -> bool:
        return len(scene.peer.took) == len(events)

    await until(have_come)
    answered = [answer["object"] for answer in scene.peer.took]
    assert [asked["id"] for asked in answered if isinstance(asked, dict)] == [join["id"] for join in joins]
    assert {str(answer["type"]) for answer in scene.peer.took} == {"Reject"}
    assert await told(scene) == []


async def test_an_event_that_has_begun_still_takes_people(scene: Scene) -> None:
    event = await ours(scene, Occasion(PAST, ends_at=WHEN))
    await scene.send(activity("Join", scene.eve, event))
    assert await states(scene, event) == ["coming"]


async def test_nobody_answers_for_the_organiser(scene: Scene) -> None:
    event = await ours(scene, Occasion(WHEN, join_mode="restricted"))
    join = activity("Join", scene.eve, event)
    await scene.send(join)
    for kind in ("Accept", "TentativeAccept", "Reject"):
        await scene.send(activity(kind, scene.eve, join))
    assert await states(scene, event) == ["asked"]


async def test_no_place_at_a_plain_post(scene: Scene) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    await scene.send(activity("Create", scene.eve, note(scene.eve, to=[PUBLIC, marie.uri])))
    scene.peer.actor("zoe")
    join = activity("Join", f"{scene.peer.base_url}/users/zoe", f"{scene.eve}/notes/1")
    await scene.send(join)
    assert "not-found" in str(await scene.outcome(str(join["id"])))


async def test_a_tentative_answer_is_kept(scene: Scene) -> None:
    event: JsonObject = {**note(scene.eve, type="Event"), "name": "Réunion", **MOBILIZON}
    await scene.send(activity("Create", scene.eve, event))
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    await scene.side.store.write(_asked, marie, str(event["id"]))
    joined: JsonObject = {"type": "Join", "actor": marie.uri, "object": event["id"], "id": "urn:other"}
    await scene.send(activity("TentativeAccept", scene.eve, joined))
    assert await states(scene, str(event["id"])) == ["perhaps"]
    await scene.send(activity("Accept", scene.eve, joined))

    async def counted() -> bool:
        found = await kept(scene)
        return found is not None and found.attending_count == 4

    await until(counted)


def _asked(unit: Unit, account: Account, event: str) -> None:
    post = posts.by_uri(unit, event)
    assert post is not None
    attendances.ask(unit, account.id, post.id, uri=f"{account.uri}#joins/1")


# ---- invitations -----------------------------------------------------------------------------------------------------


async def invitation(scene: Scene, name: str = "1", **changes: object) -> JsonObject:
    """Eve has planned an event, and invites marie."""
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    event: JsonObject = {**note(scene.eve, type="Event"), "name": "Réunion", **MOBILIZON, "joinMode": "invite"}
    await scene.send(activity("Create", scene.eve, event))
    await scene.side.store.write(_hired, marie)
    invite = activity("Invite", scene.eve, event["id"], name, target=marie.uri, to=[marie.uri])
    return {**invite, **changes}  # type: ignore[dict-item]  # tests send whatever a rogue would


def _hired(unit: Unit, account: Account) -> None:
    sql = """
    insert into staff (account_id, password, role, locale, created_at) values (:id, '', 'staff', 'fr', :now)
    on conflict do nothing
    """
    unit.run(sql, id=account.id, now=unit.now)


async def told(scene: Scene) -> list[str]:
    kinds = "select n.kind from notifications n join accounts a on a.id = n.account_id where a.username = 'marie'"
    return await scene.side.store.read(lambda unit: unit.all(str, kinds))


async def test_an_invitation_of_a_peer_is_told_and_taken_back(scene: Scene) -> None:
    invite = await invitation(scene)
    event = str(invite["object"])
    await scene.send(invite)
    assert (await states(scene, event), await told(scene)) == (["invited"], ["event_invite"])
    # Nobody comes because the organiser says so: whoever is invited answers.
    await scene.send(activity("Accept", scene.eve, {"type": "Join", "actor": invite["target"], "object": event}))
    assert await states(scene, event) == ["invited"]
    await scene.send(activity("Undo", scene.eve, invite))
    assert (await states(scene, event), await told(scene)) == ([], [])
    await scene.send({**invite, "id": f"{scene.eve}#late"})
    await scene.send(activity("Reject", scene.eve, {"type": "Join", "actor": invite["target"], "object": event}))
    assert await states(scene, event) == ["refused"]  # an organiser may change their mind


async def test_who_is_not_the_organiser_invites_nobody(scene: Scene) -> None:
    scene.peer.actor("zoe")
    invite = await invitation(scene, actor=f"{scene.peer.base_url}/users/zoe", id=f"{scene.peer.base_url}/users/zoe#1")
    await scene.send(invite)
    assert "not-the-organiser" in str(await scene.outcome(str(invite["id"])))
    nobody = await invitation(scene, "2", target=f"{scene.peer.base_url}/users/zoe", to=[])
    await scene.send(nobody)
    assert "unsolicited" in str(await scene.outcome(str(nobody["id"])))
    assert (await states(scene, str(invite["object"])), await told(scene)) == ([], [])


async def test_an_invitation_of_ours_is_answered_by_whom_it_names(scene: Scene) -> None:
    event = await ours(scene, Occasion(WHEN, join_mode="invite", capacity=1))
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    post = await scene.side.store.read(posts.by_uri, event)
    assert eve is not None
    assert post is not None
    uri = f"{marie.uri}#invites/1"
    await scene.side.store.write(attendances.invite, eve.id, post.id, uri=uri)
    scene.peer.actor("zoe")
    stranger = f"{scene.peer.base_url}/users/zoe"
    for taken in (uri, {"id": uri, "type": "Invite", "actor": marie.uri, "object": event}):
        await scene.send(activity("Accept", stranger, taken, f"{type(taken).__name__}"))
    assert await states(scene, event) == ["invited"]
    await scene.send(activity("Accept", scene.eve, uri))
    assert await states(scene, event) == ["coming"]
    await scene.send(activity("Leave", scene.eve, event))
    await scene.side.store.write(attendances.invite, eve.id, post.id, uri=uri)
    await scene.send(activity("Join", scene.eve, event))  # some software knows no answer to an invitation
    assert await states(scene, event) == ["coming"]
    await scene.send(activity("Leave", scene.eve, event, "2"))
    await scene.side.store.write(attendances.invite, eve.id, post.id, uri=uri)
    await scene.send(activity("Reject", scene.eve, uri))
    assert await states(scene, event) == []


async def test_a_community_of_a_peer_invites(scene: Scene) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    await scene.side.store.write(_hired, marie)
    group = scene.peer.actor("presse", type="Group")
    await scene.send(activity("Invite", scene.eve, group["id"], target=marie.uri))
    assert await told(scene) == ["community_invite"]
