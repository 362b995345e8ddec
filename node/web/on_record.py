"""Who decides something on the pages, and from where, as the record has it (`storage.audit`)."""

from aiohttp import web

from node.origins import address_of
from node.web import session


def source_of(request: web.Request) -> str:
    """Where an act came from."""
    return f"web {address_of(request)}"


def by(request: web.Request) -> dict[str, str]:
    """Who decides, and from where, as those who decide take it: `by` and `source`."""
    return {"by": session.present(request).account.username, "source": source_of(request)}
