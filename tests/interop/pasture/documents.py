"""Writes out what other people have collected of odd documents, as activities that one actor sends to another.

    documents.py ACTOR RECEIVER

Runs in the environment of those collections, not in ours. Prints one JSON object: for each group its documents in order,
each with a name, the properties that make it special, and the activity, put together as its collection prescribes.
"""

import asyncio
import json
import sys
from typing import Any

import fediverse_pasture_inputs  # type: ignore[import-not-found]  # installed where this runs
import funfedi_parsing_test_cases  # type: ignore[import-not-found]  # the same
from bovine.activitystreams import Actor  # type: ignore[import-not-found]  # the same
from fediverse_pasture.runner import ActivitySender  # type: ignore[import-not-found]  # the same

Json = Any  # documents are odd


class Nowhere:
    """Where the collection would send its documents; here they are only put together."""

    async def get(self, target: str) -> Json:
        return {"inbox": target}

    async def post(self, target: str, data: Json) -> None:
        """Nothing leaves."""


async def inputs(actor: str, receiver: str) -> dict[str, list[Json]]:
    """What `fediverse-pasture-inputs` holds."""
    found: dict[str, list[Json]] = {}
    for group, data in fediverse_pasture_inputs.available.items():
        found[group] = []
        for number, example in enumerate(data.examples, 1):
            sender = ActivitySender.for_actor(Nowhere(), Actor(id=actor))
            sender.sleep_after_getting_inbox = False
            sender.init_create_note(lambda note, example=example: {**note, **example})
            await sender.send(receiver)
            found[group].append({"name": f"{number}", "special": sorted(example), "activity": sender.activity})
    return found


def cases(actor: str, receiver: str) -> dict[str, list[Json]]:
    """What `funfedi-parsing-test-cases` holds."""
    environment = funfedi_parsing_test_cases.Environment({"id": actor, "type": "Person"}, receiver)
    suites = ("activity_suite", "event_suite", "notes_suite", "poll_suite")
    return {
        group: [
            {"name": case.name, "special": [], "activity": case.maker.activity_and_object(environment)[0]}
            for case in found
        ]
        for suite in suites
        for group, found in getattr(funfedi_parsing_test_cases, suite).tests.items()
    }


def main() -> None:
    actor, receiver = sys.argv[1:]
    collected = asyncio.run(inputs(actor, receiver))
    # Both have a group of this name or may come to have one: the collection stands before it.
    named = {f"inputs.{group}": found for group, found in collected.items()}
    named |= {f"cases.{group}": found for group, found in cases(actor, receiver).items()}
    json.dump(named, sys.stdout)


if __name__ == "__main__":
    main()
