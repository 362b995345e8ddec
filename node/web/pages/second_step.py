"""The second step of signing in: a code, a passkey, or a recovery code; and signing in with a passkey alone."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from node.actions import passkeys as passkey_actions
from node.api.errors import TooOften
from node.api.limits import BUCKETS, Allowance
from node.context import NODE, Node
from node.errors import SignInRefused, TooManyTries
from node.origins import neighbourhood_of
from node.web import session, signing_in
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.languages import translations
from node.web.pages import sign_in
from node.web.pages.settings_passkeys import as_json
from node.web.signing_in import From, Half
from node.web.wording import message

HERE = sign_in.SECOND

WRONG = {
    "code": message("This code does not fit, or was used. Wait for the next one that your app shows, and type that."),
    "recovery": message("This is not one of your recovery codes, or it was used. Try another one."),
    "passkey": message("The passkey could not be used. Try again, or choose another way."),
}

Take = Callable[..., Awaitable[str]]


@page("GET", HERE, sign_in=False, enrolling=True)
async def show(request: web.Request) -> web.StreamResponse:
    """Ask for it, where the password was right a moment ago; else begin at the beginning."""
    half = await signing_in.half_of(request)
    then = session.safe_path(request.query.get("next", ""), otherwise="/")
    if half is None:
        return go(sign_in.address_of_form(then))
    return await _shown(request, half, then, errors={}, status=200)


@page("POST", HERE, sign_in=False, enrolling=True)
async def by_code(request: web.Request) -> web.StreamResponse:
    """Take a code of an app."""
    return await _taken(request, signing_in.by_code, field="code")


@page("POST", HERE + "/recovery", sign_in=False, enrolling=True)
async def by_recovery_code(request: web.Request) -> web.StreamResponse:
    """Take a recovery code."""
    return await _taken(request, signing_in.by_recovery_code, field="recovery")


@page("POST", HERE + "/passkey", sign_in=False, enrolling=True)
async def by_passkey(request: web.Request) -> web.StreamResponse:
    """Take what a device has signed."""
    return await _taken(request, signing_in.by_second_passkey, field="answer", wrong="passkey")


@page("POST", HERE + "/passkey/options", sign_in=False, enrolling=True)
async def options(request: web.Request) -> web.StreamResponse:
    """What a device is to sign. Raises HTTPForbidden where no password was right a moment ago."""
    half = await signing_in.half_of(request)
    if half is None:
        raise web.HTTPForbidden
    await _count(request)
    return as_json(await passkey_actions.sign_in_options(request.app[NODE], half.account.id))


# ---- a passkey alone ------------------------------------------------------------------------------------------------


@page("POST", sign_in.HERE + "/passkey/options", sign_in=False, enrolling=True)
async def options_alone(request: web.Request) -> web.StreamResponse:
    """What the device of somebody is to sign who has not said who they are."""
    await _count(request)
    return as_json(await passkey_actions.sign_in_options(request.app[NODE], None))


@page("POST", sign_in.HERE + "/passkey", sign_in=False, enrolling=True)
async def by_passkey_alone(request: web.Request) -> web.StreamResponse:
    """Sign in whoever's device has signed."""
    form = await request.post()
    then = session.safe_path(str(form.get("next", "")), otherwise="/")
    node, origin = request.app[NODE], sign_in.origin_of(request)
    try:
        secret = await signing_in.by_passkey(node, str(form.get("answer", "")), origin=origin)
    except SignInRefused:
        return await sign_in.again(request, then, "", WRONG["passkey"], status=422, field="passkey")
    return await sign_in.whole(request, then, secret)


async def _count(request: web.Request) -> None:
    """Each of these leaves a row for a while, so they are counted as calls are.  Raises TooManyTries."""
    try:
        await request.app[BUCKETS].take(Allowance.CALLS, neighbourhood_of(request))
    except TooOften as error:
        raise TooManyTries(int(error.headers["Retry-After"])) from error


async def _taken(request: web.Request, take: Take, *, field: str, wrong: str = "") -> web.StreamResponse:
    half = await signing_in.half_of(request)
    form = await request.post()
    then = session.safe_path(str(form.get("next", "")), otherwise="/")
    if half is None:
        return go(sign_in.address_of_form(then))
    node: Node = request.app[NODE]
    origin: From = sign_in.origin_of(request)
    try:
        secret = await take(node, half, str(form.get(field, "")), origin=origin)
    except SignInRefused:
        return await _again(request, half, then, wrong or field, WRONG[wrong or field], status=422)
    except TooManyTries as refusal:
        return await _again(
            request, half, then, wrong or field, sign_in.TOO_MANY, status=429, retry_after=refusal.retry_after
        )
    return await sign_in.whole(request, then, secret)


async def _again(
    request: web.Request, half: Half, then: str, field: str, sentence: str, *, status: int, retry_after: int = 0
) -> web.Response:
    spoken = translations(language_of(request, await session.visitor_of(request)))
    said = str(spoken.ugettext(sentence)) % {"minutes": sign_in.minutes(retry_after)}
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return await _shown(request, half, then, errors={field: said}, status=status, headers=headers)


async def _shown(
    request: web.Request,
    half: Half,
    then: str,
    *,
    errors: dict[str, str],
    status: int,
    headers: dict[str, str] | None = None,
) -> web.Response:
    return await render(
        request,
        "second_step.html",
        status=status,
        headers=sign_in.headers(then) | (headers or {}),
        factors=half.factors,
        next=then,
        errors=errors,
    )
