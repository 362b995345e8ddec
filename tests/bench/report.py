"""What was measured, as people read it: a table, a line of history, a picture, a part of docs/performance.md."""

import itertools
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import log10
from pathlib import Path

import orjson

from tests.bench.measuring import Row

HISTORY = Path(".bench/history.jsonl")
DOCUMENT = Path("docs/performance.md")
PICTURE = Path("docs/performance.svg")
BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"

Point = Mapping[str, float | str]


def table(rows: Iterable[Row]) -> str:
    """Rows in columns, for a terminal."""
    lines = [("work", "reached", "share of floor", "aim", "floor")]
    lines += [
        (row.work, row.value, f"{row.share:.2f}" if row.share is not None else "", row.aim, row.floor) for row in rows
    ]
    widths = [max(len(line[at]) for line in lines) for at in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def keep(found: Mapping[str, Sequence[Row]], *, part: float) -> None:
    """One more line of the history."""
    HISTORY.parent.mkdir(exist_ok=True)
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "part": part, "machine": machine(), "found": found}
    with HISTORY.open("ab") as file:
        file.write(orjson.dumps(line, option=orjson.OPT_SERIALIZE_DATACLASS) + b"\n")


def machine() -> str:
    """What this ran on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "",
    )
    return f"{os.cpu_count()} cores ({cpu}), Linux {platform.release()}, Python {platform.python_version()}"


def publish(found: Mapping[str, Sequence[Row]], *, part: float) -> None:
    """Put the figures into the document, between its marks. part: how much of everything was sent."""
    ran = "" if part >= 1 else f", with `--part {part:g}`"
    parts = [BEGIN, "", f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine()}{ran}.", ""]
    for database, rows in found.items():
        parts += [
            f"### {database}",
            "",
            "| work | reached | share of the floor | aim | floor |",
            "|---|---|---|---|---|",
        ]
        parts += [
            f"| {row.work} | {row.value} | {'' if row.share is None else f'{row.share:.2f}'} | {row.aim} | {row.floor} |"
            for row in rows
        ]
        parts.append("")
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    DOCUMENT.write_text(before + "\n".join([*parts, END]) + after, encoding="utf-8")


COLOURS = ("#1f5fa8", "#b5482a", "#2f7d4f", "#7a4fa3")
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 420, 300, 60, 40, 60


def draw(points: Sequence[Point]) -> None:
    """The cost against the size, as a picture: p99 of each kind of work, one panel an axis."""
    panels = [
        _panel([point for point in points if point["axis"] == axis], title, offset)
        for axis, title, offset in (
            ("posts", "posts in the database", 0),
            ("accounts", "accounts it knows", WIDTH + 40),
        )
    ]
    size = f'viewBox="0 0 {2 * WIDTH + 60} {HEIGHT + 90}" xmlns="http://www.w3.org/2000/svg"'
    style = 'font-family="sans-serif" font-size="12" fill="#222"'
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    PICTURE.write_text(f"<svg {size} {style}>{ground}{''.join(panels)}</svg>\n", encoding="utf-8")


def _panel(points: Sequence[Point], title: str, offset: int) -> str:
    sizes = sorted({float(point["at"]) for point in points})
    if not sizes:
        return ""
    highest = max(float(point["p99"]) for point in points) * 1.1
    low, high = log10(sizes[0]), log10(sizes[-1])

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - 20) * ((log10(at) - low) / (high - low) if high > low else 0.5)

    def y(milliseconds: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - milliseconds / highest)

    parts = [
        f'<g transform="translate({offset} 0)">',
        f'<text x="{LEFT}" y="20" font-size="14">p99 against {title}</text>',
    ]
    for step in range(5):
        value = highest * step / 4
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y(value):.0f}" y2="{y(value):.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.0f}" text-anchor="end">{value:.0f} ms</text>')
    parts += [f'<text x="{x(at):.0f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{at:,.0f}</text>' for at in sizes]
    lines = itertools.groupby(sorted(points, key=_line), key=_line)
    for nth, (line, group) in enumerate(lines):
        colour = COLOURS[nth % len(COLOURS)]
        places = [
            (x(float(point["at"])), y(float(point["p99"])))
            for point in sorted(group, key=lambda point: float(point["at"]))
        ]
        joined = " ".join(f"{across:.1f},{down:.1f}" for across, down in places)
        dashes = "" if nth < len(COLOURS) else ' stroke-dasharray="5 4"'
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>' for across, down in places]
        row, column = divmod(nth, 2)
        place = f'x="{LEFT + 190 * column}" y="{HEIGHT - 12 + 18 * row}"'
        parts.append(f'<text {place} fill="{colour}">{"— " if not dashes else "- - "}{line}</text>')
    return "".join([*parts, "</g>"])


def _line(point: Point) -> str:
    return f"{point['work']}, {point['database']}"
