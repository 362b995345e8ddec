"""The buttons under a post: something is done to it, and the browser goes back to where the button was."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from node.context import NODE, Node
from node.web import session
from node.web.addresses import post_id
from node.web.answers import go_back
from storage.accounts import Account
from storage.ids import PostId

Do = Callable[[Node, Account, PostId], Awaitable[object]]


async def press(request: web.Request, do: Do, *, done: str = "") -> web.StreamResponse:
    """Do something to the post that the address names, and go back.

    do: on behalf of who is signed in.  done: the code of a notice to show there.  Raises NotFound and what `do` raises.
    """
    await do(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post(), done=done)
