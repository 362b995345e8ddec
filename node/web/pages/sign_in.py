"""Sign in and sign out."""

from urllib.parse import urlencode

from aiohttp import web

from node.context import NODE
from node.errors import SignInRefused, TooManyTries
from node.origins import address_of
from node.web import session
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.languages import translations
from node.web.wording import message

AUTHORIZE = "/oauth/authorize"
SECONDS_A_MINUTE = 60

REFUSED = message("The name and the password do not fit together. Check both; capital letters count in passwords.")
TOO_MANY = message("Too many tries. Wait %(minutes)s min, then try again.")


def address_of_form(then: str) -> str:
    """The address of the form that leads somewhere after signing in.

    then: a path of this node, maybe with a query.
    """
    return "/sign-in?" + urlencode({"next": then})


@page("GET", "/sign-in", sign_in=False)
async def show(request: web.Request) -> web.StreamResponse:
    """The form, also for somebody who is signed in and wants to be somebody else."""
    then = session.safe_path(request.query.get("next", ""), otherwise="/")
    return await render(request, "sign_in.html", headers=headers(then), next=then, errors={}, username="")


@page("POST", "/sign-in", sign_in=False)
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Begin a session and go on, or show the form again."""
    form = await request.post()
    then = session.safe_path(str(form.get("next", "")), otherwise="/")
    username, password = str(form.get("username", "")), str(form.get("password", ""))
    agent = request.headers.get("User-Agent", "")
    try:
        secret = await session.sign_in(request.app[NODE], username, password, address=address_of(request), agent=agent)
    except SignInRefused:
        return await again(request, then, username, REFUSED, status=422)
    except TooManyTries as refusal:
        minutes = -(-refusal.retry_after // SECONDS_A_MINUTE)
        return await again(
            request, then, username, TOO_MANY, status=429, retry_after=refusal.retry_after, minutes=minutes
        )
    await session.end(request)
    answer = go(then)
    session.remember(request, answer, secret)
    return answer


@page("POST", "/sign-out", sign_in=False)
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session of this browser."""
    await session.end(request)
    answer = go("/sign-in")
    session.forget(request, answer)
    return answer


async def again(
    request: web.Request,
    then: str,
    username: str,
    sentence: str,
    *,
    status: int,
    retry_after: int | None = None,
    **gaps: object,
) -> web.Response:
    """The form once more, with what is wrong.

    sentence: before translation.  gaps: what stands in its gaps.
    """
    language = language_of(request, await session.visitor_of(request))
    said = str(translations(language).ugettext(sentence)) % gaps
    waiting = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return await render(
        request,
        "sign_in.html",
        status=status,
        headers=headers(then) | waiting,
        next=then,
        errors={"username": said},
        username=username,
    )


def headers(then: str) -> dict[str, str]:
    """In a window that an app opened and waits for, the app must not lose hold of it."""
    return {"Cross-Origin-Opener-Policy": "unsafe-none"} if then.startswith(AUTHORIZE) else {}
