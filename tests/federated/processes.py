"""A node as the command serves it: a process of its own, told what is different by its environment."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from node.settings import Settings


@contextlib.contextmanager
def process_of(
    settings: Settings, *more: str, log: str = os.devnull, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """One more process of a node. more: options of `legation serve`.  log: the file for what it says of its work.  environment: settings, as variables."""
    command = (sys.executable, "-m", "node.command", "serve", "--data", str(settings.data), *more)
    with (
        Path(log).open("w", encoding="utf-8") as said,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, env=os.environ | environment, text=True
        ) as process,
    ):
        yield process
        process.terminate()


def port_of(process: subprocess.Popen[str]) -> int:
    """Where it listens, once it does."""
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"127\.0\.0\.1:(\d+)\)", said)
    assert found, said
    return int(found[1])
