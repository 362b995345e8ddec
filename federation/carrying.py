"""Followers are carried from an account that was left to the one that follows on it.

    AccountMoved ─► carry, some at a time ─► each: Follow the new account, then Undo the Follow of the old one

What is left to do is what the follows say: whoever of this node still follows an account that was left. So a process may die
anywhere, several may do it at once, and whoever is followed by thousands holds up nobody.
"""

import asyncio
import contextlib
from collections.abc import Iterable

from federation import documents, outbox
from federation.activities.follow import Follow
from federation.activities.undo import Undo
from federation.errors import FederationError, Ignored, NotAllowed
from storage import accounts, follows, moves
from storage.accounts import Account
from storage.errors import NotFound
from storage.events import AccountMoved, ChangedElsewhere, Event
from storage.store import Store, Unit

MOST_AT_ONCE = 50
LOOK_SECONDS = 300.0
"""How often it is looked for without having been told: for what could not be done at its moment."""


class Carrier:
    """Carries followers for as long as the process runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wake = asyncio.Event()
        store.listen(self._hear)

    async def carry_for_ever(self) -> None:
        """Carry what there is now, and then whenever somebody has moved."""
        while True:
            self._wake.clear()
            await carry_all(self._store)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, AccountMoved | ChangedElsewhere) for event in events):
            self._wake.set()


async def carry_all(store: Store) -> int:
    """Carry all who can be carried now, some at a time. Returns how many."""
    carried = 0
    while await store.read(moves.followed_still):
        some = await store.write(carry, limit=MOST_AT_ONCE)
        if not some:  # the accounts that follow on the others are not known here, or do not say so
            break
        carried += some
    return carried


def carry(unit: Unit, *, limit: int) -> int:
    """Carry some followers. limit: at most so many.  Returns how many."""
    unit.lock("followers of those who have moved")
    done = 0
    for left in moves.followed_still(unit):
        found = moves.successor(unit, left)
        if found is None:
            continue
        waiting = moves.follows_from_here(unit, left.id, limit=limit - done)
        people = accounts.by_ids(unit, [follow.follower_id for follow in waiting])
        for follow in waiting:
            _carry(unit, people[follow.follower_id], follow, left, found)
        done += len(waiting)
        if done >= limit:
            break
    return done


def _carry(unit: Unit, follower: Account, follow: follows.Follow, left: Account, found: Account) -> None:
    """One follower: whoever may not follow the new account, or is it, only lets go of the old one."""
    if follower.id != found.id and follows.between(unit, follower.id, found.id) is None:
        uri = f"{follower.uri}#follows/{unit.new_id()}"
        with contextlib.suppress(NotAllowed, NotFound, Ignored):
            asked = documents.act("Follow", follower, found.uri, uri=uri, to=[found.uri])
            outbox.perform(unit, Follow.read(asked))
            follows.prefer(
                unit,
                follower.id,
                found.id,
                shares=follow.shares,
                notify=follow.notify,
                languages=follow.wanted_languages,
            )
    _let_go(unit, follower, follow, left)


def _let_go(unit: Unit, follower: Account, follow: follows.Follow, left: Account) -> None:
    undone = documents.act("Follow", follower, left.uri, uri=follow.uri, to=[left.uri])
    inner = {name: value for name, value in undone.items() if name != "@context"}
    uri = f"{follower.uri}#carried/{unit.new_id()}"
    try:
        outbox.perform(unit, Undo.read(documents.act("Undo", follower, inner, uri=uri, to=[left.uri])))
    except FederationError:  # a follow whose id is not ours to take back: it ends here all the same
        follows.remove(unit, follower.id, left.id)
