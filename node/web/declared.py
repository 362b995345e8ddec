"""How a page comes to be: `@page` over a function makes its route, asks for sign-in, and turns refusals into words.

    @page("GET", "/notifications")
    async def show(request: web.Request) -> web.StreamResponse:

Signing in is the default; leaving it out is written out. Every form is checked against the session's token before its
handler runs.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from federation.errors import FederationError, NotAllowed, NotThere
from node.context import NODE
from node.errors import Invalid, NodeError, NotPermitted, TooManyTries
from node.protection import closing_the_connection_on_refusal, takes_files
from node.uploads import take_form
from node.web import in_place, session, wording
from node.web.answers import go, render, render_without_storage
from node.web.session import Visitor
from storage.errors import NotFound, StorageBusy, StorageFull, StorageTrouble

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]

CHANGING = frozenset({"POST"})
MOST_BESIDE_FILES = 1024 * 1024
ENROLMENT = "/settings/security"
OF_PROGRAMS = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/")

# The first that fits counts.
STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    NotThere: 404,
    Invalid: 400,
    NotAllowed: 403,
    NotPermitted: 403,
    TooManyTries: 429,
    StorageFull: 507,
    StorageBusy: 503,
    FederationError: 502,
}

_declared: list[web.RouteDef] = []


def page(
    method: str,
    path: str,
    *,
    sign_in: bool = True,
    administrators: bool = False,
    moderators: bool = False,
    enrolling: bool = False,
    before_charter: bool = False,
) -> Callable[[Page], Page]:
    """Declare a page.

    method: GET or POST.  path: as aiohttp's router takes it.  sign_in: whether only for people who are signed in.
    administrators: whether only for those who look after this node.  moderators: or, at least, after its reports.
    enrolling: whether also for people who still lack the second factor that the node demands of them.
    before_charter: whether also for people who have yet to accept the charter; what is for everybody always is.
    """

    def declare(handler: Page) -> Page:
        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                visitor = await session.visitor_of(request)
                needs_person = sign_in or administrators or moderators
                elsewhere = _first(
                    request, visitor, needs_person=needs_person, enrolling=enrolling, before_charter=before_charter
                )
                if elsewhere is not None:
                    return elsewhere
                if administrators and not (visitor and visitor.may_administer):
                    raise web.HTTPForbidden
                if moderators and not (visitor and visitor.may_moderate):
                    raise web.HTTPForbidden
                if takes_files(handler):
                    return await _with_files(request, handler)
                if method not in CHANGING:
                    return await handler(request)
                await session.require_csrf(request)
                return await in_place.instead(request, await handler(request))
            except (web.HTTPError, NodeError, NotFound, FederationError, StorageTrouble) as error:
                return await refusal(request, error)

        _declared.append(web.get(path, guarded) if method == "GET" else web.route(method, path, guarded))
        return handler

    return declare


def _first(
    request: web.Request, visitor: Visitor | None, *, needs_person: bool, enrolling: bool, before_charter: bool
) -> web.Response | None:
    """Where somebody goes before this page: to sign in, to their second factor, to the charter; None for nowhere."""
    if visitor is None:
        return to_sign_in(request) if needs_person else None
    if visitor.must_enrol:
        return None if enrolling else _to_enrolment(request)
    return to_charter(request) if visitor.owes_charter and needs_person and not before_charter else None


async def _with_files(request: web.Request, handler: Page) -> web.StreamResponse:
    """Have the form taken in as it comes, its files in a folder that is gone afterwards."""
    node = request.app[NODE]
    limits = node.settings.media
    most_bytes = limits.per_post * limits.file_bytes + MOST_BESIDE_FILES
    with node.library.workbench() as folder:
        with closing_the_connection_on_refusal():
            await take_form(request, folder, most_bytes=most_bytes, most_of_a_file=limits.file_bytes)
        await session.require_csrf(request)
        return await handler(request)


def routes() -> list[web.RouteDef]:
    """Every page that was declared so far."""
    return list(_declared)


async def refusal(request: web.Request, error: Exception) -> web.Response:
    """The page that says in plain words what happened and what to do."""
    headers = {}
    if isinstance(error, web.HTTPException) and "Retry-After" in error.headers:
        headers["Retry-After"] = error.headers["Retry-After"]
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.retry_after)
    status = status_of(error)
    # What a script acts on was shown a moment ago: nobody has mistyped an address.
    own: dict[str, object] = {
        "code": status,
        "is_gone": status == web.HTTPNotFound.status_code and in_place.HEADER in request.headers,
    }
    if isinstance(error, Invalid):
        own["why"] = wording.known_reason(error)
    if isinstance(error, StorageTrouble):
        return render_without_storage(request, "error.html", status=status, headers=headers, **own)
    try:
        return await render(request, "error.html", status=status, headers=headers, **own)
    except StorageTrouble:
        return render_without_storage(request, "error.html", status=status, headers=headers, **own)


def wants_page(request: web.Request) -> bool:
    """Whether a person with a browser asks, rather than an app or a peer."""
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith(OF_PROGRAMS)


@web.middleware
async def in_plain_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A middleware that gives browsers a page also for addresses that no page has."""
    try:
        return await handler(request)
    except web.HTTPError as error:
        if wants_page(request):
            return await refusal(request, error)
        raise


def status_of(error: Exception) -> int:
    """The HTTP status that tells browsers what kind of refusal this is."""
    if isinstance(error, web.HTTPException):
        return error.status
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def _to_enrolment(request: web.Request) -> web.Response:
    if "text/event-stream" in request.headers.get("Accept", ""):
        return web.Response(status=204)  # a page that listens is told to stop
    wanted = "" if request.method in CHANGING else request.path_qs
    return go(ENROLMENT + ("?" + urlencode({"next": wanted}) if wanted not in {"", "/"} else ""))


def to_charter(request: web.Request) -> web.Response:
    """Send somebody to the charter first; from there they come back to a page, and begin a form anew."""
    then = request.path_qs if request.method not in CHANGING else "/"
    return go("/charter?" + urlencode({"next": then}))


def to_sign_in(request: web.Request) -> web.Response:
    """Send somebody to sign in first; from there they come back to a page, and begin a form anew."""
    if request.method in CHANGING:
        return go("/sign-in")
    return go("/sign-in?" + urlencode({"next": request.path_qs}))
