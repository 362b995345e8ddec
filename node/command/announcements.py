"""`legation announcements`: what everybody of this node is told above their journal."""

from pathlib import Path

import click

from node.actions import announcements as acts
from node.command.common import (
    SOURCE,
    asynchronous,
    data_option,
    json_option,
    moment,
    opened,
    operator,
    print_json,
    print_table,
)
from storage import announcements as rows
from storage.announcements import Announcement

LONGEST_SHOWN = 60


@click.group()
def announcements() -> None:
    """What everybody of this node is told, until each has put it away."""


@announcements.command()
@click.argument("text")
@data_option
@click.option("--last-day", default="", metavar="YYYY-MM-DD", help="From the day after, nobody sees it any more.")
@asynchronous
async def publish(text: str, data: Path, last_day: str) -> None:
    """Tell everybody something. TEXT may hold Markdown."""
    async with opened(data) as (_, store):
        made = await store.write(acts.publish, text, last_day=last_day, by=operator(), source=SOURCE)
    click.echo(f"Announcement {made.id} stands above the journals now.")


@announcements.command("list")
@data_option
@json_option
@asynchronous
async def list_all(data: Path, *, as_json: bool) -> None:
    """All that were not withdrawn, newest first."""
    async with opened(data) as (_, store):
        found = await store.read(rows.every)
    if as_json:
        print_json([_described(each) for each in found])
        return
    table = [(str(each.id), moment(each.published_at), moment(each.ends_at), _short(each.source)) for each in found]
    print_table(("ID", "PUBLISHED", "ENDS", "TEXT"), table, empty="Nothing is announced.")


@announcements.command()
@click.argument("identifier", metavar="ID", type=int)
@data_option
@asynchronous
async def withdraw(identifier: int, data: Path) -> None:
    """Take an announcement away."""
    async with opened(data) as (_, store):
        await store.write(acts.withdraw, identifier, by=operator(), source=SOURCE)
    click.echo(f"Announcement {identifier} is withdrawn.")


def _described(found: Announcement) -> dict[str, str | None]:
    return {
        "id": str(found.id),
        "text": found.source,
        "published_at": found.published_at.isoformat(),
        "ends_at": found.ends_at.isoformat() if found.ends_at else None,
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"
