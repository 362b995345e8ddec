"""What the sample people do in the communities of the demonstration: join them, let others in, and have a post stand first.

Joining goes through the client API, like all that they do. What managers decide has no place there: it is done beside the
nodes that run, as commands do, and those notice it.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from federation.activities.add import Add
from node.actions import leading, people
from node.demo.acting import Actor, NotFilled, until
from node.demo.communities import Circle
from node.demo.federation import Station
from storage import accounts, communities, follows, posts
from storage.accounts import Account
from storage.opening import open_store
from storage.store import Store, Unit


@dataclass(slots=True)
class Gathering:
    """A community among its people."""

    circle: Circle
    station: Station
    store: Store

    @property
    def handle(self) -> str:
        """By which it is named from everywhere."""
        return f"@{self.circle.founding.username}@{self.station.host}"

    async def joined_by(self, member: Actor) -> None:
        """Have somebody belong to it; where it is closed, its manager lets them in. Raises NotFilled."""
        account = await member.account_called(self.handle)
        await member.ask("POST", f"/api/v1/accounts/{account}/follow")
        host = "" if member.station is self.station else member.station.host
        name = self.circle.founding.name
        if self.circle.founding.closed:
            given = self.circle.founding.username, member.person.username, host
            await until(lambda: self.store.write(_let_in, *given), f"{member.person.name} does not ask to join {name}.")
        await until(lambda: member.follows(account), f"{member.person.name} does not belong to {name} yet.")

    async def pin(self, uri: str) -> None:
        """Have a post stand first. uri: its id.  Raises NotFilled."""
        given = self.circle.founding.username, self.circle.manager, uri
        await until(lambda: self.store.write(_pin, *given), f"{self.handle} has not got what is to stand first.")


@contextlib.asynccontextmanager
async def opened(circle: Circle, station: Station) -> AsyncIterator[Gathering]:
    """A community, with the store of its node, beside the node that runs."""
    store = await open_store(station.settings.database)
    try:
        yield Gathering(circle, station, store)
    finally:
        await store.close()


def _let_in(unit: Unit, community: str, username: str, host: str) -> bool:
    """Grant somebody's wish to join. Returns False while it has not come."""
    group, asking = _account(unit, community), accounts.by_handle(unit, username, host)
    known = follows.between(unit, asking.id, group.id) if asking is not None else None
    if asking is None or known is None:
        return False
    if known.accepted_at is None:
        people.let_in(unit, group, asking)
    return True


def _pin(unit: Unit, community: str, manager: str, uri: str) -> bool:
    """Have the community's manager pin a post. Returns False while it is not there."""
    group, by, post = _account(unit, community), _account(unit, manager), posts.by_uri(unit, uri)
    if post is None or posts.share_by(unit, group.id, post.id) is None:
        return False
    if not communities.is_pinned(unit, group.id, post.id):
        act = leading.written(unit, "Add", by, group, uri, target=group.featured_uri)
        leading.perform(unit, group, Add.read(act))
    return True


def _account(unit: Unit, username: str) -> Account:
    found = accounts.by_handle(unit, username)
    if found is None:
        raise NotFilled(f"{username} is not at their node.")
    return found
