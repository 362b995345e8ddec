"""Apps sign in for people: registration, consent, tokens.  Source: RFC 6749, RFC 7636, RFC 8252, RFC 9700.

    apps.py      an app makes itself known            consent.py   what it asks of a person, and the answer
    redirects.py where people may be sent             tokens.py    a code becomes a token; tokens end
    metadata.py  all of it, for programs to find      errors.py    refusals in OAuth's words

The page on which a person says yes or no is `node/web/pages/authorize.py`. Which scope covers which: `node/api/scopes.py`.
Start reading at `consent.py`.
"""

import importlib
import pkgutil

from aiohttp import web

from node.api.endpoints import routes_of


def routes() -> list[web.RouteDef]:
    """Every endpoint of OAuth but the page of consent."""
    for found in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{found.name}")
    return routes_of(__name__)
