"""`legation peers` and `legation queue`: whom a node speaks with, and what waits for them."""

import sqlite3
from contextlib import closing

import pytest

from federation.signatures import keys as signing_keys
from storage import accounts, deliveries, peers
from storage.ids import Host
from storage.sqlite import SqliteStore
from storage.store import Unit
from tests.node.command.conftest import Place
from tests.node.command.test_staff import audited

TOKYO = Host("tokyo.example")


def hosts(place: Place) -> dict[str, bool]:
    return {each["host"]: each["allowed"] for each in place.did("peers", "list", "--json").json}


def test_a_node_without_peers_says_what_to_do(place: Place) -> None:
    assert place.did("peers", "list").out == "No node is allowed yet. Allow one with: legation peers allow HOST\n"
    assert place.did("peers", "list", "--json").json == []


def test_a_peer_is_allowed_shown_and_removed_and_audited(place: Place) -> None:
    said = place.did("peers", "allow", "Tokyo.EXAMPLE.")
    assert said.out == f"tokyo.example is allowed. It must allow {place.domain} too.\n"
    assert hosts(place) == {"tokyo.example": True}
    assert place.did("peers", "list").out.splitlines()[1].split()[:2] == ["tokyo.example", "allowed"]
    shown = place.did("peers", "show", "tokyo.example").out
    assert "tokyo.example" in shown
    assert place.did("peers", "show", "tokyo.example", "--json").json["waiting"] == 0
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute("update peers set skew_seconds = -90, way = 'cavage-12'")
        opened.commit()
    lines = place.did("peers", "show", "tokyo.example").out.splitlines()
    assert [line.split() for line in lines[-2:]] == [
        ["clock", "ahead", "seconds", "-90"],
        ["signed", "for", "as", "cavage-12"],
    ]

    place.did("peers", "remove", "tokyo.example")
    assert hosts(place) == {"tokyo.example": False}
    assert place.did("peers", "list").out.splitlines()[1].split()[:2] == ["tokyo.example", "removed"]
    assert [entry[:2] for entry in audited(place)[-2:]] == [
        ("peer.allow", "tokyo.example"),
        ("peer.remove", "tokyo.example"),
    ]


def test_a_peer_has_a_contact_and_rests_for_a_while(place: Place) -> None:
    place.did("peers", "allow", "tokyo.example", "--contact", "Ingrid, +47")
    place.did("peers", "pause", "tokyo.example")
    shown = place.did("peers", "show", "tokyo.example", "--json").json
    assert (shown["allowed"], shown["paused"], shown["contact"]) == (True, True, "Ingrid, +47")
    assert place.did("peers", "list").out.splitlines()[1].split()[:2] == ["tokyo.example", "paused"]
    assert "rests already" in place.run("peers", "pause", "tokyo.example").sentence
    place.did("peers", "resume", "tokyo.example")
    place.did("peers", "contact", "tokyo.example", "")
    shown = place.did("peers", "show", "tokyo.example", "--json").json
    assert (shown["paused"], shown["contact"]) == (False, "")
    assert "does not rest" in place.run("peers", "resume", "tokyo.example").sentence
    assert "was never allowed" in place.run("peers", "contact", "oslo.example", "x").sentence
    assert [entry[0] for entry in audited(place)[-5:]] == [
        *("peer.allow", "peer.contact", "peer.pause"),
        *("peer.resume", "peer.contact"),
    ]


def test_the_keys_of_a_node_are_shown_and_confirmed_by_what_they_are(place: Place) -> None:
    place.did("peers", "allow", "tokyo.example")
    pem = signing_keys.public_to_pem(signing_keys.generate_ed25519().public_key())
    shown = signing_keys.fingerprint(signing_keys.public_from_pem(pem))
    uri = "https://tokyo.example/actor"
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute(
            "insert into accounts (id, uri, host, username, kind, display_name, note, url, inbox, shared_inbox, outbox,"
            " followers_uri, following_uri, created_at, refreshed_at)"
            " values (7, ?, 'tokyo.example', 'tokyo.example', 'Application', '', '', '', '', '', '', '', '', 0, 0)",
            [uri],
        )
        opened.execute(
            "insert into public_keys (key_id, owner_uri, pem, fetched_at, held) values ('k', ?, ?, 0, 1)", [uri, pem]
        )
        opened.execute(
            "insert into node_keys (owner_uri, fingerprint, host, pinned_at) values (?, ?, 'tokyo.example', 0)",
            [uri, "0a" * 32],
        )
        opened.commit()
    found = place.did("peers", "show", "tokyo.example", "--json").json
    assert found["node_keys"][0].startswith("0a" * 32 + " (not confirmed")
    assert found["node_keys_held"] == [shown]
    assert shown in place.did("peers", "show", "tokyo.example").out
    assert "shows other keys" in place.run("peers", "confirm-key", "tokyo.example", "0a" * 32).sentence
    place.did("peers", "confirm-key", "tokyo.example", ":".join(shown[at : at + 2] for at in range(0, 64, 2)).upper())
    found = place.did("peers", "show", "tokyo.example", "--json").json
    assert found["node_keys_held"] == []
    assert [line.partition(" (confirmed ")[0] for line in found["node_keys"]] == [shown]
    assert audited(place)[-1][:2] == ("peer.confirm-key", "tokyo.example")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("tokyo.example:8443", "tokyo.example:8443"),
        ("tokyo.example:443", "tokyo.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("127.0.0.2:8001", "127.0.0.2:8001"),
        ("tokyo.localhost:8001", "tokyo.localhost:8001"),
    ],
)
def test_sec_c1_a_host_is_kept_in_its_one_spelling(place: Place, typed: str, kept: str) -> None:
    place.did("peers", "allow", typed)
    assert hosts(place) == {kept: True}


def test_sec_c4_a_name_is_shown_as_people_read_it_and_as_it_is_kept(place: Place) -> None:
    assert "straße.example (xn--strae-oqa.example)" in place.did("peers", "allow", "straße.example").out


def test_sec_c4_a_name_that_mixes_writing_systems_needs_a_yes(place: Place) -> None:
    forged = "tоkyo.example"  # the first o is Cyrillic
    assert "add --yes" in place.run("peers", "allow", forged).sentence
    assert hosts(place) == {}
    place.did("peers", "allow", forged, "--yes")
    assert list(hosts(place).values()) == [True]


@pytest.mark.parametrize(
    "host",
    [
        "",
        "*.example",
        "https://tokyo.example",
        "tokyo.example/inbox",
        "marie@tokyo.example",
        "tokyo..example",
        "tokyo.example:0",
        "tokyo.example:99999",
        "tokyo\\.example",
        "127.1",
        "x" * 64 + ".example",
    ],
)
def test_sec_c1_what_names_no_host_is_refused(place: Place, host: str) -> None:
    assert "cannot be a peer" in place.refused("peers", "allow", host)
    with closing(sqlite3.connect(place.database)) as opened:
        assert opened.execute("select * from peers").fetchall() == []


def test_a_node_does_not_allow_itself(place: Place) -> None:
    assert "is this node itself" in place.run("peers", "allow", place.domain).sentence


def test_an_unknown_peer_is_one_sentence(place: Place) -> None:
    assert "was never allowed" in place.run("peers", "show", "oslo.example").sentence
    assert "is not allowed" in place.run("peers", "remove", "oslo.example").sentence


# ---- the queue ------------------------------------------------------------------------------------------------------


def fill(unit: Unit) -> None:
    marie = accounts.by_handle(unit, "marie")
    assert marie
    oslo = Host("oslo.example")
    for host in (TOKYO, oslo):
        peers.allow(unit, host, by="test")
    for number in range(3):
        inboxes = [(host, f"https://{host}/inbox") for host in (TOKYO, oslo)]
        deliveries.add(unit, uri=f"{marie.uri}#{number}", actor=marie.id, body=b"{}", inboxes=inboxes)
    for (identifier,) in [(row,) for row in unit.all(int, "select id from deliveries where host = :host", host=TOKYO)]:
        deliveries.give_up(unit, identifier, error="403 we do not know you")


@pytest.fixture
async def filled(place: Place) -> Place:
    """Three deliveries wait for Oslo, and three to Tokyo were given up."""
    store = await SqliteStore.open(place.database)
    await store.write(fill)
    await store.close()
    return place


def counts(place: Place) -> tuple[dict[str, int], int]:
    found = place.did("queue", "list", "--json").json
    return {each["host"]: each["waiting"] for each in found["waiting"]}, len(found["dead"])


def test_an_empty_queue_is_one_sentence(place: Place) -> None:
    assert place.did("queue", "list").out == "Nothing waits: every node has everything.\n"


def test_the_queue_shows_what_waits_and_what_was_given_up(filled: Place) -> None:
    assert counts(filled) == ({"oslo.example": 3}, 3)
    said = filled.did("queue", "list").out
    assert "oslo.example" in said
    assert said.count("403 we do not know you") == 3
    assert filled.did("peers", "show", "oslo.example", "--json").json["waiting"] == 3


def test_dead_letters_are_sent_again(filled: Place) -> None:
    assert filled.did("queue", "retry", "oslo.example").out == "Trying now. Dead letters sent again: 0.\n"
    assert filled.did("queue", "retry").out == "Trying now. Dead letters sent again: 3.\n"
    assert counts(filled) == ({"oslo.example": 3, "tokyo.example": 3}, 0)


def test_dead_letters_are_thrown_away_and_nothing_else(filled: Place) -> None:
    assert filled.did("queue", "drop", "oslo.example").out == "Dead letters thrown away: 0.\n"
    assert filled.did("queue", "drop", "tokyo.example").out == "Dead letters thrown away: 3.\n"
    assert counts(filled) == ({"oslo.example": 3}, 0)
    assert audited(filled)[-1] == ("queue.drop", "tokyo.example", '{"letters":"3"}')
    with closing(sqlite3.connect(filled.database)) as opened:
        assert opened.execute("select count(*) from activities").fetchone() == (3,)
