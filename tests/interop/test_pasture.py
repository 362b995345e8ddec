"""Odd documents that other people have collected, each sent to the inbox of a node, and what becomes of it.

What becomes of each stands in `pasture/outcomes/`, a file for each group, for people to read and to judge: whether it was
answered with 202 or refused, whether its activity was applied, and how the post looks to the person it was sent to. Where
the node has learnt something, `REWRITE_OUTCOMES=1 pytest tests/interop/test_pasture.py` writes the files anew; the change
is then a part of what is reviewed. The documents themselves: `pasture/documents.py`.
"""

import json
import os
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from federation.strict_json import JsonObject
from node.web import assets
from storage.store import Unit
from tests import loopback
from tests.federated.conftest import PASSWORD, FederationOf, Json, Place, Staff, settled, until, whole
from tests.interop.conftest import id_of
from tests.interop.peers import output_of
from tests.interop.sender import Sender, sending_to
from tests.node.web.browser import Browser

OUTCOMES = Path(__file__).parent / "pasture" / "outcomes"
GROUPS = sorted(path.stem for path in OUTCOMES.glob("*.json"))

# The collections know their actor under this name, and build addresses of pictures and answers from it.
THEIR_ORIGIN = "http://pasture-one-actor"
RECEIVER = "http://receiver.example/users/receiver"

# What FEDERATION.md promises to keep.
HARMLESS = {
    *("p", "br", "a", "span", "strong", "em", "b", "i", "u", "s", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "ruby", "rt", "rp", "h1", "h2", "h3", "h4", "h5", "h6"),
}
HARMLESS_ATTRIBUTES = {"href", "rel", "class", "lang", "dir", "target", "translate", "start", "reversed", "value"}

TOLD_OF_FILES = ("type", "description", "blurhash")

# Shown only where a post differs from the plainest one.
PLAIN = {
    "spoiler_text": "",
    "sensitive": False,
    "language": None,
    "visibility": "public",
    "mentions": [],
    "tags": [],
    "media_attachments": [],
    "poll": None,
    "edited_at": None,
}


class Parts(HTMLParser):
    """Whatever HTML consists of: its tags, and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.loaded: set[str] = set()
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.addresses.update(value or "" for name, value in attrs if name in ("href", "src", "action", "poster"))
        if tag == "script":
            self.scripts.append(dict(attrs).get("src") or "inline")
        else:
            self.loaded.update(value or "" for name, value in attrs if name in ("src", "srcset", "poster"))


def assert_harmless(content: str) -> None:
    """As FEDERATION.md has it, nothing but text and links."""
    parts = Parts(content)
    assert parts.tags <= HARMLESS
    assert parts.attributes <= HARMLESS_ATTRIBUTES
    assert [address for address in parts.addresses if not re.match(r"(https?|mailto):", address)] == []


def assert_with_our_script_alone(page: str, *, origin: str) -> None:
    """Our pages have the one script of their own, and load nothing from elsewhere; nor may a post bring any."""
    parts = Parts(page)
    assert parts.scripts == [assets.path_of("legation.js")]
    assert not parts.tags & {"iframe", "object", "embed", "base"}
    assert [address for address in parts.loaded if not address.removeprefix(origin).startswith("/media/")] == []
    assert [name for name in parts.attributes if name.startswith("on") or name == "style"] == []
    assert [
        address for address in parts.addresses if re.match(r"\s*(javascript|data|vbscript):", address, re.IGNORECASE)
    ] == []


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All documents of all groups, as text."""
    folder = tmp_path_factory.mktemp("documents")
    return output_of("pasture/documents.py", f"{THEIR_ORIGIN}/actor", RECEIVER, folder=folder)


class Pasture:
    """The sender, and marie, who follows it and to whom everything is addressed, with an app and at a browser."""

    def __init__(
        self, paris: Place, sender: Sender, marie: Staff, browser: Browser, *, marie_id: str, collected: str
    ) -> None:
        self.paris, self.sender, self.marie, self.browser = paris, sender, marie, browser
        self.marie_id, self._collected = marie_id, collected

    def documents(self, group: str) -> list[Json]:
        text = self._collected.replace(THEIR_ORIGIN, self.sender.origin).replace(RECEIVER, self.marie_id)
        found: list[Json] = json.loads(text)[group]
        return found

    async def is_followed(self) -> None:
        asked = {"q": self.sender.actor, "resolve": "true", "type": "accounts"}
        (account,) = (await self.marie.ask("GET", "/api/v2/search", params=asked))["accounts"]
        await self.marie.ask("POST", f"/api/v1/accounts/{account['id']}/follow")
        follow: JsonObject = {"type": "Follow", "actor": self.marie_id, "object": self.sender.actor}
        accept: JsonObject = {
            "id": f"{self.sender.origin}/accepts/1",
            "type": "Accept",
            "actor": self.sender.actor,
            "object": follow,
        }
        assert await self.sender.tell(f"{self.paris.base_url}/inbox", accept) == (202, "")
        await until(lambda: self.marie.follows(account["id"]))

    async def outcome(self, activity: JsonObject) -> Json:
        """Send a document, and tell what became of it."""
        self.sender.asked.clear()
        status, code = await self.sender.tell(f"{self.paris.base_url}/inbox", activity)
        assert status < 500
        await settled(self.paris)
        outcome: dict[str, Json] = {"answer": f"{status} {code}".strip()}
        if status == 202:
            outcome["activity"] = await self.settlement(activity)
            outcome |= await self.shown(activity)
            await whole(self.paris)  # who opens a conversation has it fetched
        if self.sender.asked:
            outcome["asked_for"] = list(dict.fromkeys(self.sender.asked))  # again and again is seen elsewhere
        return json.loads(self.told_by_anybody(json.dumps(outcome)))

    async def settlement(self, activity: JsonObject) -> str:
        """What the journal says of an activity: applied, ignored or refused, and why; `not kept` where it says nothing."""
        sql = "select outcome from journal where uri = :uri"
        uri = activity.get("id")

        def read(unit: Unit) -> str | None:
            return unit.one(str, sql, uri=uri) if isinstance(uri, str) else None

        return await self.paris.running.node.store.read(read) or "not kept"

    async def shown(self, activity: JsonObject) -> JsonObject:
        """How the post looks to marie, without what changes from one run to the next."""
        uri = object_id(activity)
        sql = "select id from posts where uri = :uri"
        found = await self.paris.running.node.store.read(lambda unit: unit.one(int, sql, uri=uri)) if uri else None
        if found is None:
            return {"post": "none"}
        post = await self.marie.ask("GET", f"/api/v1/statuses/{found}")
        assert_harmless(post["content"])
        page = await self.browser.open(f"/@actor@{self.sender.host}/{found}")
        assert page.status == 200
        assert_with_our_script_alone(page.html, origin=self.paris.base_url)
        post["mentions"] = [each["acct"] for each in post["mentions"]]
        post["tags"] = [each["name"] for each in post["tags"]]
        if poll := post["poll"]:
            options = {option["title"]: option["votes_count"] for option in poll["options"]}
            post["poll"] = {"options": options, "multiple": poll["multiple"], "voters_count": poll["voters_count"]}
        post["media_attachments"] = [{name: each[name] for name in TOLD_OF_FILES} for each in post["media_attachments"]]
        if post["edited_at"]:
            post["edited_at"] = True
        special = {name: post[name] for name, plain in PLAIN.items() if post[name] != plain}
        if post["url"] != uri:
            special["url"] = post["url"]
        if post["in_reply_to_id"]:
            special["in_reply_to_id"] = True
        return {"post": post["content"], **special}

    def told_by_anybody(self, text: str) -> str:
        """The same outcome, with ports, and ids that are made by chance, left out."""
        text = text.replace(self.sender.origin, "{them}").replace(self.sender.host, "{them}")
        text = text.replace(self.paris.base_url, "{us}")
        text = re.sub(r"(\{them\}/(?:objects?|activity|activities)/)[\w-]{8,}", r"\1{id}", text)
        return re.sub(r"(\{us\}/users/)\d+", r"\1{id}", text)


def object_id(activity: JsonObject) -> str | None:
    told = activity.get("object")
    if isinstance(told, list):
        told = told[0] if told else None
    if isinstance(told, dict):
        inner = told.get("object") if told.get("type") == "Create" else None
        told = inner.get("id") if isinstance(inner, dict) else told.get("id")
    return told if isinstance(told, str) else None


@pytest.fixture
async def pasture_of(federation_of: FederationOf, collected: str) -> AsyncIterator[Pasture]:
    (paris,) = await federation_of(1)
    marie = await paris.staff("marie")
    async with sending_to(paris, "pasture") as sender, loopback.session(base_url=paris.base_url) as at_paris:
        browser = Browser(at_paris)
        await browser.sign_in("marie", PASSWORD)
        made = Pasture(paris, sender, marie, browser, marie_id=await id_of(marie), collected=collected)
        await made.is_followed()
        yield made


def test_every_group_has_its_outcomes(collected: str) -> None:
    assert sorted(json.loads(collected)) == GROUPS


@pytest.mark.parametrize("group", GROUPS)
async def test_what_becomes_of_odd_documents(pasture_of: Pasture, group: str) -> None:
    found = {}
    for document in pasture_of.documents(group):
        special = " ".join(document["special"])
        found[f"{document['name']} {special}".strip()] = await pasture_of.outcome(document["activity"])
    path = OUTCOMES / f"{group}.json"
    if "REWRITE_OUTCOMES" in os.environ:
        path.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    assert found == json.loads(path.read_text())
    assert {each.get("activity") for each in found.values()} <= {"applied", "ignored", "refused", "not kept", None}
