"""Which scope covers which (client API 2, Scopes)."""

import pytest

from node.api import scopes


@pytest.mark.parametrize(
    ("granted", "wanted", "covered"),
    [
        ("read", "read", True),
        ("read", "read:statuses", True),
        ("read:statuses", "read:statuses", True),
        ("read:statuses", "read", False),
        ("read:statuses", "read:accounts", False),
        ("write", "read:statuses", False),
        ("follow", "read:follows", True),
        ("follow", "write:mutes", True),
        ("follow", "write:statuses", False),
        ("follow", "follow", True),
        ("read write", "follow", False),
        ("admin:read", "admin:read:accounts", True),
        ("admin:read", "admin:write:accounts", False),
        ("read", "admin:read:accounts", False),
        ("admin:read:accounts", "admin:read", False),
        ("read", "profile", False),
        ("profile", "read:accounts", False),
        ("", "read", False),
    ],
)
def test_covering(granted: str, wanted: str, covered: bool) -> None:
    assert scopes.covers(frozenset(granted.split()), wanted) is covered


def test_texts() -> None:
    assert scopes.parse("") == {"read"}
    assert scopes.parse("write+read  push") == {"read", "write", "push"}
    assert scopes.unparse({"push", "write", "read"}) == "read write push"
    assert scopes.unknown({"read", "read:everything"}) == ["read:everything"]
