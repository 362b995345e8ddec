"""The first day: five short steps, each of which can be left out, left, and taken up again.

    1 who you are → 2 whom you follow → 3 which topics → 4 how far a post goes → 5 your first post

How far somebody is stands in the database; the journal and the settings lead back here until they are through.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from node.actions import portraits
from node.actions import welcome as acts
from node.api import entities
from node.community_order import COMMUNITY_ORDER
from node.context import NODE
from node.errors import Invalid
from node.protection import streams_its_body
from node.trends import TRENDS
from node.uploads import Upload, form_of
from node.web import listing, session
from node.web.answers import go, language_of, render, said
from node.web.declared import page
from node.web.pages.own_card import spoken_by
from storage import community_lists, directory, relations, tag_follows, tags, welcomes
from storage.accounts import Account
from storage.ids import AccountId
from storage.media import Place
from storage.pages import Page
from storage.store import Unit
from storage.tags import Tag
from storage.visibility import Reach
from storage.welcomes import STEPS

HERE = "/welcome"
STEP = HERE + f"/{{step:[1-{STEPS}]}}"

COLLEAGUES_SHOWN = 8
ELSEWHERE_SHOWN = 6
LONGEST_SPOKEN = 500
TOPICS_SHOWN = 16
COMMUNITIES_SHOWN = 4

Fields = MultiMapping[Any]
Does = Callable[[web.Request, Fields], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Whom a newcomer may follow. more: whether they are too many to be followed by one button; count: how many otherwise."""

    here: list[Account]
    elsewhere: list[Account]
    count: int
    more: bool


@page("GET", HERE)
async def resume(request: web.Request) -> web.StreamResponse:
    """Go to the step that comes next; from the first again, for who is through."""
    found = await request.app[NODE].store.read(welcomes.of, session.present(request).account.id)
    return go(f"{HERE}/{found.step if found is not None and found.is_open else 1}")


@page("GET", STEP)
async def show(request: web.Request) -> web.StreamResponse:
    """One step."""
    return await step_page(request, step_of(request), errors={}, typed={})


@page("POST", STEP)
@streams_its_body
async def take(request: web.Request) -> web.StreamResponse:
    """Do what a step is for, and go to the next; or say what is wrong with it."""
    step, visitor = step_of(request), session.present(request)
    form = await form_of(request)
    try:
        await DOES[step](request, form)
    except Invalid as invalid:
        typed = {name: str(form.get(name, ""))[:20_000] for name in ("note", "topic", "text", "reach")}
        typed["spoken"] = " ".join(str(code) for code in form.getall("language", ()))[:LONGEST_SPOKEN]
        return await step_page(request, step, errors=said(request, visitor, invalid), typed=typed)
    return await onwards(request, step + 1)


@page("POST", STEP + "/skip")
async def skip(request: web.Request) -> web.StreamResponse:
    """Leave a step out."""
    return await onwards(request, step_of(request) + 1)


@page("POST", HERE + "/follow-all")
async def follow_all(request: web.Request) -> web.StreamResponse:
    """Follow all colleagues of this node, and stay at the step."""
    await acts.follow_colleagues(request.app[NODE], session.present(request).account)
    return go(f"{HERE}/2", done="all-followed")


@page("POST", HERE + "/later")
async def later(request: web.Request) -> web.StreamResponse:
    """Read first: the journal's card leads back."""
    await request.app[NODE].store.write(welcomes.begin, session.present(request).account.id)
    return go("/")


@page("POST", HERE + "/end")
async def end(request: web.Request) -> web.StreamResponse:
    """Be asked no more."""
    await request.app[NODE].store.write(welcomes.finish, session.present(request).account.id)
    return go("/", done="welcome-ended")


def step_of(request: web.Request) -> int:
    """The step that the address names: 1 to STEPS."""
    return int(request.match_info["step"])


async def onwards(request: web.Request, step: int) -> web.StreamResponse:
    """Go to a step; behind the last one, to the journal."""
    await request.app[NODE].store.write(acts.come_to, session.present(request).account, step)
    return go("/", done="welcomed") if step > STEPS else go(f"{HERE}/{step}")


# ---- what each step does --------------------------------------------------------------------------------------------


async def introduce(request: web.Request, form: Fields) -> None:
    """Step 1. Raises Invalid."""
    node, visitor = request.app[NODE], session.present(request)
    note = str(form.get("note", "")).replace("\r\n", "\n")
    spoken = [str(code) for code in form.getall("language", ())]
    me = await acts.introduce(node, visitor.account, note=note, languages=spoken)
    picture = form.get("file")
    if isinstance(picture, Upload):
        await portraits.show(node, me, Place.AVATAR, picture.path)


async def follow_colleagues(request: web.Request, form: Fields) -> None:
    """Step 2: whom one follows has its own buttons."""
    del request, form


async def follow_topics(request: web.Request, form: Fields) -> None:
    """Step 3. Raises Invalid."""
    names = [str(name) for name in form.getall("tag", ())][:TOPICS_SHOWN]
    typed = str(form.get("topic", "")).strip()
    me = session.present(request).account
    try:
        await acts.follow_topics(request.app[NODE], me, [*names, *([typed] if typed else [])])
    except Invalid as invalid:
        raise Invalid("topic", invalid.reason, invalid.sentence) from invalid


async def read_of_reach(request: web.Request, form: Fields) -> None:
    """Step 4 is there to be read."""
    del request, form


async def write_first(request: web.Request, form: Fields) -> None:
    """Step 5. Raises Invalid."""
    visitor = session.present(request)
    await acts.write_first(
        request.app[NODE],
        visitor.account,
        text=str(form.get("text", "")).replace("\r\n", "\n"),
        reach=Reach.__members__.get(str(form.get("reach", "")).upper(), Reach.NODE),
        language=language_of(request, visitor),
        key=str(form.get("key", ""))[:100],
    )


DOES: dict[int, Does] = {1: introduce, 2: follow_colleagues, 3: follow_topics, 4: read_of_reach, 5: write_first}


# ---- what each step shows -------------------------------------------------------------------------------------------


async def step_page(
    request: web.Request, step: int, *, errors: dict[str, str], typed: dict[str, str]
) -> web.StreamResponse:
    """The page of a step, with what was typed and what is wrong with it."""
    shown = await SHOWS[step](request) if step in SHOWS else {}
    # A failed form shows what was typed; otherwise what is known.
    begun = {"note": "", "spoken": "", "topic": "", "text": "", "reach": "all_nodes"} | shown.pop("typed", {})
    status = 422 if errors else 200
    return await render(
        request,
        f"welcome_{step}.html",
        status=status,
        step=step,
        steps=STEPS,
        errors=errors,
        typed=begun | typed,
        **shown,
    )


async def of_oneself(request: web.Request) -> dict[str, Any]:
    """Step 1: what is known of the person."""
    node, me = request.app[NODE], session.present(request).account
    return {
        "myself": entities.account(node, me),
        "spoken": spoken_by(language_of(request, session.present(request)), me.visiting_card.languages),
        "typed": {"note": me.note_source, "spoken": " ".join(me.visiting_card.languages)},
    }


async def of_colleagues(request: web.Request) -> dict[str, Any]:
    """Step 2: who may be followed."""
    node, me = request.app[NODE], session.present(request).account
    found = await node.store.read_slowly(to_follow, me)
    people = [*found.here, *found.elsewhere]
    shown = await entities.accounts(node, me, people)
    between = await node.store.read(relations.of_each, me.id, [each.id for each in people])
    return {
        "colleagues": shown[: len(found.here)],
        "elsewhere": shown[len(found.here) :],
        "relations": {str(identifier): relation for identifier, relation in between.items()},
        "count": found.count,
        "more": found.more,
        "following": me.following_count,
    }


async def of_topics(request: web.Request) -> dict[str, Any]:
    """Step 3: what many write about, what is followed already, and the liveliest communities."""
    node, me = request.app[NODE], session.present(request).account
    counted = await request.app[TRENDS].at(node.now())
    offered, followed = await node.store.read(topics_for, me.id, counted.tags[:TOPICS_SHOWN])
    order = await request.app[COMMUNITY_ORDER].at(node.now())
    gathered = await node.store.read(community_lists.listed, me.id, order[:COMMUNITIES_SHOWN])
    return {"offered": offered, "followed": followed, "communities": await listing.entries(request, gathered)}


async def of_a_first_post(request: web.Request) -> dict[str, Any]:
    """Step 5: an empty form that is told from others."""
    return {"key": secrets.token_urlsafe(12), "domain": request.app[NODE].settings.domain}


SHOWS = {1: of_oneself, 2: of_colleagues, 3: of_topics, 5: of_a_first_post}


def to_follow(unit: Unit, me: Account) -> Colleagues:
    """Whom a person may follow, here and elsewhere."""
    here = acts.colleagues(unit, me, limit=acts.MOST_AT_ONCE + 1)
    elsewhere = directory.elsewhere(unit, me.id, limit=ELSEWHERE_SHOWN)
    return Colleagues(here[:COLLEAGUES_SHOWN], elsewhere, len(here), len(here) > acts.MOST_AT_ONCE)


def topics_for(unit: Unit, me: AccountId, used: list[int]) -> tuple[list[Tag], list[Tag]]:
    """Tags to offer, without those that are followed; and those."""
    followed = [each.tag for each in tag_follows.of(unit, me, Page(limit=TOPICS_SHOWN))]
    found = tags.by_ids(unit, used) or tags.beginning_with(unit, "", limit=TOPICS_SHOWN)
    known = {tag.id for tag in followed}
    return [tag for tag in found if tag.id not in known], followed
