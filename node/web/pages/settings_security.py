"""Settings: the password, the second step of signing in, and its recovery codes; passkeys are beside (`settings_passkeys.py`).

What is there is shown to whoever is signed in; to change it, the password is given once more (`node.web.confirming`).
"""

import re
from collections.abc import Mapping
from typing import Any

import segno
from aiohttp import web

from node.actions import passkeys as passkey_actions
from node.actions import second_factors as actions
from node.actions import staff as staff_actions
from node.context import NODE
from node.errors import Invalid
from node.origins import address_of
from node.web import confirming, session
from node.web.answers import go, render, said
from node.web.declared import ENROLMENT, page
from node.web.on_record import source_of
from node.web.pages.sign_in import with_next
from storage import passkeys, second_factors
from storage.ids import AccountId
from storage.passkeys import Passkey
from storage.second_factors import Factors
from storage.store import Unit

HERE = ENROLMENT
APP = HERE + "/app"
CODES = re.compile(r"(?:[a-z0-9]{4}(?:-[a-z0-9]{4}){3} ?){10}")


@page("GET", HERE, enrolling=True)
async def show(request: web.Request) -> web.StreamResponse:
    """What there is."""
    return await shown(request, errors={}, status=200)


@page("POST", HERE + "/unlock", enrolling=True)
async def unlock(request: web.Request) -> web.StreamResponse:
    """Give the password, to change what there is."""
    form = await request.post()
    try:
        await confirming.demand_password(request, form)
    except Invalid as invalid:
        errors = said(request, session.present(request), invalid)
        return await shown(request, errors=errors, status=422, then=next_in(form))
    return go(with_next(HERE, next_in(form)))


@page("POST", "/settings/password")
async def change_password(request: web.Request) -> web.StreamResponse:
    """Choose another password, by giving the present one. Every place is signed out, this one too."""
    node, visitor = request.app[NODE], session.present(request)
    form = await request.post()
    try:
        await confirming.confirm(node, visitor, str(form.get("old", "")), address_of(request))
        await staff_actions.change_own_password(
            node.store, node.passwords, visitor.account, str(form.get("password", ""))
        )
    except Invalid as invalid:
        sentences = said(request, visitor, invalid)
        # On this page, the field `present` is the one before the second step.
        errors = {"old" if field == "present" else field: sentence for field, sentence in sentences.items()}
        return await shown(request, errors=errors, status=422)
    return go("/sign-in")


# ---- an app ---------------------------------------------------------------------------------------------------------


@page("POST", APP + "/begin", enrolling=True)
async def begin_app(request: web.Request) -> web.StreamResponse:
    """Make a secret for an app."""
    form = await request.post()
    if not confirming.is_fresh(request):
        return go(with_next(HERE, next_in(form)))
    await actions.begin_app(request.app[NODE], session.present(request).account)
    return go(with_next(APP, next_in(form)))


@page("GET", APP, enrolling=True)
async def show_app(request: web.Request) -> web.StreamResponse:
    """The picture that the app reads, and the field for its first code."""
    return await _app_shown(request, next_in(request.query), errors={}, status=200)


@page("POST", APP, enrolling=True)
async def finish_app(request: web.Request) -> web.StreamResponse:
    """The app shows a code: from now on its codes are asked for. The session goes on under another id."""
    node, visitor = request.app[NODE], session.present(request)
    form = await request.post()
    if not confirming.is_fresh(request):
        return go(with_next(HERE, next_in(form)))
    try:
        codes = await actions.finish_app(node, visitor.account, str(form.get("code", "")), source=source_of(request))
    except Invalid as invalid:
        errors = said(request, visitor, invalid)
        return await _app_shown(request, next_in(form), errors=errors, status=422)
    return await enrolled(request, codes, next_in(form))


@page("POST", APP + "/remove", enrolling=True)
async def remove_app(request: web.Request) -> web.StreamResponse:
    """Ask for its codes no more."""
    node, visitor = request.app[NODE], session.present(request)
    if not confirming.is_fresh(request):
        return go(HERE)
    try:
        await actions.remove_app(node, visitor.account, visitor.role, source=source_of(request))
    except Invalid as invalid:
        return await shown(request, errors=said(request, visitor, invalid), status=422)
    return await renewed(request, go(HERE, done="saved"))


async def _app_shown(request: web.Request, then: str, *, errors: dict[str, str], status: int) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    secret = await actions.offered_secret(node, me) if confirming.is_fresh(request) else None
    if secret is None:
        return go(with_next(HERE, then))
    picture = segno.make(actions.address_of(node, me, secret), error="m", micro=False)
    return await render(
        request,
        "settings_app.html",
        status=status,
        picture=picture.svg_data_uri(border=1, omitsize=True, xmldecl=False, nl=False),
        secret=" ".join(re.findall("....", secret)),
        next=then,
        errors=errors,
    )


# ---- recovery codes -------------------------------------------------------------------------------------------------


@page("POST", HERE + "/recovery-codes", enrolling=True)
async def renew_recovery_codes(request: web.Request) -> web.StreamResponse:
    """Make ten new ones, and show them, this once. Raises NotFound where there is no second step."""
    if not confirming.is_fresh(request):
        return go(HERE)
    me = session.present(request).account
    codes = await actions.renew_recovery_codes(request.app[NODE], me, source=source_of(request))
    return await render(request, "settings_recovery_codes.html", codes=codes, next="")


@page("POST", HERE + "/recovery-codes.txt", enrolling=True)
async def recovery_codes_as_text(request: web.Request) -> web.StreamResponse:
    """The codes that the page before has shown, as a file: nothing of them is kept here. Raises HTTPBadRequest."""
    codes = str((await request.post()).get("codes", ""))
    if not CODES.fullmatch(codes):
        raise web.HTTPBadRequest
    node, me = request.app[NODE], session.present(request).account
    lines = [f"{node.base_url} @{me.username}", "", *codes.split(), ""]
    name = f"legation-{me.username}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(text="\r\n".join(lines), content_type="text/plain", headers=headers)


# ---- for this page and that of passkeys -----------------------------------------------------------------------------


async def enrolled(request: web.Request, codes: list[str], then: str) -> web.StreamResponse:
    """After a factor was added: under another session, the recovery codes where they are new, else the page.

    codes: none, where there were some before.  then: where the person wanted to go before all this.
    """
    secret = await session.renew(request)
    answer: web.StreamResponse
    if codes:
        answer = await render(request, "settings_recovery_codes.html", codes=codes, next=then)
    else:
        answer = go(with_next(HERE, then), done="saved")
    session.remember(request, answer, secret)
    return answer


async def renewed(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """The same answer, under another session."""
    session.remember(request, answer, await session.renew(request))
    return answer


def next_in(given: Mapping[str, Any]) -> str:
    """Where a person wanted to go before they were asked for a second factor; "" for nowhere."""
    return session.safe_path(str(given.get("next", "")), otherwise="")


async def shown(
    request: web.Request, *, errors: dict[str, str], status: int, then: str = "", typed_name: str = ""
) -> web.StreamResponse:
    """The page.

    then: where the person wanted to go, where the address does not say it.  typed_name: of a passkey that could not be added.
    """
    node, visitor = request.app[NODE], session.present(request)
    factors, known = await node.store.read(_kept, visitor.account.id)
    return await render(
        request,
        "settings_security.html",
        status=status,
        factors=factors,
        passkeys=known,
        are_passkeys_possible=passkey_actions.are_possible(node.settings),
        confirmed=confirming.is_fresh(request),
        must_enrol=visitor.must_enrol,
        next=then or next_in(request.query),
        typed_name=typed_name,
        errors=errors,
    )


def _kept(unit: Unit, account: AccountId) -> tuple[Factors, list[Passkey]]:
    return second_factors.of(unit, account), passkeys.of(unit, account)
