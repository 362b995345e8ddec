"""`legation keys`: which keys there are, and new ones."""

import sqlite3
from contextlib import closing

import pytest

from tests.node.command.conftest import Place
from tests.node.command.test_staff import add, audited


def listed(place: Place) -> dict[tuple[str, str], list[str]]:
    """Ids of keys by name and kind, the oldest first."""
    found: dict[tuple[str, str], list[str]] = {}
    for key in place.did("keys", "list", "--json").json:
        found.setdefault((key["name"], key["kind"]), []).append(key["id"])
    return found


def test_a_new_node_has_a_key_of_each_kind(place: Place) -> None:
    base = f"http://{place.domain}/actor"
    assert listed(place) == {
        (place.domain, "ed25519"): [f"{base}#ed25519-key"],
        (place.domain, "rsa"): [f"{base}#main-key"],
    }
    lines = place.did("keys", "list").out.splitlines()
    assert lines[0].split() == ["NAME", "KIND", "SINCE", "STATE", "FINGERPRINT"]
    assert [line.split()[:2] for line in lines[1:]] == [[place.domain, "ed25519"], [place.domain, "rsa"]]
    assert all("in use" in line for line in lines[1:])


def test_planned_new_keys_leave_the_old_ones_good_for_a_week(place: Place) -> None:
    said = place.did("keys", "rotate", "--node")
    assert said.out == (
        f"{place.domain} has new keys: ed25519, rsa.\n"
        "What was signed with the old ones stays good for 7 days. The nodes of followers are told.\n"
    )
    found = listed(place)
    assert [len(ids) for ids in found.values()] == [2, 2]
    shown = place.did("keys", "list").out
    assert shown.count("in use") == 2
    assert shown.count("good until") == 1
    assert shown.count("replaced") == 1
    act, subject, detail = audited(place)[-1]
    assert (act, subject) == ("keys.rotate", place.domain)
    assert found[(place.domain, "ed25519")][1] in detail


def test_in_an_emergency_the_old_keys_are_destroyed(place: Place) -> None:
    before = listed(place)
    said = place.did("keys", "rotate", "--node", "--emergency", "--json").json
    after = listed(place)
    assert said == {"name": place.domain, "emergency": True, "keys": [ids[0] for ids in after.values()]}
    assert [len(ids) for ids in after.values()] == [1, 1]
    assert not {ids[0] for ids in before.values()} & {ids[0] for ids in after.values()}
    with closing(sqlite3.connect(place.database)) as opened:
        assert opened.execute("select count(*) from private_keys").fetchone() == (2,)


@pytest.mark.parametrize("name", ["ken", "@ken"])
def test_a_person_has_new_keys(place: Place, name: str) -> None:
    add(place, "ken")
    said = place.did("keys", "rotate", name)
    assert said.out.startswith("ken has new keys: ed25519.\n")
    assert ("ken", "ed25519") in listed(place)


def test_fingerprints_are_those_of_the_keys(place: Place) -> None:
    fingerprints = {key["fingerprint"] for key in place.did("keys", "list", "--json").json}
    assert len(fingerprints) == 2
    assert all(len(text) == 64 and int(text, 16) for text in fingerprints)


def test_nobody_is_named_or_somebody_unknown(place: Place) -> None:
    assert place.run("keys", "rotate").code == 2
    assert place.run("keys", "rotate", "marie", "--node").code == 2
    assert place.refused("keys", "rotate", "nobody") == (
        "There is nobody called nobody here. `legation staff list` shows who there is."
    )


def test_without_the_secret_no_key_is_made(place: Place) -> None:
    place.secret.unlink()
    assert str(place.secret) in place.refused("keys", "rotate", "--node")
    assert [len(ids) for ids in _kept(place)] == [1, 1]


def _kept(place: Place) -> list[list[str]]:
    with closing(sqlite3.connect(place.database)) as opened:
        return [[str(row[0])] for row in opened.execute("select key_id from private_keys")]
