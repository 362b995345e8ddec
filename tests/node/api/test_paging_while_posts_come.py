"""An app pages through a long journal, down and up again, while others go on writing."""

from collections.abc import Callable
from functools import partial

import pytest

from storage import posts
from storage.accounts import Account
from storage.posts import Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.node.api.conftest import App, AppOf, Json

HOME = "/api/v1/timelines/home"


def write(unit: Unit, author: Account, number: int) -> list[str]:
    """Some posts at once, as they arrive from a peer. Returns their ids, newest first."""
    made = []
    for _ in range(number):
        uri = f"{author.uri}/posts/{unit.new_id()}"
        writing = Writing("<p>Note</p>", "", sensitive=False, language="fr", source=None, tags=("note",))
        new = posts.add(
            unit,
            uri=uri,
            url=uri,
            author=author.id,
            is_local=True,
            reach=Reach.ALL_NODES,
            writing=writing,
            published=unit.now,
            people=(),
            mentioned=(),
            reply_to_uri=None,
        )
        made.append(str(new.id))
    return made[::-1]


async def follow_person(marie: App, paul: App) -> None:
    await marie.towards(paul, "follow")


async def follow_tag(marie: App, paul: App) -> None:
    del paul
    await marie.ask("POST", "/api/v1/tags/note/follow")


@pytest.mark.parametrize("begin", [follow_person, follow_tag])
async def test_no_post_is_missed_or_met_twice(app_of: AppOf, begin: Callable[[App, App], Json]) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await begin(marie, paul)
    store = marie.house.node.store
    there = await store.write(write, paul.account, 400)
    came: list[str] = []
    met: list[str] = []
    page = partial(marie.get, HOME, limit="40")
    found = await page()
    while found:
        met += [post["id"] for post in found]
        came = await store.write(write, paul.account, 5) + came if len(came) < 50 else came
        found = await page(max_id=met[-1])
    assert met == there
    up: list[str] = []
    found = await page(min_id=there[0])
    while found:
        up = [post["id"] for post in found] + up
        found = await page(min_id=up[0])
    assert (len(came), up) == (50, came)
    newest = await page(since_id=there[0])
    assert [post["id"] for post in newest] == came[:40]
