"""What a node says about itself, as log lines: the only place that formats them.

One line of JSON for each thing worth knowing, on standard error, with ids, hosts, codes and durations; never a post's text,
a key, a token or a password, and of an address never what stands after the `?`.

    an event of storage or federation ─► hear       quiet or loud as `LEVELS` says
    a request, once it is answered ────► Requests   each one, or those that failed or were slow
    start and stop ────────────────────► started, stopped

A line that is written while a request or an activity is worked on carries its id (`request`, `activity`, `peer`), however
deep inside it is written: the ids travel in context variables. Whatever a line is made of, it is one line, and shows as what
it is: control characters, and those that reorder text, are escaped.
"""

import dataclasses
import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TextIO

import orjson
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from federation.events import (
    ACTIVITY,
    PEER,
    ActivityQuarantined,
    ActivitySettled,
    Delivered,
    DeliveryFailed,
    DirectoryNotRead,
    FollowersReconciled,
    RequestRefused,
)
from node.metrics import UNKNOWN_ROUTE, Metrics
from node.protection import ACCOUNT, BEGAN, REQUEST
from node.settings import Settings
from storage.events import Event, PeerChanged, SessionsEnded
from storage.ids import AccountId
from storage.opening import is_postgresql

LEVELS: dict[type[Event], int] = {
    ActivitySettled: logging.DEBUG,
    ActivityQuarantined: logging.ERROR,
    Delivered: logging.DEBUG,
    DeliveryFailed: logging.WARNING,
    DirectoryNotRead: logging.WARNING,
    FollowersReconciled: logging.WARNING,
    RequestRefused: logging.WARNING,
    PeerChanged: logging.INFO,
    SessionsEnded: logging.INFO,
}
"""How loud each event is; events of rows that changed are for streams and caches, and are not logged."""

SAID_AS = {"uri": "activity", "host": "peer"}
"""A thing has one name in all lines, whoever told of it."""

FAILED = "RequestFailed"
ANSWERED = "Request"
SLOW_SECONDS = 1.0
LONGEST_PATH = 300
INTERNAL_ERROR = 500

TOLD_SETTINGS = (
    "domain",
    "account_domain",
    "listen_address",
    "metrics_listen",
    "development",
    "language",
    "log_level",
    "log_requests",
    "oauth_requires_pkce",
    "trusted_proxies",
    "egress_networks",
)
"""The settings that the line about a start tells. None of them is a secret or leads to one."""

# JSON escapes what is below U+0020. Terminals also obey U+007F to U+009F; the rest break a line or turn its order around.
UNPRINTABLE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

NAMES = {
    logging.DEBUG: "debug",
    logging.INFO: "info",
    logging.WARNING: "warning",
    logging.ERROR: "error",
    logging.CRITICAL: "critical",
}

LOG = logging.getLogger("legation")

Facts = Mapping[str, Any]  # Any: whatever JSON can say, and what `str` makes of the rest


# ---- writing --------------------------------------------------------------------------------------------------------


class Lines(logging.Formatter):
    """A record as one line of JSON; the facts that came with it stand beside its name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        moment = datetime.fromtimestamp(record.created, UTC)
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else None
        if record.name == LOG.name:
            facts = record.args if isinstance(record.args, Mapping) else {}
            return line(moment, record.levelno, str(record.msg), facts, error=error)
        said = {"logger": record.name, "text": record.getMessage()}
        return line(moment, record.levelno, "Message", said, error=error)


class Output(logging.Handler):
    """Writes lines to a stream that is flushed at each end of a line, as standard error is."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.setFormatter(Lines())
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self.write(self.format(record))

    def write(self, text: str) -> None:
        """Write a line, given without its end. A stream that takes nothing any more does not stop the node."""
        try:
            self._stream.write(text + "\n")
        except (OSError, ValueError):  # the disk is full, or nobody reads
            return


def line(moment: datetime, level: int, event: str, facts: Facts, *, error: str | None = None) -> str:
    """A line, without its end. moment: aware, UTC.  level: of logging.  facts: beside it.  error: a traceback."""
    said: dict[str, Any] = {
        "at": moment.isoformat(timespec="milliseconds"),
        "level": NAMES.get(level, "info"),
        "event": event,
    }
    if request := REQUEST.get():
        said["request"] = request
    if activity := ACTIVITY.get():
        said["activity"] = activity
    if peer := PEER.get():
        said["peer"] = peer
    said.update(facts)
    if error is not None:
        said["error"] = error
    return _as_json(said)


def _as_json(said: Facts) -> str:
    try:
        text = orjson.dumps(said, default=str).decode()
    except TypeError:  # halves of characters, numbers beyond 64 bits
        text = json.dumps(said, default=str)
    if text.isascii() and "\x7f" not in text:
        return text
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def configure(*, level: str) -> None:
    """Have log lines written to standard error, from this level on: debug, info, warning, error.

    What libraries have to say, from warnings on, is written as lines of the same kind.
    """
    output = Output(sys.stderr)
    LOG.handlers = [output]
    LOG.propagate = False
    LOG.setLevel(level.upper())
    logging.getLogger().handlers = [output]
    logging.getLogger().setLevel(logging.WARNING)


def tell(level: int, event: str, facts: Facts) -> None:
    """Write a line. The short way when lines go to standard error: logging's own way costs three times as much."""
    if not LOG.isEnabledFor(level):
        return
    if LOG.handlers and isinstance(output := LOG.handlers[0], Output):
        output.write(line(datetime.now(UTC), level, event, facts))
    elif facts:
        LOG.log(level, event, facts)
    else:
        LOG.log(level, event)


# ---- events ---------------------------------------------------------------------------------------------------------


def hear(event: Event) -> None:
    """Log one event, if it is one that is logged."""
    level = LEVELS.get(type(event))
    if level is not None and LOG.isEnabledFor(level):
        facts = {SAID_AS.get(field.name, field.name): getattr(event, field.name) for field in dataclasses.fields(event)}
        tell(level, type(event).__name__, facts)


def hear_all(events: Sequence[Event]) -> None:
    """Log the events of one commit."""
    for event in events:
        hear(event)


# ---- requests -------------------------------------------------------------------------------------------------------


class Requests(AbstractAccessLogger):
    """Hears of each request once its answer is out: counts it, and writes its line."""

    def __init__(self, *, every: bool, metrics: Metrics | None) -> None:
        """every: whether each gets a line; else those that failed here (5xx) or took longer than SLOW_SECONDS."""
        super().__init__(LOG, "")
        self._every = every
        self._metrics = metrics

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """One request was answered. time: seconds by the loop's clock, used where a request could not be read at all."""
        began = request.get(BEGAN)
        seconds = time if began is None else perf_counter() - began
        route = UNKNOWN_ROUTE if began is None else pattern_of(request.match_info)  # type: ignore[attr-defined]  # it has one
        account = request.get(ACCOUNT)
        if seconds > SLOW_SECONDS and _is_stream(response):
            self.count(request.method, route, response.status, seconds=seconds, account=account)
        else:
            self.answered(request.method, route, response.status, seconds=seconds, account=account)

    def answered(self, method: str, route: str, status: int, *, seconds: float, account: int | None) -> None:
        """A request was answered, in whichever way: count it, and write its line if it gets one.

        route: as `pattern_of` names it.  account: for whom, if somebody is signed in.
        """
        self.count(method, route, status, seconds=seconds, account=account)
        failed, slow = status >= INTERNAL_ERROR, seconds > SLOW_SECONDS
        if self._every or failed or slow:
            facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
            if account is not None:
                facts["account"] = account
            tell(_level(failed=failed, slow=slow), ANSWERED, facts)

    def count(self, method: str, route: str, status: int, *, seconds: float, account: int | None) -> None:
        """A request was answered that gets no line. Arguments as for `answered`."""
        if self._metrics is not None:
            self._metrics.answered(method, route, status, seconds)
            if account is not None:
                self._metrics.present(AccountId(account))


def pattern_of(match: web.UrlMappingMatchInfo) -> str:
    """The pattern of a request's address, never the address itself: that may name people."""
    resource = match.route.resource
    if resource is None:
        return UNKNOWN_ROUTE
    return resource.canonical.rstrip("/") or "/"


def _is_stream(response: web.StreamResponse) -> bool:
    """Whether it was meant to go on for long."""
    return isinstance(response, web.WebSocketResponse) or response.content_type == "text/event-stream"


def _level(*, failed: bool, slow: bool) -> int:
    if failed:
        return logging.ERROR
    return logging.WARNING if slow else logging.INFO


def failed(request_id: str, method: str, path: str) -> None:
    """Log the error that is being handled: a request met something nobody expected, and the caller was told only that."""
    facts = {"request": request_id, "method": method, "path": path[:LONGEST_PATH]}
    LOG.error(FAILED, facts, exc_info=True)  # noqa: LOG014  the caller handles it


# ---- start and stop -------------------------------------------------------------------------------------------------


def started(settings: Settings, *, version: str, schema: str, worker: int) -> None:
    """Log that the node answers, and as what. worker: the number of this process, from 0."""
    told = {name: getattr(settings, name) for name in TOLD_SETTINGS}
    facts = {"version": version, "schema": schema, "database": engine_of(settings), "worker": worker, "settings": told}
    tell(logging.INFO, "Started", facts)


def stopped(*, worker: int) -> None:
    """Log that the node answers no more. worker: as in `started`."""
    tell(logging.INFO, "Stopped", {"worker": worker})


def engine_of(settings: Settings) -> str:
    """What keeps the node's rows; of an address, which may hold a password, nothing."""
    return "postgresql" if is_postgresql(settings.database) else "sqlite"
