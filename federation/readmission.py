"""A peer that was parted from is admitted again: both nodes say once more who follows whom.

Follows are back already, as they were when they ended (`storage.partings`). What either side has changed meanwhile, the other
could not hear:

    ours follow theirs     asked for once more; their node accepts where it still counts us, decides anew, or refuses
    theirs follow ours     each person whom they follow says to their node how things stand (an Update of the actor), with the
                           digest of the followers there (FEP-8fcf): where their node has others, it asks for the list and
                           takes back what is too much

What is left to do is what the records say, so a process may die anywhere, and several may do it at once.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence

from federation import documents, outbox, strict_json
from federation.activities.follow import Follow
from federation.errors import Ignored, NotAllowed
from federation.own_keys import public_now
from storage import accounts, communities, deliveries, media, partings
from storage.accounts import Account
from storage.errors import NotFound
from storage.events import ChangedElsewhere, Event, PeerChanged, PeerParted
from storage.ids import AccountId, Host
from storage.partings import Severed
from storage.store import Store, Unit

MOST_AT_ONCE = 50
LOOK_SECONDS = 300.0
"""How often it is looked for without having been told: for what could not be done at its moment."""


class Readmission:
    """Tells peers that were admitted again, for as long as the process runs."""

    def __init__(self, store: Store, *, domain: str) -> None:
        """domain: of the handles of this node's people."""
        self._store = store
        self._domain = domain
        self._wake = asyncio.Event()
        store.listen(self._hear)

    async def tell_for_ever(self) -> None:
        """Tell what there is to tell now, and then whenever a peer was admitted again."""
        while True:
            self._wake.clear()
            while await self._store.read(partings.waiting, limit=1):
                await self._store.write(tell, limit=MOST_AT_ONCE, domain=self._domain)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, PeerParted | PeerChanged | ChangedElsewhere) for event in events):
            self._wake.set()


def tell(unit: Unit, *, limit: int, domain: str) -> None:
    """Tell peers of some follows that came back. limit: at most so many.  domain: of people's handles."""
    unit.lock("follows with peers admitted again")
    found = partings.waiting(unit, limit=limit)
    are_back = partings.back_among(unit, found)
    back = [record for record in found if record.id in are_back]
    people = accounts.by_ids(unit, {each for record in back for each in (record.follower_id, record.followed_id)})
    for record in back:
        if people[record.follower_id].is_local:
            _ask(unit, people[record.follower_id], people[record.followed_id])
    partings.forget(unit, found)
    _say_how_things_stand(unit, back, people, domain=domain)


def _ask(unit: Unit, follower: Account, followed: Account) -> None:
    uri = f"{follower.uri}#follows/{unit.new_id()}"
    with contextlib.suppress(NotAllowed, NotFound, Ignored):
        outbox.perform(unit, Follow.read(documents.act("Follow", follower, followed.uri, uri=uri, to=[followed.uri])))


def _say_how_things_stand(
    unit: Unit, back: Sequence[Severed], people: Mapping[AccountId, Account], *, domain: str
) -> None:
    """Each person with followers at a peer tells it of themselves; what is for followers says who they are (`synchronising`)."""
    inboxes: dict[AccountId, set[tuple[Host, str]]] = {}
    for record in back:
        followed = people[record.followed_id]
        # What a community sends on says the same, with the next post.
        if followed.is_local and followed.kind != communities.KIND and record.accepted_at is not None:
            there = record.host, people[record.follower_id].shared_inbox
            inboxes.setdefault(followed.id, set()).add(there)
    for identifier, theirs in inboxes.items():
        _say(unit, people[identifier], sorted(theirs), domain=domain)


def _say(unit: Unit, account: Account, there: Sequence[tuple[Host, str]], *, domain: str) -> None:
    shown = public_now(unit, account.id)
    if not shown.ed25519:
        return  # whoever has signed nothing yet has told nobody anything
    actor = documents.actor(account, keys=shown, pictures=media.portraits(unit, account.id), domain=domain)
    inner = {name: value for name, value in actor.items() if name != "@context"}
    uri = f"{account.uri}#updates/{unit.new_id()}"
    document = documents.act("Update", account, inner, uri=uri, to=[account.followers_uri])
    deliveries.add(unit, uri=uri, actor=account.id, body=strict_json.dumps(document), inboxes=there)
