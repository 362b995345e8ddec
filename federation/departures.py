"""Somebody elsewhere has gone, and their own node says so: 410, where they were asked for or told something.

    410 from an inbox of one person     they follow nobody here any longer, so nothing more is sent there
    410 from an actor                   the same as the Delete of the account, which may never have come

A 404, and no answer at all, change nothing: those may pass. Nor does a 410 from an inbox that several people share, which says
nothing of any of them. Source: ActivityPub 7.4; `docs/explanation/protocol.md`, "Finding a key".
"""

import contextlib
from collections.abc import Iterable

from federation.activities import delete
from federation.errors import Ignored
from storage import accounts, follows, keys
from storage.ids import Host
from storage.store import Unit


def from_inboxes(unit: Unit, inboxes: Iterable[tuple[Host, str]]) -> None:
    """End what those follow here whose own inboxes have answered that they are no more. inboxes: host and address of each."""
    for host, inbox in inboxes:
        owner = accounts.alone_at_inbox(unit, host, inbox)
        if owner is not None:
            for followed in follows.wanted_by(unit, owner):
                follows.remove(unit, owner, followed)


def of_actor(unit: Unit, uri: str) -> None:
    """Somebody is no more at their own node: what is kept of them goes, as if they had said so themselves.

    uri: the actor's id, or that of a key of theirs that has a document of its own.
    """
    key = keys.public(unit, uri)
    known = accounts.by_uri(unit, uri if key is None else key.owner_uri)
    if known is None or known.is_local or known.gone_at is not None:
        return
    farewell = delete.of(known.uri, by=known.uri)
    with contextlib.suppress(Ignored):
        farewell.authorize(unit)
        farewell.apply(unit)
