"""A node in Tokyo with custom emoji: what it sends is kept here, and it gives their pictures to whoever asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson
from aiohttp import web

from federation import actors, custom_emoji, notes
from federation.activities.like import Like
from federation.activities.update import Update
from federation.hosts import host_of
from federation.strict_json import JsonObject
from federation.vocabulary import PUBLIC, Actor
from storage import accounts, peers
from storage.ids import PostId
from storage.store import Unit
from tests import loopback
from tests.node.conftest import House
from tests.pictures import moving, picture

WRITTEN = '<p>Bon :blob: <a href="https://tokyo.example/:blob:">lien</a> :nobody: :blob:</p>'


@dataclass
class Tokyo:
    """What Ken of Tokyo does is known to a node here. asked: which pictures it was asked for."""

    house: House
    base_url: str
    asked: list[str]

    @property
    def ken(self) -> str:
        return f"{self.base_url}/users/ken"

    def tag(self, name: str, file: str, **changes: str) -> JsonObject:
        icon: JsonObject = {"type": "Image", "mediaType": "image/png", "url": f"{self.base_url}/{file}"}
        return {"type": "Emoji", "name": f":{name}:", "icon": icon, **changes}

    def question(self, **changes: str) -> JsonObject:
        return {
            "id": f"{self.ken}/notes/1",
            "type": "Question",
            "attributedTo": self.ken,
            "content": WRITTEN,
            "summary": "Avis :cat:",
            "to": [PUBLIC],
            "published": "2026-02-01T09:00:00Z",
            "oneOf": [{"type": "Note", "name": "Oui :blob:"}, {"type": "Note", "name": "Non"}],
            "tag": [self.tag("blob", "blob.png"), self.tag("cat", "cat.gif"), self.tag("film", "film.pdf")],
            **changes,
        }

    async def asks(self) -> PostId:
        """Ken, who is called by one, asks with several of them; returns the post."""
        return await self.house.node.store.write(self._ask)

    async def reacts(self, post: str, text: str, *tags: JsonObject) -> None:
        """Ken puts something under a post. post: its id as an object."""
        document: JsonObject = {"id": f"{self.ken}#{text}", "type": "Like", "actor": self.ken, "object": post}
        like = Like.read(document | {"content": text, "tag": list(tags)})
        await self.house.node.store.write(like.apply)

    async def edits(self, document: JsonObject) -> None:
        """Ken edits the post."""
        update: JsonObject = {"id": f"{self.ken}#update", "type": "Update", "actor": self.ken, "object": document}
        await self.house.node.store.write(Update.read(update).apply)

    def _ask(self, unit: Unit) -> PostId:
        document: JsonObject = {
            "id": self.ken,
            "type": "Person",
            "preferredUsername": "ken",
            "name": "Ken <b> :blob:",
            "summary": "<p>À Tokyo :cat:</p>",
            "inbox": f"{self.ken}/inbox",
            "tag": [self.tag("blob", "blob.png"), self.tag("cat", "cat.gif")],
        }
        actor = Actor.model_validate(document)
        ken = accounts.keep_remote(
            unit,
            uri=self.ken,
            host=host_of(self.ken),
            kind="Person",
            profile=actors.profile_of(actor),
            document=orjson.dumps(document).decode(),
            takes_name=False,
        )
        custom_emoji.keep_of_actor(unit, ken, document)
        question = self.question()
        return notes.keep(unit, notes.read(question), question, ken).id


@asynccontextmanager
async def tokyo_of(house: House) -> AsyncIterator[Tokyo]:
    """A node in Tokyo that this house may talk to."""
    port = loopback.free_port()
    tokyo = Tokyo(house, f"http://tokyo.localhost:{port}", [])
    files = {"blob.png": picture("PNG", size=(64, 32)), "cat.gif": moving(3), "film.pdf": b"%PDF-1.7 not a picture"}

    async def give(request: web.Request) -> web.Response:
        tokyo.asked.append(request.match_info["name"])
        return web.Response(body=files[request.match_info["name"]])

    app = web.Application()
    app.router.add_get("/{name}", give)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await house.node.store.write(peers.allow, host_of(tokyo.ken), by="test")
        yield tokyo
    finally:
        await runner.cleanup()
