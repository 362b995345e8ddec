"""Titles in the texts of posts: apps know none, so to them a text begins with its title; pages show the two apart."""

from collections.abc import Mapping
from html import escape
from typing import Any


def headed(title: str, content: str) -> str:
    """The text of a post with a title, as apps are given it."""
    return f"<p><strong>{escape(title, quote=False)}</strong></p>{content}"


def text_under(entity: Mapping[str, Any]) -> str:
    """The text of a post as it was written: without the title that was put before it for apps."""
    title, content = entity.get("legation", {}).get("title"), str(entity["content"])
    return content.removeprefix(headed(title, "")) if title else content
