"""Writing, answering, editing, deleting, and the versions of a post."""

import secrets
from typing import Any

from aiohttp import web

from federation import html
from node.actions import compose, polls
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.protection import streams_its_body
from node.uploads import form_of
from node.web import sending, session
from node.web.addresses import person, post_id
from node.web.answers import go, language_of, render, said
from node.web.appearance import reach
from node.web.declared import page
from node.web.typed import A_DAY, Typed
from storage import posts
from storage.errors import NotFound
from storage.ids import PostId, parsed
from storage.posts import Post


@page("GET", "/compose")
async def form(request: web.Request) -> web.StreamResponse:
    """The whole form: `?reply_to=` answers a post, `?quote=` quotes one, `?mention=` begins with somebody's name."""
    visitor = session.present(request)
    language = language_of(request, visitor)
    if parent := await parent_of(request, request.query.get("reply_to", "")):
        draft = sending.with_room(request, reply_to(parent, me=visitor.account.handle, language=language))
        return await render(request, "compose.html", draft=draft, errors={}, parent=parent, quoted=None)
    if quoted := await parent_of(request, request.query.get("quote", "")):
        draft = sending.with_room(request, quoting(quoted, language=language))
        return await render(request, "compose.html", draft=draft, errors={}, parent=None, quoted=quoted)
    draft = Typed.blank(language=language)
    if handle := request.query.get("mention", ""):
        someone = await person(request.app[NODE], handle)
        draft = Typed(f"@{someone.handle} ", reach="mentioned", language=language, key=draft.key)
    return await render(
        request, "compose.html", draft=sending.with_room(request, draft), errors={}, parent=None, quoted=None
    )


@page("POST", "/posts")
@streams_its_body
async def publish(request: web.Request) -> web.StreamResponse:
    """Publish what was written; when it cannot be, show the form again with all that was typed and sent."""
    visitor = session.present(request)
    typed, refused = await sending.taken(request, Typed.of(await form_of(request)))
    try:
        if refused is not None:
            raise refused
        draft = typed.draft()
        made = await compose.post(request.app[NODE], visitor.account, draft, idempotency_key=typed.key or None)
    except Invalid as invalid:
        parent = await parent_of(request, typed.reply_to)
        quoted = await parent_of(request, typed.quoted)
        errors = said(request, visitor, invalid)
        return await render(
            request, "compose.html", status=422, draft=typed, errors=errors, parent=parent, quoted=quoted
        )
    if draft.reply_to is not None:
        return go(f"/@{visitor.account.handle}/{made}", done="published")
    return go("/", done="published-mentioned" if typed.reach == "mentioned" else "published")


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


async def parent_of(request: web.Request, text: str) -> dict[str, Any] | None:
    """The post with this id, when there is one that the person may see."""
    number = parsed(text)
    if number is None:
        return None
    visitor = session.present(request)
    found = await entities.statuses(request.app[NODE], visitor.account, [PostId(number)])
    return found[0] if found else None


def reply_to(parent: dict[str, Any], *, me: str, language: str) -> Typed:
    """The form that answers a post: its author and the people it mentions are named, its readers stay the readers.

    parent: the post to answer, as an entity.  me: one's own handle, which is not named.
    """
    handles = [parent["account"]["acct"], *(mentioned["acct"] for mentioned in parent["mentions"])]
    named = "".join(f"@{handle} " for handle in dict.fromkeys(handles) if handle != me)
    return Typed(
        named,
        parent["spoiler_text"],
        reach=reach(parent),
        language=language,
        reply_to=parent["id"],
        key=secrets.token_urlsafe(12),
    )


def quoting(quoted: dict[str, Any], *, language: str) -> Typed:
    """The form that quotes a post, with no more readers than it has."""
    post = quoted["reblog"] or quoted
    return Typed(reach=reach(post), language=language, quoted=post["id"], key=secrets.token_urlsafe(12))
