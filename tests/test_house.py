"""The rules of the house: what must hold for the whole tree, whoever changes it."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HOUSE = Path(__file__).parent.parent
FLOORS = ("node", "federation", "storage")
FOLDERS = {*FLOORS, "docs", "tests"}
LOCKS = ("requirements.lock", "requirements-dev.lock")

# One letter of each stands in brackets, so that this file does not hold what it forbids.
OF_ONE_MACHINE = re.compile(
    rb"/wor[k]/|/far[m]/|/tm[p]/[a-z0-9_]+/|/hom[e]/[a-z]|/roo[t]/"
    rb"|pythonhoste[d]|registry\.npmj[s]|pyp[i]\.org|deb\.debia[n]"
)
LOCKED_LINE = re.compile(
    r"|#.*| {4}# .*|(?P<name>[a-z0-9.-]+)==(?P<version>\S+) \\| {4}--hash=sha256:[0-9a-f]{64}(?: \\)?"
)

# markdown-it-py finds it by itself, for addresses in text.
LOADED_BY_OTHERS = {"linkify-it-py"}

# Alembic runs this file itself, inside a context that exists only then.
RUN_BY_ALEMBIC = HOUSE / "storage" / "migrations" / "env.py"

# Everything from outside the house is loaded once; then each of some modules gets a process of its own in which no other
# module of the house has been imported, at the price of a fork; and all are imported together.
IMPORT_ALONE = """
import importlib, os, sys, traceback
outside, alone, every = (names.split() for names in sys.stdin.read().split("|"))
for name in outside:
    importlib.import_module(name)
failed = []
for name in alone:
    if child := os.fork():
        failed += [name] if os.waitpid(child, 0)[1] else []
        continue
    try:
        importlib.import_module(name)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
for name in every:
    importlib.import_module(name)
sys.exit(" ".join(failed) or 0)
"""


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((HOUSE / folder).rglob("*.py"))


def module_name(source: Path) -> str:
    return ".".join(source.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")


def imported_from_outside(source: Path) -> Iterator[str]:
    for statement in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            names = [statement.module]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] not in FLOORS)


def imported_inside(source: Path, houses: Mapping[str, Path]) -> set[str]:
    """Modules of the house that a module imports, with the packages they are in.

    Not those that it is in itself: they have been imported before it begins.
    """
    found: set[str] = set()
    for statement in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(statement, ast.Import):
            found.update(alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            found.update(f"{statement.module}.{alias.name}" for alias in statement.names)
    named = {name for each in found for name in with_packages(each)}
    return (named & houses.keys()) - set(with_packages(module_name(source)))


def with_packages(name: str) -> list[str]:
    """`node.web.pages`: itself, `node.web` and `node`."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def in_circles(imports: Mapping[str, set[str]]) -> set[str]:
    """Modules whose imports lead back to themselves, and those between two such circles.

    Whatever else is imported comes before or after them as a whole: it matters to nobody which of them was first.
    """
    left = dict(imports)
    while True:
        imported = set[str]().union(*left.values())
        inner = {name: found & left.keys() for name, found in left.items() if name in imported and found & left.keys()}
        if inner.keys() == left.keys():
            return set(left)
        left = inner


def tracked() -> list[str]:
    """Paths of all files that are in the repository or would be with the next commit."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        check=True,
    )
    return [path for path in listing.stdout.decode().split("\0") if (HOUSE / path).is_file()]


def locked(lock: str) -> dict[str, Version]:
    lines = (LOCKED_LINE.fullmatch(line) for line in (HOUSE / lock).read_text().splitlines())
    return {line["name"]: Version(line["version"]) for line in lines if line and line["name"]}


def required(*extras: str) -> Iterator[Requirement]:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    texts = project["dependencies"] + [text for extra in extras for text in project["optional-dependencies"][extra]]
    yield from map(Requirement, texts)


def libraries_imported() -> set[str]:
    """Names of the distributions that the three floors import."""
    origins = packages_distributions()
    modules = {name.partition(".")[0] for source in sources(*FLOORS) for name in imported_from_outside(source)}
    return {canonicalize_name(origins[module][0]) for module in modules - sys.stdlib_module_names}


def test_each_module_imports_alone() -> None:
    importable = {module_name(source): source for source in sources(*FLOORS) if source != RUN_BY_ALEMBIC}
    outside = sorted({name for source in importable.values() for name in imported_from_outside(source)})
    circles = in_circles({name: imported_inside(source, importable) for name, source in importable.items()})
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALONE],
        cwd=HOUSE,
        input="|".join(" ".join(sorted(names)) for names in (outside, circles, importable)),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert importable
    assert result.returncode == 0, result.stderr


def test_what_leads_back_to_itself_is_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str]()}
    assert in_circles(imports) == {"b", "c"}


def test_import_contracts_are_kept() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint_imports], cwd=HOUSE, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_import_is_hidden_from_the_running_program() -> None:
    names = "TYPE_CHECKIN" + "G"
    assert [str(source) for source in sources(*FLOORS, "tests") if names in source.read_text()] == []


def test_the_top_level_has_the_rooms_of_the_house_only() -> None:
    folders = {path.split("/")[0] for path in tracked() if "/" in path}
    assert {folder for folder in folders if not folder.startswith(".")} == FOLDERS


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((HOUSE / "docs" / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    assert [page.name for page in pages if not page.read_text().startswith(f"# {int(page.name[:4])}. ")] == []


def test_the_proxy_that_we_show_says_who_calls_wherever_it_says_anything() -> None:
    """Where a part of its file sets one header, none of those count that are set outside of it."""
    lines = [line.strip() for line in (HOUSE / "docs" / "deploy" / "nginx.conf").read_text().splitlines()]
    hosts, callers = (
        lines.count(f"proxy_set_header {what};") for what in ("Host $http_host", "X-Forwarded-For $remote_addr")
    )
    assert hosts == callers == 2


def test_no_file_knows_one_machine() -> None:
    found = [
        f"{path}: {match[0].decode()}"
        for path in tracked()
        if (match := OF_ONE_MACHINE.search((HOUSE / path).read_bytes()))
    ]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_versions_and_hashes_only(lock: str) -> None:
    lines = (HOUSE / lock).read_text().splitlines()
    assert [line for line in lines if not LOCKED_LINE.fullmatch(line)] == []
    assert [line for line in lines if "://" in line] == []


def test_the_locks_answer_the_requirements() -> None:
    run, develop = (locked(lock) for lock in LOCKS)
    for requirement in required():
        assert run[canonicalize_name(requirement.name)] in requirement.specifier
    for requirement in required("dev"):
        assert develop[canonicalize_name(requirement.name)] in requirement.specifier


def test_what_is_imported_is_required_and_what_is_required_is_imported() -> None:
    assert libraries_imported() | LOADED_BY_OTHERS == {canonicalize_name(library.name) for library in required()}


def test_developers_run_the_versions_that_nodes_run() -> None:
    run, develop = (locked(lock) for lock in LOCKS)
    assert run.items() <= develop.items()
