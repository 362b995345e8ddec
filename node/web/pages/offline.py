"""What a browser keeps for when there is no link to the node: a page that says so, and the program that shows it then."""

from pathlib import Path

import orjson
from aiohttp import web

from node.web import assets
from node.web.answers import render_for_all
from node.web.declared import page

SOURCE = assets.FOLDER / "service-worker.js"
KEPT = ("legation.js", "style.css", "favicon.svg")
"""What the page is dressed with."""


def program(source: Path = SOURCE) -> str:
    """The service worker for the present files: another text, and so another program, whenever one of them changes."""
    paths = [assets.path_of(name) for name in KEPT]
    text = source.read_text(encoding="utf-8")
    return text.replace('["KEPT"]', orjson.dumps(paths).decode()).replace("VERSION", "-".join(paths))


PROGRAM = program()


@page("GET", "/service-worker.js", sign_in=False)
async def service_worker(_: web.Request) -> web.StreamResponse:
    """The program. It stands at the top, since what it may look after begins with its own folder."""
    return web.Response(text=PROGRAM, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@page("GET", "/offline/{language:en|fr}", sign_in=False)
async def away(request: web.Request) -> web.StreamResponse:
    """What to do without a link. The same for everybody: it is kept in browsers."""
    return render_for_all(request, "offline.html", "fr" if request.match_info["language"] == "fr" else "en")
