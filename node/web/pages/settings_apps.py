"""Settings: the apps that act for one, what each may do, and the end of its access."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from node.context import NODE
from node.web import addresses, permissions, session
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.languages import Language
from storage import oauth
from storage.oauth import Grant

HERE = "/settings/apps"


@dataclass(frozen=True, slots=True)
class Acting:
    """An app that acts for somebody.  permissions: in words.  used_at: None when that was never noted."""

    number: str
    name: str
    permissions: list[str]
    began_at: datetime
    used_at: datetime | None


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """All of them, newest first."""
    visitor = session.present(request)
    found = await request.app[NODE].store.read(oauth.of_account, visitor.account.id)
    language = language_of(request, visitor)
    return await render(request, "settings_apps.html", apps=[_described(grant, language) for grant in found])


@page("POST", HERE + "/{number:\\d+}/end")
async def end(request: web.Request) -> web.StreamResponse:
    """An app may no longer act for one."""
    me = session.present(request).account
    token = oauth.TokenId(addresses.number(request.match_info["number"]))
    await request.app[NODE].store.write(oauth.revoke_of, me.id, token)
    return go(HERE, done="app-ended")


def _described(grant: Grant, language: Language) -> Acting:
    said = permissions.in_words(frozenset(grant.scopes.split()), language)
    return Acting(str(grant.id), grant.app_name or "", said, grant.created_at, grant.used_at)
