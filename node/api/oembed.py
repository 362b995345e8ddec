"""How a post is shown inside another page: as a quotation with a link. Source: oEmbed 1.0, 2.3.

Nothing of a node is shown inside a frame, and nobody reads a post who may not: so the quotation holds the post's own safe
HTML, and no script.
"""

import re
from html import escape
from typing import Literal

from pydantic import Field

from node.api import entities
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Parameters
from storage.errors import NotFound
from storage.ids import PostId, parsed

ADDRESS = re.compile(r"/@[^/]+/(\d{1,19})/?")
LONGEST_ADDRESS = 2_000
WIDTH = 400
CACHED_SECONDS = 86_400


class Wanted(Parameters):
    """Which post is to be shown, by the address of its page, and how wide it may be."""

    url: str = Field(max_length=LONGEST_ADDRESS)
    maxwidth: int = WIDTH
    maxheight: int | None = None
    format: Literal["json"] = "json"


@endpoint("GET", "/api/oembed", scope="read:statuses")
async def show(caller: Caller, wanted: Wanted) -> Answerable:
    """A post of this node as a quotation with a link, for whoever may read it."""
    node = caller.node
    path = ADDRESS.fullmatch(wanted.url.partition("?")[0].removeprefix(node.base_url))
    identifier = parsed(path[1]) if path else None
    if path is None or identifier is None:
        raise NotFound
    post = await entities.status(node, caller.me, PostId(identifier))
    author = post["account"]
    name, address = author["display_name"] or author["username"], escape(f"{node.base_url}{path[0]}")
    shown = f"<p>{escape(post['spoiler_text'])}</p>" if post["spoiler_text"] else post["content"]
    return {
        "type": "rich",
        "version": "1.0",
        "title": f"{name} (@{author['acct']})",
        "author_name": name,
        "author_url": author["url"],
        "provider_name": node.settings.name,
        "provider_url": f"{node.base_url}/",
        "cache_age": CACHED_SECONDS,
        "html": f'<blockquote cite="{address}">{shown}<p><a href="{address}">{escape(name)}</a></p></blockquote>',
        "width": min(max(wanted.maxwidth, 1), WIDTH),
        "height": None,
    }
