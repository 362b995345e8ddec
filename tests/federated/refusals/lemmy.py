"""A node of Lemmy, as far as its documents go: the shapes in which it tells what its people and communities do.

It signs with RSA in the older way, proves nothing, and puts a community into `audience`, `cc` and, for posts, `to`.
"""

import itertools
from typing import Any

from federation.signatures import keys as signing_keys
from federation.strict_json import JsonObject
from tests.federated.refusals.conftest import PUBLIC, HandMade

TERMS = ["https://join-lemmy.org/context.json", "https://www.w3.org/ns/activitystreams"]


class Lemmy:
    """Its people are at /u/, its communities at /c/."""

    def __init__(self, peer: HandMade) -> None:
        self.peer, self.node = peer, peer.node
        self._numbers = itertools.count(1)

    # ---- who ---------------------------------------------------------------------------------------------------------

    def person(self, name: str) -> str:
        """Offer a person; returns the id."""
        return self._offer(f"/u/{name}", "Person", name, summary="<p>Attaché</p>\n", matrixUserId=f"@{name}:a.example")

    def community(self, name: str) -> str:
        """Offer a community; returns the id."""
        uri = f"{self.peer.base_url}/c/{name}"
        return self._offer(
            f"/c/{name}",
            "Group",
            name,
            summary="<p>Questions et réponses</p>\n",
            followers=f"{uri}/followers",
            featured=f"{uri}/featured",
            attributedTo=f"{uri}/moderators",
            postingRestrictedToMods=False,
            language=[{"identifier": "fr", "name": "Français"}],
        )

    def _offer(self, path: str, kind: str, name: str, **more: Any) -> str:
        uri = f"{self.peer.base_url}{path}"
        pem = signing_keys.public_to_pem(self.peer.key.public_key())
        self.peer.offers[path] = {
            "@context": list(TERMS),
            "id": uri,
            "type": kind,
            "preferredUsername": name,
            "name": name.title(),
            "source": {"content": "Attaché", "mediaType": "text/markdown"},
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "endpoints": {"sharedInbox": f"{self.peer.base_url}/inbox"},
            "published": "2026-01-05T01:38:22.348392Z",
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem},
            **more,
        }
        return uri

    def listed(self, uri: str, *items: str) -> JsonObject:
        """A whole list, as of moderators."""
        return self._dressed({"type": "OrderedCollection", "id": uri, "orderedItems": list(items)})

    # ---- what is written ---------------------------------------------------------------------------------------------

    def page(self, by: str, group: str, title: str, **more: Any) -> JsonObject:
        """What begins a conversation: a title, and a text or a link."""
        return {
            "type": "Page",
            "id": f"{self.peer.base_url}/post/{next(self._numbers)}",
            "attributedTo": by,
            "to": [group, PUBLIC],
            "name": title,
            "cc": [],
            "content": "<p>De quoi parle-t-on&nbsp;?</p>\n",
            "mediaType": "text/html",
            "source": {"content": "De quoi parle-t-on ?", "mediaType": "text/markdown"},
            "attachment": [{"href": "https://intranet.example/note", "type": "Link"}],
            "sensitive": False,
            "language": {"identifier": "fr", "name": "Français"},
            "published": "2026-02-01T09:00:00.557399Z",
            "audience": group,
            **more,
        }

    def comment(self, by: str, group: str, text: str, *, to: JsonObject, **more: Any) -> JsonObject:
        """An answer. to: what it answers."""
        answered = to["attributedTo"]
        return {
            "type": "Note",
            "id": f"{self.peer.base_url}/comment/{next(self._numbers)}",
            "attributedTo": by,
            "to": [PUBLIC],
            "cc": [group, answered],
            "content": f"<p>{text}</p>\n",
            "inReplyTo": to["id"],
            "mediaType": "text/html",
            "source": {"content": text, "mediaType": "text/markdown"},
            "published": "2026-02-01T09:05:00.794920Z",
            "tag": [{"href": answered, "type": "Mention", "name": "@somebody"}],
            "distinguished": False,
            "language": {"identifier": "und", "name": "Undetermined"},
            "audience": group,
            **more,
        }

    # ---- what is done ------------------------------------------------------------------------------------------------

    def act(self, kind: str, by: str, thing: object, group: str, **more: Any) -> JsonObject:
        """Something that is told to a community."""
        said = {"actor": by, "to": [PUBLIC], "object": thing, "cc": [group], "type": kind}
        return self._dressed({**said, "id": self._fresh(kind), "audience": group, **more})

    def vote(self, kind: str, by: str, thing: object, group: str) -> JsonObject:
        """A vote, or that it is taken back: addressed to nobody."""
        return self._dressed({"actor": by, "object": thing, "type": kind, "id": self._fresh(kind), "audience": group})

    def follow(self, by: str, group: str) -> JsonObject:
        said = {"actor": by, "to": [group], "object": group, "type": "Follow", "id": self._fresh("Follow")}
        return self._dressed(said)

    def announce(self, group: str, thing: object) -> JsonObject:
        """What a community sends on: an activity, without a context of its own, or the id of a post."""
        inner = (
            {name: value for name, value in thing.items() if name != "@context"} if isinstance(thing, dict) else thing
        )
        followers = f"{group}/followers"
        said = {"actor": group, "to": [PUBLIC], "object": inner, "cc": [followers], "type": "Announce"}
        return self._dressed({**said, "id": self._fresh("Announce")})

    def _fresh(self, kind: str) -> str:
        return f"{self.peer.base_url}/activities/{kind.lower()}/{next(self._numbers):08d}-3ad8-4859-a9e0-28b59b6e499f"

    def _dressed(self, said: dict[str, Any]) -> JsonObject:
        return {"@context": list(TERMS), **said}
