"""Sign in and sign out."""

from urllib.parse import urlencode

from aiohttp import web

from node.actions import passkeys, welcome
from node.context import NODE
from node.errors import SignInRefused, TooManyTries
from node.origins import address_of
from node.web import session, signing_in
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.languages import translations
from node.web.signing_in import From
from node.web.wording import message

HERE, SECOND = "/sign-in", "/sign-in/second"
AUTHORIZE = "/oauth/authorize"
SECONDS_A_MINUTE = 60

REFUSED = message("The name and the password do not fit together. Check both; capital letters count in passwords.")
TOO_MANY = message("Too many tries. Wait %(minutes)s min, then try again.")


def address_of_form(then: str) -> str:
    """The address of the form that leads somewhere after signing in.

    then: a path of this node, maybe with a query.
    """
    return with_next(HERE, then)


def with_next(path: str, then: str) -> str:
    """An address that carries where somebody wanted to go. then: a path of this node, or "" for nowhere."""
    return f"{path}?{urlencode({'next': then})}" if then else path


@page("GET", HERE, sign_in=False, enrolling=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The form, also for somebody who is signed in and wants to be somebody else."""
    then = session.safe_path(request.query.get("next", ""), otherwise="/")
    return await shown(request, then, "", errors={}, status=200)


@page("POST", HERE, sign_in=False, enrolling=True)
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Begin a session and go on, or ask for the second step, or show the form again."""
    form = await request.post()
    then = session.safe_path(str(form.get("next", "")), otherwise="/")
    username, password = str(form.get("username", "")), str(form.get("password", ""))
    try:
        passed = await signing_in.by_password(request.app[NODE], username, password, origin=origin_of(request))
    except SignInRefused:
        return await again(request, then, username, REFUSED, status=422)
    except TooManyTries as refusal:
        return await again(request, then, username, TOO_MANY, status=429, retry_after=refusal.retry_after)
    told = "tries-failed" if passed.were_many_wrong else ""
    if passed.is_whole:
        return await whole(request, then, passed.secret, done=told)
    answer = go(with_next(SECOND, then), done=told)
    signing_in.remember_half(request, answer, passed.secret)
    return answer


async def whole(request: web.Request, then: str, secret: str, *, done: str = "") -> web.StreamResponse:
    """Somebody is signed in: the session of before ends, and they go where they wanted to.

    secret: of the new session.  done: the code of a notice to show there.
    """
    await session.end(request)
    if then == "/" and await welcome.greet(request.app[NODE], session.digest_of(secret)):
        then = "/welcome"
    answer = go(then, done=done)
    session.remember(request, answer, secret)
    signing_in.forget_half(request, answer)
    return answer


@page("POST", "/sign-out", sign_in=False, enrolling=True)
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session of this browser."""
    await session.end(request)
    answer = go(HERE)
    session.forget(request, answer)
    return answer


async def again(
    request: web.Request,
    then: str,
    username: str,
    sentence: str,
    *,
    status: int,
    field: str = "username",
    retry_after: int = 0,
) -> web.Response:
    """The form once more, with what is wrong.

    sentence: before translation; it may have a gap for the minutes.  field: which it is about.  retry_after: seconds, or 0.
    """
    spoken = translations(language_of(request, await session.visitor_of(request)))
    said = str(spoken.ugettext(sentence)) % {"minutes": minutes(retry_after)}
    return await shown(request, then, username, errors={field: said}, status=status, retry_after=retry_after)


async def shown(
    request: web.Request, then: str, username: str, *, errors: dict[str, str], status: int, retry_after: int = 0
) -> web.Response:
    """The form."""
    waiting = {"Retry-After": str(retry_after)} if retry_after else {}
    return await render(
        request,
        "sign_in.html",
        status=status,
        headers=headers(then) | waiting,
        next=then,
        errors=errors,
        username=username,
        are_passkeys_possible=passkeys.are_possible(request.app[NODE].settings),
    )


def minutes(seconds: int) -> int:
    """How many minutes to wait, rounded up."""
    return -(-seconds // SECONDS_A_MINUTE)


def origin_of(request: web.Request) -> From:
    """From where somebody signs in."""
    return From(address_of(request), request.headers.get("User-Agent", ""))


def headers(then: str) -> dict[str, str]:
    """In a window that an app opened and waits for, the app must not lose hold of it."""
    return {"Cross-Origin-Opener-Policy": "unsafe-none"} if then.startswith(AUTHORIZE) else {}
