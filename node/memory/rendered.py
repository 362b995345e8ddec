"""Posts as bytes of JSON, rendered once for all readers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from node.memory.tags import Tag
from storage.custom_emoji import Emoji
from storage.ids import AccountId, PostId
from storage.quote_policies import EVERYBODY, Policy
from storage.quotes import Shown
from storage.visibility import Reach


@dataclass(frozen=True, slots=True)
class Reactions:
    """An emoji under a post. count: how often.  here: the people of this node among those who put it there.

    custom: that of another node which it is, if it is one of which the picture is known.
    """

    emoji: str
    count: int
    here: frozenset[AccountId]
    custom: Emoji | None = None


@dataclass(frozen=True, slots=True)
class RenderedPost:
    """A post as apps read it, without what differs from reader to reader and without its author's account.

    original: the post that is shared, if this is the sharing of one.  is_answer, answered: whether it answers something, and
    whom, when that is known.  thread: the conversation that it belongs to.  application: what it was written with, for its author alone.  body: the fields as JSON, without
    the closing brace.  made_of: what it was rendered from.  is_pinned: by its author.
    reactions: the emoji under it.  poll: its poll as JSON, without the closing brace; nothing, where there is none.
    attending: of an event, what people of this node were answered; None where it is none.
    quote: what it quotes.  policy: who may quote it.
    reactions: the emoji under it.  files: what hangs on it, as entities without the reader's pass.
    """

    id: PostId
    author: AccountId
    original: PostId | None
    reach: Reach
    is_answer: bool
    answered: AccountId | None
    thread: PostId
    application: bytes
    body: bytes
    made_of: Collection[Tag]
    is_pinned: bool = False
    reactions: Sequence[Reactions] = ()
    poll: bytes = b""
    attending: Mapping[AccountId, str] | None = None
    quote: Shown | None = None
    policy: Policy = EVERYBODY
    files: Sequence[dict[str, Any]] = ()  # Any: an entity
