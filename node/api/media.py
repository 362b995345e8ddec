"""Files for posts: send, describe, look after, take back, before they hang on one.

POST /api/v2/media ─► 200 ready (pictures, PDF)
└► 202 worked on ─► GET 206 … 206 ─► 200, or 422 when it could not be made safe
"""

from datetime import timedelta

from node.actions import files
from node.actions.files import About
from node.api.answers import Answer, Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.entities import files as entities
from node.api.errors import ApiError
from node.api.limits import Allowance
from node.api.parameters import Parameters
from node.errors import Invalid
from node.protection import streams_its_body
from node.uploads import Upload
from storage.errors import NotFound
from storage.media import Media, MediaId, State
from storage.store import Unit

GIVEN_UP_AFTER = timedelta(minutes=10)
"""Work on a file takes two minutes at most: after ten, the process that did it is no longer there."""


class Sent(Parameters):
    """A file, and what is said of it."""

    file: Upload | str | None = None
    thumbnail: Upload | str | None = None
    description: str = ""
    focus: str | None = None


class Said(Parameters):
    """What is said of a file; what is not said stays as it is."""

    thumbnail: Upload | str | None = None
    description: str | None = None
    focus: str | None = None


@endpoint("POST", "/api/v2/media", scope="write:media", rate=Allowance.MEDIA)
@streams_its_body
async def send(caller: Caller, sent: Sent) -> Answerable:
    """Send a file for a post: 200 once it is ready, 202 for films and sound, which are worked on meanwhile."""
    row = await _taken(caller, sent, wait=False)
    return Answer(_shown(caller, row), status=200 if row.state is State.READY else 202)


@endpoint("POST", "/api/v1/media", scope="write:media", rate=Allowance.MEDIA)
@streams_its_body
async def send_and_wait(caller: Caller, sent: Sent) -> Answerable:
    """Send a file for a post, and wait until it is ready."""
    return _shown(caller, await _taken(caller, sent, wait=True))


@endpoint("GET", "/api/v1/media/{id}", scope="write:media")
async def one(caller: Caller, *, id: MediaId) -> Answerable:
    """A file of one's own that hangs on no post yet: 206 while it is worked on."""
    row = await _loose(caller, id)
    if row.state is State.FAILED or (
        row.state is State.WAITING and caller.node.now() - row.created_at > GIVEN_UP_AFTER
    ):
        raise _Unfinished("Error processing media")
    return Answer(_shown(caller, row), status=200 if row.state is State.READY else 206)


@endpoint("PUT", "/api/v1/media/{id}", scope="write:media")
@streams_its_body
async def describe(caller: Caller, said: Said, *, id: MediaId) -> Answerable:
    """Say what a file shows, what of it matters most, and by which picture it is shown where it is small."""
    row = await _loose(caller, id)
    about = About(said.description, files.focus_in(said.focus) if said.focus else None)
    await caller.node.store.write(_describe, row, about)
    if isinstance(said.thumbnail, Upload):
        await caller.node.library.give_preview(row, said.thumbnail.path)
    return _shown(caller, await caller.node.library.own(caller.me, id))


@endpoint("DELETE", "/api/v1/media/{id}", scope="write:media")
async def discard(caller: Caller, *, id: MediaId) -> Answerable:
    """Take a file back that hangs on no post."""
    await caller.node.library.discard([await _loose(caller, id)])
    return {}


class _Unfinished(ApiError):
    """A file could not be made safe."""

    code = "media-failed"
    status = 422


async def _taken(caller: Caller, sent: Sent, *, wait: bool) -> Media:
    if not isinstance(sent.file, Upload):
        raise Invalid("file", "ERR_BLANK", "File can't be blank")
    return await caller.node.library.take(
        caller.me,
        sent.file.path,
        thumbnail=sent.thumbnail.path if isinstance(sent.thumbnail, Upload) else None,
        description=files.checked_description(sent.description),
        focus=files.focus_in(sent.focus) if sent.focus else (0, 0),
        wait=wait,
    )


async def _loose(caller: Caller, identifier: MediaId) -> Media:
    found = await caller.node.library.own(caller.me, identifier)
    if found.post_id is not None:
        raise NotFound
    return found


def _shown(caller: Caller, row: Media) -> dict[str, object]:
    node = caller.node
    entity = entities.attachment(row, base_url=node.base_url)
    return entities.for_reader(node.vault, caller.me.id, [entity], now=node.now())[0]


def _describe(unit: Unit, row: Media, about: About) -> None:
    files.describe(unit, row, about)
