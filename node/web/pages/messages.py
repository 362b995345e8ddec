"""Messages: what is written to oneself and some others alone, by conversation."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from node.actions import correspondence, people
from node.api import entities
from node.api.entities.conversations import Taking
from node.context import NODE, Node
from node.errors import Invalid
from node.web import looking, session
from node.web.addresses import neighbours, number, page_of, post_id
from node.web.answers import go, language_of, render, said
from node.web.declared import page
from storage import accounts, posts, thread_marks
from storage import correspondence as rows
from storage.accounts import Account
from storage.correspondence import Conversation
from storage.ids import AccountId, PostId, parsed
from storage.pages import Page
from storage.posts import Post
from storage.store import Unit

MOST_FOUND = 8
LONGEST_QUESTION = 200
LATEST_OF_MINE = Page(limit=MOST_FOUND)


@page("GET", "/messages")
async def several(request: web.Request) -> web.StreamResponse:
    """One's conversations, the one with the latest post first."""
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request)
    found, taking = await node.store.read(_listed, me.id, part)
    last = {each["id"]: each for each in await entities.statuses(node, me, [each.last for each in found])}
    others = {each.last: _others(taking, each.last, me) for each in found}
    known = {each.id: each for theirs in others.values() for each in theirs}
    shown = dict(zip(known, await entities.accounts(node, me, known.values()), strict=True))
    return await render(
        request,
        "messages.html",
        where="thread",
        conversations=[
            {
                "id": each.thread,
                "unread": each.is_unread(me.id),
                "people": [shown[other.id] for other in others[each.last]],
                "last": last[str(each.last)],
            }
            for each in found
            if each.last in taking and str(each.last) in last
        ],
        around=neighbours(request, part, [each.last for each in found]),
    )


@page("GET", "/messages/new")
async def begin_form(request: web.Request) -> web.StreamResponse:
    """Choose to whom one writes, by a part of their name, and write. Query: `to`, their ids; `q`."""
    chosen = await _chosen(request.app[NODE], request.query.getall("to", ()))
    return await _beginning(request, chosen, text="", errors={})


@page("POST", "/messages")
async def begin(request: web.Request) -> web.StreamResponse:
    """Write to the people who were chosen."""
    node, visitor = request.app[NODE], session.present(request)
    form = await request.post()
    chosen = await _chosen(node, [str(each) for each in form.getall("person", ())])
    try:
        made = await _written(request, chosen, form)
    except Invalid as invalid:
        return await _beginning(request, chosen, text=_text(form), errors=said(request, visitor, invalid), status=422)
    return go(f"/messages/{made}", done="published-mentioned")


@page("GET", "/messages/{id:[0-9]+}")
async def one(request: web.Request) -> web.StreamResponse:
    """One conversation, the latest at the end, with the form to answer; opening it is reading it."""
    return await _conversation(request, text="", errors={})


@page("GET", "/messages/at/{id:[0-9]+}")
async def at_post(request: web.Request) -> web.StreamResponse:
    """The conversation in which a post stands, at that post."""
    me = session.present(request).account
    post = await request.app[NODE].store.read(posts.visible, post_id(request), reader=me.id)
    return go(f"/messages/{post.thread_id}#post-{post.id}")


@page("POST", "/messages/{id:[0-9]+}")
async def answer(request: web.Request) -> web.StreamResponse:
    """Answer those who take part, as the page named them: whoever was brought in since is not written to unseen."""
    node, visitor = request.app[NODE], session.present(request)
    form = await request.post()
    seen = parsed(str(form.get("answers", "")))
    answered, taking = await node.store.read(_answered, visitor.account.id, _thread(request), seen)
    others = _others(taking, answered, visitor.account)
    try:
        made = await _written(request, others, form, answers=answered)
    except Invalid as invalid:
        errors = said(request, visitor, invalid)
        return await _conversation(request, text=_text(form), errors=errors, status=422)
    return go(f"/messages/{_thread(request)}#post-{made}")


@page("POST", "/messages/{id:[0-9]+}/put-away")
async def put_away(request: web.Request) -> web.StreamResponse:
    """Take a conversation off one's list until somebody writes in it again."""
    me = session.present(request).account
    await request.app[NODE].store.write(correspondence.put_away, me.id, _thread(request))
    return go("/messages", done="put-away")


async def _conversation(
    request: web.Request, *, text: str, errors: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request)
    found, written, taking = await node.store.read(_opened, me.id, _thread(request), part)
    if found.is_unread(me.id) and part.begins_at_the_top:
        await looking.note(request, thread_marks.read, me.id, found.thread, upto=found.last)
    shown = await entities.of_posts(node, me, written)
    return await render(
        request,
        "message.html",
        status=status,
        where="thread",
        conversation=found,
        new=_new_among(written, found, me),
        people=await entities.accounts(node, me, _others(taking, found.last, me)),
        posts=shown[::-1],
        around=neighbours(request, part, [post.id for post in written]),
        text=text,
        errors=errors,
        key=secrets.token_urlsafe(12),
    )


async def _beginning(
    request: web.Request, chosen: Sequence[Account], *, text: str, errors: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    asked = request.query.get("q", "").strip()[:LONGEST_QUESTION]
    found = await people.find(node, me, asked, resolve=True, limit=MOST_FOUND) if asked else await _before(node, me)
    passed_over = {me.id, *(each.id for each in chosen)}
    return await render(
        request,
        "message_new.html",
        status=status,
        chosen=await entities.accounts(node, me, chosen),
        asked=asked,
        found=await entities.accounts(node, me, [each for each in found if each.id not in passed_over]),
        text=text,
        errors=errors,
        key=secrets.token_urlsafe(12),
    )


async def _chosen(node: Node, texts: Sequence[str]) -> list[Account]:
    """The people with these ids, in their order; what names nobody, or somebody who is gone, is passed over."""
    ids = [AccountId(found) for each in dict.fromkeys(texts) if (found := parsed(each)) is not None]
    known = await node.store.read(accounts.by_ids, ids[: correspondence.MOST_PEOPLE])
    return [known[each] for each in ids if each in known and known[each].gone_at is None]


async def _before(node: Node, me: Account) -> list[Account]:
    """To whom one has written lately, or who has written: the likeliest to be written to."""
    found, taking = await node.store.read(_listed, me.id, LATEST_OF_MINE)
    others = {each.id: each for conversation in found for each in _others(taking, conversation.last, me)}
    return list(others.values())[:MOST_FOUND]


async def _written(
    request: web.Request, others: Sequence[Account], form: Mapping[str, Any], *, answers: PostId | None = None
) -> PostId:
    visitor = session.present(request)
    return await correspondence.write(
        request.app[NODE],
        visitor.account,
        others,
        _text(form),
        answers=answers,
        language=language_of(request, visitor),
        key=str(form.get("key", "")) or None,
    )


def _text(form: Mapping[str, Any]) -> str:
    return str(form.get("text", "")).replace("\r\n", "\n")


def _thread(request: web.Request) -> PostId:
    return PostId(number(request.match_info["id"]))


def _others(taking: Taking, post: PostId, me: Account) -> list[Account]:
    return [each for each in taking.get(post, ()) if each.id != me.id and each.gone_at is None]


def _new_among(written: Sequence[Post], found: Conversation, me: Account) -> set[str]:
    """Ids of what somebody else has written since one last looked."""
    if not found.is_unread(me.id):
        return set()
    return {str(post.id) for post in written if post.author_id != me.id and post.id > found.read_upto}


def _listed(unit: Unit, me: AccountId, part: Page) -> tuple[list[Conversation], Taking]:
    found = rows.of(unit, me, part)
    return found, entities.taking_part(unit, [each.last for each in found]) if found else {}


def _opened(unit: Unit, me: AccountId, thread: PostId, part: Page) -> tuple[Conversation, list[Post], Taking]:
    found = correspondence.opened(unit, me, thread)
    return found, rows.posts_of(unit, me, thread, part), entities.taking_part(unit, [found.last])


def _answered(unit: Unit, me: AccountId, thread: PostId, seen: int | None) -> tuple[PostId, Taking]:
    """Which post of a conversation is answered, and who takes part there: the latest that its page had, else the latest."""
    answered = correspondence.opened(unit, me, thread).last
    if seen is not None and rows.holds(unit, me, thread, PostId(seen)):
        answered = PostId(seen)
    return answered, entities.taking_part(unit, [answered])
