"""Titles and events in the texts of posts: apps know none, so to them a text begins with them; pages show them apart."""

from collections.abc import Mapping
from html import escape
from typing import Any

from node.web.languages import Speech


def lead(entity: Mapping[str, Any]) -> str:
    """What a text begins with for apps: the title, and when and where an event takes place, with its page."""
    own = entity.get("legation", {})
    title, event = own.get("title"), own.get("event")
    heading = f"<p><strong>{escape(title, quote=False)}</strong></p>" if title else ""
    return heading + _when_and_where(event, entity) if event else heading


def text_under(entity: Mapping[str, Any]) -> str:
    """The text of a post as it was written: without what was put before it for apps."""
    return str(entity["content"]).removeprefix(lead(entity))


def _when_and_where(event: Mapping[str, Any], entity: Mapping[str, Any]) -> str:
    """In the language of the post where it is one of the two."""
    speech = Speech("fr" if entity["language"] == "fr" else "en")
    lines = [speech.span(event["starts_at"], event["ends_at"], event["timezone"]), event["place"]]
    if event["status"] == "cancelled":
        lines.insert(0, {"en": "Cancelled", "fr": "Annulé"}[speech.language])
    page = escape(str(entity["url"]))
    shown = "<br>".join(escape(line, quote=False) for line in lines if line)
    return f'<p>{shown}<br><a href="{page}">{page}</a></p>'
