"""Ask something with a poll, and vote.

A vote is told to the author of the poll alone, one activity for each option, as other software does it (FEP-9967).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from federation import documents, outbox, questions
from federation.activities.create import Create
from federation.html import plain
from federation.strict_json import JsonObject
from node.context import Node
from node.errors import Invalid
from storage import accounts, posts
from storage import polls as poll_rows
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import PostId
from storage.polls import Offer, Poll
from storage.posts import Holds, Post
from storage.store import Unit

FEWEST_OPTIONS = 2
MOST_OPTIONS = 6
LONGEST_OPTION = 100
SHORTEST_SECONDS = 300
LONGEST_SECONDS = 31 * 86_400


@dataclass(frozen=True, slots=True)
class PollDraft:
    """What somebody wants to ask. Options without letters count as not filled in.

    seconds: from now until it ends; None keeps the end of the poll that is being edited.
    """

    options: Sequence[str]
    multiple: bool = False
    hides_totals: bool = False
    seconds: int | None = None

    @property
    def titles(self) -> list[str]:
        """The options that are filled in, on one line each."""
        return [title for option in self.options if (title := plain(option, longest=LONGEST_OPTION + 1))]


def demand_fitting(draft: PollDraft | None) -> None:
    """Refuse a poll that nobody could answer, with the sentences of Mastodon. Raises Invalid."""
    if draft is None:
        return
    titles = draft.titles
    if len(titles) < FEWEST_OPTIONS:
        raise Invalid("options", "ERR_TOO_FEW", "Options must have more than one item")
    if len(titles) > MOST_OPTIONS:
        raise Invalid("options", "ERR_TOO_MANY", f"Options can't contain more than {MOST_OPTIONS} items")
    if any(len(title) > LONGEST_OPTION for title in titles):
        raise Invalid("options", "ERR_TOO_LONG", f"Options cannot be longer than {LONGEST_OPTION} characters each")
    if len(set(titles)) < len(titles):
        raise Invalid("options", "ERR_TAKEN", "Options contain duplicate items")
    if draft.seconds is not None and draft.seconds < SHORTEST_SECONDS:
        raise Invalid("expires", "ERR_TOO_SHORT", "Expires at is too soon")
    if draft.seconds is not None and draft.seconds > LONGEST_SECONDS:
        raise Invalid("expires", "ERR_TOO_LONG", "Expires at is too far into the future")


def offer_of(unit: Unit, draft: PollDraft | None, *, edited: PostId | None = None) -> Offer | None:
    """What a draft offers from now on.

    edited: the post whose poll it replaces, and may keep the end of.  Raises Invalid: nothing says when it ends.
    """
    if draft is None:
        return None
    before = poll_rows.find(unit, edited) if edited is not None else None
    ends_at = before.ends_at if before is not None else None
    if draft.seconds is not None:
        ends_at = unit.now + timedelta(seconds=draft.seconds)
    if ends_at is None:
        raise Invalid("expires", "ERR_BLANK", "Expires at can't be blank")
    return Offer(draft.titles, draft.multiple, ends_at, hides_totals=draft.hides_totals)


def as_drafted(unit: Unit, post: Post) -> PollDraft | None:
    """The poll of a post as its author would write it again; it ends when it ends."""
    poll = poll_rows.find(unit, post.id) if post.holds & Holds.POLL else None
    if poll is None:
        return None
    titles = [option.title for option in poll_rows.options(unit, [post.id])]
    return PollDraft(titles, poll.multiple, poll.hides_totals)


async def vote(node: Node, me: Account, post: PostId, choices: Sequence[int]) -> None:
    """Choose in the poll of a post.

    choices: positions, the first is 0.  Raises NotFound; Invalid: too late, not offered, or chosen already.
    """
    await node.store.write(_vote, me, post, frozenset(choices))


def _vote(unit: Unit, me: Account, identifier: PostId, choices: frozenset[int]) -> None:
    post = posts.visible(unit, identifier, reader=me.id)
    poll = poll_rows.find(unit, post.id) if post.holds & Holds.POLL else None
    if poll is None:
        raise NotFound
    _demand_possible(unit, me, post, poll, choices)
    author = accounts.get(unit, post.author_id)
    for position in sorted(choices):  # an activity each, and few
        name = questions.name_of(unit, post, position)
        outbox.perform(unit, Create.read(_ballot(me, post, author, name, uri=f"{me.uri}#votes/{unit.new_id()}")))


def _demand_possible(unit: Unit, me: Account, post: Post, poll: Poll, choices: frozenset[int]) -> None:
    if post.author_id == me.id:
        raise Invalid("choices", "ERR_OWN", "You cannot vote in your own polls")
    if not poll.is_open(unit.now):
        raise Invalid("choices", "ERR_EXPIRED", "The poll has already ended")
    if not choices:
        raise Invalid("choices", "ERR_BLANK", "Choices can't be blank")
    if choices.difference(option.position for option in poll_rows.options(unit, [post.id])):
        raise Invalid("choices", "ERR_INVALID", "The chosen vote option does not exist")
    if len(choices) > 1 and not poll.multiple:
        raise Invalid("choices", "ERR_TOO_MANY", "Only one option can be chosen in this poll")
    before = poll_rows.chosen_by(unit, me.id, post.id)
    if before & choices or (before and not poll.multiple):
        raise Invalid("choices", "ERR_TAKEN", "You have already voted on this poll")


def _ballot(me: Account, post: Post, author: Account, name: str, *, uri: str) -> JsonObject:
    note: JsonObject = {
        "id": uri,
        "type": "Note",
        "name": name,
        "attributedTo": me.uri,
        "inReplyTo": post.uri,
        "to": [author.uri],
    }
    return documents.act("Create", me, note, uri=f"{uri}/activity", to=[author.uri])
