"""How things of a node are judged, for the doctor's command and for the page of its administrators: thresholds and pure rules."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import federation
import node
import storage

LITTLE_ROOM = 0.10
NO_ROOM = 0.02
MUCH_SKEW_SECONDS = 120
OLD_QUEUE_HOURS = 24
OLD_BACKUP = timedelta(days=8)
"""One a week, and a day to notice that it is missing."""
VERY_OLD_BACKUP = timedelta(days=31)
A_MOMENT = timedelta(minutes=2)
MUCH_OF_CONNECTIONS = 0.8


class State(StrEnum):
    """How a thing is."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing, and what to do."""

    what: str
    state: State
    sentence: str


def installed_at() -> datetime:
    """When this program was put on this machine, by the machine's own clock then: the newest time of its files."""
    floors = (Path(module.__file__) for module in (storage, federation, node) if module.__file__)
    newest = max(path.stat().st_mtime for floor in floors for path in floor.parent.rglob("*.py"))
    return datetime.fromtimestamp(newest, UTC)


def clock(now: datetime, *, installed: datetime) -> Finding:
    """Whether this machine's clock can be right. now: what it says.  installed: see `installed_at`.  Both aware, UTC."""
    if now < installed - A_MOMENT:
        sentence = (
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, and this program was installed when it said "
            f"{installed:%Y-%m-%d %H:%M}: it was, or is, wrong. Set it by NTP."
        )
        return Finding("clock", State.BAD, sentence)
    return Finding("clock", State.GOOD, f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def room(free: int, total: int, folder: Path) -> Finding:
    """Whether there is room for what people will write. free, total: bytes of the disk of the folder."""
    share = free / total
    where = f"{free / 1e9:.1f} GB ({share:.0%}) of the disk of {folder} are free"
    if share < NO_ROOM:
        return Finding("disk", State.BAD, f"{where}: posts will soon be refused. Free some room now.")
    if share < LITTLE_ROOM:
        return Finding("disk", State.LOOK, f"{where}: plan for more room.")
    return Finding("disk", State.GOOD, f"{where}.")


def backup(made: datetime | None, *, now: datetime, founded: datetime) -> State:
    """How good it is that the last backup was made then. made: None for never.  founded: since when there is something to lose."""
    age = now - (made or founded)
    if age <= OLD_BACKUP:
        return State.GOOD if made is not None else State.LOOK
    return State.LOOK if age <= VERY_OLD_BACKUP else State.BAD


def queue(oldest: datetime, *, now: datetime) -> State:
    """How good it is that the oldest message to a peer waits since then."""
    return State.LOOK if now - oldest > timedelta(hours=OLD_QUEUE_HOURS) else State.GOOD
