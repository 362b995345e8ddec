"""What a person typed into the form of a post: read from the form, shown in it again, made into a draft."""

import secrets
from dataclasses import dataclass
from typing import Any, Self

from multidict import MultiMapping

from node.actions.compose import Draft
from node.actions.polls import MOST_OPTIONS, PollDraft
from storage.ids import PostId
from storage.visibility import Reach

LONGEST_LANGUAGE = 16
LONGEST_NUMBER = 9
A_DAY = "86400"
"""How long a poll is open unless its author says otherwise, in seconds."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, as text.

    reach: the name of a Reach in lower case.  reply_to: the id of a post, or "".  key: tells this form from others, so
    that sending it twice publishes once.  options: of a poll, each as typed.  poll_ends: seconds from now, or "" for the end
    that it has.  poll_multiple, poll_hidden: "yes", or "".
    """

    text: str = ""
    summary: str = ""
    reach: str = "all_nodes"
    language: str = "fr"
    reply_to: str = ""
    key: str = ""
    title: str = ""
    options: tuple[str, ...] = ()
    poll_ends: str = A_DAY
    poll_multiple: str = ""
    poll_hidden: str = ""

    @classmethod
    def blank(cls, *, language: str) -> Self:
        """An empty form for somebody who writes in this language."""
        return cls(language=language, key=secrets.token_urlsafe(12))

    @classmethod
    def of(cls, form: MultiMapping[Any]) -> Self:
        """What was sent. Fields that are missing are as in an empty form."""
        sent = {name: str(form[name]) for name in cls.__dataclass_fields__ if name in form and name != "options"}
        # Browsers send line ends as CR LF; a person typed one line end.
        sent["text"] = sent.get("text", "").replace("\r\n", "\n")
        options = tuple(str(option) for option in form.getall("option", ()))[:MOST_OPTIONS]
        return cls(**sent, options=options)

    def draft(self) -> Draft:
        """The post to be, in the terms of actions; an unknown reach becomes the narrowest."""
        return Draft(
            text=self.text,
            summary=self.summary.strip(),
            sensitive=bool(self.summary.strip()),
            language=self.language[:LONGEST_LANGUAGE] or None,
            reach=Reach.__members__.get(self.reach.upper(), Reach.MENTIONED),
            reply_to=PostId(int(self.reply_to)) if self.reply_to.isdecimal() and self.reply_to.isascii() else None,
            title=self.title.strip(),
            poll=self._poll() if any(map(str.strip, self.options)) else None,
        )

    def _poll(self) -> PollDraft:
        ends = self.poll_ends if self.poll_ends.isascii() else ""
        return PollDraft(
            options=self.options,
            multiple=bool(self.poll_multiple),
            hides_totals=bool(self.poll_hidden),
            seconds=int(ends) if ends.isdecimal() and len(ends) <= LONGEST_NUMBER else None,
        )
