"""What a person typed into the form of a post: read from the form, shown in it again, made into a draft."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Self
from zoneinfo import ZoneInfo

import orjson
from multidict import MultiMapping

from federation.occasions import is_timezone
from node.actions import markup, scheduling, tags
from node.actions.compose import Draft
from node.actions.occasions import planned
from node.actions.polls import MOST_OPTIONS, PollDraft
from node.errors import Invalid
from node.web.languages import moment_of
from storage.ids import PostId, parsed
from storage.occasions import Occasion
from storage.posting_defaults import Defaults
from storage.visibility import Reach

LONGEST_LANGUAGE = 16
LONGEST_NUMBER = 9
A_DAY = "86400"
"""How long a poll is open unless its author says otherwise, in seconds."""
HEADQUARTERS = "Europe/Paris"
"""Where the clock stands of whoever names no other time zone."""
SEVERAL = {"options": "option", "tags": "tag"}
"""What a form has several fields of the same name for."""

NOT_TYPED = frozenset({"files", "most_files", *SEVERAL})
MOST_TAGS = 5


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, as text.

    reach: the name of a Reach in lower case.  reply_to: the id of a post, or "".  key: tells this form from others, so
    that sending it twice publishes once.  options: of a poll, each as typed.  poll_ends: seconds from now, or "" for the end
    that it has.  poll_multiple, poll_hidden: "yes", or "".  quoted: the id of the post to quote, or "".
    quotable: who may quote this one.
    files: entities of what hangs on it.  most_files: how many may.
    tags: put under the text, where it does not hold them.  community: the handle of the one to write in, or "".
    scheduled_at, scheduled_zone: when to publish it, by which clock.
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
    tags: tuple[str, ...] = ()
    scheduled_at: str = ""
    scheduled_zone: str = HEADQUARTERS
    community: str = ""

    @classmethod
    def blank(cls, *, language: str, defaults: Defaults) -> Self:
        """An empty form. language: of the pages, for whoever chose none.  defaults: how this person's posts begin."""
        return cls(
            reach=defaults.reach.name.lower(),
            language=defaults.language or language,
            quotable=defaults.quotable,
            key=secrets.token_urlsafe(12),
        )

    @classmethod
    def of(cls, form: MultiMapping[Any]) -> Self:
        """What was sent. Fields that are missing are as in an empty form."""
        sent = {name: str(form[name]) for name in cls.__dataclass_fields__ if name in form and name not in NOT_TYPED}
        # Browsers send line ends as CR LF; a person typed one line end.
        sent["text"] = sent.get("text", "").replace("\r\n", "\n")
        several = {name: tuple(map(str, form.getall(field, ())))[:MOST_OPTIONS] for name, field in SEVERAL.items()}
        return cls(**sent, **several)  # type: ignore[arg-type]  # all that is typed is text

    @classmethod
    def kept(cls, text: str, *, key: str) -> tuple[Self, list[int]]:
        """The form of a draft, and the ids of its files. text: as `saved` wrote it.  key: of the draft."""
        found = orjson.loads(text)
        fields = {name: value for name, value in found.items() if name in cls.__dataclass_fields__}
        several = {name: tuple(fields.get(name, ())) for name in SEVERAL}
        return cls(**{**fields, **several, "key": key, "files": ()}), found.get("media", [])

    @classmethod
    def of_draft(cls, draft: Draft) -> tuple[Self, list[int]]:
        """The form of a post that waits for its time, with a key of its own, and the ids of its files."""
        poll = draft.poll
        typed = cls(
            draft.text,
            draft.summary,
            reach=draft.reach.name.lower(),
            language=draft.language or "",
            reply_to=str(draft.reply_to or ""),
            key=secrets.token_urlsafe(12),
            title=draft.title,
            options=tuple(poll.options) if poll else (),
            poll_ends=str(poll.seconds) if poll and poll.seconds else A_DAY,
            poll_multiple="yes" if poll and poll.multiple else "",
            poll_hidden="yes" if poll and poll.hides_totals else "",
            quoted=str(draft.quoted or ""),
            quotable=draft.quotable or "public",
        )
        return typed.with_event(asdict(draft.event) if draft.event else None), list(draft.files)

    def saved(self, files: Sequence[int] | None = None) -> str:
        """What was typed, as JSON, with the ids of its files. files: their ids, where the form was not given them."""
        fields = {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name not in {"files", "most_files"}
        }
        return orjson.dumps({**fields, "media": self.media if files is None else list(files)}).decode()

    @property
    def media(self) -> list[int]:
        """The ids of its files."""
        return [int(each["id"]) for each in self.files]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that would be missed."""
        words = (self.text, self.title, self.summary, self.place, *self.options, *self.tags)
        return not any(map(str.strip, words)) and not self.files

    @property
    def whole_text(self) -> str:
        """The text with its tags, and the name of the community that it is for. Raises Invalid: a tag that is none."""
        text = self._named_text
        said = {name.casefold() for name in markup.hashtags(text)}
        wanted = dict.fromkeys(_tag_in(tag) for tag in self.tags if tag.strip())
        more = [f"#{name}" for name in wanted if name.casefold() not in said]
        return f"{text.rstrip()}\n\n{' '.join(more)}".lstrip("\n") if more else text

    @property
    def _named_text(self) -> str:
        """The text; what is written in a community names it, so that every node knows where it stands."""
        wanted = self.community.lower()
        if not wanted or self.is_empty:
            return self.text
        named = {f"{each.username}@{each.host}" if each.host else each.username for each in markup.handles(self.text)}
        return self.text if wanted in named else f"@{self.community} {self.text}"

    def demand_few_tags(self) -> None:
        """Who marks a post with everything marks it with nothing. Raises Invalid."""
        if len(markup.hashtags(self.whole_text)) > MOST_TAGS:
            raise Invalid("tag", "ERR_TOO_MANY", f"A post has at most {MOST_TAGS} tags")

    def due(self, *, now: datetime) -> datetime | None:
        """When it is to be published; None for at once. Raises Invalid: no time, or too near, or too far."""
        return moment_typed(self.scheduled_at, self.scheduled_zone, now=now) if self.scheduled_at.strip() else None

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
            text=self.whole_text,
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
            files=self.media,
        )

    def _poll(self) -> PollDraft:
        ends = self.poll_ends if self.poll_ends.isascii() else ""
        return PollDraft(
            options=self.options,
            multiple=bool(self.poll_multiple),
            hides_totals=bool(self.poll_hidden),
            seconds=int(ends) if ends.isdecimal() and len(ends) <= LONGEST_NUMBER else None,
        )


def moment_typed(text: str, zone: str, *, now: datetime) -> datetime:
    """The moment for a post that is typed by the clock of a time zone. Raises Invalid."""
    if not is_timezone(zone.strip()):
        raise Invalid("scheduled_zone", "ERR_INVALID", "A time zone is written as Europe/Paris")
    try:
        typed = datetime.fromisoformat(text.strip())
        moment = (typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(zone.strip()))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("scheduled_at", "ERR_INVALID", "Scheduled at is no date with a time") from None
    return scheduling.time_in(moment.isoformat(), now=now)


def by_clock(moment: datetime, zone: str) -> str:
    """A moment as a form has it, by the clock of a time zone."""
    return _by_clock(moment, ZoneInfo(zone))


def _tag_in(text: str) -> str:
    name = tags.name_in(text)
    if name is None:
        raise Invalid("tag", "ERR_INVALID", "A tag is one word of letters, digits and underscores")
    return name


def _by_clock(moment: str | datetime | None, zone: tzinfo) -> str:
    """A moment as a form has it, by the clock of a place; nothing for none."""
    return moment_of(moment).astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""


def _id_in(text: str) -> PostId | None:
    number = parsed(text)
    return None if number is None else PostId(number)
