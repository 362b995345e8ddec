"""Report a post or a person: a form that says what will happen, before anything does."""

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from node.actions import reports as acts
from node.actions.reports import Complaint
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import account_id, number, post_id
from node.web.answers import go_back, render, said, with_notice
from node.web.declared import page
from storage import accounts, house, posts
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import PostId

Form = dict[str, Any]  # what was typed, to show it again


@page("GET", "/posts/{id}/report")
async def about_post(request: web.Request) -> web.StreamResponse:
    """The form, for a post."""
    author, post = await author_of(request)
    return await form(request, author, post, typed={"back": came_from(request)}, errors={})


@page("POST", "/posts/{id}/report")
async def report_post(request: web.Request) -> web.StreamResponse:
    """Report a post."""
    author, post = await author_of(request)
    return await report(request, author, post)


@page("GET", "/people/{id}/report")
async def about_person(request: web.Request) -> web.StreamResponse:
    """The form, for a person."""
    return await form(request, await person_of(request), None, typed={"back": came_from(request)}, errors={})


@page("POST", "/people/{id}/report")
async def report_person(request: web.Request) -> web.StreamResponse:
    """Report a person."""
    return await report(request, await person_of(request), None)


async def report(request: web.Request, target: Account, post: PostId | None) -> web.StreamResponse:
    """Open a case from what was typed, or say what is wrong with it."""
    sent = await request.post()
    complaint = Complaint(
        comment=str(sent.get("comment", "")),
        category=str(sent.get("category", "other")),
        posts=[post] if post is not None else (),
        rules=[number(str(rule)) for rule in sent.getall("rule", [])],
        forward="forward" in sent,
    )
    visitor = session.present(request)
    try:
        await acts.report(request.app[NODE], visitor.account, target.id, complaint)
    except Invalid as invalid:
        typed = {
            "comment": complaint.comment,
            "category": complaint.category,
            "rules": [str(rule) for rule in complaint.rules],
            "forward": complaint.forward,
            "back": session.safe_path(str(sent.get("back", "")), otherwise=""),
        }
        return await form(request, target, post, typed=typed, errors=said(request, visitor, invalid))
    done = "reported-there" if complaint.forward and not target.is_local else "reported"
    return go_back(sent, otherwise=f"/@{target.handle}", done=done)


def came_from(request: web.Request) -> str:
    """The page of this node from which the form was opened, without a notice; "" where the browser does not tell."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc.lower() != request.host.lower():
        return ""
    return session.safe_path(with_notice(parts._replace(scheme="", netloc="").geturl(), ""), otherwise="")


async def form(
    request: web.Request, target: Account, post: PostId | None, *, typed: Form, errors: dict[str, str]
) -> web.StreamResponse:
    """The form, with what was typed and what is wrong with it."""
    node, me = request.app[NODE], session.present(request).account
    entity = await entities.status(node, me, post) if post is not None else None
    rules = await node.store.read(house.rules)
    begun = {"comment": "", "category": "other", "rules": [], "forward": False, "back": ""}
    return await render(
        request,
        "report.html",
        status=422 if errors else 200,
        account=entities.account(node, target),
        entity=entity,
        action=f"/posts/{post}/report" if post is not None else f"/people/{target.id}/report",
        rules=[entities.rule(rule) for rule in rules],
        typed=begun | typed,
        errors=errors,
    )


async def author_of(request: web.Request) -> tuple[Account, PostId]:
    """Who wrote the post that the address names, and its id; of a shared one, the original. Raises NotFound."""
    node, me = request.app[NODE], session.present(request).account
    post = await node.store.read(posts.visible, post_id(request), reader=me.id)
    if post.boost_of is not None:
        post = await node.store.read(posts.visible, post.boost_of, reader=me.id)
    return await node.store.read(accounts.get, post.author_id), post.id


async def person_of(request: web.Request) -> Account:
    """The person whom the address names. Raises NotFound."""
    found = await request.app[NODE].store.read(accounts.get, account_id(request))
    if found.gone_at is not None:
        raise NotFound
    return found
