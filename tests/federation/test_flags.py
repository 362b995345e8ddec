"""Flag: who may report whom between nodes; and what the suspended may still do."""

from federation.client import Budget
from storage import accounts, notifications, posts, reports, staff, standings
from storage.accounts import Account
from storage.ids import PostId
from storage.pages import Page
from storage.reports import Report, Sought
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.conftest import MakeRogue
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]

PAGE = Page(40)


async def cases(scene: Scene) -> list[Report]:
    return await scene.side.store.read(reports.listed, PAGE, Sought())


async def marie_of(scene: Scene) -> Account:
    found = await scene.side.store.read(accounts.by_handle, "marie")
    assert found is not None
    return found


async def test_a_report_from_a_peer_is_a_case_for_moderators_and_nobody_else(scene: Scene) -> None:
    marie = await marie_of(scene)
    anne = await scene.side.member("anne")
    post = await scene.side.store.write(_post, marie)
    for account, role in ((marie, staff.MODERATOR), (anne, staff.MODERATOR)):
        await scene.side.store.write(staff.add, account.id, password="", role=role, locale="fr")
    foreign = f"{scene.eve}/notes/1"
    flag = activity("Flag", scene.eve, [post.uri, marie.uri, foreign], content="<p>Non&nbsp;!</p><script>x</script>")
    for _ in range(2):
        assert await scene.send(flag) == 202
    (case,) = await cases(scene)
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    assert (case.by_id, case.target_id, case.category) == (eve.id, marie.id, "other")
    assert case.comment.startswith("Non")
    assert "<" not in case.comment
    assert [one.id for one in await scene.side.store.read(reports.posts_of, case.id)] == [post.id]
    told = [await scene.side.store.read(notifications.of, one.id, PAGE) for one in (anne, marie)]
    assert [[(each.kind, each.about) for each in one] for one in told] == [[("admin.report", case.id)], []]


async def test_a_report_about_somebody_else_is_none_of_ours(scene: Scene, rogue_peer: MakeRogue) -> None:
    for number, thing in enumerate((scene.eve, [scene.eve], "https://x.example/1", f"{scene.side.base_url}/actor", [])):
        await scene.send(activity("Flag", scene.eve, thing, str(number), content="x"))
    assert await cases(scene) == []


async def test_one_peer_cannot_bury_moderators(scene: Scene) -> None:
    marie, eve = await marie_of(scene), await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None

    def many(unit: Unit) -> None:
        for number in range(200):
            reports.add(unit, uri=f"https://x/{number}", by=eve.id, target=marie.id, comment="")

    await scene.side.store.write(many)
    flag = activity("Flag", scene.eve, marie.uri, content=["a", {"b": 1}])
    await scene.send(flag)
    assert "too-many-reports" in str(await scene.outcome(str(flag["id"])))
    assert await scene.side.store.read(reports.open_by, eve.id) == 200


async def test_the_suspended_may_take_back_and_correct_and_nothing_else(scene: Scene) -> None:
    first = activity("Create", scene.eve, note(scene.eve))
    await scene.send(first)
    assert len(await scene.public()) == 1
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    await scene.side.store.write(standings.restrict, eve.id, standings.SUSPENDED)
    assert await scene.public() == []
    marie = await marie_of(scene)
    refused = [
        activity("Create", scene.eve, note(scene.eve, "2"), "2"),
        activity("Follow", scene.eve, marie.uri, "3"),
        activity("Like", scene.eve, f"{scene.eve}/notes/1", "4"),
        activity(
            "Announce", scene.eve, f"{scene.eve}/notes/1", "5", to=["https://www.w3.org/ns/activitystreams#Public"]
        ),
        activity("Flag", scene.eve, marie.uri, "6"),
    ]
    for document in refused:
        await scene.send(document)
        assert "suspended" in str(await scene.outcome(str(document["id"])))
    await scene.send(activity("Delete", scene.eve, f"{scene.eve}/notes/1"))
    assert await scene.side.store.read(posts.by_uri, f"{scene.eve}/notes/1") is None
    await scene.send(activity("Update", scene.eve, scene.peer.actor("eve") | {"name": "Ève"}))
    await scene.side.store.write(standings.lift, eve.id, standings.SUSPENDED)
    await scene.send(activity("Create", scene.eve, note(scene.eve, "7"), "7"))
    assert await scene.public() == ["<p>Note 7</p>"]
    assert (await scene.side.federation.gathering.known_actor(scene.eve, budget=Budget())).display_name == "Ève"


async def test_posts_of_the_suspended_are_shown_to_no_peer(scene: Scene) -> None:
    marie = await marie_of(scene)
    post = await scene.side.store.write(_post, marie)
    assert (await scene.peer.get(post.uri))[0] == 200
    await scene.side.store.write(standings.restrict, marie.id, standings.SUSPENDED)
    for address, status in ((post.uri, 404), (marie.outbox, 404), (marie.featured_uri, 404), (marie.uri, 200)):
        assert (await scene.peer.get(address))[0] == status


def _post(unit: Unit, author: Account) -> posts.Post:
    identifier = PostId(unit.new_id())
    uri = f"{author.uri}/posts/{identifier}"
    writing = posts.Writing(content="<p>x</p>", summary="", sensitive=False, language=None, source="x")
    return posts.add(
        unit,
        uri=uri,
        url=uri,
        author=author.id,
        is_local=True,
        reach=Reach.ALL_NODES,
        writing=writing,
        published=unit.now,
        identifier=identifier,
        document='{"id": "' + uri + '", "type": "Note"}',
    )
