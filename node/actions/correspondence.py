"""What is written to some people alone: begin it, answer it, note that it is read, put it away.

Such a post is a post like any other, and its readers are the people whom its text names. So whoever writes to people that
they have chosen finds their names put before the text; apps and other nodes see what they always see.
"""

import re
from collections.abc import Sequence

from node.actions import compose, markup
from node.actions.compose import Draft
from node.context import Node
from node.errors import Invalid
from storage import correspondence, idempotency, thread_marks
from storage.accounts import Account
from storage.correspondence import Conversation
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.store import Unit
from storage.visibility import Reach

MOST_PEOPLE = 20

BEGINS_A_BLOCK = re.compile(r"\s*(?:[-*+>#]|[0-9]+[.)]|```|~~~)")
"""What counts only at the beginning of a line: names go on a line of their own before it."""


async def write(
    node: Node,
    me: Account,
    people: Sequence[Account],
    text: str,
    *,
    answers: PostId | None = None,
    language: str | None = None,
    key: str | None = None,
) -> PostId:
    """Write to these people and nobody else.

    text: Markdown; whoever it names besides reads it too.  answers: the post that is answered.  language: ISO 639.
    key: of the form; the same words in it write nothing again within a day.
    Raises Invalid: it is empty or too long, or nobody would read it; NotFound: what it answers is not there.
    """
    if text.strip():
        text = naming(people, text)
    if text.strip() and not markup.handles(text):
        raise Invalid("to", "ERR_BLANK", "Choose to whom you write")
    draft = Draft(text, language=language, reach=Reach.MENTIONED, reply_to=answers)
    return await compose.post(node, me, draft, idempotency_key=idempotency.of_words(key, text) if key else None)


def naming(people: Sequence[Account], text: str) -> str:
    """A text with the names of all these people in it: those that it does not name stand before it. Raises Invalid.

    What cannot be named cannot be written to; it is refused, since a post that silently reaches fewer people is worse.
    """
    missing = [each for each in people if not _is_named(each, text)]
    if missing:
        apart = "\n\n" if BEGINS_A_BLOCK.match(text) else " "
        text = " ".join(f"@{each.handle}" for each in missing) + apart + text
    for each in people:
        if not _is_named(each, text):
            raise Invalid("to", "ERR_INVALID", f"{each.handle} cannot be written to from here")
    return text


def own(unit: Unit, me: AccountId, thread: PostId) -> Conversation:
    """One of a person's conversations, unless it is put away. Raises NotFound."""
    return _there(correspondence.one(unit, me, thread))


def opened(unit: Unit, me: AccountId, thread: PostId) -> Conversation:
    """The same, also when it is put away: it can still be read and answered. Raises NotFound."""
    return _there(correspondence.one_of_all(unit, me, thread))


def read(unit: Unit, me: AccountId, thread: PostId) -> Conversation:
    """Note that a person has read a conversation. Raises NotFound."""
    thread_marks.read(unit, me, thread, upto=own(unit, me, thread).last)
    return own(unit, me, thread)


def put_away(unit: Unit, me: AccountId, thread: PostId) -> None:
    """Take a conversation off a person's list until somebody writes in it again. Raises NotFound."""
    thread_marks.put_away(unit, me, thread, upto=own(unit, me, thread).last)


def _there(found: Conversation | None) -> Conversation:
    if found is None:
        raise NotFound
    return found


def _is_named(someone: Account, text: str) -> bool:
    wanted = markup.Handle(someone.username.lower(), someone.host or None)
    return wanted in markup.handles(text)
