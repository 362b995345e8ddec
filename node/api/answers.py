"""What handlers give back, and how it becomes bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias
from urllib.parse import urlencode

import orjson
from aiohttp import web

from node.memory import Lasting

LASTING = web.RequestKey("lasting", Lasting)
"""Of a request whose answer may be given again."""

CONTENT_TYPE = "application/json"
CURSORS = frozenset({"max_id", "since_id", "min_id"})


@dataclass(frozen=True, slots=True)
class Paged:
    """A part of a list, newest first, and where it goes on.

    items: entities.  next_cursor: what lies beyond is older than this.  prev_cursor: newer than this; both None when
    the part is empty, so that apps stop.
    """

    items: Sequence[Any]
    next_cursor: int | str | None = None
    prev_cursor: int | str | None = None

    @classmethod
    def by(cls, items: Sequence[Any], cursors: Sequence[int | str]) -> Self:
        """A part whose cursors are these ids, newest first.

        cursors: of the rows that were read; may be more than the items when some of them are not shown.
        """
        return cls(items, cursors[-1], cursors[0]) if cursors else cls(items)

    @classmethod
    def by_id(cls, items: Sequence[Mapping[str, Any]]) -> Self:
        """A part whose cursors are the entities' own ids."""
        return cls.by(items, [item["id"] for item in items])


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not simply 200."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
    """An answer that may be given again as it is, to the same question of the same caller, for as long as it lasts."""

    answer: Paged | orjson.Fragment
    lasting: Lasting


Answerable: TypeAlias = (
    Again | orjson.Fragment | Mapping[str, Any] | Sequence[Any] | Paged | Answer | web.StreamResponse
)


def respond(request: web.Request, base_url: str, found: Answerable) -> web.StreamResponse:
    """What a handler gave back, as an answer."""
    match found:
        case web.StreamResponse():
            return found
        case Paged():
            link = links(request, base_url, found)
            return json_answer(found.items, headers={"Link": link} if link else None)
        case Again():
            request[LASTING] = found.lasting
            return respond(request, base_url, found.answer)
        case Answer():
            return json_answer(found.body, status=found.status, headers=found.headers)
        case _:
            return json_answer(found)


def json_answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON, for this caller alone."""
    answer = web.Response(
        body=orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS),
        status=status,
        headers=headers,
        content_type=CONTENT_TYPE,
        charset="utf-8",
    )
    answer.headers.setdefault("Cache-Control", "private, no-store")
    answer.headers["Vary"] = "Authorization"
    return answer


def links(request: web.Request, base_url: str, found: Paged) -> str:
    """The `Link` header of a part of a list: absolute, with all other parameters kept.  Source: RFC 8288."""
    kept = [(name, value) for name, value in request.query.items() if name not in CURSORS]
    parts = []
    if found.next_cursor is not None:
        parts.append(_link(request, base_url, [*kept, ("max_id", str(found.next_cursor))], "next"))
    if found.prev_cursor is not None:
        parts.append(_link(request, base_url, [*kept, ("min_id", str(found.prev_cursor))], "prev"))
    return ", ".join(parts)


def _link(request: web.Request, base_url: str, query: list[tuple[str, str]], relation: str) -> str:
    path = request.rel_url.raw_path
    return f'<{base_url}{path}?{urlencode(query)}>; rel="{relation}"'
