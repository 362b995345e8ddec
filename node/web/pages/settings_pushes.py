"""Settings: what reaches one: the way to each page about that, and the apps that are told while they are closed."""

from dataclasses import dataclass

from aiohttp import web

from node.context import NODE
from node.web import addresses, session, wording
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.languages import Language
from storage import oauth, pushes
from storage.errors import NotFound
from storage.ids import AccountId
from storage.store import Unit

HERE = "/settings/reaching"


@dataclass(frozen=True, slots=True)
class Told:
    """An app that is told while it is closed. kinds: of what, in words.  number: of its token."""

    name: str
    kinds: str
    number: str


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """All of it."""
    visitor = session.present(request)
    apps = await request.app[NODE].store.read(_told, visitor.account.id)
    language = language_of(request, visitor)
    told = [Told(name, _in_words(alerts, language), str(number)) for name, alerts, number in apps]
    return await render(request, "settings_pushes.html", pushes=told)


@page("POST", HERE + "/apps/{number:\\d+}/end")
async def end(request: web.Request) -> web.StreamResponse:
    """Tell an app of one's own nothing more while it is closed; it may act as before."""
    token = oauth.TokenId(addresses.number(request.match_info["number"]))
    await request.app[NODE].store.write(_unsubscribe, session.present(request).account.id, token)
    return go(HERE, done="saved")


def _told(unit: Unit, account: AccountId) -> list[tuple[str, str, oauth.TokenId]]:
    names = {grant.id: grant.app_name or "" for grant in oauth.of_account(unit, account)}
    return [
        (names[each.token_id], each.alerts, each.token_id)
        for each in pushes.of_account(unit, account)
        if each.token_id in names
    ]


def _unsubscribe(unit: Unit, account: AccountId, token: oauth.TokenId) -> None:
    if all(each.token_id != token for each in pushes.of_account(unit, account)):
        raise NotFound
    pushes.unsubscribe(unit, token)


def _in_words(alerts: str, language: Language) -> str:
    return ", ".join(wording.alert(kind, language) for kind in alerts.split(",") if kind)
