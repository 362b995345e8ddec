"""Scopes: what a person lets an app do, and which scope covers which.

A parent covers its children (`read` covers `read:statuses`). `follow` is the old name for reading and writing blocks,
follows and mutes. `profile` is for apps that only want to know who somebody is, and nothing covers it but itself.
"""

from collections.abc import Iterable
from itertools import product

READ = (
    *("accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists", "mutes"),
    *("notifications", "search", "statuses"),
)
WRITE = (
    *("accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters", "follows", "lists"),
    *("media", "mutes", "notifications", "reports", "statuses"),
)
ADMIN = (
    *("accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks"),
    "canonical_email_blocks",
)

ALL: tuple[str, ...] = (
    *("profile", "read", "write", "follow", "push", "admin:read", "admin:write"),
    *(f"read:{name}" for name in READ),
    *(f"write:{name}" for name in WRITE),
    *(f"admin:read:{name}" for name in ADMIN),
    *(f"admin:write:{name}" for name in ADMIN),
)
"""Every scope there is, as it is announced to apps."""

DEFAULT = "read"
"""What an app gets that names no scope."""

FOLLOW = frozenset(f"{verb}:{noun}" for verb, noun in product(("read", "write"), ("blocks", "follows", "mutes")))


def parse(text: str) -> frozenset[str]:
    """The scopes in a text that parts them by spaces (or `+`, as some apps send); the default for an empty text."""
    return frozenset(text.replace("+", " ").split() or [DEFAULT])


def unparse(scopes: Iterable[str]) -> str:
    """Scopes as one text, in the order of `ALL`."""
    wanted = frozenset(scopes)
    return " ".join(name for name in ALL if name in wanted)


def unknown(scopes: Iterable[str]) -> list[str]:
    """Those of these that are no scopes."""
    return sorted(set(scopes).difference(ALL))


def covers(granted: frozenset[str], wanted: str) -> bool:
    """Whether somebody who was granted these scopes may do what needs that one."""
    if wanted in granted or ("follow" in granted and wanted in FOLLOW):
        return True
    parent = wanted.rpartition(":")[0]
    return bool(parent) and covers(granted, parent)


def covers_all(granted: frozenset[str], wanted: Iterable[str]) -> bool:
    """Whether these scopes hold all of those."""
    return all(covers(granted, one) for one in wanted)
