"""Voting in the poll of a post."""

from aiohttp import web

from node.actions import polls
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import post_id
from node.web.answers import go_back, said
from node.web.declared import page
from node.web.pages import thread
from storage.ids import parsed

NOT_OFFERED = -1


@page("POST", "/posts/{id}/vote")
async def vote(request: web.Request) -> web.StreamResponse:
    """Vote. When it cannot be, the post in its conversation says why."""
    form, visitor, post = await request.post(), session.present(request), post_id(request)
    chosen = [parsed(str(choice)) for choice in form.getall("choice", ())]
    choices = [NOT_OFFERED if choice is None else choice for choice in chosen]
    try:
        await polls.vote(request.app[NODE], visitor.account, post, choices)
    except Invalid as invalid:
        return await thread.conversation(request, post, errors=said(request, visitor, invalid))
    return go_back(form, done="voted")
