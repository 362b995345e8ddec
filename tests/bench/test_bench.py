"""The benchmarks run: what they measure is for people to read, and is asserted nowhere."""

import sys
from subprocess import run

from tests.bench.measures import MEASURES


def test_a_quick_run_prints_its_figures_beside_their_floors() -> None:
    command = [sys.executable, "-m", "tests.bench.run", "--quick", "--database", "sqlite", "--only", "reading"]
    answer = run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr[-2000:]
    rows = [line.split("  ")[0] for line in answer.stdout.splitlines()]
    assert {"home, 20 posts", "one post"} <= set(rows)


def test_every_benchmark_says_what_it_does() -> None:
    assert all(measure.__doc__ for measure in MEASURES.values())
