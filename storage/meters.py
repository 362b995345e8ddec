"""What an engine counts of its own work, for whoever asks: plain numbers, so that counting costs next to nothing.

An engine keeps `Commits`, and makes `Meters` when it is asked (`Store.meters`).
"""

from bisect import bisect_left
from dataclasses import dataclass

COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class Durations:
    """How often something happened and how long it took, in classes.

    bounds: the upper end of each class in seconds, included, rising; what is longer is counted in a class of its own.
    """

    __slots__ = ("bounds", "counts", "seconds")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count one. On one thread only."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.seconds += seconds

    def up_to_each(self) -> list[tuple[float, int]]:
        """For each bound, and for infinity at the end, how many took no longer."""
        reached, found = 0, []
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            reached += count
            found.append((bound, reached))
        return found


class Commits:
    """The commits of an engine. Counted on the event loop only."""

    __slots__ = ("failed", "seconds", "units")

    def __init__(self) -> None:
        self.seconds = Durations(COMMIT_SECONDS)
        self.units = 0
        self.failed = 0

    def kept(self, units: int, *, seconds: float) -> None:
        """So many units are durable, in one commit. seconds: from the beginning of its transaction."""
        self.seconds.add(seconds)
        self.units += units

    def lost(self) -> None:
        """A commit failed: nothing of it is kept."""
        self.failed += 1


@dataclass(frozen=True, slots=True)
class Meters:
    """The work of an engine, since it was opened. reads_waiting, writes_waiting: units that wait for their turn now."""

    commits: Commits
    reads_waiting: int
    writes_waiting: int
