"""Posts that are applied together ask together, and each is judged as if it had come alone."""

from dataclasses import dataclass

from federation.activities.create import Create
from federation.client import Budget
from federation.foresight import look_ahead
from storage.store import Unit
from tests.federation.conftest import MakeRogue, Side
from tests.federation.test_applier import activity, contents, followed, keep, note, outcomes

QUESTIONS = ("all", "one", "run", "each")


class Counting:
    """A unit that counts how often the database is asked something."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        if name in QUESTIONS:
            self.asked += 1
        return getattr(self._unit, name)


def _posts(author: str, number: int, *, run: str) -> list[Create]:
    told = [activity("Create", author, note(author, f"{run}-{at}"), f"{run}-{at}") for at in range(number)]
    return [Create.read(each) for each in told]


def _asked(unit: Unit, creates: list[Create]) -> int:
    counting = Counting(unit)
    asked: Unit = counting  # type: ignore[assignment]  # it passes everything on
    look_ahead(asked, creates)
    for create in creates:
        create.demand_standing(asked)
        assert not create.wants(asked)
        create.authorize(asked)
        create.apply(asked)
    return counting.asked


async def test_each_more_post_of_a_turn_asks_once_more(side: Side, rogue_peer: MakeRogue) -> None:
    (eve,) = await followed(side, await rogue_peer("tokyo"), "eve")
    few = await side.store.write(_asked, _posts(eve, 5, run="few"))
    many = await side.store.write(_asked, _posts(eve, 45, run="many"))
    assert many - few == 40
    assert len(await side.store.read(contents)) == 50


async def test_what_was_foreseen_is_what_each_would_have_been_told(side: Side, rogue_peer: MakeRogue) -> None:
    peer = await rogue_peer("tokyo")
    eve, ken, awa = await followed(side, peer, "eve", "ken", "awa")
    stranger = str(peer.actor("stranger")["id"])
    await side.federation.gathering.actor(stranger, budget=Budget())
    await side.store.write(_have_told_of_each, ken)
    again = {**activity("Create", eve, note(eve, "a"), "again"), "id": f"{eve}#again"}
    await side.store.write(
        keep,
        activity("Create", eve, note(eve, "a"), "a"),
        again,
        activity("Create", ken, note(ken, "b"), "b"),
        activity("Create", ken, note(ken, "c"), "c"),
        activity("Delete", awa, f"{awa}/notes/gone", "gone"),
        activity("Create", awa, note(awa, "gone"), "gone"),
        activity("Create", stranger, note(stranger, "unasked"), "unasked"),
    )
    await side.settled()
    assert await side.store.read(contents) == ["<p>a</p>", "<p>b</p>", "<p>c</p>"]
    reasons = {line.split()[0]: line.split()[1] for line in await side.store.read(outcomes)}
    assert reasons[f"{eve}#again"].startswith("known-already")
    assert reasons[f"{awa}#Create-gone"].startswith("removed-already")
    assert reasons[f"{stranger}#Create-unasked"].startswith("unsolicited")
    assert await side.store.read(_told_of) == [f"{ken}/notes/b", f"{ken}/notes/c"]
    counts = await side.store.read(_counts)
    assert (counts["eve"], counts["ken"], counts["awa"], counts["stranger"]) == (1, 2, 0, 0)


def _have_told_of_each(unit: Unit, author: str) -> None:
    sql = """
    update follows set notify = 1, accepted_at = 0 where followed_id = (select id from accounts where uri = :author)
    """
    assert unit.run(sql, author=author) == 1
    staff = """
    insert into staff (account_id, password, role, locale, created_at)
    select id, '', 'staff', 'fr', 0 from accounts where username = 'marie'
    """
    unit.run(staff)


def _told_of(unit: Unit) -> list[str]:
    sql = "select p.uri from notifications n join posts p on p.id = n.post_id where n.kind = 'status' order by p.uri"
    return unit.all(str, sql)


@dataclass(frozen=True, slots=True)
class _Count:
    username: str
    posts: int


def _counts(unit: Unit) -> dict[str, int]:
    found = unit.all(_Count, "select username, posts_count from accounts where host <> ''")
    return {each.username: each.posts for each in found}
