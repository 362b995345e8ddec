"""Move a node to another database: from its SQLite file to PostgreSQL, back, or from one PostgreSQL to another.

    the node runs        copy everything, as it was when the copy began
    the node is stopped  copy what has changed since ─► verify every row of every table ─► finish the new database
                         ─► have the settings name it ─► set the old one aside

That the node is stopped is not asked but seen (`storage.presence`), and while it is being moved nobody can open either
database. A run that was cut off at any point is begun again with the same command. Nothing is taken away: the old file is
kept under another name, and an old database in PostgreSQL as it is, marked so that no node opens it by accident.
"""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from node import settings_file
from node.errors import BadSettings
from node.settings import FILE, Settings
from storage import copying, destinations, schema_version, sides, soundness
from storage.addresses import shown
from storage.copying import Tell, Verified
from storage.errors import StorageTrouble
from storage.opening import is_postgresql
from storage.presence import InUse

VARIABLE = "LEGATION_POSTGRESQL"


@dataclass(frozen=True, slots=True)
class Moved:
    """A node lives elsewhere now. tables: as they were verified; nothing, when only the last steps were left to do.

    old: where it was, as people may see it.
    """

    tables: list[Verified]
    old: str


def move(settings: Settings, target: Path | str, *, tell: Tell, ask_to_stop: Callable[[], bool]) -> Moved | None:
    """Move a node.

    target: an empty database in PostgreSQL, or the path of a SQLite file that is not there; or one that an earlier run began.
    tell: hears how far it is.  ask_to_stop: is called while the node serves; whether to look again.
    Returns None when the node still serves: then everything is copied as it was, and the same command finishes later.
    Raises BadSettings, Occupied, InUse (somebody else moves it), CopyDiffers, StorageTrouble.
    """
    source = settings.database
    _demand_sense(settings, source, target)
    if source == target:
        with destinations.alone(target):
            return _end(settings, target)
    with destinations.alone(target), contextlib.ExitStack() as held:
        was_stopped = _is_stopped(source, held)
        _begin(source, target)
        _catch_up(source, target, tell)
        if not was_stopped:
            while not _is_stopped(source, held):
                if not ask_to_stop():
                    return None
            _catch_up(source, target, tell)
        with sides.reading(source) as ours, sides.writing(target) as theirs:
            verified = copying.verify(ours, theirs, tell=tell)
        destinations.finish(target)
        return Moved(verified, _switch(settings, source, target))


def _demand_sense(settings: Settings, source: Path | str, target: Path | str) -> None:
    if os.environ.get(VARIABLE):
        raise BadSettings(
            f"{VARIABLE} stands in the environment, and would win over the settings file when the node has moved. Put the "
            f"address into {settings.data / FILE} as `postgresql`, take the variable away, and run the command again."
        )
    if source == target and not destinations.is_unfinished(target):
        raise BadSettings("The node is in that database already; nothing was changed.")


def _is_stopped(source: Path | str, held: contextlib.ExitStack) -> bool:
    """Whether nobody has the node's database open; then nobody opens it, until `held` is left."""
    try:
        held.enter_context(destinations.alone(source))
    except InUse:
        return False
    return True


def _begin(source: Path | str, target: Path | str) -> None:
    """See that the source can be copied, and make the target ready."""
    found = soundness.schema_at(source)
    if found != schema_version.MOVED:  # an earlier run came as far as this
        schema_version.check(found)
    fault = None if is_postgresql(source) else soundness.first_fault(Path(source))
    if fault is not None:
        raise StorageTrouble(f"The database is damaged ({fault}). Restore the last backup, and move the node then.")
    with sides.reading(source) as ours:
        node = destinations.identity_of(ours)
    destinations.prepare(target, node=node)


def _catch_up(source: Path | str, target: Path | str, tell: Tell) -> None:
    with sides.reading(source) as ours, sides.writing(target) as theirs:
        copying.catch_up(ours, theirs, tell=tell)


def _switch(settings: Settings, source: Path | str, target: Path | str) -> str:
    """Have the settings name the new database, and set the old one aside. Returns where it is now."""
    path = settings.data / FILE
    text = path.read_text(encoding="utf-8")
    if is_postgresql(source):
        destinations.mark_moved(source)
    if is_postgresql(target):
        settings_file.put(path, settings_file.naming(text, "postgresql", str(target)))
    else:
        settings_file.give(Path(target), to=settings.data.stat())
        settings_file.put(path, settings_file.without(text, "postgresql"))
    old = _end(settings, target).old
    return shown(str(source)) if is_postgresql(source) else old


def _end(settings: Settings, target: Path | str) -> Moved:
    """The last steps, once the settings name the new database."""
    old = _set_aside(settings.database_file) if is_postgresql(target) else Path()
    destinations.forget(target)
    return Moved([], str(old))


def _set_aside(file: Path) -> Path:
    """Give a database file a name under which no node looks for it."""
    if not file.exists():
        return file
    names = (file.with_name(f"{file.name}.moved{f'-{number}' if number else ''}") for number in range(1000))
    aside = next(name for name in names if not name.exists())
    for part in destinations.files_of(file)[::-1]:
        if part.exists():
            part.rename(part.with_name(part.name.replace(file.name, aside.name, 1)))
    return aside
