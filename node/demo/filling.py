"""The sample people act: profiles, follows, posts, answers, all through the client API of their own nodes."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession

from node.demo.federation import Station
from node.demo.places import Person
from node.demo.posts import SAMPLES, Sample, samples_of_further_place
from node.errors import NodeError

ARRIVAL_SECONDS = 30.0
HANDLE = re.compile(r"\{([a-z.]+)\}")

Json = Any  # what a node answers


class NotFilled(NodeError):
    """Something that the sample people did, did not arrive."""

    code = "demo-filling"


@dataclass(slots=True)
class Actor:
    """A sample person at their node."""

    person: Person
    station: Station
    session: ClientSession
    found: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **sent: Any) -> Json:
        """One call of the client API. Raises NotFilled."""
        headers = {
            "Authorization": f"Bearer {self.station.tokens[self.person.username]}",
            "Host": self.station.settings.domain,
        }
        async with self.session.request(method, self.station.address(path), headers=headers, **sent) as response:
            answer = await response.json()
            if response.status != 200:  # noqa: PLR2004
                raise NotFilled(f"{self.station.place.name} answered {response.status} to {method} {path}: {answer}")
            return answer

    async def account_of(self, other: "Actor") -> str:
        """The id that somebody has at this person's node."""
        if other.person.username not in self.found:
            query = {"q": f"@{other.person.username}@{other.station.host}", "resolve": "true", "type": "accounts"}
            people = (await self.ask("GET", "/api/v2/search", params=query))["accounts"]
            if not people:
                raise NotFilled(f"{self.station.place.name} does not find {query['q']}.")
            self.found[other.person.username] = people[0]["id"]
        return self.found[other.person.username]


@dataclass(slots=True)
class Filling:
    """The whole of it. told: hears of each step done."""

    actors: dict[str, Actor]
    told: Callable[[str], None]
    addresses: dict[str, str] = field(default_factory=dict)

    async def profiles(self) -> None:
        """Everybody says who they are."""
        await _together([self._profile(actor) for actor in self.actors.values()])

    async def follows(self) -> None:
        """Colleagues follow one another; across nodes, everybody follows some."""
        wanted = [(one, other) for one in self.actors.values() for other in self._followed_by(one)]
        await _together([self._follow(one, other) for one, other in wanted])

    async def write(self) -> None:
        """Everything is written, in order, each answer once what it answers has arrived."""
        for sample in self.samples():
            await self._post(sample)
            self.told(self.actors[sample.by].person.name)

    def samples(self) -> list[Sample]:
        """What is written by those who are there."""
        here = [sample for sample in SAMPLES if sample.by in self.actors]
        for station in {id(actor.station): actor.station for actor in self.actors.values()}.values():
            if station.place.key not in ("paris", "tokyo", "dakar"):
                first, second = (person.username for person in station.place.people)
                here += samples_of_further_place(first, second, station.place.key.title())
        keys = {sample.key for sample in here}
        return [sample for sample in here if not sample.answers or sample.answers in keys]

    def steps(self) -> int:
        """How many steps `told` will hear of."""
        return len(self.actors) + sum(len(self._followed_by(one)) for one in self.actors.values()) + len(self.samples())

    async def _profile(self, actor: Actor) -> None:
        person = actor.person
        french = actor.station.place.language == "fr"
        office = ("Bureau", "B 214") if french else ("Office", "B 214")
        sent = {"fields_attributes": [{"name": office[0], "value": office[1]}]}
        await actor.ask("PATCH", "/api/v1/accounts/update_credentials", json=sent)
        self.told(person.name)

    async def _follow(self, one: Actor, other: Actor) -> None:
        account = await one.account_of(other)
        await one.ask("POST", f"/api/v1/accounts/{account}/follow")

        async def accepted() -> bool:
            (between,) = await one.ask("GET", "/api/v1/accounts/relationships", params={"id[]": account})
            return bool(between["following"])

        await _until(accepted, f"{one.person.name} does not follow {other.person.name} yet.")
        self.told(one.person.name)

    async def _post(self, sample: Sample) -> None:
        author = self.actors[sample.by]
        sent: dict[str, object] = {
            "status": HANDLE.sub(self._handle, sample.text),
            "language": sample.language,
            "spoiler_text": sample.summary,
        }
        if sample.visibility == "node":
            sent["legation_reach"] = "node"
        else:
            sent["visibility"] = sample.visibility
        if sample.answers:
            sent["in_reply_to_id"] = await self._here(author, sample.answers)
        posted = await author.ask("POST", "/api/v1/statuses", json=sent)
        self.addresses[sample.key] = posted["uri"]
        for verb, names in (("favourite", sample.useful_to), ("reblog", sample.shared_by)):
            for name in names:
                if name in self.actors:
                    post = await self._here(self.actors[name], sample.key)
                    await self.actors[name].ask("POST", f"/api/v1/statuses/{post}/{verb}")

    def _handle(self, found: re.Match[str]) -> str:
        """`@name@host` of a sample person; the plain name when their node does not take part."""
        actor = self.actors.get(found[1])
        return f"@{found[1]}@{actor.station.host}" if actor else found[1].replace(".", " ").title()

    async def _here(self, actor: Actor, key: str) -> str:
        """The id of a post at somebody's node, once it is there."""
        found: list[str] = []

        async def arrived() -> bool:
            query = {"q": self.addresses[key], "resolve": "true", "type": "statuses"}
            found[:] = [post["id"] for post in (await actor.ask("GET", "/api/v2/search", params=query))["statuses"]]
            return bool(found)

        await _until(arrived, f"{actor.station.place.name} has not got the post {key}.")
        return found[0]

    def _followed_by(self, one: Actor) -> list[Actor]:
        """Colleagues; among the three first nodes everybody; the first three of Paris from anywhere, and back."""
        return [other for other in self.actors.values() if other is not one and _follows(one, other)]


def _follows(one: Actor, other: Actor) -> bool:
    main = ("paris", "tokyo", "dakar")
    here, there = one.station.place, other.station.place
    if here.key == there.key or (here.key in main and there.key in main):
        return True
    if there.key == "paris":
        return other.person in there.people[:3]
    return here.key == "paris" and one.person is here.people[1] and other.person is there.people[0]


async def _together(steps: Sequence[Any], *, at_once: int = 16) -> None:
    room = asyncio.Semaphore(at_once)

    async def take(step: Any) -> None:
        async with room:
            await step

    async with asyncio.TaskGroup() as group:
        for step in steps:
            group.create_task(take(step))


async def _until(is_so: Callable[[], Any], otherwise: str) -> None:
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            while not await is_so():  # noqa: ASYNC110  a node is asked, which tells nobody by itself
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        raise NotFilled(otherwise) from error
