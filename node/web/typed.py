"""What a person typed into the form of a post: read from the form, shown in it again, made into a draft."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any, Self
from zoneinfo import ZoneInfo

from multidict import MultiMapping

from node.actions.compose import Draft
from node.actions.occasions import planned
from node.actions.polls import MOST_OPTIONS, PollDraft
from node.web.languages import moment_of
from storage.ids import PostId, parsed
from storage.occasions import Occasion
from storage.visibility import Reach

LONGEST_LANGUAGE = 16
LONGEST_NUMBER = 9
A_DAY = "86400"
"""How long a poll is open unless its author says otherwise, in seconds."""
HEADQUARTERS = "Europe/Paris"
"""Where the clock stands of whoever names no other time zone."""
NOT_TYPED = frozenset({"files", "most_files", "options"})


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, as text.

    reach: the name of a Reach in lower case.  reply_to: the id of a post, or "".  key: tells this form from others, so
    that sending it twice publishes once.  options: of a poll, each as typed.  poll_ends: seconds from now, or "" for the end
    that it has.  poll_multiple, poll_hidden: "yes", or "".  quoted: the id of the post to quote, or "".
    quotable: who may quote this one.
    files: entities of what hangs on it.  most_files: how many may.
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
    starts_at: str = ""
    ends_at: str = ""
    timezone: str = HEADQUARTERS
    place: str = ""
    join_mode: str = "free"
    capacity: str = ""
    status: str = ""
    quoted: str = ""
    quotable: str = "public"
    files: Sequence[Mapping[str, Any]] = ()
    most_files: int = 4

    @classmethod
    def blank(cls, *, language: str) -> Self:
        """An empty form for somebody who writes in this language."""
        return cls(language=language, key=secrets.token_urlsafe(12))

    @classmethod
    def of(cls, form: MultiMapping[Any]) -> Self:
        """What was sent. Fields that are missing are as in an empty form."""
        sent = {name: str(form[name]) for name in cls.__dataclass_fields__ if name in form and name not in NOT_TYPED}
        # Browsers send line ends as CR LF; a person typed one line end.
        sent["text"] = sent.get("text", "").replace("\r\n", "\n")
        options = tuple(str(option) for option in form.getall("option", ()))[:MOST_OPTIONS]
        return cls(**sent, options=options)  # type: ignore[arg-type]  # all that is typed is text

    def with_event(self, event: Mapping[str, Any] | None) -> Self:
        """The form of a post that is an event: its times by the clock of its time zone. event: as in the entity."""
        if event is None:
            return self
        zone: tzinfo = ZoneInfo(event["timezone"]) if event["timezone"] else UTC
        return replace(
            self,
            starts_at=_by_clock(event["starts_at"], zone),
            ends_at=_by_clock(event["ends_at"], zone),
            timezone=event["timezone"] or "UTC",
            place=event["place"],
            join_mode=event["join_mode"],
            capacity=str(event["capacity"] or ""),
            status=event["status"],
        )

    def _event(self) -> Occasion | None:
        if not self.starts_at.strip():
            return None
        return planned(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            timezone=self.timezone.strip(),
            place=self.place,
            join_mode=self.join_mode,
            capacity=self.capacity,
            status=self.status,
        )

    def draft(self) -> Draft:
        """The post to be, in the terms of actions; an unknown reach becomes the narrowest. Raises Invalid: times that are none."""
        return Draft(
            text=self.text,
            summary=self.summary.strip(),
            sensitive=bool(self.summary.strip()),
            language=self.language[:LONGEST_LANGUAGE] or None,
            reach=Reach.__members__.get(self.reach.upper(), Reach.MENTIONED),
            reply_to=_id_in(self.reply_to),
            title=self.title.strip(),
            poll=self._poll() if any(map(str.strip, self.options)) else None,
            event=self._event(),
            quoted=_id_in(self.quoted),
            quotable=self.quotable,
            files=[int(each["id"]) for each in self.files],
        )

    def _poll(self) -> PollDraft:
        ends = self.poll_ends if self.poll_ends.isascii() else ""
        return PollDraft(
            options=self.options,
            multiple=bool(self.poll_multiple),
            hides_totals=bool(self.poll_hidden),
            seconds=int(ends) if ends.isdecimal() and len(ends) <= LONGEST_NUMBER else None,
        )


def _by_clock(moment: str | None, zone: tzinfo) -> str:
    """A moment as a form has it, by the clock of a place; nothing for none."""
    return moment_of(moment).astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""


def _id_in(text: str) -> PostId | None:
    number = parsed(text)
    return None if number is None else PostId(number)
