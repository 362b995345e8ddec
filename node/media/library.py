"""All the files of a node: uploads taken in, peers' files fetched for the first reader, what nobody needs swept away."""

import asyncio
import contextlib
import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from federation import communities as terms
from federation.client import Budget, Client
from federation.errors import BadDocument, FederationError, Unreachable
from node.errors import Invalid
from node.media.darkroom import Darkroom, Developed, refused
from node.media.settings import Media as MediaSettings
from node.media.types import GIF, Kind
from storage import communities, media, posts
from storage.accounts import Account
from storage.errors import NotFound, StorageError, StorageTrouble
from storage.files import Files
from storage.media import Media, Place, State
from storage.store import Store, Unit
from storage.visibility import Reach

NAME_BYTES = 16
SIZES = {Place.AVATAR: (400, 400), Place.HEADER: (1500, 500)}
SWEEP_SECONDS = 3600.0
FETCH_SECONDS = 120.0
FETCHES_AT_ONCE = 4
TRY_AGAIN_SECONDS = 300.0
ABANDONED_SECONDS = 24 * 3600.0
TOUCH_EVERY_SECONDS = 24 * 3600.0


class Library:
    """The files of a node."""

    def __init__(self, store: Store, files: Files, client: Client, settings: MediaSettings, *, incoming: Path) -> None:
        """client: asks peers for theirs.  incoming: a folder for files that are being worked on."""
        self.files = files
        self.settings = settings
        self._store, self._client, self._incoming = store, client, incoming
        self._darkroom = Darkroom(picture_bytes=settings.picture_bytes, file_bytes=settings.file_bytes)
        self._tasks: set[asyncio.Task[Any]] = set()  # Any: nobody asks what came of them
        self._fetching: dict[str, asyncio.Task[Media]] = {}
        self._room = asyncio.Semaphore(FETCHES_AT_ONCE)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Sweep now and then, for as long as the context lasts; what is being worked on at its end is given up."""
        self._start(self._sweep_for_ever())
        try:
            yield
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextlib.contextmanager
    def workbench(self) -> Iterator[Path]:
        """A folder for one file that is worked on, gone with all in it afterwards."""
        self._incoming.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._incoming, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    # ---- uploads ----------------------------------------------------------------------------------------------------

    async def take(
        self,
        owner: Account,
        source: Path,
        *,
        thumbnail: Path | None = None,
        description: str = "",
        focus: tuple[int, int] = (0, 0),
        wait: bool,
    ) -> Media:
        """Take an upload in.

        source, thumbnail: files of this machine, taken away from where they are.  focus: thousandths.
        wait: until it is ready; else films and sound are worked on while the caller goes on.
        Raises Invalid; then nothing is kept.
        """
        type = self._darkroom.type_of(source)
        with contextlib.ExitStack() as leaving:
            folder = leaving.enter_context(self.workbench())
            path = _moved(source, folder / "source")
            preview = _moved(thumbnail, folder / "thumbnail") if thumbnail else None
            row = await self._store.write(
                media.add,
                owner.id,
                name=new_name(),
                kind=type.kind.value,
                media_type=type.media_type,
                description=description,
                focus=focus,
            )
            work = self._work_on(row, path, preview, leaving.pop_all(), loops=type == GIF)
        if wait or type.kind in {Kind.IMAGE, Kind.UNKNOWN}:
            await work
        else:
            self._start(_quietly(work))
        return await self.own(owner, row.id)

    async def own(self, owner: Account, identifier: int) -> Media:
        """Somebody's own upload. Raises NotFound."""
        found = await self._store.read(media.find_own, owner.id, [identifier])
        if not found:
            raise NotFound
        return next(iter(found.values()))

    async def give_preview(self, row: Media, thumbnail: Path) -> None:
        """Show an upload by another picture where it is small. Raises Invalid."""
        with self.workbench() as folder:
            found = await self._darkroom.develop(_moved(thumbnail, folder / "thumbnail"))
            await self._replace_preview(row, found)

    async def discard(self, rows: list[Media]) -> None:
        """Remove files and what is known of them, as far as they hang on nothing."""
        await self._remove(rows)
        await self._store.write(media.forget, [row.id for row in rows])

    async def portray(self, owner: Account, place: Place, source: Path) -> None:
        """Give somebody of this node another picture. source: taken away from where it is.  Raises Invalid."""
        with self.workbench() as folder:
            found = await self._darkroom.develop(_moved(source, folder / "source"), fit=SIZES[place])
            name = new_name()
            await self._keep(name, found)
            await self._store.write(media.portray, owner.id, place, name=name, made=found.made)

    async def _work_on(
        self, row: Media, path: Path, thumbnail: Path | None, leaving: contextlib.ExitStack, *, loops: bool
    ) -> None:
        with leaving:
            try:
                found = await self._darkroom.develop(path, loops=loops)
                await self._keep(row.name, found)
                await self._store.write(media.finish, row, found.made)
                if thumbnail is not None:
                    await self._replace_preview(row, await self._darkroom.develop(thumbnail))
            except BaseException:
                with contextlib.suppress(StorageTrouble):
                    await self._store.write(media.fail, row.id)
                raise

    async def _replace_preview(self, row: Media, found: Developed) -> None:
        if found.small is None:
            raise refused("not-a-picture", field="thumbnail")
        small = f"{row.name}.small"
        await self.files.remove([small])
        await self.files.put(small, found.small)
        await self._store.write(media.set_preview, row.id, found.made)

    async def _keep(self, name: str, found: Developed) -> None:
        await self.files.put(name, found.path)
        if found.small is not None:
            await self.files.put(f"{name}.small", found.small)

    # ---- files of peers ---------------------------------------------------------------------------------------------

    async def at_hand(self, row: Media) -> Media:
        """The same file, with its bytes here: a peer's is fetched if need be, once for all who wait. Raises NotFound."""
        if row.state is State.READY:
            await self._note_use(row)
            return row
        if row.remote_url is None or not self._may_try(row):
            raise NotFound
        task = self._fetching.get(row.name)
        if task is None:
            task = self._fetching[row.name] = asyncio.create_task(self._fetch(row), name=f"fetch {row.name}")
            task.add_done_callback(lambda _: self._fetching.pop(row.name, None))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def as_given(self, row: Media) -> Media:
        """A file of a peer, with its bytes here as that node gave them, besides those that were made from them.

        row: of a post in a community of this node.  Raises NotFound.
        """
        found = await self.at_hand(row)
        if found.given_size:
            return found
        await self._remove([found])  # fetched when nobody elsewhere could ask for it
        await self.lost(found)
        found = await self.at_hand(replace(found, state=State.ELSEWHERE))
        if not found.given_size:
            raise NotFound
        return found

    async def lost(self, row: Media) -> None:
        """The bytes of a file are not where they should be: a peer's is fetched again next time."""
        await self._store.write(media.let_go, [row.id])

    async def _fetch(self, row: Media) -> Media:
        with self.workbench() as folder:
            path = folder / "source"
            try:
                async with self._room:
                    await self._bring(row, path)
                await asyncio.to_thread(_demand_promised, path, row)
                found = await self._darkroom.develop(path, fit=SIZES.get(row.place), loops=row.kind == Kind.GIFV.value)
                if row.place is Place.EMOJI and found.made.kind != Kind.IMAGE.value:
                    raise refused("not-a-picture")
                await self._keep(row.name, found)
                await self._keep_given(row, path)
            except (FederationError, Invalid) as error:
                await self._store.write(media.fail, row.id)
                raise NotFound from error
            await self._store.write(media.finish, row, found.made)
        await self._keep_within_bounds()
        ready = await self._store.read(media.by_name, row.name)
        if ready is None or ready.state is not State.READY:
            raise NotFound
        return ready

    async def _bring(self, row: Media, into: Path) -> None:
        """Fetch a file from its author's node; where that does not give it, from the nodes of communities that it is for.

        Raises Unreachable, as the author's node had it.
        """
        try:
            await self._get(row.remote_url or "", into)
        except BadDocument:
            raise
        except Unreachable:
            for address in await self._store.read(_at_communities, row):
                with contextlib.suppress(Unreachable):
                    await self._get(address, into)
                    return
            raise

    async def _get(self, address: str, into: Path) -> None:
        budget = Budget(fetches=2, seconds=FETCH_SECONDS)
        await self._client.get_file(
            address, into, most_bytes=self.settings.file_bytes, seconds=FETCH_SECONDS, budget=budget
        )

    async def _keep_given(self, row: Media, path: Path) -> None:
        """Keep a file as it was given, too, if members' nodes may ask this one for it: they compare it with its digest."""
        if await self._store.read(_is_for_members_here, row):
            await self.files.put(f"{row.name}.given", path)
            await self._store.write(media.note_given, row.id, (await asyncio.to_thread(path.stat)).st_size)

    def _may_try(self, row: Media) -> bool:
        """Whether a fetch that failed may be tried again; the clock of the machine will do."""
        return row.state is State.ELSEWHERE or (
            row.used_at is not None and time.time() - row.used_at.timestamp() > TRY_AGAIN_SECONDS
        )

    async def _note_use(self, row: Media) -> None:
        if row.remote_url is None or row.used_at is None or time.time() - row.used_at.timestamp() < TOUCH_EVERY_SECONDS:
            return
        with contextlib.suppress(StorageTrouble):  # a full disk must not stop anybody from reading
            await self._store.write(media.touch, row.id)

    # ---- room -------------------------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Remove what has hung on nothing for a day, what of peers is beyond the bounds, and what was left in the middle."""
        while rows := await self._store.read(media.to_be_swept):
            await self._remove(rows)
            await self._store.write(media.forget, [row.id for row in rows])
        await self._keep_within_bounds()
        await asyncio.to_thread(_clear_abandoned, self._incoming)

    async def _keep_within_bounds(self) -> None:
        too_much = await self._store.read(media.kept_of_peers) - self.settings.cache_bytes
        while too_much > 0 and (rows := await self._store.read(media.longest_unused)):
            going: list[Media] = []
            for row in rows:
                if too_much <= 0:
                    break
                going.append(row)
                too_much -= row.size + row.small_size + row.given_size
            await self._store.write(media.let_go, [row.id for row in going])
            await self._remove(going)

    async def _remove(self, rows: list[Media]) -> None:
        endings = ("", ".small", ".given")
        await self.files.remove([f"{row.name}{ending}" for row in rows for ending in endings])

    async def _sweep_for_ever(self) -> None:
        while True:
            with contextlib.suppress(StorageError, OSError):  # a full disk, a bucket that is away: next time
                await self.sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _moved(source: Path, target: Path) -> Path:
    """Within one file system, so it costs nothing."""
    return source.rename(target)


def new_name() -> str:
    """A name that nobody can guess."""
    return secrets.token_urlsafe(NAME_BYTES)


async def _quietly(work: Coroutine[None, None, None]) -> None:
    """Do work for which nobody waits: that it failed stands in the row."""
    with contextlib.suppress(Invalid, StorageError, OSError):
        await work


def _demand_promised(path: Path, row: Media) -> None:
    """Raises Invalid for a file that is not the one that its author signed."""
    if not row.digest:
        return
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != row.digest:
            raise refused("broken")


def _at_communities(unit: Unit, row: Media) -> list[str]:
    """Where else a file may be: at the nodes of communities for whose members it is. Nowhere, if nothing says what it must be."""
    if row.post_id is None or not row.digest or row.remote_url is None:
        return []
    post = posts.get(unit, row.post_id)
    if post.reach is not Reach.COMMUNITY:
        return []
    elsewhere = [each for each in communities.of_post(unit, post.id) if not each.is_local]
    return [terms.file_uri(each.uri, post=post.uri, url=row.remote_url) for each in elsewhere]


def _is_for_members_here(unit: Unit, row: Media) -> bool:
    """Whether a file is for the members of a community of this node, and its author has signed what it must be."""
    if row.post_id is None or not row.digest or posts.get(unit, row.post_id).reach is not Reach.COMMUNITY:
        return False
    return any(each.is_local for each in communities.of_post(unit, row.post_id))


def _clear_abandoned(incoming: Path) -> None:
    """Remove folders of processes that died over their work."""
    if not incoming.is_dir():
        return
    for folder in incoming.iterdir():
        if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
