"""`legation doctor`: look at everything a node needs."""

import sys
from pathlib import Path

import click

from node.command.common import asynchronous, data_option, json_option, print_json
from node.doctor import examine
from node.verdicts import Finding, State

SIGNS = {State.GOOD: ("ok  ", "green"), State.LOOK: ("look", "yellow"), State.BAD: ("BAD ", "red")}


@click.command()
@data_option
@json_option
@asynchronous
async def doctor(data: Path, *, as_json: bool) -> None:
    """Look at settings, clock, disk, database, queue and other nodes, and say what to do. Exit code 1 when something is bad."""

    def tell(what: str) -> None:
        if not as_json and sys.stderr.isatty():
            click.echo(f"Looking at {what} …", err=True)

    found = await examine(data, tell=tell)
    if as_json:
        print_json([{"what": each.what, "state": each.state.value, "sentence": each.sentence} for each in found])
    else:
        for each in found:
            _show(each)
    if any(each.state is State.BAD for each in found):
        sys.exit(1)


def _show(finding: Finding) -> None:
    sign, colour = SIGNS[finding.state]
    click.echo(f"{click.style(sign, fg=colour)}  {finding.what}: {finding.sentence}")
