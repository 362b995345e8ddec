"""A post with what it answers and what answers it."""

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.web import session
from node.web.addresses import number
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.pages.compose import reply_to
from storage import accounts, posts
from storage.accounts import Account
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.store import Unit


@page("GET", "/@{acct}/{id:[0-9]+}")
async def show(request: web.Request) -> web.StreamResponse:
    """The post in its conversation. An address with another author in it leads to the right one."""
    node = request.app[NODE]
    visitor = session.present(request)
    identifier = PostId(number(request.match_info["id"]))
    author, above, below = await node.store.read(conversation, identifier, reader=visitor.account.id)
    if request.match_info["acct"] != author.handle:
        return go(f"/@{author.handle}/{identifier}")
    ids = [*(post.id for post in above), identifier, *(post.id for post in below)]
    entities_ = await entities.statuses(node, visitor.account, ids)
    shown = {entity["id"]: entity for entity in entities_}
    entity = shown[str(identifier)]
    return await render(
        request,
        "thread.html",
        entity=entity,
        ancestors=[shown[str(post.id)] for post in above if str(post.id) in shown],
        descendants=[shown[str(post.id)] for post in below if str(post.id) in shown],
        draft=reply_to(entity, me=visitor.account.handle, language=language_of(request, visitor)),
    )


def conversation(unit: Unit, post: PostId, *, reader: AccountId) -> tuple[Account, list[Post], list[Post]]:
    """The author of a post, what it answers, and what answers it, as far as the reader may see. Raises NotFound."""
    this = posts.visible(unit, post, reader=reader)
    above = posts.above(unit, post, reader=reader)
    below = posts.below(unit, post, reader=reader)
    return accounts.get(unit, this.author_id), above, below
