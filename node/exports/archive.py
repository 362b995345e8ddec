"""What is in a copy of what is somebody's own, and how it is written.

    actor.json           the profile, as other nodes know it         ActivityStreams
    outbox.json          everything written and shared, oldest first ActivityStreams: Create, Announce
    likes.json           addresses of what was found useful          ActivityStreams
    bookmarks.json       addresses of bookmarks                      ActivityStreams
    drafts.json          what was begun, and what waits for its time in scheduled.json: as their forms keep it
    preferences.json     how posts begin where nothing else is said
    media/…              files of posts, pictures of the profile, under the names that stand in their addresses
    *.csv                people and things in lists                  the columns that Mastodon reads

Rows come in parts and go into the file as they come, on a thread: memory holds a part, and a piece of a file.
"""

import asyncio
import contextlib
import csv
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol, TypeVar

import orjson

from federation import documents
from federation.strict_json import JsonValue
from node.actions import defaults
from node.context import Node
from node.media.types import ending_of
from storage import belongings, media
from storage.accounts import Account
from storage.belongings import Begun, Belongings, Named, Person, Written
from storage.files import FileMissing
from storage.media import Media


class Row(Protocol):
    """Something that one reads on after."""

    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Row)
Tell = Callable[[int], Awaitable[None]]
"""Hears how many posts and files are in the copy."""

ADDRESS = "Account address"


async def write(node: Node, me: Account, path: Path, *, tell: Tell) -> None:
    """Write a copy into a new file.  Raises StorageTrouble, OSError, and what `tell` raises."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        copy = _Copy(node, me, archive, tell)
        await copy.profile()
        await copy.outbox()
        await copy.addresses("likes.json", belongings.FAVOURITED)
        await copy.addresses("bookmarks.json", belongings.BOOKMARKED)
        await copy.begun("drafts.json", belongings.DRAFTED)
        await copy.begun("scheduled.json", belongings.SCHEDULED)
        await copy.preferences()
        await copy.tables()
        await copy.files()


class _Copy:
    """A copy while it is written."""

    def __init__(self, node: Node, me: Account, archive: zipfile.ZipFile, tell: Tell) -> None:
        self._node, self._me, self._archive, self._tell = node, me, archive, tell
        self._done = 0

    async def profile(self) -> None:
        keys = await self._node.federation.keys.public(self._me, make_rsa=False)
        pictures = await self._node.store.read(media.portraits, self._me.id)
        domain = self._node.settings.account_domain
        actor = documents.actor(self._me, keys=keys, pictures=pictures, domain=domain)
        await self._whole("actor.json", orjson.dumps(actor, option=orjson.OPT_INDENT_2))

    async def outbox(self) -> None:
        total = (await self._node.store.read_slowly(belongings.totals, self._me.id)).posts
        head = documents.collection("outbox.json", total=total)
        async with self._entry("outbox.json") as add:
            await add(_opened(head))
            first = True
            async for part in self._parts(belongings.WRITTEN):
                activities = [_activity(self._me, row) for row in part]
                await add(_joined(activities, first=first))
                first = False
                await self._told(len(part))
            await add(b"]}")

    async def addresses(self, name: str, what: Belongings[Named]) -> None:
        async with self._entry(name) as add:
            await add(_opened(documents.in_context({"id": name, "type": "OrderedCollection"})))
            first = True
            async for part in self._parts(what):
                await add(_joined([row.name for row in part], first=first))
                first = False
            await add(b"]}")

    async def begun(self, name: str, what: Belongings[Begun]) -> None:
        async with self._entry(name) as add:
            await add(b"[")
            first = True
            async for part in self._parts(what):
                said: list[JsonValue] = [
                    {"at": documents.timestamp(row.at), "typed": orjson.loads(row.typed)} for row in part
                ]
                await add(_joined(said, first=first))
                first = False
            await add(b"]")

    async def preferences(self) -> None:
        begin = await defaults.of(self._node, self._me)
        said = {**asdict(begin), "reach": begin.reach.name.lower()}
        await self._whole("preferences.json", orjson.dumps(said, option=orjson.OPT_INDENT_2))

    async def tables(self) -> None:
        languages = "Languages"
        await self._people(
            "following_accounts.csv",
            (ADDRESS, "Show boosts", "Notify on new posts", languages),
            belongings.FOLLOWED,
            lambda each, who: (who, _said(each.first), _said(each.second), each.text.strip(",").replace(",", ", ")),
        )
        await self._people(
            "communities.csv",
            (ADDRESS, "Member", "Leads"),
            belongings.COMMUNITIES,
            lambda each, who: (who, _said(each.second), _said(each.first)),
        )
        await self._people("followers.csv", (ADDRESS,), belongings.FOLLOWERS, lambda _, who: (who,))
        await self._people("blocked_accounts.csv", (ADDRESS,), belongings.BLOCKED, lambda _, who: (who,))
        await self._people(
            "muted_accounts.csv",
            (ADDRESS, "Hide notifications"),
            belongings.MUTED,
            lambda each, who: (who, _said(each.first)),
        )
        await self._people("lists.csv", (), belongings.LISTED, lambda each, who: (each.text, who))
        await self._people("notes.csv", (ADDRESS, "Note"), belongings.NOTED, lambda each, who: (who, each.text))
        await self._names("bookmarks.csv", belongings.BOOKMARKED)
        await self._names("blocked_domains.csv", belongings.HIDDEN_NODES)
        await self._names("followed_tags.csv", belongings.FOLLOWED_TAGS)

    async def files(self) -> None:
        async for part in self._parts(belongings.FILES):
            for row in part:
                await self._file(row)
                await self._told(1)

    # ---- pieces ----------------------------------------------------------------------------------------------------

    async def _people(
        self,
        name: str,
        heading: Sequence[str],
        what: Belongings[Person],
        line: Callable[[Person, str], Sequence[str]],
    ) -> None:
        async with self._entry(name) as add:
            await add(_lines([heading] if heading else []))
            async for part in self._parts(what):
                await add(_lines([line(each, self._address_of(each)) for each in part]))

    async def _names(self, name: str, what: Belongings[Named]) -> None:
        async with self._entry(name) as add:
            async for part in self._parts(what):
                await add(_lines([(each.name,) for each in part]))

    async def _file(self, row: Media) -> None:
        """A file as it is: pictures and films are small already. One whose bytes are gone is left out."""
        pieces = self._node.library.files.read(row.name, start=0, length=row.size)
        try:
            piece = await anext(pieces, b"")
        except FileMissing:
            return
        async with self._entry(f"media/{row.name}{ending_of(row.media_type)}", packed=False) as add:
            await add(piece)
            async for each in pieces:
                await add(each)

    async def _parts(self, what: Belongings[R]) -> AsyncIterator[Sequence[R]]:
        after = 0
        while part := await self._node.store.read_slowly(belongings.part_of, what, self._me.id, after):
            yield part
            after = part[-1].id

    @contextlib.asynccontextmanager
    async def _entry(self, name: str, *, packed: bool = True) -> AsyncIterator[Callable[[bytes], Awaitable[int]]]:
        """A file in the copy, to be written piece by piece."""
        now = self._node.now()
        told = zipfile.ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, now.second))
        told.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        told.external_attr = 0o600 << 16
        with self._archive.open(told, "w", force_zip64=True) as entry:
            yield lambda piece: asyncio.to_thread(entry.write, piece)

    async def _whole(self, name: str, content: bytes) -> None:
        async with self._entry(name) as add:
            await add(content)

    async def _told(self, number: int) -> None:
        self._done += number
        await self._tell(self._done)

    def _address_of(self, person: Person) -> str:
        return f"{person.username}@{person.host or self._node.settings.account_domain}"


def _activity(me: Account, row: Written) -> JsonValue:
    """A post as its Create, a shared one as its Announce."""
    facts = {"actor": me.uri, "published": documents.timestamp(row.published_at)}
    if row.is_share:
        return {"id": row.uri, "type": "Announce", **facts, "object": row.shared}
    document = orjson.loads(row.document or "null")
    addressed = {name: document[name] for name in ("to", "cc") if document and name in document}
    return {"id": f"{row.uri}/activity", "type": "Create", **facts, **addressed, "object": document or row.uri}


def _opened(head: dict[str, JsonValue]) -> bytes:
    """The beginning of a collection, up to its first item."""
    return orjson.dumps(head).removesuffix(b"}") + b',"orderedItems":['


def _joined(items: Sequence[JsonValue], *, first: bool) -> bytes:
    return (b"" if first or not items else b",\n") + b",\n".join(map(orjson.dumps, items))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of a table. What a spreadsheet would take for a formula is only a text. Source: OWASP, CSV injection."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_as_text(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _said(value: object) -> str:
    return "true" if value else "false"
