"""Posts as pages show them, drawn once for everybody to whom they look the same.

Drawing a post takes most of a millisecond, and a journal shows twenty. So what was drawn is remembered under everything that
it was made of: the post with what this reader has done with it, the language, the kind of page. It need not be told of any
change: a post that has changed is asked for under another key. What differs from one page to the next all the same (the
protection of forms, where to come back to, how long ago something was) is left open, and filled in for each page.
"""

import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from node.memory.memory import Parts
from node.web.languages import moment_of
from storage.occasions import has_ended

OPEN = secrets.token_hex(16)
"""Stands before and after what is left open. Nobody can write it into a post: each process makes up its own."""

CSRF, HERE = "csrf", "here"

OF_A_PERSON = ("id", "acct", "username", "display_name", "avatar", "group", "emojis")
"""What a post shows of a person. How much they write and who follows them changes all day, and is seen elsewhere."""

Entity = Mapping[str, Any]  # the JSON of the client API


def left_open(name: str) -> str:
    """A place to fill in later. name: `CSRF`, `HERE`, or a moment in ISO 8601, for how long ago that was."""
    return f"{OPEN}{name}{OPEN}"


@pass_context
def post(
    context: Context,
    entity: Entity,
    *,
    level: int = 2,
    alone: bool = False,
    quoted: bool = False,
    in_thread: bool = False,
    pinned: bool = False,
    within: str = "",
) -> Markup:
    """A post, for a template.

    level: of its heading.  alone: it is what the page is about.  quoted: shown beside something else, with no buttons.
    in_thread: among those that it answers, and that answer it.  pinned: shown first where it stands.
    within: the handle of the community whose page it stands on, which need not be named there.
    """
    lean = _lean(entity)
    shown = lean["reblog"] or lean
    made_of = {
        "entity": lean,
        "level": level,
        "alone": alone,
        "quoted": quoted,
        "in_thread": in_thread,
        "pinned": pinned,
        "within": within,
        "locked": shown["id"] in context.get("locked", ()),
        "leading": context.get("leading", ""),
        "is_first_there": shown["id"] in context.get("pins", ()),
        "me": _among(_authors(shown), context.get("me")),
        "sending": context.get("states", {}).get(shown["id"]),
        "where": context.get("where", ""),
        "is_over": _is_over(shown, context["now"]),
        "is_light": context["is_light"],
        "node_name": context["node_name"],
    }
    shelf, language = context["drawn"], context["language"]
    key = blake2b(orjson.dumps(made_of) + language.encode(), digest_size=16).digest()
    parts = shelf.get(key)
    if parts is None:
        parts = _drawn(context, made_of)
        shelf.keep_for_good(key, parts, size=sum(map(sys.getsizeof, parts)))
    return _filled(parts, context)


def _is_over(shown: Entity, now: datetime) -> bool:
    """Whether a post invites to something that has ended: who reads it then has nothing to press."""
    event = shown["legation"].get("event")
    if not event:
        return False
    ends_at = event["ends_at"] and moment_of(event["ends_at"])
    return has_ended(moment_of(event["starts_at"]), ends_at or None, now=now)


def _lean(entity: Entity) -> dict[str, Any]:
    """A post with no more of people than it shows."""
    lean = {**entity, "account": {name: entity["account"][name] for name in OF_A_PERSON}}
    if entity["reblog"]:
        lean["reblog"] = _lean(entity["reblog"])
    quote = entity.get("quote")
    if quote and quote.get("quoted_status"):
        lean["quote"] = {**quote, "quoted_status": _lean(quote["quoted_status"])}
    return lean


def _authors(shown: Entity) -> set[str]:
    """Whose posts these are: who reads one of their own has other buttons."""
    quoted = (shown["quote"] or {}).get("quoted_status")
    return {shown["account"]["acct"]} | ({quoted["account"]["acct"]} if quoted else set())


def _among(authors: set[str], me: Any) -> dict[str, str] | None:
    """What a post shows of its reader: whether there is one, and whether it is one of these."""
    return None if not me else {"acct": me.acct if me.acct in authors else ""}


def _drawn(context: Context, made_of: Mapping[str, Any]) -> Parts:
    template = context.environment.get_template("post.html")
    text = template.render(made_of, csrf=left_open(CSRF), here=left_open(HERE), now=None)
    return tuple(text.split(OPEN))


def _filled(parts: Parts, context: Context) -> Markup:
    """parts: what was drawn, and between two such parts the name of what is left open there."""
    ago: Callable[..., str] = context.environment.filters["ago"]
    known = {CSRF: context["csrf"], HERE: str(escape(context["here"]))}
    filled = list(parts)
    for at in range(1, len(parts), 2):
        name = parts[at]
        filled[at] = known[name] if name in known else ago(context, name)
    return Markup("".join(filled))  # noqa: S704  drawn by templates that escape; `here` is escaped
