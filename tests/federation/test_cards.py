"""Visiting cards on the wire: written for nodes like ours and for all others, read with care."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from federation import actors, cards, documents
from federation.documents import OwnKey, OwnPublicKeys
from federation.vocabulary import Actor
from storage import accounts
from storage.accounts import Account
from storage.cards import EMPTY, LONGEST, MOST_SKILLS, Card
from storage.sqlite import SqliteStore
from tests.storage.conftest import BASE

CARD = Card("Attachée <presse>", "Service de presse", "Tokyo", ("fr", "ja"), ("visas", "mer"))
KEYS = OwnPublicKeys(None, [OwnKey("k", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")])


@pytest.fixture
async def marie(sqlite_database: Path) -> Account:
    store = await SqliteStore.open(sqlite_database)
    made = await store.write(accounts.add_local, username="marie", display_name="Marie", base_url=BASE)
    changed = await store.write(accounts.change_card, made.id, display_name="Marie", card=CARD)
    await store.close()
    return replace(changed, fields='[["Bureau", "<p>B 214</p>"]]')


async def test_a_card_stands_twice_in_an_actor_and_is_read_once(marie: Account) -> None:
    keys = OwnPublicKeys(None, [replace(KEYS.ed25519[0], key_id=f"{marie.uri}#ed25519-key")])
    document: dict[str, Any] = documents.actor(marie, keys=keys, pictures={}, domain="paris.example")
    assert document["visitingCard"]["languages"] == ["fr", "ja"]
    assert [line["name"] for line in document["attachment"]] == [*cards.LABELS.values(), "Bureau"]
    assert document["attachment"][0]["value"] == "Attachée &lt;presse&gt;"
    assert cards.TERMS in document["@context"]
    profile = actors.profile_of(actors.read(document))
    assert profile.card == CARD
    assert profile.fields == [("Bureau", "<p>B 214</p>")]
    others = actors.profile_of(actors.read({**document, "visitingCard": None}))
    assert (others.card, len(others.fields)) == (EMPTY, 6)


async def test_whoever_has_no_card_is_written_as_before(marie: Account) -> None:
    keys = OwnPublicKeys(None, [replace(KEYS.ed25519[0], key_id=f"{marie.uri}#ed25519-key")])
    document: dict[str, Any] = documents.actor(
        replace(marie, card="{}"), keys=keys, pictures={}, domain="paris.example"
    )
    assert "visitingCard" not in document
    assert cards.TERMS not in document["@context"]
    update = documents.act(
        "Update", marie, documents.entry(marie, pictures={}, domain="paris.example"), uri="urn:1", to=[]
    )
    assert cards.TERMS in update["@context"]  # type: ignore[operator]  # a list, as all contexts of ours


READ: list[tuple[dict[str, Any], Card]] = [
    ({}, EMPTY),
    ({"function": 1, "department": ["x"], "place": {"a": 1}, "languages": 3, "skills": {"a": 1}}, EMPTY),
    ({"function": "<b>a</b>\n b\u202e", "skills": "one"}, Card("<b>a</b> b", skills=("one",))),
    ({"function": "x" * 1000}, Card("x" * LONGEST)),
    ({"languages": ["FR", "fr", None, ""]}, Card(languages=("fr",))),
    ({"skills": [str(number) for number in range(99)]}, Card(skills=tuple(str(n) for n in range(MOST_SKILLS)))),
]


@pytest.mark.parametrize(("sent", "read"), READ)
def test_what_cannot_be_read_is_left_out(sent: dict[str, Any], read: Card) -> None:
    assert cards.read(sent) == read


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        ([{"type": "PropertyValue", "name": "Bureau", "value": "B 214"}], [("Bureau", "B 214")]),
        ([{"type": "Note", "name": "Bureau", "content": "<p>B 214</p>"}], [("Bureau", "<p>B 214</p>")]),
        ({"type": ["Note"], "name": "a", "content": "b<script>"}, [("a", "b")]),
        (
            [{"type": "Note", "name": "a", "content": "b"}, {"type": "PropertyValue", "name": "c", "value": "d"}],
            [("c", "d")],
        ),
        ([{"type": "PropertyValue", "name": 7, "value": {"x": 1}}, "x", None], [("", "")]),
        ([{"type": "Image", "url": "https://tokyo.example/a.png"}], []),
    ],
)
def test_lines_of_a_profile_are_read_however_they_are_written(
    attachment: object, expected: list[tuple[str, str]]
) -> None:
    uri = "https://tokyo.example/users/1"
    actor = Actor.model_validate(
        {"id": uri, "type": "Person", "preferredUsername": "ken", "inbox": f"{uri}/inbox", "attachment": attachment}
    )
    assert actors.profile_of(actor).fields == expected
