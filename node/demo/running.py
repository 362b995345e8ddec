"""The demonstration from beginning to end: make, start, fill, show, wait, stop."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import orjson
from aiohttp import ClientSession
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from node.demo import federation
from node.demo.acting import Actor
from node.demo.federation import Station
from node.demo.filling import Filling
from node.demo.places import places
from node.passwords import Passwords


async def run(*, nodes: int, keep: Path | None, json_file: Path | None, first_port: int, console: Console) -> None:
    """Run the demonstration until it is told to stop (Ctrl-C or SIGTERM).

    keep: a folder for the nodes' data, used again if they are there; a temporary one when None.
    json_file: written when all is ready.  Raises NodeDidNotStart, NotFilled.
    """
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with _folder(keep) as folder, _stations(folder, nodes, first_port, console, stopping) as stations:
        if stopping.is_set():
            return
        if json_file:
            _write_json(json_file, stations)
        _show(console, stations, keep)
        await stopping.wait()
        console.print("Stopping the nodes …")


@contextlib.asynccontextmanager
async def _folder(keep: Path | None) -> AsyncIterator[Path]:
    if keep is not None:
        await asyncio.to_thread(keep.mkdir, parents=True, exist_ok=True)
        yield keep
        return
    folder = Path(tempfile.mkdtemp(prefix="legation-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def _stations(
    folder: Path, nodes: int, first_port: int, console: Console, stopping: asyncio.Event
) -> AsyncIterator[Sequence[Station]]:
    chosen = places(nodes)
    ports = federation.free_ports(first_port, nodes)
    stations: list[Station] = []
    hashing = Passwords()
    columns = (
        TextColumn("{task.description:<42}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    try:
        with Progress(*columns, console=console) as progress:
            making = progress.add_task("Making nodes, their keys and their people", total=nodes)
            for place, port in zip(chosen, ports, strict=True):
                stations.append(await federation.founded(place, folder, port=port, hashing=hashing))
                progress.advance(making)
                if stopping.is_set():
                    break
            await federation.allow_one_another(stations)
            starting = progress.add_task("Starting each in a process of its own", total=len(stations))
            for pair in _pairs(stations):
                await asyncio.gather(*(federation.start(station) for station in pair))
                progress.advance(starting, len(pair))
            if all(station.is_new for station in stations) and not stopping.is_set():
                await _fill(stations, progress, stopping)
        yield stations
    finally:
        hashing.close()
        await federation.stop(stations)


async def _fill(stations: Sequence[Station], progress: Progress, stopping: asyncio.Event) -> None:
    async with ClientSession() as session:
        actors = {
            person.username: Actor(person, station, session) for station in stations for person in station.place.people
        }
        task = progress.add_task("Following, writing, answering across nodes")
        filling = Filling(actors, told=lambda _: progress.advance(task))
        progress.update(task, total=filling.steps())
        work = asyncio.create_task(_all_of(filling))
        told = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
        for unfinished in {work, told} - done:
            unfinished.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await unfinished
        if work in done:
            work.result()


async def _all_of(filling: Filling) -> None:
    await filling.profiles()
    await filling.follows()
    await filling.write()


def _pairs(stations: Sequence[Station]) -> list[Sequence[Station]]:
    """As many at once as there are processors, so that none waits for its start in vain."""
    size = max(2, os.cpu_count() or 2)
    return [stations[at : at + size] for at in range(0, len(stations), size)]


def _show(console: Console, stations: Sequence[Station], keep: Path | None) -> None:
    console.print("\nThe federation is ready. Sign in with one of these names and its password:\n")
    for station in stations:
        console.print(f"[bold]{station.place.name}[/bold]  {station.settings.base_url}")
        for person in station.place.people:
            console.print(f"    {person.username:<18}{person.password:<30}{person.role}")
    console.print()
    console.print(
        "Try this: sign in at Paris as marie.lambert in one window and at Tokyo as ken.tanaka in another, and write something."
    )
    if keep:
        console.print(f"The nodes are kept in {keep}; the same command starts them again.")
    console.print("Stop with Ctrl-C.")


def _write_json(path: Path, stations: Sequence[Station]) -> None:
    """Everything that a script needs, whole or not at all."""
    described = {
        "nodes": [
            {
                "url": station.settings.base_url,
                "data": str(station.settings.data),
                "staff": [
                    {
                        "username": person.username,
                        "password": person.password,
                        "token": station.tokens[person.username],
                    }
                    for person in station.place.people
                ],
            }
            for station in stations
        ]
    }
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2))
    draft.chmod(0o600)
    draft.replace(path)
