"""The sample people act: profiles, follows, posts, answers, in communities too, through the client API of their own nodes."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from node.demo.acting import Actor, until
from node.demo.communities import CIRCLES, Circle
from node.demo.gathering import Gathering, opened
from node.demo.posts import SAMPLES, Sample, samples_of_further_place

HANDLE = re.compile(r"\{([a-z.]+)\}")


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
        """Everything is written, in order, each answer once what it answers has arrived; in each community beside the others."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write(self.samples()))
            for circle in self.circles():
                group.create_task(self._gather(circle))

    def circles(self) -> list[Circle]:
        """The communities of the nodes that are there."""
        return [circle for circle in CIRCLES if circle.manager in self.actors]

    def samples(self) -> list[Sample]:
        """What is written by those who are there."""
        here = [sample for sample in SAMPLES if sample.by in self.actors]
        for station in {id(actor.station): actor.station for actor in self.actors.values()}.values():
            if station.place.key not in ("paris", "tokyo", "dakar"):
                first, second = (person.username for person in station.place.people)
                here += samples_of_further_place(first, second, station.place.key.title())
        return _whole(here)

    def steps(self) -> int:
        """How many steps `told` will hear of."""
        follows = sum(len(self._followed_by(one)) for one in self.actors.values())
        gathered = sum(len(self._members(circle)) + len(self._said(circle)) for circle in self.circles())
        return len(self.actors) + follows + len(self.samples()) + gathered

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
        await until(lambda: one.follows(account), f"{one.person.name} does not follow {other.person.name} yet.")
        self.told(one.person.name)

    async def _gather(self, circle: Circle) -> None:
        async with opened(circle, self.actors[circle.manager]) as gathering:
            for member in self._members(circle):
                await gathering.joined_by(member)
                self.told(member.person.name)
            await self._write(self._said(circle), within=gathering)
            await gathering.pin(self.addresses[circle.samples[0].key])

    def _members(self, circle: Circle) -> list[Actor]:
        return [self.actors[name] for name in circle.members if name in self.actors]

    def _said(self, circle: Circle) -> list[Sample]:
        return _whole([sample for sample in circle.samples if sample.by in self.actors])

    async def _write(self, samples: Sequence[Sample], *, within: Gathering | None = None) -> None:
        """within: the community in which it is written."""
        for sample in samples:
            await self._post(sample, within=within)
            self.told(self.actors[sample.by].person.name)

    async def _post(self, sample: Sample, *, within: Gathering | None) -> None:
        author, is_fetched = self.actors[sample.by], within is None
        text = HANDLE.sub(self._handle, sample.text)
        sent: dict[str, object] = {
            "status": f"{within.handle} {text}" if within else text,
            "language": sample.language,
            "spoiler_text": sample.summary,
        }
        if sample.visibility == "node":
            sent["legation_reach"] = "node"
        else:
            sent["visibility"] = sample.visibility
        if sample.answers:
            sent["in_reply_to_id"] = await self._here(author, sample.answers, is_fetched=is_fetched)
        posted = await author.ask("POST", "/api/v1/statuses", json=sent)
        self.addresses[sample.key] = posted["uri"]
        for verb, names in (("favourite", sample.useful_to), ("reblog", sample.shared_by)):
            for name in names:
                if name in self.actors:
                    post = await self._here(self.actors[name], sample.key, is_fetched=is_fetched)
                    await self.actors[name].ask("POST", f"/api/v1/statuses/{post}/{verb}")

    def _handle(self, found: re.Match[str]) -> str:
        """`@name@host` of a sample person; the plain name when their node does not take part."""
        actor = self.actors.get(found[1])
        return f"@{found[1]}@{actor.station.host}" if actor else found[1].replace(".", " ").title()

    async def _here(self, actor: Actor, key: str, *, is_fetched: bool) -> str:
        """The id of a post at somebody's node, once it is there. is_fetched: or else waited for, as it comes from its community."""
        found: list[str] = []

        async def arrived() -> bool:
            query = {"q": self.addresses[key], "resolve": str(is_fetched).lower(), "type": "statuses"}
            found[:] = [post["id"] for post in (await actor.ask("GET", "/api/v2/search", params=query))["statuses"]]
            return bool(found)

        await until(arrived, f"{actor.station.place.name} has not got the post {key}.")
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


def _whole(samples: Sequence[Sample]) -> list[Sample]:
    """Those that answer nothing, or something that stands before them here."""
    found: dict[str, Sample] = {}
    for sample in samples:
        if not sample.answers or sample.answers in found:
            found[sample.key] = sample
    return list(found.values())


async def _together(steps: Sequence[Any], *, at_once: int = 16) -> None:
    room = asyncio.Semaphore(at_once)

    async def take(step: Any) -> None:
        async with room:
            await step

    async with asyncio.TaskGroup() as group:
        for step in steps:
            group.create_task(take(step))
