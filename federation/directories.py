"""The directory of a node: its people who want to be found, and its communities, for the other admitted nodes.

Whom nobody follows yet is unknown elsewhere: no activity of theirs was ever sent there. So each node shows a list of its people
and communities, and reads those of the others from time to time.

    /actor                          "directory": "https://tokyo.example/actor/directory"
    /actor/directory                an OrderedCollection
    /actor/directory?after=<n>      people as they changed after that, the earliest change first; `next` goes on from the last

Whoever has read to the end keeps the address of the page that was empty, and asks that one again later: it holds what has changed
since, and how many people the whole directory holds. Who can no longer be found stands there once more, as a Tombstone; so does a
community that was closed. What is told are the actors, communities with how they are led, without keys: those are fetched from the actor itself when somebody signs. Each says only what its own origin may say (FEP-fe34).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import orjson

from federation import actors, attachments, custom_emoji, documents
from federation import communities as terms
from federation.client import Budget, Client
from federation.errors import BadDocument, BadHost, NotFoundHere, NotThere, Unreachable
from federation.events import DirectoryNotRead
from federation.hosts import host_of, same_origin
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import as_list, types_of
from storage import accounts, communities, directories, directory, media
from storage.accounts import NODE_ACTOR_KIND
from storage.directories import Known
from storage.errors import StorageTrouble
from storage.events import ChangedElsewhere, Event, PeerChanged
from storage.ids import Host, parsed
from storage.store import Store, Unit

PEOPLE_A_PAGE = 25
MOST_PAGES = 8
"""How much of a directory is read in one go; the rest a little later."""

READ_SECONDS = 60.0
EVERY = timedelta(hours=6)
A_LITTLE_LATER = timedelta(minutes=1)
AFTER_FAILURE = timedelta(minutes=30)
WHERE_THERE_IS_NONE = timedelta(days=1)
TAKEN_FOR = timedelta(minutes=10)
LOOK_SECONDS = 300.0
LONGEST_CURSOR = 2_048
MOST_PEOPLE = 100_000
"""Whoever says that more people work at one node says nothing that is believed."""


# ---- what this node shows -------------------------------------------------------------------------------------------


def uri_of(base_url: str) -> str:
    """The id of a node's directory."""
    return f"{base_url}/actor/directory"


def shown(unit: Unit, base_url: str, after: str | None, *, domain: str) -> JsonObject:
    """The directory of this node, or the part of it after a revision. Raises NotFoundHere for what is no revision.

    domain: of its people's handles.
    """
    uri = uri_of(base_url)
    if after is None:
        return documents.collection(uri, total=directory.listed_here(unit), first=f"{uri}?after=0")
    last_seen = parsed(after)
    if last_seen is None:
        raise NotFoundHere
    found = directory.revised_here(unit, after=last_seen, limit=PEOPLE_A_PAGE)
    known = accounts.by_ids(unit, [one.account_id for one in found])
    pictures = media.portraits_of(unit, list(known))
    led = communities.find_all(unit, [each.id for each in known.values() if each.kind == communities.KIND])
    items: list[JsonValue] = [
        documents.entry(
            known[one.account_id],
            pictures=pictures.get(one.account_id, {}),
            domain=domain,
            led=led.get(one.account_id),
        )
        if one.is_listed
        else {"id": known[one.account_id].uri, "type": "Tombstone"}
        for one in found
    ]
    following = f"{uri}?after={found[-1].revision}" if found else None
    total = directory.listed_here(unit)
    return documents.collection_page(f"{uri}?after={after}", part_of=uri, items=items, following=following, total=total)


# ---- what others show -----------------------------------------------------------------------------------------------


class Directories:
    """Reads the directories of the admitted nodes."""

    def __init__(self, store: Store, client: Client, *, scheme: str, tell: Callable[[Event], None]) -> None:
        """scheme: by which nodes are reached.  tell: hears of what cannot be read."""
        self._store = store
        self._client = client
        self._scheme = scheme
        self._tell = tell
        self._wake = asyncio.Event()
        store.listen(self._hear)

    async def read_for_ever(self) -> None:
        """Read each directory when it is due, one after the other, for as long as the process runs."""
        while True:
            self._wake.clear()
            seconds = await self._store.read(_seconds_to_next)
            known = await self._store.write(_take) if seconds <= 0 else None
            if known is not None:
                await self._read_apart(known)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(min(max(seconds, 1.0), LOOK_SECONDS)):
                    await self._wake.wait()

    def look(self) -> None:
        """Look now what is due: somebody knows that the clock was put forward."""
        self._wake.set()

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, PeerChanged | ChangedElsewhere) for event in events):
            self._wake.set()

    async def _read_apart(self, known: Known) -> None:
        """Read a directory; whatever goes wrong with it, the next one is read all the same."""
        try:
            await self._read(known)
        except StorageTrouble:
            raise
        except Unreachable as error:
            self._tell(DirectoryNotRead(known.host, error.code))
            await self._store.write(_postpone, known, AFTER_FAILURE)
        except Exception as error:  # noqa: BLE001  a worker's turn: what one peer causes must not stop the others
            self._tell(DirectoryNotRead(known.host, repr(error)))
            await self._store.write(_postpone, known, WHERE_THERE_IS_NONE)

    async def _read(self, known: Known) -> None:
        """Take over what has changed in a directory, as far as its limits. Raises Unreachable."""
        budget = Budget(fetches=MOST_PAGES + 2, seconds=READ_SECONDS)
        try:
            page = known.cursor or await self._beginning(known.host, budget)
            if page:
                await self._go_on(known, page, budget)
                return
        except NotThere:  # none, or it is somewhere else now
            pass
        await self._store.write(_next, known, "", WHERE_THERE_IS_NONE if not known.cursor else AFTER_FAILURE)

    async def _beginning(self, host: Host, budget: Budget) -> str:
        """The first page of a node's directory; '' where it has none. Raises Unreachable."""
        node = (await self._client.get_document(f"{self._scheme}://{host}/actor", budget=budget)).json
        await self._meet(node)
        uri = node.get("directory")
        if not isinstance(uri, str) or not same_origin(uri, str(node["id"])):
            return ""
        first = (await self._client.get_document(uri, budget=budget)).json.get("first")
        return first if isinstance(first, str) and same_origin(first, uri) else ""

    async def _meet(self, node: JsonObject) -> None:
        """Keep a node's own actor, so that it is known by its keys from the first contact on."""
        if NODE_ACTOR_KIND in types_of(node):
            with suppress(BadDocument):
                await self._store.write(actors.keep, node)

    async def _go_on(self, known: Known, page: str, budget: Budget) -> None:
        """Take over page after page, each kept with the place of the next. Raises Unreachable."""
        for _ in range(MOST_PAGES):
            document = (await self._client.get_document(page, budget=budget)).json
            entries = [entry for entry in as_list(document.get("orderedItems")) if isinstance(entry, Mapping)]
            following = document.get("next")
            is_last = not entries or not _leads_on(following, page)
            after = EVERY if is_last else A_LITTLE_LATER
            people = _people_in(document)
            page, here = (page if is_last else str(following)), page
            await self._store.write(
                _keep_page, known, entries[:PEOPLE_A_PAGE], within=here, next_page=page, after=after, people=people
            )
            if is_last:
                return


def _keep_page(
    unit: Unit,
    known: Known,
    entries: Sequence[Mapping[str, JsonValue]],
    *,
    within: str,
    next_page: str,
    after: timedelta,
    people: int | None,
) -> None:
    keep(unit, entries, within=within)
    _next(unit, known, next_page, after, people=people)


def keep(unit: Unit, entries: Iterable[Mapping[str, JsonValue]], *, within: str) -> None:
    """Take over what a directory says of people and communities. within: a URI of the origin that may speak for them.

    What cannot be read, or is another's to say, is passed over.
    """
    for entry in entries:
        with suppress(BadDocument, BadHost):
            _keep(unit, dict(entry), within)


def _keep(unit: Unit, entry: JsonObject, within: str) -> None:
    uri = entry.get("id")
    if not isinstance(uri, str) or not same_origin(uri, within):
        return
    if "Tombstone" in types_of(entry):
        accounts.unlist(unit, uri)
        return
    actor = actors.listed(entry)
    account = accounts.keep_remote(
        unit,
        uri=actor.id,
        host=host_of(actor.id),
        kind=actor.type,
        profile=actors.profile_of(actor),
        document=orjson.dumps(entry).decode(),
        takes_name=True,  # a node says itself who has which name there
    )
    attachments.keep_pictures(unit, account, actor)
    custom_emoji.keep_of_actor(unit, account, entry)
    terms.keep_told(unit, account, actor)


def _leads_on(following: object, page: str) -> bool:
    return (
        isinstance(following, str)
        and following != page
        and len(following) <= LONGEST_CURSOR
        and same_origin(following, page)
    )


def _take(unit: Unit) -> Known | None:
    return directories.take_due(unit, until=unit.now + TAKEN_FOR)


def _next(unit: Unit, known: Known, cursor: str, after: timedelta, *, people: int | None = None) -> None:
    directories.keep(unit, known.host, cursor=cursor, next_at=unit.now + after, people=people)


def _people_in(page: JsonObject) -> int | None:
    """How many people the whole directory holds, as one of its pages says. Source: Activity Streams 2.0, `totalItems`."""
    said = page.get("totalItems")
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= MOST_PEOPLE else None


def _postpone(unit: Unit, known: Known, after: timedelta) -> None:
    directories.postpone(unit, known.host, until=unit.now + after)


def _seconds_to_next(unit: Unit) -> float:
    due: datetime | None = directories.next_due(unit)
    return LOOK_SECONDS if due is None else (due - unit.now).total_seconds()
