"""A figure: its name and meaning, and how it is counted.

`Counts` and `Timings` count on the event loop with plain numbers: well under a microsecond each. No label can make them grow
without bound: beyond MOST_SERIES sets of labels, whatever else comes is counted under `other`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from storage.meters import Durations

MOST_SERIES = 1_000
OTHER = "other"

Labels = tuple[str, ...]
Series = Iterable[tuple[Labels, float | Durations]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that is measured.

    name: as scrapers see it; a counter's ends in `_total`.  meaning: one sentence.  labels: the names of what it is told
    apart by.  bounds: of a histogram, the upper ends of its classes in seconds.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


class Counts:
    """How often something happened, by labels."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.series: dict[Labels, float] = {}

    def add(self, *labels: str) -> None:
        """Count one more."""
        known = self.series.get(labels)
        if known is None:
            labels = _bounded(labels, self.series)
            known = self.series.get(labels, 0)
        self.series[labels] = known + 1


class Timings:
    """How often something happened and how long it took, by labels."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.series: dict[Labels, Durations] = {}

    def of(self, *labels: str) -> Durations:
        """Where to count what has these labels."""
        known = self.series.get(labels)
        if known is None:
            labels = _bounded(labels, self.series)
            known = self.series.setdefault(labels, Durations(self.figure.bounds))
        return known


def _bounded(labels: Labels, series: Mapping[Labels, object]) -> Labels:
    return labels if len(series) < MOST_SERIES else (OTHER,) * len(labels)


def one(value: float | Durations) -> Series:
    """The series of a figure without labels."""
    return [((), value)]
