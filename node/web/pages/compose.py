"""Writing, answering, editing, deleting, and the versions of a post."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiohttp import web

from federation import html
from node.actions import compose, drafts, polls, scheduling
from node.actions.compose import Draft
from node.api import entities
from node.context import NODE, Node
from node.errors import Invalid
from node.protection import streams_its_body
from node.uploads import form_of
from node.web import community, composing, sending, session
from node.web.addresses import number, person, post_id
from node.web.answers import go, language_of, render, said
from node.web.appearance import reach
from node.web.declared import page
from node.web.typed import A_DAY, Typed
from storage import communities, posts
from storage.errors import NotFound
from storage.ids import AccountId
from storage.posts import Post


@page("GET", "/compose")
async def form(request: web.Request) -> web.StreamResponse:
    """The whole form: `?reply_to=` answers, `?quote=` quotes, `?mention=` names somebody, `?community=` is for one, `?draft=` goes on."""
    node, visitor = request.app[NODE], session.present(request)
    language, quotable = visitor.defaults.language or language_of(request, visitor), visitor.defaults.quotable
    if "draft" in request.query:
        kept = await drafts.get(node, visitor.account, number(request.query["draft"]))
        typed, files = Typed.kept(kept.typed, key=kept.key)
        return await composing.show(request, await sending.with_files(request, typed, files))
    if parent := await composing.post_of(request, request.query.get("reply_to", "")):
        answer = await reply_to(
            request.app[NODE], parent, me=visitor.account.handle, language=language, quotable=quotable
        )
        return await composing.show(request, answer)
    if quoted := await composing.post_of(request, request.query.get("quote", "")):
        return await composing.show(request, quoting(quoted, language=language, quotable=quotable))
    typed = Typed.blank(language=language, defaults=visitor.defaults)
    if handle := request.query.get("mention", ""):
        someone = await person(node, handle)
        typed = replace(typed, text=f"@{someone.handle} ", reach="mentioned")
    if home := await community.to_write_in(request, request.query.get("community", "")):
        reach_there = "community" if home.led.is_for_members else "all_nodes"
        typed = replace(typed, community=home.account["acct"], reach=reach_there)
    return await composing.show(request, typed)


@page("POST", "/compose/preview")
@streams_its_body
async def preview(request: web.Request) -> web.StreamResponse:
    """The form again, and above it what was typed as readers will see it. Nothing is published."""
    typed, refused = await sending.taken(request, Typed.of(await form_of(request)))
    try:
        if refused is not None:
            raise refused
        typed.demand_few_tags()
        shown = await composing.preview(request, typed)
    except Invalid as invalid:
        return await composing.show(request, typed, errors=said(request, session.present(request), invalid))
    return await composing.show(request, typed, previewed=shown)


@page("POST", "/compose/whole")
@streams_its_body
async def whole(request: web.Request) -> web.StreamResponse:
    """The whole form, with what was begun in a short one."""
    typed, refused = await sending.taken(request, Typed.of(await form_of(request)))
    errors = said(request, session.present(request), refused) if refused is not None else None
    return await composing.show(request, typed, errors=errors)


@page("POST", "/posts")
@streams_its_body
async def publish(request: web.Request) -> web.StreamResponse:
    """Publish what was written, now or at the time given; when it cannot be, show the form again with all that was typed and sent."""
    typed, refused = await sending.taken(request, Typed.of(await form_of(request)))
    try:
        if refused is not None:
            raise refused
        typed.demand_few_tags()
        due = typed.due(now=request.app[NODE].now())
        if await _is_used(request, typed, due):
            return await composing.show(request, typed, is_used=True)
        return await (_send(request, typed) if due is None else _schedule(request, typed, due))
    except Invalid as invalid:
        return await composing.show(request, typed, errors=said(request, session.present(request), invalid))
    except NotFound:
        if not (typed.reply_to or typed.quoted):
            raise
        return await composing.show(request, typed)


async def _is_used(request: web.Request, typed: Typed, due: datetime | None) -> bool:
    """Whether this form was sent before, and has been changed since: what stands in it now must not be lost."""
    node, me = request.app[NODE], session.present(request).account
    return await drafts.was_sent_otherwise(node, me, typed.key, _draft_of(request, typed), due=due)


async def _send(request: web.Request, typed: Typed) -> web.Response:
    node, me = request.app[NODE], session.present(request).account
    draft = _draft_of(request, typed)
    made = await compose.post(node, me, draft, idempotency_key=typed.key or None)
    await drafts.sent(node, me, typed.key, typed.saved(), post=made)
    done = "published-mentioned" if typed.reach == "mentioned" and draft.reply_to is None else "published"
    if any(not each["description"] for each in typed.files):
        done = "published-undescribed"
    back = f"/@{typed.community}" if typed.community else "/"
    return go(back if draft.reply_to is None else f"/@{me.handle}/{made}", done=done, sent=made)


def _draft_of(request: web.Request, typed: Typed) -> Draft:
    """What was typed, with what is hidden in all posts of this person. Raises Invalid."""
    draft = typed.draft()
    return replace(draft, sensitive=draft.sensitive or session.present(request).defaults.sensitive)


async def _schedule(request: web.Request, typed: Typed, due: datetime) -> web.Response:
    node, me = request.app[NODE], session.present(request).account
    key = typed.key or None
    await scheduling.schedule(
        node, me, _draft_of(request, typed), due=due, idempotency_key=key, application=None, app=None
    )
    await drafts.sent(node, me, typed.key, typed.saved(), post=None)
    return go("/scheduled", done="scheduled")


@page("GET", "/posts/{id}/edit")
async def edit_form(request: web.Request) -> web.StreamResponse:
    """The form with the text as its author typed it."""
    visitor = session.present(request)
    mine, entity = await own(request)
    text = mine.source if mine.source is not None else html.plain_text(mine.content)
    language = mine.language or language_of(request, visitor)
    poll = await request.app[NODE].store.read(polls.as_drafted, mine)
    typed = Typed(
        text,
        mine.summary,
        language=language,
        title=entity["legation"]["title"] or "",
        quotable=next(iter(entity["quote_approval"]["automatic"]), "nobody"),
        options=tuple(poll.options) if poll else (),
        poll_ends="" if poll else A_DAY,
        poll_multiple="yes" if poll and poll.multiple else "",
        poll_hidden="yes" if poll and poll.hides_totals else "",
        files=entity["media_attachments"],
        most_files=request.app[NODE].settings.media.per_post,
    ).with_event(entity["legation"]["event"])
    return await render(request, "edit.html", draft=typed, errors={}, entity=entity)


@page("POST", "/posts/{id}/edit")
@streams_its_body
async def edit(request: web.Request) -> web.StreamResponse:
    """Replace the text; its readers stay the same."""
    visitor = session.present(request)
    mine, entity = await own(request)
    typed, refused = await sending.taken(request, Typed.of(await form_of(request)), post=mine.id)
    try:
        if refused is not None:
            raise refused
        await compose.edit(request.app[NODE], visitor.account, mine.id, typed.draft())
    except Invalid as invalid:
        errors = said(request, visitor, invalid)
        return await render(request, "edit.html", status=422, draft=typed, errors=errors, entity=entity)
    return go(f"/@{visitor.account.handle}/{mine.id}", done="saved")


@page("GET", "/posts/{id}/delete")
async def delete_form(request: web.Request) -> web.StreamResponse:
    """The question before a post goes."""
    _, entity = await own(request)
    return await render(request, "delete.html", entity=entity)


@page("POST", "/posts/{id}/delete")
async def delete(request: web.Request) -> web.StreamResponse:
    """Delete one's own post."""
    visitor = session.present(request)
    mine, _ = await own(request)
    await compose.remove(request.app[NODE], visitor.account, mine.id)
    return go("/", done="deleted")


@page("GET", "/posts/{id}/history")
async def history(request: web.Request) -> web.StreamResponse:
    """Every version of a post, the newest first."""
    node, me = request.app[NODE], session.present(request).account
    identifier = post_id(request)
    entity = await entities.status(node, me, identifier)
    return await render(request, "history.html", entity=entity, versions=await entities.history(node, me, identifier))


async def own(request: web.Request) -> tuple[Post, dict[str, Any]]:
    """The post that the address names, if it is the person's own: as it is kept, and to show. Raises NotFound."""
    node = request.app[NODE]
    visitor = session.present(request)
    mine = await node.store.read(posts.visible, post_id(request), reader=visitor.account.id)
    if mine.author_id != visitor.account.id or mine.boost_of is not None:
        raise NotFound
    (entity,) = await entities.of_posts(node, visitor.account, [mine])
    return mine, entity


async def reply_to(node: Node, parent: dict[str, Any], *, me: str, language: str, quotable: str) -> Typed:
    """The form that answers a post: its author and the people it mentions are named, its readers stay the readers.

    Communities are not named: an answer is for those in which its conversation takes place, whatever its text says.
    parent: the post to answer, as an entity.  me: one's own handle, which is not named.  language, quotable: as posts begin.
    """
    mentioned = {AccountId(int(each["id"])): each["acct"] for each in parent["mentions"]}
    groups = await node.store.read(communities.find_all, mentioned) if mentioned else {}
    handles = [parent["account"]["acct"], *(acct for each, acct in mentioned.items() if each not in groups)]
    named = "".join(f"@{handle} " for handle in dict.fromkeys(handles) if handle != me)
    return Typed(
        named,
        parent["spoiler_text"],
        reach=reach(parent),
        language=language,
        reply_to=parent["id"],
        quotable=quotable,
        key=secrets.token_urlsafe(12),
    )


def quoting(quoted: dict[str, Any], *, language: str, quotable: str) -> Typed:
    """The form that quotes a post, with no more readers than it has. language, quotable: as posts begin."""
    post = quoted["reblog"] or quoted
    key = secrets.token_urlsafe(12)
    return Typed(reach=reach(post), language=language, quoted=post["id"], quotable=quotable, key=key)
