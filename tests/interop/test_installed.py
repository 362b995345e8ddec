"""The other software: whether it is there, and that it is the same everywhere, to the byte and by nobody's address."""

import json
from pathlib import Path

import pytest

from tests.interop.clients import MASTO, MASTO_IS_INSTALLED, TOOT_IS_INSTALLED
from tests.interop.peers import FEDIFY, FEDIFY_IS_INSTALLED, HERE, PASTURE_IS_INSTALLED
from tests.test_house import LOCKED_LINE


# A machine that reaches no npm registry tests all the rest; that something was left out, and how to have it, is said once.
def test_all_of_it_is_installed() -> None:
    if not PASTURE_IS_INSTALLED:
        pytest.skip("nothing was tested against other software: `make interop` installs it")
    if not FEDIFY_IS_INSTALLED:
        pytest.skip("nothing was tested against Fedify: `make interop` could not have npm packages")
    if not MASTO_IS_INSTALLED:
        pytest.skip("nothing was tested with masto.js: `make interop` could not have npm packages")
    assert TOOT_IS_INSTALLED


@pytest.mark.parametrize("folder", [FEDIFY, MASTO], ids=lambda folder: folder.name)
def test_npm_packages_are_held_by_their_hashes(folder: Path) -> None:
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    of_others = {name: facts for name, facts in packages.items() if name}
    assert of_others
    assert [name for name, facts in of_others.items() if not facts["integrity"].startswith("sha512-")] == []
    assert [name for name, facts in of_others.items() if "resolved" in facts] == []


def test_python_packages_are_held_by_their_hashes() -> None:
    lines = (HERE / "requirements.lock").read_text().splitlines()
    assert lines
    assert [line for line in lines if not LOCKED_LINE.fullmatch(line)] == []


def test_fedify_is_held_to_one_version() -> None:
    wanted = json.loads((FEDIFY / "package.json").read_text())["dependencies"]
    assert wanted["@fedify/fedify"] == wanted["@fedify/vocab"] == "2.3.6"
