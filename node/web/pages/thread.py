"""A post with what it answers and what answers it."""

from collections.abc import Mapping

from aiohttp import web

from node.actions import threads
from node.actions.threads import Lock
from node.api import entities
from node.context import NODE
from node.web import composing, filtered, session, states
from node.web.addresses import post_id
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.pages.compose import reply_to
from node.web.wording import gap_reason
from storage import community_lists, posts
from storage.community_lists import OfThread
from storage.ids import AccountId, PostId
from storage.store import Unit


@page("GET", "/@{acct}/{id:[0-9]+}")
async def show(request: web.Request) -> web.StreamResponse:
    """The post in its conversation. An address with another author in it leads to the right one."""
    node = request.app[NODE]
    visitor = session.present(request)
    identifier = post_id(request)
    entity = await entities.status(node, visitor.account, identifier)
    author = entity["account"]["acct"]
    if request.match_info["acct"] != author:
        return go(f"/@{author}/{identifier}")
    return await conversation(request, identifier, errors={})


async def conversation(request: web.Request, identifier: PostId, *, errors: Mapping[str, str]) -> web.Response:
    """The page of a post. errors: what was wrong with what was just sent from it, by field. Raises NotFound."""
    node = request.app[NODE]
    visitor = session.present(request)
    entity = await entities.status(node, visitor.account, identifier)
    around = await entities.context(node, visitor.account, identifier)
    gaps = await threads.open_whole(node, identifier)
    language = language_of(request, visitor)
    written = visitor.defaults.language or language
    in_view = [*around["ancestors"], entity, *around["descendants"]]
    sent = await states.of(request, in_view)
    lock, there = await node.store.read(_in_communities, PostId(int(entity["id"])), reader=visitor.account.id)
    is_ended = lock is not None and not lock.leads
    return await render(
        request,
        "thread.html",
        status=422 if errors else 200,
        errors=errors,
        entity=entity,
        ancestors=around["ancestors"],
        where="thread",
        descendants=[each for each in around["descendants"] if not filtered.is_left_out(each, "thread")],
        gaps=[(gap, gap_reason(gap.reason, language)) for gap in gaps],
        states=sent,
        missing=await states.missing(request, sent.get(entity["id"])),
        readers=await composing.readers(request),
        lock=lock,
        locked={each["id"] for each in in_view} if lock is not None else set(),
        communities=[entities.account(node, each) for each in there.communities],
        leading=there.led.handle if there.led else "",
        pins={str(each) for each in there.pins},
        draft=None
        if is_ended
        else await reply_to(
            node, entity, me=visitor.account.handle, language=written, quotable=visitor.defaults.quotable
        ),
    )


def _in_communities(unit: Unit, post: PostId, *, reader: AccountId) -> tuple[Lock | None, OfThread]:
    """What the communities of a conversation say of it: that it is locked, and what the reader decides there."""
    thread = posts.get(unit, post).thread_id
    return threads.lock_of(unit, post, reader=reader), community_lists.of_thread(unit, thread, reader=reader)
