"""Files in the form of a post: those that were chosen just now, and those that were sent before and shall stay."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from node.actions import files
from node.actions.files import About
from node.api.entities import files as entities
from node.context import NODE, Node
from node.errors import Invalid
from node.uploads import Upload, form_of
from node.web import session
from node.web.typed import Typed
from storage import media
from storage.accounts import Account
from storage.ids import PostId, parsed
from storage.media import Media
from storage.store import Unit


def with_room(request: web.Request, typed: Typed) -> Typed:
    """The form, with as many places for files as may hang on a post here."""
    return replace(typed, most_files=request.app[NODE].settings.media.per_post)


async def taken(request: web.Request, typed: Typed, *, post: PostId | None = None) -> tuple[Typed, Invalid | None]:
    """The form with its files taken in and described; and why one of them was refused.

    post: the one that is edited.  Files that could be taken stay, whatever else is wrong with the form.
    """
    node, me = request.app[NODE], session.present(request).account
    form = await form_of(request)
    refused: Invalid | None = None
    ids = _kept(form)
    for name, upload in _chosen(form, most=node.settings.media.per_post - len(ids)):
        try:
            description = files.checked_description(_text(form, name.replace("file", "description")))
            ids.append((await node.library.take(me, upload.path, description=description, wait=True)).id)
        except Invalid as invalid:
            refused = invalid
    try:
        rows = await node.store.write(_described, me, ids, _abouts(form), post=post)
    except Invalid as invalid:
        refused, rows = invalid, await node.store.read(_own, me, ids, post=post)
    return replace(with_room(request, typed), files=_shown(node, me, rows)), refused


async def with_files(request: web.Request, typed: Typed, ids: Sequence[int]) -> Typed:
    """The form of a draft, with those of its files that are still there."""
    node, me = request.app[NODE], session.present(request).account
    rows = await node.store.read(_own, me, ids, post=None) if ids else []
    return replace(with_room(request, typed), files=_shown(node, me, rows))


def _kept(form: MultiMapping[Any]) -> list[int]:
    """Ids of the files that were sent before and are still ticked."""
    return [number for each in form.getall("media", ()) if (number := parsed(str(each))) is not None]


def _chosen(form: MultiMapping[Any], *, most: int) -> Sequence[tuple[str, Upload]]:
    found = [(name, value) for name, value in form.items() if name.startswith("file") and isinstance(value, Upload)]
    return found[: max(0, most)]


def _abouts(form: MultiMapping[Any]) -> dict[int, About]:
    """What is said of files that were sent before."""
    said = ((parsed(name.removeprefix("about-")), name) for name in form if name.startswith("about-"))
    return {number: About(_text(form, name)) for number, name in said if number is not None}


def _text(form: MultiMapping[Any], name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n")


def _described(
    unit: Unit, me: Account, ids: Sequence[int], abouts: Mapping[int, About], *, post: PostId | None
) -> list[Media]:
    for row in _own(unit, me, ids, post=post):
        if row.id in abouts and (abouts[row.id].description or "") != row.description:
            files.describe(unit, row, abouts[row.id])
    return _own(unit, me, ids, post=post)


def _own(unit: Unit, me: Account, ids: Sequence[int], *, post: PostId | None) -> list[Media]:
    found = media.find_own(unit, me.id, ids)
    rows = (found.get(media.MediaId(identifier)) for identifier in ids)
    return [row for row in rows if row is not None and row.post_id in (None, post)]


def _shown(node: Node, me: Account, rows: Sequence[Media]) -> list[dict[str, Any]]:
    shown = [entities.attachment(row, base_url=node.base_url) for row in rows]
    return entities.for_reader(node.vault, me.id, shown, now=node.now())
