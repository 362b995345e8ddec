"""Events become log lines: the only place that formats them.

One line of JSON for each thing worth knowing, on standard error, with ids, hosts, codes and durations; never a post's text,
a key, a token or a password. The standard library's logging carries them, so that whatever runs the node can take them from
there.
"""

import dataclasses
import logging
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from federation.events import ActivityQuarantined, ActivitySettled, Delivered, DeliveryFailed, RequestRefused
from storage.events import Event, PeerChanged, SessionsEnded

LEVELS: dict[type[Event], int] = {
    ActivitySettled: logging.DEBUG,
    ActivityQuarantined: logging.ERROR,
    Delivered: logging.DEBUG,
    DeliveryFailed: logging.WARNING,
    RequestRefused: logging.WARNING,
    PeerChanged: logging.INFO,
    SessionsEnded: logging.INFO,
}
"""How loud each event is; events of rows that changed are for streams and caches, and are not logged."""

FAILED = "RequestFailed"

LOG = logging.getLogger("legation")


class Lines(logging.Formatter):
    """A record as one line of JSON; the facts that came with it stand beside its name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end. Control characters are escaped by JSON itself."""
        facts = record.args if isinstance(record.args, dict) else {}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg,
            **facts,
        }
        if record.exc_info:
            line["error"] = "".join(traceback.format_exception(*record.exc_info))
        return orjson.dumps(line, default=str).decode()


def configure(*, level: str) -> None:
    """Have log lines written to standard error, from this level on: debug, info, warning, error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    LOG.handlers = [handler]
    LOG.propagate = False
    LOG.setLevel(level.upper())


def hear(event: Event) -> None:
    """Log one event, if it is one that is logged."""
    level = LEVELS.get(type(event))
    if level is not None and LOG.isEnabledFor(level):
        facts = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
        LOG.log(level, type(event).__name__, facts)


def hear_all(events: Sequence[Event]) -> None:
    """Log the events of one commit."""
    for event in events:
        hear(event)


def failed(request_id: str, method: str, path: str) -> None:
    """Log the error that is being handled: a request met something nobody expected, and the caller was told only that."""
    LOG.error(FAILED, {"request": request_id, "method": method, "path": path}, exc_info=True)  # noqa: LOG014  the caller handles it
