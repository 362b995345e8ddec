"""What apps in browsers need around every answer: leave to read it (CORS), and refusals in JSON.

    in_json            a middleware, the outermost: refusals that come before any endpoint become `{"error": …}` too
    open_to_browsers   a signal: the headers with which browsers let scripts of other origins read an answer
    preflights         routes: browsers ask whether they may ask

Cookies play no part: `Access-Control-Allow-Credentials` is never sent.  Source: Fetch, CORS protocol.
"""

from aiohttp import web
from aiohttp.typedefs import Handler

from federation.asking import FEDERATION
from node.api import errors
from node.api.endpoints import unexpected

SHARED = (
    *("/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/nodeinfo/", "/media/"),
    *(f"/.well-known/{name}" for name in ("oauth-authorization-server", "nodeinfo", "host-meta")),
)
WEBFINGER = "/.well-known/webfinger"
IN_JSON = ("/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo")

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Expose-Headers": (
        "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, "
        "Mastodon-Async-Refresh, Deprecation"
    ),
    "Access-Control-Max-Age": "86400",
}


@web.middleware
async def in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals of requests to the API, in JSON."""
    if not request.path.startswith(IN_JSON):
        return await handler(request)
    try:
        return await handler(request)
    except web.HTTPException as error:
        found = errors.refusal(error) or unexpected(request)
        if error.keep_alive is False:  # what is left of a refused body must not be read as the next request
            found.force_close()
        return found


async def open_to_browsers(request: web.Request, answer: web.StreamResponse) -> None:
    """Let scripts of any origin read this answer, where it is for apps."""
    if request.path.startswith(SHARED) or (request.path == WEBFINGER and _may_everybody_ask(request)):
        answer.headers.update(HEADERS)


def _may_everybody_ask(request: web.Request) -> bool:
    """Where only some may ask who is behind a handle, scripts of other sites are not among them (RFC 7033, 5)."""
    return request.app[FEDERATION].place.open_webfinger


async def preflight(request: web.Request) -> web.Response:
    """A browser asks whether a script may ask: yes, and `open_to_browsers` says what."""
    del request
    return web.Response(status=204)


def preflights() -> list[web.RouteDef]:
    """The routes of such questions."""
    patterns = [f"{path}{{rest:.*}}" if path.endswith("/") else path + "{rest:/?}" for path in SHARED]
    return [web.options(pattern, preflight) for pattern in patterns]
