"""The page on which a person lets an app act in their name, or does not.

It may stand in a window that the app opened and waits for, so it lets its opener keep hold of it; and its form may lead
to the app's own address, which the page's policy names.
"""

from collections.abc import Mapping

from aiohttp import web

from node.context import NODE
from node.oauth import consent, redirects
from node.oauth.consent import BadQuestion, Question
from node.protection import CONTENT_SECURITY_POLICY
from node.web import permissions, session
from node.web.answers import go, language_of, render
from node.web.declared import page, to_charter
from node.web.languages import Language, translations
from node.web.pages.sign_in import address_of_form
from node.web.wording import message

PATH = "/oauth/authorize{slash:/?}"
IN_A_POPUP = {"Cross-Origin-Opener-Policy": "unsafe-none"}

REFUSED = {
    "unknown_client": message("This node does not know the app, or has forgotten it: the app must register again."),
    "unknown_redirect": message("The app wants to send you to an address that it did not register."),
    "unsupported_response_type": message("The app asks for a kind of answer that this node does not give."),
    "invalid_scope": message("The app asks for permissions that do not exist, or that it did not register for."),
    "invalid_request": message("The app asks in a way that this node does not take: it needs PKCE with S256."),
}


@page("GET", PATH, sign_in=False)
async def ask(request: web.Request) -> web.StreamResponse:
    """Ask the person, who signs in first, and again when the app wants so."""
    try:
        question = await consent.read(request.app[NODE], request.query)
    except BadQuestion as refusal:
        return await refused(request, refusal)
    visitor = await session.visitor_of(request)
    if visitor is None or request.query.get("force_login", "") in {"true", "1"}:
        return go(address_of_form(str(request.rel_url.without_query_params("force_login"))))
    if visitor.owes_charter:
        return to_charter(request)
    return await render(
        request,
        "oauth_consent.html",
        headers=headers(question),
        app=question.app.name,
        website=question.app.website,
        permissions=permissions.in_words(question.scopes, language_of(request, visitor)),
        administration=permissions.concern_administration(question.scopes),
        question={name: request.query[name] for name in consent.FIELDS if name in request.query},
        place="" if question.is_out_of_band else redirects.place_of(question.redirect_uri),
    )


@page("POST", PATH)
async def answer(request: web.Request) -> web.StreamResponse:
    """Send the person back to the app with a code or with a refusal, or show the code."""
    form = texts(await request.post())
    try:
        question = await consent.read(request.app[NODE], form)
    except BadQuestion as refusal:
        return await refused(request, refusal)
    if form.get("answer") != "allow":
        return go("/") if question.is_out_of_band else redirected(consent.address_with_refusal(question))
    code = await consent.say_yes(request.app[NODE], session.present(request).account, question)
    if question.is_out_of_band:
        return await render(request, "oauth_code.html", headers=IN_A_POPUP, app=question.app.name, given=code)
    return redirected(consent.address_with_code(question, code))


async def refused(request: web.Request, refusal: BadQuestion) -> web.Response:
    """Say what is wrong with the question, and send nobody anywhere."""
    language = language_of(request, await session.visitor_of(request))
    sentence = said(REFUSED[refusal.code], language)
    return await render(
        request, "oauth_refused.html", status=400, headers=IN_A_POPUP, sentence=sentence, reason=refusal.code
    )


def said(sentence: str, language: Language) -> str:
    """A sentence in a language."""
    return str(translations(language).ugettext(sentence))


def headers(question: Question) -> dict[str, str]:
    """What the browser must know: the opener stays connected, and the form may lead to the app."""
    source = redirects.source_of(question.redirect_uri)
    policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {source}".rstrip())
    return {**IN_A_POPUP, "Content-Security-Policy": policy}


def texts(form: Mapping[str, object]) -> dict[str, str]:
    """The fields of a form that are texts."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def redirected(address: str) -> web.Response:
    """To the app: an address that it registered, so not one of this node's."""
    # No Referer: the address of this page holds what the app asked.
    return web.Response(
        status=303,
        headers={"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", **IN_A_POPUP},
    )
