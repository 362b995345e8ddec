"""Communities: one's own with what is new in each, all others to be found and joined, and a new one to be founded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from aiohttp import web

from node.actions import communities as acts
from node.actions.communities import Founding
from node.actions.staff import USERNAME
from node.api import entities
from node.community_order import COMMUNITY_ORDER
from node.context import NODE
from node.errors import Invalid
from node.web import listing, session
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import source_of
from node.web.pages.people import page_number
from storage import community_lists
from storage.accounts import Account
from storage.community_lists import Belonging
from storage.words import folded

HERE, NEW = "/communities", "/communities/new"
A_PAGE = 20
SHOWN_AT_ONCE = 12
LONGEST_QUESTION = 200
LONGEST_ADDRESS = 30
FIELDS = {"username": "address"}


@dataclass(frozen=True, slots=True)
class Mine:
    """A community that the reader belongs to, or leads.

    post: what was written there last, None where that is long ago.  asking: how many ask the reader to let them in.
    """

    account: dict[str, Any]
    leads: bool
    new: int
    asking: int
    post: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the list. number: the first is 1."""

    number: int
    found: Sequence[Account]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """The form to found one, as text. entry: open, closed.  readers: all, members.  writers: members, managers."""

    name: str = ""
    address: str = ""
    purpose: str = ""
    entry: str = "open"
    readers: str = "all"
    writers: str = "members"

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> Self:
        """What was sent."""
        sent = {name: str(form[name]).replace("\r\n", "\n") for name in cls.__dataclass_fields__ if name in form}
        return cls(**sent)

    def founding(self) -> Founding:
        """The community to be; one without an address is called after its name."""
        return Founding(
            self.address.strip().removeprefix("@") or address_from(self.name),
            self.name,
            purpose=self.purpose.strip(),
            closed=self.entry == "closed",
            is_for_members=self.readers == "members",
            managers_write_only=self.writers == "managers",
        )


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """One's own, and beneath them all that can be found; with `?q=`, those that a search finds."""
    node, me = request.app[NODE], session.present(request).account
    asked = " ".join(request.query.get("q", "").split())[:LONGEST_QUESTION]
    part = await _part(request, asked)
    is_whole = not asked and part.number == 1
    own = await _mine(request) if is_whole else []
    return await render(
        request,
        "communities.html",
        asked=asked,
        mine=own[:SHOWN_AT_ONCE],
        further=own[SHOWN_AT_ONCE:],
        is_whole=is_whole,
        others=await listing.entries(request, part.found),
        may_found=await acts.may_found(node, me),
        before=_at(asked, part.number - 1) if part.number > 1 else "",
        after=_at(asked, part.number + 1) if part.has_more else "",
    )


@page("GET", NEW)
async def new_form(request: web.Request) -> web.StreamResponse:
    """The form to found one; a sentence instead for whoever may not."""
    return await _new(request, typed=Typed(), errors={})


@page("POST", NEW)
async def found(request: web.Request) -> web.StreamResponse:
    """Found a community, and go there."""
    node, visitor = request.app[NODE], session.present(request)
    typed = Typed.of(await request.post())
    try:
        made = await acts.found(node, visitor.account, typed.founding(), source=source_of(request))
    except Invalid as invalid:
        return await _new(request, typed=typed, errors=said(request, visitor, invalid, fields=FIELDS))
    request.app[COMMUNITY_ORDER].forget()
    return go(f"/@{made.username}", done="founded")


def address_from(name: str) -> str:
    """The address that a name suggests: `Salle de presse` gives `salle-de-presse`; "" where nothing is left of it."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in folded(name)).split()
    suggested = "-".join(words)[:LONGEST_ADDRESS].strip("-")
    return suggested if USERNAME.fullmatch(suggested) else ""


async def _new(request: web.Request, *, typed: Typed, errors: Mapping[str, str]) -> web.StreamResponse:
    node = request.app[NODE]
    return await render(
        request,
        "community_new.html",
        status=422 if errors else 200,
        may_found=await acts.may_found(node, session.present(request).account),
        typed=typed,
        errors=errors,
        domain=node.settings.account_domain,
    )


async def _part(request: web.Request, asked: str) -> Part:
    node, me = request.app[NODE], session.present(request).account
    number = page_number(request.query.get("page", ""))
    begin = (number - 1) * A_PAGE
    if asked:
        text = asked.lstrip("@")
        few = await node.store.read_slowly(community_lists.search, me.id, text, limit=A_PAGE + 1, offset=begin)
        return Part(number, few[:A_PAGE], len(few) > A_PAGE)
    order = await request.app[COMMUNITY_ORDER].at(node.now())
    ids = order[begin : begin + A_PAGE]
    return Part(number, await node.store.read(community_lists.listed, me.id, ids), len(order) > begin + A_PAGE)


async def _mine(request: web.Request) -> list[Mine]:
    node, me = request.app[NODE], session.present(request).account
    found: list[Belonging] = await node.store.read(community_lists.belonging, me.id)
    shown = await entities.accounts(node, me, [each.community for each in found])
    newest = [each.newest for each in found[:SHOWN_AT_ONCE] if each.newest is not None]
    posts = {post["id"]: post["reblog"] or post for post in await entities.statuses(node, me, newest)}
    return [
        Mine(account, each.leads, each.new, each.asking, posts.get(str(each.newest)))
        for account, each in zip(shown, found, strict=True)
    ]


def _at(asked: str, number: int) -> str:
    query = urlencode({"q": asked, "page": number} if asked else {"page": number})
    return f"{HERE}?{query}"
