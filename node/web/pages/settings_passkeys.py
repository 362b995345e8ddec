"""Settings: passkeys. A form's button asks the device (`scripts/passkeys.js`); its answer comes as a field of the form."""

from aiohttp import web

from node.actions import passkeys as actions
from node.context import NODE
from node.errors import Invalid
from node.web import addresses, confirming, session
from node.web.answers import go, said
from node.web.declared import page
from node.web.on_record import source_of
from node.web.pages.settings_security import HERE, enrolled, next_in, renewed, shown
from storage import passkeys
from storage.errors import NotFound
from storage.passkeys import PasskeyId

PASSKEYS = HERE + "/passkeys"


@page("POST", PASSKEYS + "/options", enrolling=True)
async def options(request: web.Request) -> web.StreamResponse:
    """What a device needs to make a passkey. Raises HTTPForbidden where the password was not given a moment ago."""
    if not confirming.is_fresh(request):
        raise web.HTTPForbidden
    made = await actions.registration_options(request.app[NODE], session.present(request).account)
    return as_json(made)


@page("POST", PASSKEYS, enrolling=True)
async def add(request: web.Request) -> web.StreamResponse:
    """Keep the passkey that a device has made. The session goes on under another id."""
    node, visitor = request.app[NODE], session.present(request)
    form = await request.post()
    if not confirming.is_fresh(request):
        return go(HERE)
    answer, name = str(form.get("answer", "")), str(form.get("passkey_name", ""))
    try:
        codes = await actions.register(node, visitor.account, answer, name, source=source_of(request))
    except Invalid as invalid:
        errors = said(request, visitor, invalid)
        typed = name[: passkeys.LONGEST_NAME]
        return await shown(request, errors=errors, status=422, then=next_in(form), typed_name=typed)
    return await enrolled(request, codes, next_in(form))


@page("POST", PASSKEYS + "/{id:\\d+}/rename", enrolling=True)
async def rename(request: web.Request) -> web.StreamResponse:
    """Call a passkey something else. Raises NotFound."""
    node, visitor = request.app[NODE], session.present(request)
    if not confirming.is_fresh(request):
        return go(HERE)
    try:
        name = actions.demand_name(str((await request.post()).get("passkey_name", "")))
    except Invalid as invalid:
        return await shown(request, errors=said(request, visitor, invalid), status=422)
    if not await node.store.write(passkeys.rename, visitor.account.id, _passkey(request), name):
        raise NotFound
    return go(HERE, done="saved")


@page("POST", PASSKEYS + "/{id:\\d+}/remove", enrolling=True)
async def remove(request: web.Request) -> web.StreamResponse:
    """Take a passkey away. The session goes on under another id."""
    node, visitor = request.app[NODE], session.present(request)
    if not confirming.is_fresh(request):
        return go(HERE)
    try:
        await actions.remove(node, visitor.account, _passkey(request), visitor.role, source=source_of(request))
    except Invalid as invalid:
        return await shown(request, errors=said(request, visitor, invalid), status=422)
    return await renewed(request, go(HERE, done="saved"))


def as_json(text: str) -> web.Response:
    """An answer for the script."""
    return web.Response(text=text, content_type="application/json", headers={"Cache-Control": "no-store"})


def _passkey(request: web.Request) -> PasskeyId:
    return PasskeyId(addresses.number(request.match_info["id"]))
