"""Questions and votes as peers send them: counted once, from whoever may, and never shown as posts."""

from datetime import timedelta

import pytest

from federation import documents
from federation.proving import is_private
from federation.strict_json import JsonObject
from storage import accounts, follows, polls, posts
from storage.polls import Offer
from storage.posts import Post, Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.test_inbox import PUBLIC, Scene, activity, note, scene

__all__ = ["scene"]


def choice(name: str, total: int | None = 0) -> JsonObject:
    counted: JsonObject = {} if total is None else {"replies": {"type": "Collection", "totalItems": total}}
    return {"type": "Note", "name": name, **counted}


def question(eve: str, *totals: int | None, kind: str = "oneOf", **changes: object) -> JsonObject:
    offered = [choice(name, total) for name, total in zip(("Midi", "Soir", "Nuit"), totals, strict=False)]
    return note(eve, **{"type": "Question", kind: offered, "endTime": "2126-02-01T09:00:00Z", **changes})  # type: ignore[arg-type]  # as tests say


async def shown(scene: Scene, name: str = "1") -> tuple[list[tuple[str, int]], int, bool, bool] | None:
    """What is kept of eve's poll: options with totals, voters, whether it is open, whether it hides its totals."""

    def read(unit: Unit) -> tuple[list[tuple[str, int]], int, bool, bool] | None:
        post = posts.by_uri(unit, f"{scene.eve}/notes/{name}")
        poll = polls.find(unit, post.id) if post else None
        if post is None or poll is None:
            return None
        options = [(option.title, option.votes_count) for option in polls.options(unit, [post.id])]
        return options, poll.voters_count, poll.is_open(unit.now), poll.hides_totals

    return await scene.side.store.read(read)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            {"oneOf": [choice("Midi", 2), choice("Soir")], "votersCount": 2},
            ([("Midi", 2), ("Soir", 0)], 2, True, False),
        ),
        ({"anyOf": [choice("Midi", 2), choice("Soir", 3)]}, ([("Midi", 2), ("Soir", 3)], 3, True, False)),
        ({"oneOf": choice("Midi", 2)}, ([("Midi", 2)], 2, True, False)),
        ({"oneOf": [choice("Midi", None), choice("Soir", None)]}, ([("Midi", 0), ("Soir", 0)], 0, True, True)),
        ({"oneOf": [choice("a"), choice("b")], "closed": True}, ([("a", 0), ("b", 0)], 0, False, False)),
        ({"oneOf": [choice("a")], "closed": "2026-02-02T09:00:00Z"}, ([("a", 0)], 0, False, False)),
        ({"oneOf": [choice("a")], "closed": "2126-02-02T09:00:00Z"}, ([("a", 0)], 0, True, False)),
        ({"oneOf": [choice("a")], "closed": "yesterday"}, ([("a", 0)], 0, False, False)),
        ({"oneOf": [choice("a")], "endTime": "2026-02-02T09:00:00Z"}, ([("a", 0)], 0, False, False)),
        ({"oneOf": [choice("a")], "endTime": None}, ([("a", 0)], 0, True, False)),
        ({"oneOf": [choice("a", -1), choice("b", 10**18)]}, ([("a", 0), ("b", 2**31 - 1)], 2**31 - 1, True, True)),
        (
            {"oneOf": [choice("<b>\u202ea</b> "), {"name": 5}, "x", choice(" "), {}]},
            ([("<b>a</b>", 0)], 0, True, False),
        ),
        ({"oneOf": [choice(str(number)) for number in range(99)]}, ([(str(n), 0) for n in range(20)], 0, True, False)),
        ({"oneOf": []}, None),
        ({"type": "Note", "oneOf": [choice("a")]}, None),
    ],
)
async def test_a_question_is_read_however_it_is_written(
    scene: Scene, sent: dict[str, object], expected: object
) -> None:
    await scene.send(activity("Create", scene.eve, question(scene.eve, **sent)))  # type: ignore[arg-type]  # as above
    assert await shown(scene) == expected
    assert await scene.public() == ["<p>Note 1</p>"]


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+05:00", "tomorrow", 5, {}])
@pytest.mark.parametrize("kind", ["Question", "Event"])
async def test_an_end_that_cannot_be_read_is_none(scene: Scene, end: object, kind: str) -> None:
    create = activity("Create", scene.eve, question(scene.eve, 0, 0, type=kind, endTime=end))
    await scene.send(create)
    assert await scene.outcome(str(create["id"])) == "applied"
    assert await shown(scene) == (([("Midi", 0), ("Soir", 0)], 0, True, False) if kind == "Question" else None)


async def test_a_time_that_has_no_name_in_utc_is_refused(scene: Scene) -> None:
    create = activity("Create", scene.eve, note(scene.eve, published="0001-01-01T00:00:00+05:00"))
    assert await scene.send(create) == 202
    assert str(await scene.outcome(str(create["id"]))).startswith("bad-object")


async def test_totals_change_without_an_edit_and_other_options_are_one(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, question(scene.eve, 0, 0)))
    for number, (totals, more) in enumerate([((1, 0), {}), ((1, 1), {"updated": "2026-02-01T10:00:00Z"})]):
        await scene.send(activity("Update", scene.eve, question(scene.eve, *totals, **more), str(number)))
    assert await shown(scene) == ([("Midi", 1), ("Soir", 1)], 2, True, False)
    assert await edits(scene) == 0
    stale = question(scene.eve, 5, 5, content="<p>Autre</p>")
    await scene.send(activity("Update", scene.eve, stale, "stale"))
    assert await shown(scene) == ([("Midi", 1), ("Soir", 1)], 2, True, False)
    other = question(scene.eve, 0, 0, 4, updated="2026-02-01T11:00:00Z")
    await scene.send(activity("Update", scene.eve, other, "other"))
    assert await shown(scene) == ([("Midi", 0), ("Soir", 0), ("Nuit", 4)], 4, True, False)
    assert await edits(scene) == 1


async def test_nobody_but_its_author_says_how_a_poll_stands(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, question(scene.eve, 0, 0)))
    scene.peer.actor("mallory")
    await scene.send(activity("Update", f"{scene.peer.base_url}/users/mallory", question(scene.eve, 9, 9)))
    assert await shown(scene) == ([("Midi", 0), ("Soir", 0)], 0, True, False)


async def edits(scene: Scene) -> int:
    return await scene.side.store.read(lambda unit: unit.one(int, "select count(*) from post_versions")) or 0


# ---- votes on a poll of this node ------------------------------------------------------------------------------------


async def asked(scene: Scene, *, reach: Reach = Reach.ALL_NODES, ends_in: float = 3600, multiple: bool = False) -> Post:
    return await scene.side.store.write(_ask, reach, ends_in, multiple)


def _ask(unit: Unit, reach: Reach, ends_in: float, multiple: bool) -> Post:
    marie = accounts.by_handle(unit, "marie")
    assert marie is not None
    uri = f"{marie.uri}/posts/{unit.new_id()}"
    writing = Writing("<p>?</p>", "", sensitive=False, language=None, source="?")
    post = posts.add(
        unit, uri=uri, url=uri, author=marie.id, is_local=True, reach=reach, writing=writing, published=unit.now
    )
    polls.put(unit, post.id, Offer(("Midi", "Soir"), multiple, unit.now + timedelta(seconds=ends_in)))
    return post


def vote(eve: str, post: str, option: str, name: str = "1", **changes: object) -> JsonObject:
    document: JsonObject = {"id": f"{eve}#votes/{name}", "type": "Note", "attributedTo": eve, "name": option}
    return {**document, "inReplyTo": post, "to": [post.rpartition("/posts/")[0]], **changes}  # type: ignore[dict-item]


async def totals(scene: Scene, post: Post) -> list[int]:
    return [option.votes_count for option in await scene.side.store.read(polls.options, [post.id])]


async def test_a_vote_is_counted_once_and_is_no_post(scene: Scene) -> None:
    post = await asked(scene)
    for name, option in (("1", "Soir"), ("1", "Soir"), ("2", "Soir"), ("3", "Midi")):
        await scene.send(activity("Create", scene.eve, vote(scene.eve, post.uri, option, name), name))
    assert await totals(scene, post) == [0, 1]
    assert len(await scene.public()) == 1  # the question
    assert (await scene.side.store.read(posts.get, post.id)).replies_count == 0


async def test_a_vote_that_is_shown_by_its_id_alone_is_no_post_either(scene: Scene) -> None:
    post = await asked(scene)
    uri = f"{scene.eve}/notes/vote"
    scene.peer.offers["/users/eve/notes/vote"] = vote(scene.eve, post.uri, "Midi", id=uri)
    await scene.send(activity("Create", scene.eve, uri))
    assert "/users/eve/notes/vote" in scene.peer.asked
    assert await scene.side.store.read(posts.by_uri, uri) is None


async def test_several_votes_may_come_as_a_list(scene: Scene) -> None:
    post = await asked(scene, multiple=True)
    both = [vote(scene.eve, post.uri, option, option) for option in ("Midi", "Soir")]
    assert await scene.send(activity("Create", scene.eve, both)) == 202
    assert await totals(scene, post) == [1, 1]
    poll = await scene.side.store.read(polls.find, post.id)
    assert poll is not None
    assert poll.voters_count == 1
    mixed = [vote(scene.eve, post.uri, "Midi", "9"), note(scene.eve)]
    assert await scene.send(activity("Create", scene.eve, mixed, "mixed")) == 400


async def test_a_poll_for_followers_counts_their_votes_alone(scene: Scene) -> None:
    post = await asked(scene, reach=Reach.FOLLOWERS)
    early = activity("Create", scene.eve, vote(scene.eve, post.uri, "Midi"), "early")
    await scene.send(early)
    assert str(await scene.outcome(str(early["id"]))).startswith("not-found")
    await scene.side.store.write(_follow_marie, scene.eve)
    await scene.send(activity("Create", scene.eve, vote(scene.eve, post.uri, "Midi"), "later"))
    assert await totals(scene, post) == [1, 0]


def _follow_marie(unit: Unit, eve: str) -> None:
    marie, follower = accounts.by_handle(unit, "marie"), accounts.by_uri(unit, eve)
    assert marie is not None
    assert follower is not None
    follows.ask(unit, follower.id, marie.id, uri="urn:follow")
    follows.accept(unit, follower.id, marie.id)


def test_a_vote_goes_without_a_proof_so_that_nobody_can_show_it_around() -> None:
    eve = "https://tokyo.example/users/eve"
    create = activity("Create", eve, vote(eve, "https://paris.example/users/1/posts/2", "Midi"))
    assert is_private(create)
    assert not is_private(activity("Create", eve, note(eve, to=[PUBLIC])))


def test_totals_that_are_hidden_are_not_told() -> None:
    offer = Offer(("Midi", "Soir"), hides_totals=True)
    assert "replies" not in str(documents.asked(offer, [1, 2], voters_count=3))
    assert documents.asked(offer, [1, 2], voters_count=3)["votersCount"] == 3


async def test_votes_without_ids_of_their_own_are_counted_by_that_of_the_activity(scene: Scene) -> None:
    post = await asked(scene, multiple=True)
    absent = {name: value for name, value in vote(scene.eve, post.uri, "Midi").items() if name != "id"}
    both = [absent, vote(scene.eve, post.uri, "Soir", id=None)]
    assert await scene.send(activity("Create", scene.eve, both[0])) == 202
    assert await totals(scene, post) == [1, 0]
    assert await scene.send(activity("Create", scene.eve, both, "2")) == 202
    assert await totals(scene, post) == [1, 1]
    nameless = {name: value for name, value in activity("Create", scene.eve, both, "3").items() if name != "id"}
    assert await scene.send(nameless) == 400
    assert await scene.send(activity("Create", scene.eve, {**note(scene.eve), "id": None}, "4")) == 400
