"""Quotes inside posts: what is quoted, for this reader, and whether this reader may quote the post.

    quote            null, or {state, quoted_status}; in a post that is itself quoted {state, quoted_status_id}
    quote_approval   {automatic, manual, current_user}

What a reader may not see is never shown to them, whoever quotes it: `unauthorized` stands in its place.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from node.memory import RenderedPost
from storage import posts as post_rows
from storage import quote_policies
from storage import quotes as quote_rows
from storage.ids import AccountId, PostId
from storage.posts import Holds, Post
from storage.quote_policies import EVERYBODY, FOLLOWERS, NOBODY, NONE, PUBLIC, Policy
from storage.quotes import ACCEPTED, Shown
from storage.store import Unit
from storage.visibility import Reach

DELETED = "deleted"
UNAUTHORIZED = "unauthorized"

NO_QUOTE = b',"quote":null'
FOR_EVERYBODY = b',"quote_approval":{"automatic":["public"],"manual":[],"current_user":"automatic"}'


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known of quotes of and by the posts of a list. Empty for posts that have to do with none."""

    quotes: Mapping[PostId, Shown] = field(default_factory=dict)
    policies: Mapping[PostId, Policy] = field(default_factory=dict)
    totals: Mapping[PostId, int] = field(default_factory=dict)

    @property
    def quoted(self) -> set[PostId]:
        """The posts that are quoted, and here."""
        return {quote.quoted for quote in self.quotes.values() if quote.quoted is not None}


def quoted_by(unit: Unit, found: dict[PostId, Post]) -> dict[PostId, Shown]:
    """What these posts quote, and what that quotes in turn. found: grows by the posts that are quoted, once."""
    quotes = quote_rows.of(unit, _holding(Holds.QUOTE, found.values()))
    further = {quote.quoted for quote in quotes.values() if quote.quoted is not None}.difference(found)
    if not further:
        return quotes
    quoted = post_rows.by_ids(unit, further)
    found |= {post.id: post for post in quoted}
    return quotes | quote_rows.of(unit, _holding(Holds.QUOTE, quoted))


def gather(unit: Unit, found: dict[PostId, Post]) -> Gathered:
    """All about quotes for these posts. found: grows by the posts that are quoted, once."""
    quotes = quoted_by(unit, found) if _holding(Holds.QUOTE, found.values()) else {}
    chosen, quoted = _holding(Holds.QUOTE_POLICY, found.values()), _holding(Holds.QUOTED, found.values())
    return Gathered(
        quotes,
        quote_policies.of(unit, chosen) if chosen else {},
        quote_rows.totals(unit, quoted) if quoted else {},
    )


def _holding(what: Holds, found: Iterable[Post]) -> list[PostId]:
    return [post.id for post in found if post.holds & what]


def policy_of(gathered: Gathered, post: Post) -> Policy:
    """Who may quote a post."""
    if post.reach not in quote_policies.QUOTABLE:
        return NONE
    return gathered.policies.get(post.id, EVERYBODY) if gathered.policies else EVERYBODY


def approval(post: RenderedPost, *, reader: AccountId, followed: Collection[AccountId]) -> bytes:
    """Who may quote a post, and whether this reader may. followed: authors whom the reader follows."""
    if post.policy is EVERYBODY:
        return FOR_EVERYBODY
    said = {
        "automatic": _groups(post.policy.automatic),
        "manual": _groups(post.policy.manual),
        "current_user": _for_reader(post, reader=reader, followed=followed),
    }
    return b',"quote_approval":' + orjson.dumps(said)


def _groups(group: str) -> list[str]:
    return [] if group == NOBODY else [group]


def _for_reader(post: RenderedPost, *, reader: AccountId, followed: Collection[AccountId]) -> str:
    if post.author == reader:
        return "denied" if post.reach in (Reach.MENTIONED, Reach.COMMUNITY) else "automatic"
    for group, word in ((post.policy.automatic, "automatic"), (post.policy.manual, "manual")):
        if group == PUBLIC or (group == FOLLOWERS and post.author in followed):
            return word
    return "denied"


def asks_for_follow(post: RenderedPost) -> bool:
    """Whether it depends on whom the reader follows if they may quote a post."""
    return post.policy is not EVERYBODY and FOLLOWERS in (post.policy.automatic, post.policy.manual)


def for_reader(
    post: RenderedPost, *, readable: Collection[PostId], write: Callable[[PostId], bytes | None], inside: bool
) -> bytes:
    """What a post quotes, for one reader. inside: whether the post is itself quoted.  The rest as for `shown`."""
    if post.quote is None:
        return NO_QUOTE
    return named(post.quote, readable=readable) if inside else shown(post.quote, readable=readable, write=write)


def shown(quote: Shown, *, readable: Collection[PostId], write: Callable[[PostId], bytes | None]) -> bytes:
    """A quote in the post that quotes.

    readable: the quoted posts that the reader may see.  write: renders what is quoted; None when it is gone.
    """
    state, quoted = _state_for(quote, readable), None
    if state == ACCEPTED and quote.quoted is not None:
        quoted = write(quote.quoted)
        state = ACCEPTED if quoted is not None else DELETED
    return b',"quote":{"state":"' + state.encode() + b'","quoted_status":' + (quoted or b"null") + b"}"


def named(quote: Shown, *, readable: Collection[PostId]) -> bytes:
    """A quote in a post that is quoted itself: no more than which post it is."""
    state = _state_for(quote, readable)
    identifier = str(quote.quoted) if state == ACCEPTED else None
    return b',"quote":' + orjson.dumps({"state": state, "quoted_status_id": identifier})


def _state_for(quote: Shown, readable: Collection[PostId]) -> str:
    if quote.state != ACCEPTED:
        return quote.state
    if quote.quoted is None:
        return DELETED
    return ACCEPTED if quote.quoted in readable else UNAUTHORIZED
