"""Quote a post, take back the leave that one gave, and say who may quote one's own."""

from collections.abc import Sequence

from federation import outbox, quoting
from federation.activities.delete import Delete
from federation.activities.quote_request import QuoteRequest
from federation.activities.update import Update
from federation.quote_terms import Quoted
from federation.strict_json import JsonObject
from node.context import Node
from node.errors import Invalid
from storage import accounts, posts, quote_policies, quotes
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import PostId
from storage.posts import Holds, Post
from storage.quote_policies import GROUPS
from storage.quotes import ACCEPTED
from storage.store import Unit
from storage.visibility import OPEN, Reach

FIELD = "quoted_status_id"


async def revoke(node: Node, me: Account, quoted: PostId, by: PostId) -> None:
    """Have a post of one's own no longer shown in another. by: the post that quotes it. Raises NotFound."""
    await node.store.write(_revoke, me, quoted, by)


async def change_policy(node: Node, me: Account, post: PostId, group: str) -> None:
    """Say who may quote a post of one's own from now on: `public`, `followers` or `nobody`. Raises NotFound, Invalid."""
    demand_group(group)
    await node.store.write(_change_policy, me, post, group)


def demand_group(group: str | None) -> None:
    """A word for who may quote, or none. Raises Invalid."""
    if group is not None and group not in GROUPS:
        raise Invalid("quote_approval_policy", "ERR_INCLUSION", "Who may quote is public, followers or nobody")


def quotable(unit: Unit, author: Account, identifier: PostId) -> Post:
    """What somebody wants to quote: the post itself, also when its sharing was named. Raises NotFound, Invalid."""
    named = posts.visible(unit, identifier, reader=author.id)
    post = posts.visible(unit, named.boost_of, reader=author.id) if named.boost_of is not None else named
    if quoting.leave(unit, post, author) == quoting.DENIED:
        raise Invalid(FIELD, "ERR_NOT_QUOTABLE", "This post may not be quoted")
    return post


def within(quoted: Post, reach: Reach, *, author: Account, people: Sequence[Account]) -> Reach:
    """How far a post goes that quotes another: no further than that, and where its author is told. Raises Invalid.

    people: whom the post names.
    """
    is_own = quoted.author_id == author.id
    if reach is Reach.MENTIONED:
        _demand_fit_for_named(quoted, people, is_own=is_own)
        return reach
    if reach is Reach.COMMUNITY and quoted.reach not in OPEN:
        raise Invalid(FIELD, "ERR_WIDER", "These people may not all read the post that you quote")
    if quoted.reach is Reach.NODE:
        return Reach.NODE
    if quoted.reach is Reach.FOLLOWERS:
        return Reach.FOLLOWERS
    if reach is Reach.NODE and not (is_own or quoted.is_local):
        sentence = "A post for this node only cannot quote another node’s: its author could not be asked"
        raise Invalid(FIELD, "ERR_STAYS_HERE", sentence)
    return Reach.UNLISTED if (quoted.reach, reach) == (Reach.UNLISTED, Reach.ALL_NODES) else reach


def _demand_fit_for_named(quoted: Post, people: Sequence[Account], *, is_own: bool) -> None:
    if quoted.reach is Reach.FOLLOWERS or (quoted.reach is Reach.NODE and not all(one.is_local for one in people)):
        raise Invalid(FIELD, "ERR_WIDER", "These people may not all read the post that you quote")
    if not is_own and quoted.author_id not in {one.id for one in people}:
        raise Invalid(FIELD, "ERR_NOT_NAMED", "Name the author of the post that you quote, or choose other readers")


def said_of(unit: Unit, quoted: Post, *, stamp: str | None = None) -> Quoted:
    """What a post says of the one that it quotes."""
    return Quoted(quoted.uri, quoted.url, accounts.get(unit, quoted.author_id).uri, stamp)


def standing(unit: Unit, post: Post) -> Quoted | None:
    """What a post of this node quotes already, with the leave for it; None when it quotes nothing that is still here."""
    quote = quotes.find(unit, post.id) if post.holds & Holds.QUOTE else None
    quoted = posts.by_uri(unit, quote.quoted_uri) if quote is not None else None
    if quote is None or quoted is None:
        return None
    return said_of(unit, quoted, stamp=quote.stamp_uri if quote.state == ACCEPTED else None)


def ask(unit: Unit, author: Account, quoted: Post, note: JsonObject) -> None:
    """Ask the author of what was just quoted, unless it is oneself. note: the post that quotes, as it was sent."""
    if quoted.author_id != author.id:
        owner = accounts.get(unit, quoted.author_id)
        outbox.perform(unit, QuoteRequest.read(quoting.request(author, owner, quoted.uri, note)))


def _revoke(unit: Unit, me: Account, identifier: PostId, by: PostId) -> None:
    quoted = _own(unit, me, identifier)
    quote = quotes.find(unit, by)
    if quote is None or quote.quoted_uri != quoted.uri or quote.state != ACCEPTED or quote.stamp_uri is None:
        raise NotFound
    post = posts.visible(unit, by, reader=me.id)
    asked = quoting.Asked(quote, post, quoted, accounts.get(unit, post.author_id))
    outbox.perform(unit, Delete.read(quoting.revocation(asked, me)))


def _change_policy(unit: Unit, me: Account, identifier: PostId, group: str) -> None:
    post = _own(unit, me, identifier)
    if post.reach not in quote_policies.QUOTABLE:
        raise Invalid("quote_approval_policy", "ERR_NOT_OPEN", "Only you can quote a post that is not for everybody")
    policy = quote_policies.policy_of(group)
    if policy != quote_policies.find(unit, post):
        outbox.perform(unit, Update.read(quoting.with_policy(unit, post, me, policy)))


def _own(unit: Unit, me: Account, identifier: PostId) -> Post:
    post = posts.visible(unit, identifier, reader=me.id)
    if post.author_id != me.id or post.boost_of is not None:
        raise NotFound
    return post
