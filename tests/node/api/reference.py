"""The page about the client API, written from what the endpoints say of themselves: `make docs` writes it anew."""

import inspect
from itertools import groupby
from pathlib import Path

from node.api.callers import APP, OPEN
from node.api.endpoints import Endpoint
from tests.node.api import promised
from tests.node.api.used_by import USED_BY

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "client-api.md"
HEAD = """\
# The client API

Every endpoint that apps find on a node. `make docs` writes this page from the code, and a test compares the two.

The paths, parameters and answers are those of the Mastodon API, so that people may use the app that they like; what
is our own stands under `/api/v1/legation/` and, inside answers, under `legation`. What is not on this page is answered
with 404 and `{"error": "Record not found"}`. A closing slash never matters. Parameters may come in the query, as a
form, as multipart or as JSON. Every answer says how often one may ask (`X-RateLimit-*`), and scripts of other sites
may read it.

**Scope**: what a token must cover; a parent such as `read` covers its children. *open*: no token. *any app*: any good
token. *signed in*: any good token of a person. **Role**: what the person must be besides. **Used by**: the real clients
that ask for it in the tests.
"""


def page() -> str:
    """The whole page, as Markdown."""
    every = sorted(promised.every_endpoint(), key=lambda one: (_part_of(one), one.path, one.method))
    parts = [_part(name, list(found)) for name, found in groupby(every, key=_part_of)]
    return "\n".join([HEAD, *parts])


def _part_of(one: Endpoint) -> str:
    """Under which heading an endpoint stands: the first word of its path that is no version."""
    words = [word for word in one.path.split("/") if word and word not in {"api", "v1", "v2", ".well-known"}]
    return "admin" if words[0] == "admin" else words[0].removesuffix("-authorization-server")


def _part(name: str, found: list[Endpoint]) -> str:
    lines = [f"## {name.replace('_', ' ').capitalize()}", ""]
    lines += ["| | path | scope | role | what it does | used by |", "|---|---|---|---|---|---|"]
    return "\n".join([*lines, *map(_row, found), ""])


def _row(one: Endpoint) -> str:
    does = inspect.cleandoc(one.handler.__doc__ or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    used = ", ".join(name for name, found in USED_BY.items() if (one.method, one.path) in found)
    return f"| {one.method} | `{one.path}` | {_scope(one)} | {_role(one)} | {does} | {used} |"


def _scope(one: Endpoint) -> str:
    if one.demand == OPEN:
        return "*open*"
    if one.demand == APP:
        return "*any app*"
    return " or ".join(f"`{scope}`" for scope in one.demand.scopes) or "*signed in*"


def _role(one: Endpoint) -> str:
    return "administrator" if one.administrators else "moderator" if one.moderators else ""


if __name__ == "__main__":
    PAGE.write_text(page())
