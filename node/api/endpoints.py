"""How an endpoint comes to be: `@endpoint` over a function makes its route, its checks, its parameters and its answers.

request ─► who asks? ─► how often? 429 ─► may they? 401 403 ─► parameters 422 ─► handler ─► JSON
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from aiohttp import web

from node import observe
from node.api import callers, errors, parameters
from node.api.answers import Answerable, json_answer, respond
from node.api.callers import OPEN, Caller, Demand
from node.api.limits import BUCKETS, Allowance, Buckets
from node.api.parameters import Parameters
from node.context import NODE
from node.protection import REQUEST_ID, streams_its_body, takes_files
from storage.errors import NotFound
from storage.ids import parsed

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Answerable]])


STANDING: web.RequestKey[Callable[[], dict[str, str] | None]] = web.RequestKey("standing")
"""Counts one more request like this one; see `_count_at_once`."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, as it was declared.

    model: what its parameters become, None when it takes none.  numbers: the parts of its path that are ids.
    """

    method: str
    path: str
    demand: Demand
    administrators: bool
    moderators: bool
    allowance: Allowance
    handler: Callable[..., Awaitable[Answerable]]
    model: type[Parameters] | None
    numbers: frozenset[str]


_declared: dict[tuple[str, str], Endpoint] = {}


def endpoint(
    method: str,
    path: str,
    *,
    scope: str | tuple[str, ...] | Demand,
    administrators: bool = False,
    moderators: bool = False,
    rate: Allowance = Allowance.CALLS,
) -> Callable[[Handler], Handler]:
    """Declare an endpoint of the client API.

    path: as aiohttp's router takes it; each `{name}` becomes a keyword argument, an `int` or id where it is annotated so.
    scope: what the token must cover, one of several if there are several; or OPEN, APP, SIGNED_IN.
    administrators: whether the person must look after this node besides; moderators: or at least after reports.  rate: which allowance a request is taken from.
    """
    wanted = scope if isinstance(scope, Demand) else Demand(scopes=(scope,) if isinstance(scope, str) else scope)

    def declare(handler: Handler) -> Handler:
        if (method, path) in _declared:
            message = f"{method} {path} is declared twice."
            raise LookupError(message)
        model, numbers = _signature_of(handler, path)
        _declared[method, path] = Endpoint(
            method, path, wanted, administrators, moderators, rate, handler, model, numbers
        )
        return handler

    return declare


def declared(package: str) -> list[Endpoint]:
    """Every endpoint that modules of a package have declared so far; fixed paths before those with variables."""
    found = [one for one in _declared.values() if one.handler.__module__.startswith(f"{package}.")]
    return sorted(found, key=lambda one: "{" in one.path)


def routes_of(package: str) -> list[web.RouteDef]:
    """The routes of a package's endpoints, each with and without a closing slash."""
    return [
        web.route(one.method, path, _answering(one)) for one in declared(package) for path in (one.path, f"{one.path}/")
    ]


def _answering(one: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    answering = partial(answer, one)
    return streams_its_body(answering) if takes_files(one.handler) else answering


def unknown_paths(prefix: str) -> list[web.RouteDef]:
    """The last routes below a prefix: what nobody declared is not found, in JSON."""
    nothing = Endpoint("*", prefix, OPEN, False, False, Allowance.CALLS, _nothing, None, frozenset())  # noqa: FBT003
    return [web.route("*", f"{prefix}/{{rest:.*}}", partial(answer, nothing))]


async def answer(found: Endpoint, request: web.Request) -> web.StreamResponse:
    """Answer one request."""
    node = request.app[NODE]
    standing: dict[str, str] = {}
    try:
        caller = await callers.identify(request)
        buckets, counted_as = request.app[BUCKETS], caller.counted_as
        at_once: Callable[[], dict[str, str] | None] = partial(_count_at_once, buckets, found.allowance, counted_as)
        request[STANDING] = at_once
        standing = (await buckets.take(found.allowance, counted_as)).headers()
        callers.demand(caller, found.demand, administrators=found.administrators, moderators=found.moderators)
        result = respond(request, node.base_url, await _call(found, caller))
    except Exception as error:  # noqa: BLE001  the one place where a request to an endpoint may fail in any way
        result = errors.refusal(error) or unexpected(request)
        if request.body_exists and not request.content.at_eof():  # what is left must not be read as the next request
            result.force_close()
    if not result.prepared:
        for name, value in standing.items():
            result.headers.setdefault(name, value)
    return result


def _count_at_once(buckets: Buckets, allowance: Allowance, who: str) -> dict[str, str] | None:
    """Count a request. Returns the header lines about what is left; None when that needs the database.  Raises TooOften."""
    standing = buckets.take_at_once(allowance, who)
    return None if standing is None else standing.headers()


def unexpected(request: web.Request) -> web.Response:
    """The answer to an error that is our own fault, which is logged; to be called while it is handled."""
    observe.failed(request.get(REQUEST_ID, ""), request.method, request.path)
    return json_answer({"error": "Something went wrong here"}, status=HTTPStatus.INTERNAL_SERVER_ERROR)


async def _call(found: Endpoint, caller: Caller) -> Answerable:
    named = {name: _part(found, name, text) for name, text in caller.request.match_info.items() if name != "rest"}
    if found.model is None:
        return await found.handler(caller, **named)
    if not takes_files(found.handler):
        return await found.handler(caller, await parameters.read(caller.request, found.model), **named)
    with caller.node.library.workbench() as folder:
        sent = await parameters.read_with_files(caller.request, found.model, folder, caller.node.settings.media)
        return await found.handler(caller, sent, **named)


def _part(found: Endpoint, name: str, text: str) -> int | str:
    if name not in found.numbers:
        return text
    identifier = parsed(text)
    if identifier is None:
        raise NotFound
    return identifier


async def _nothing(caller: Caller) -> Answerable:
    del caller
    raise NotFound


def _signature_of(handler: Callable[..., Any], path: str) -> tuple[type[Parameters] | None, frozenset[str]]:
    """What a handler takes: the model of its second argument, and which parts of the path are numbers."""
    taken = inspect.signature(handler).parameters
    hints = [one.annotation for one in taken.values()]
    second = hints[1] if len(hints) > 1 else None
    model = second if isinstance(second, type) and issubclass(second, Parameters) else None
    numbers = frozenset(name for name in taken if f"{{{name}}}" in path and _is_number(taken[name].annotation))
    return model, numbers


def _is_number(hint: Any) -> bool:  # Any: a type hint can be anything
    return hint is int or getattr(hint, "__supertype__", None) is int
