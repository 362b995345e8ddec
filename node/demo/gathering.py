"""What the sample people do in the communities of the demonstration: join them, let others in, and have a post stand first.

Joining and letting others in goes through the client API, like all that they do. What stands first has no place there: it is
decided beside the nodes that run, as commands do, and those notice it.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from federation.activities.add import Add
from node.actions import leading
from node.demo.acting import Actor, NotFilled, until
from node.demo.communities import Circle
from storage import accounts, communities, posts
from storage.accounts import Account
from storage.errors import StorageBusy
from storage.opening import open_store
from storage.store import Store, Unit


@dataclass(slots=True)
class Gathering:
    """A community among its people. manager: who leads it, at its own node."""

    circle: Circle
    manager: Actor
    store: Store

    @property
    def handle(self) -> str:
        """By which it is named from everywhere."""
        return f"@{self.circle.founding.username}@{self.manager.station.host}"

    async def joined_by(self, member: Actor) -> None:
        """Have somebody belong to it; where it is closed, its manager lets them in. Raises NotFilled."""
        account = await member.account_called(self.handle)
        await member.ask("POST", f"/api/v1/accounts/{account}/follow")
        if self.circle.founding.closed:
            await self._let_in(member)
        name = self.circle.founding.name
        await until(lambda: member.follows(account), f"{member.person.name} does not belong to {name} yet.")

    async def _let_in(self, member: Actor) -> None:
        asking = await self.manager.account_of(member)

        async def has_asked() -> bool:
            waiting = await self.manager.ask("GET", "/api/v1/follow_requests")
            return asking in [each["id"] for each in waiting]

        await until(has_asked, f"{member.person.name} does not ask to join {self.circle.founding.name}.")
        await self.manager.ask("POST", f"/api/v1/follow_requests/{asking}/authorize")

    async def pin(self, uri: str) -> None:
        """Have a post stand first. uri: its id.  Raises NotFilled."""

        async def is_pinned() -> bool:
            try:
                return await self.store.write(_pin, self.circle.founding.username, self.circle.manager, uri)
            except StorageBusy:  # the node itself is writing just now
                return False

        await until(is_pinned, f"{self.handle} has not got what is to stand first.")


@contextlib.asynccontextmanager
async def opened(circle: Circle, manager: Actor) -> AsyncIterator[Gathering]:
    """A community, with the store of its node, beside the node that runs."""
    store = await open_store(manager.station.settings.database)
    try:
        yield Gathering(circle, manager, store)
    finally:
        await store.close()


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
