"""Conversations over three nodes: whole on each of them, whoever follows whom and whatever was cut off meanwhile."""

import asyncio
import random
from datetime import timedelta

import pytest

from tests.federated.conftest import FederationOf, Json, Place, Staff, settled, until, whole

POSTS = 300
COOL_DOWN = timedelta(minutes=16)


class Thread:
    """A conversation in which people of all nodes write. Each knows it by the number of its first post at their node."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # the same thread in each run
        self.root: dict[Place, str] = {}
        self.written = 1

    async def read(self, reader: Staff) -> list[Json]:
        """All of it as it is shown to somebody, in order."""
        root = self.root[reader.place]
        around = await reader.ask("GET", f"/api/v1/statuses/{root}/context")
        return [await reader.ask("GET", f"/api/v1/statuses/{root}"), *around["descendants"]]

    async def grow(self, people: list[Staff], *, until: int) -> None:
        """Have everybody in turn answer something that they can read."""
        shown = {person.place: [post["id"] for post in await self.read(person)] for person in people}
        while self.written < until:
            turn = people[: until - self.written]
            answered = [self.chance.choice(shown[person.place][-12:]) for person in turn]
            new = [
                person.post(f"n {self.written + number}", in_reply_to_id=post)
                for number, (person, post) in enumerate(zip(turn, answered, strict=True))
            ]
            for person, post in zip(turn, await asyncio.gather(*new), strict=True):
                shown[person.place].append(post["id"])
            self.written += len(turn)

    async def gather(self, people: list[Staff]) -> None:
        """Let everything arrive, then have somebody of each node open it, and again once it was fetched."""
        places = list(self.root)
        await settled(*places)
        for person in people:
            await self.read(person)
        await whole(*places)
        await settled(*places)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_300_posts_read_the_same_on_three_nodes_after_a_partition_heals(
    federation_of: FederationOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POSTS_PER_3_HOURS", "API_CALLS_PER_5_MINUTES", "PEER_ACTIVITIES_PER_MINUTE", "UNASKED_PER_HOUR"):
        monkeypatch.setenv(f"LEGATION_{name}", "1000000")
    places = paris, tokyo, dakar = await federation_of(3)
    marie, lea, ken, awa = (
        await paris.staff("marie"),
        await paris.staff("lea"),
        await tokyo.staff("ken"),
        await dakar.staff("awa"),
    )
    await ken.follow(marie)  # and nobody else anybody
    thread, everybody = Thread(7), [marie, ken, lea, awa]
    first = await marie.post("n 0")
    for person in everybody:
        query = {"q": first["uri"], "resolve": "true"}
        found = await person.ask("GET", "/api/v2/search", params=query)
        thread.root[person.place] = found["statuses"][0]["id"]

    await thread.grow(everybody, until=POSTS // 3)
    await thread.gather(everybody)

    await tokyo.stop()
    await tokyo.start_cut_off()
    await thread.grow(everybody, until=2 * POSTS // 3)
    await tokyo.stop()
    for place in places:
        place.ahead = COOL_DOWN
    await tokyo.start()
    await thread.gather(everybody)

    await thread.grow(everybody, until=POSTS)
    for place in places:
        place.ahead = 2 * COOL_DOWN
    await thread.gather(everybody)

    shown = {person.username: [post["uri"] for post in await thread.read(person)] for person in everybody}
    assert len(shown["marie"]) == POSTS
    assert shown["ken"] == shown["marie"]
    assert shown["awa"] == shown["marie"]


async def test_a_page_says_what_is_missing_and_from_where_until_that_node_is_back(federation_of: FederationOf) -> None:
    places = paris, tokyo, dakar = await federation_of(3)
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    await ken.follow(marie)
    first = await marie.post("Question")
    await settled(*places)
    for text in ("one", "two"):
        await ken.post(text, in_reply_to_id=(await ken.home())[0]["id"])
    await settled(*places)
    await tokyo.stop()

    found = await awa.ask("GET", "/api/v2/search", params={"q": first["uri"], "resolve": "true"})
    path = f"/api/v1/statuses/{found['statuses'][0]['id']}/context"
    await awa.ask("GET", path)
    await whole(dakar)
    around = await awa.ask("GET", path)
    assert around["descendants"] == []
    assert around["legation"]["missing"] == [{"node": tokyo.host, "count": 2, "reason": "away"}]

    for place in places:
        place.ahead = timedelta(minutes=6)
    await tokyo.start()  # it greets its peers, and nobody opens anything
    await until(lambda: dakar.knows("two"))
    await whole(dakar)
    around = await awa.ask("GET", path)
    assert [post["content"] for post in around["descendants"]] == ["<p>one</p>", "<p>two</p>"]
    assert around["legation"]["missing"] == []
