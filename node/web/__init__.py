"""The web face: pages for people, in French and English, that need no script.

    declared.py    `@page` over a function makes a page: its route, sign-in, form protection, refusals in plain words
    pages/         a file per page; its template beside it by name in `templates/`
    answers.py     `render`, `go`, `go_back`: what a handler gives back
    appearance.py  the templates' environment and filters
    languages.py   French and English: messages, dates, numbers; `wording.py`: what the code says
    scripts/       what pages do beyond links and forms, a file for each concern; every page is whole without
    in_place.py    the answer to a button for those scripts: the part of the page that has changed
    device.py      what somebody has chosen for the device they sit at
    assets.py      script, style sheet and pictures, under names that may be kept for ever; `bundle.py` joins the first two

Start reading at `pages/journal.py`.
"""

import importlib
import pkgutil
from pathlib import Path

from aiohttp import web

from node.web import assets, declared
from node.web.answers import go, go_back, render
from node.web.appearance import prepare
from node.web.declared import in_plain_words, page

PAGES = Path(__file__).parent / "pages"

__all__ = ["go", "go_back", "in_plain_words", "page", "prepare", "render", "routes"]


def routes() -> list[web.RouteDef]:
    """Every page, and the files that pages need."""
    for found in pkgutil.iter_modules([str(PAGES)]):
        importlib.import_module(f"{__name__}.pages.{found.name}")
    return [*assets.routes(), *declared.routes()]
