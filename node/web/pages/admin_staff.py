"""Administration: the people of this node, their roles, and whether they may sign in."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from node.actions import cards
from node.actions import staff as acts
from node.context import NODE
from node.errors import Invalid
from node.web import confirming, session
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import by
from storage import second_factors, staff
from storage.staff import Member
from storage.store import Unit

HERE, UNLOCK = "/administration/staff", "/administration/unlock"
FIELDS = ("username", "display_name", "role", "function", "department", "place")
FIRST = Invalid("present", "ERR_NEEDED", "Give your password first, then do it once more.")


@dataclass(frozen=True, slots=True)
class Typed:
    """The form to add somebody, without the password, which is never shown again."""

    username: str = ""
    display_name: str = ""
    role: str = staff.STAFF
    function: str = ""
    department: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A person as the page tells of them. When they were last here is nobody's business."""

    username: str
    display_name: str
    role: str
    disabled: bool
    has_second_factor: bool


@page("GET", HERE, administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """Everybody, and the form to add one more."""
    return await listed(request, errors={}, typed=Typed(), status=200)


@page("POST", UNLOCK, administrators=True)
async def unlock(request: web.Request) -> web.StreamResponse:
    """Give one's password once more, to change something here: who may administer is what a stolen session must not decide."""
    try:
        await confirming.demand_password(request, await request.post())
    except Invalid as invalid:
        errors = said(request, session.present(request), invalid)
        return await listed(request, errors=errors, typed=Typed(), status=422)
    return go(HERE)


@page("POST", HERE, administrators=True)
async def add(request: web.Request) -> web.StreamResponse:
    """Give somebody an account."""
    node = request.app[NODE]
    form = await request.post()
    typed = Typed(*(str(form.get(name, "")) for name in FIELDS))
    visitor = session.present(request)
    if not confirming.is_fresh(request):
        return await listed(request, errors=said(request, visitor, FIRST), typed=typed, status=422)
    try:
        card = cards.from_the_directory(function=typed.function, department=typed.department, place=typed.place)
        account = await acts.add_member(
            node.store,
            node.settings,
            node.passwords,
            username=typed.username,
            display_name=typed.display_name,
            password=str(form.get("password", "")),
            role=typed.role,
            **by(request),
        )
        await node.store.write(cards.enter, account.id, card)
    except Invalid as invalid:
        return await listed(request, errors=said(request, visitor, invalid), typed=typed, status=422)
    return go(HERE, done="added")


@page("POST", HERE + "/{username}/role", administrators=True)
async def change_role(request: web.Request) -> web.StreamResponse:
    """Give somebody another role."""
    role = str((await request.post()).get("role", ""))
    return await act(request, acts.change_role, role, done="role-changed")


@page("POST", HERE + "/{username}/disable", administrators=True)
async def disable(request: web.Request) -> web.StreamResponse:
    """Close somebody's account; what they wrote stays."""
    return await act(request, acts.disable, done="disabled")


@page("POST", HERE + "/{username}/enable", administrators=True)
async def enable(request: web.Request) -> web.StreamResponse:
    """Open it again."""
    return await act(request, acts.enable, done="enabled")


async def act(request: web.Request, unit: Callable[..., None], *details: str, done: str) -> web.StreamResponse:
    """Do something about the person whom the address names, and show the list again. Raises NotFound."""
    visitor = session.present(request)
    if not confirming.is_fresh(request):
        return await listed(request, errors=said(request, visitor, FIRST), typed=Typed(), status=422)
    who = request.match_info["username"]
    try:
        await request.app[NODE].store.write(unit, who, *details, **by(request))
    except Invalid as invalid:
        return await listed(request, errors=said(request, visitor, invalid), typed=Typed(), status=422)
    # Whoever changed their own role is signed out by it, and is asked to sign in by the page they go to.
    return go(HERE, done=done)


async def listed(request: web.Request, *, errors: dict[str, str], typed: Typed, status: int) -> web.StreamResponse:
    """The page, with what was typed and what is wrong with it."""
    people = await request.app[NODE].store.read(all_shown)
    confirmed = confirming.is_fresh(request)
    return await render(
        request, "admin_staff.html", status=status, people=people, errors=errors, typed=typed, confirmed=confirmed
    )


def all_shown(unit: Unit) -> list[Shown]:
    """Everybody by name; those whose account is closed come last."""
    found = sorted(
        staff.list_all(unit), key=lambda member: (member.disabled_at is not None, name_of(member).casefold())
    )
    with_second = second_factors.who_have_any(unit)
    return [
        Shown(one.username, name_of(one), one.role, one.disabled_at is not None, one.account_id in with_second)
        for one in found
    ]


def name_of(member: Member) -> str:
    """What somebody is called."""
    return member.display_name or member.username
