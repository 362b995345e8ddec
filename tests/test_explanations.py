"""Names in the pages that explain the program are names in the program."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from federation.inbox import CHECKS

DOCS = Path(__file__).parent.parent / "docs"
ARCHITECTURE = DOCS / "explanation" / "architecture.md"
PAGES = (ARCHITECTURE, DOCS / "how-to" / "add-an-activity-type.md")

NAME = re.compile(r"(?<![\w/.])(?:node|federation|storage)(?:\.\w+)+")
STEP = re.compile(r"^ +([0-9])  ((?:node|federation|storage)[\w.]+)", re.MULTILINE)


def named_in(page: Path) -> Iterator[str]:
    return (found[0] for found in NAME.finditer(page.read_text(encoding="utf-8")))


def found(name: str) -> object:
    """What stands under a dotted name. Raises ImportError or AttributeError."""
    parts = name.split(".")
    thing: object = importlib.import_module(parts[0])
    for number, part in enumerate(parts[1:], start=2):
        if isinstance(thing, ModuleType) and not hasattr(thing, part):
            thing = importlib.import_module(".".join(parts[:number]))
        else:
            thing = getattr(thing, part)
    return thing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    names = set(named_in(page))
    assert len(names) >= 5
    assert [found(name) for name in names]


def test_a_name_that_is_not_there_is_noticed() -> None:
    with pytest.raises(ImportError):
        found("federation.inbox.Inbox_that_was")


def test_from_the_socket_to_the_row_it_is_six_steps_at_most() -> None:
    steps = [number for number, _ in STEP.findall(ARCHITECTURE.read_text(encoding="utf-8"))]
    assert steps == ["1", "2", "3", "4", "5", "6"]


def test_the_checks_stand_in_the_picture_in_their_order() -> None:
    """`_demand_size`, `_drop_copies` … are called `size`, `copies` there."""
    checks = [check.__name__.split("_", 2)[2] for check in CHECKS]
    picture = ARCHITECTURE.read_text(encoding="utf-8").partition("federation.inbox.CHECKS")[2].partition("3  ")[0]
    assert re.findall(r"\b(\w+)(?= ·|\n)", picture.partition(":")[2].replace("│", " ")) == checks


ROW = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_test_that_the_page_of_refusals_names_is_there() -> None:
    rows = ROW.findall((DOCS / "reference" / "refusals.md").read_text(encoding="utf-8"))
    assert len(rows) > 60
    texts = {file: (DOCS.parent / file).read_text(encoding="utf-8") for file, _ in rows}
    assert [(file, name) for file, name in rows if f"def {name}(" not in texts[file]] == []
