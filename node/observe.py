"""Events become log lines: the only place that formats them.

One line for each thing worth knowing, with ids, hosts, codes and durations; never a post's text, a key, a token or a
password. JSON when the log is a file, colours on a terminal.
"""

import dataclasses
import sys
from collections.abc import Sequence

import structlog
from structlog.typing import Processor

from federation.events import ActivityQuarantined, ActivitySettled, Delivered, DeliveryFailed, RequestRefused
from storage.events import Event, PeerChanged, SessionsEnded

LEVELS: dict[type[Event], str] = {
    ActivitySettled: "debug",
    ActivityQuarantined: "error",
    Delivered: "debug",
    DeliveryFailed: "warning",
    RequestRefused: "warning",
    PeerChanged: "info",
    SessionsEnded: "info",
}
"""How loud each event is; events of rows that changed are for streams and caches, and are not logged."""

LOUDNESS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(*, level: str) -> None:
    """Have log lines written to standard error, from this level on: debug, info, warning, error."""
    on_terminal = sys.stderr.isatty()
    last: Processor = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LOUDNESS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def hear(event: Event) -> None:
    """Log one event, if it is one that is logged."""
    level = LEVELS.get(type(event))
    if level is not None:
        facts = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
        structlog.get_logger().log(LOUDNESS[level], type(event).__name__, **facts)


def hear_all(events: Sequence[Event]) -> None:
    """Log the events of one commit."""
    for event in events:
        hear(event)


def failed(request_id: str, method: str, path: str) -> None:
    """Log the error that is being handled: a request met something nobody expected, and the caller was told only that."""
    structlog.get_logger().exception("RequestFailed", request=request_id, method=method, path=path)
