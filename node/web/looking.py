"""Whether a person looks at a page, so that what stands on it counts as read.

Opening a list of things that are new is reading it: nobody should have to say so with a button. But not every request for
a page is somebody who looks: browsers fetch pages ahead of a click, and ask for heads.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec

from aiohttp import web

from node.context import NODE
from storage.errors import StorageTrouble
from storage.store import Unit

P = ParamSpec("P")


def is_looking(request: web.Request) -> bool:
    """Whether the page is shown now. Source: Fetch Metadata (`Sec-Purpose`), and what browsers sent before it."""
    ahead = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method == "GET" and not any("prefetch" in purpose for purpose in ahead)


async def note(
    request: web.Request, unit: Callable[Concatenate[Unit, P], object], /, *values: P.args, **named: P.kwargs
) -> None:
    """Note what was read, if a person looks; a disk that is full keeps nobody from reading."""
    if is_looking(request):
        with suppress(StorageTrouble):
            await request.app[NODE].store.write(unit, *values, **named)
