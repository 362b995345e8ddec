"""Custom emoji of peers: what a post, an actor or a reaction says of the names between colons that stand in it.

    "tag": [{"type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": "…"}, "updated": "…"}]

As with attachments, nothing is fetched here, and a picture counts only on the node of whoever shows it: no document can have this
node ask a third one, and no node says what the emoji of another look like. What does not count stays the text that it is.
Source: FEP-9098; Mastodon for `updated`.
"""

import itertools
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from federation import emoji
from federation.attachments import LONGEST_MEDIA_TYPE, LONGEST_URL, NAME_BYTES
from federation.errors import BadHost
from federation.hosts import same_origin
from federation.html import plain
from federation.strict_json import JsonObject
from federation.vocabulary import PREFIXES, File, as_list
from storage import custom_emoji, posts
from storage.accounts import NO_EMOJI, Account
from storage.custom_emoji import Emoji, Said
from storage.posts import Holds, Post
from storage.store import Unit

MOST = 64
"""Emoji of one document."""

SPELLINGS = frozenset({"Emoji", "toot:Emoji", f"{PREFIXES['toot']}Emoji"})


def keep_of_post(unit: Unit, post: Post, document: JsonObject, author: Account) -> None:
    """Keep the custom emoji of a peer's post, and that it has some. document: the post as it was received."""
    if keep(unit, author, document):
        posts.hold(unit, post.id, Holds.EMOJI)


def keep_of_actor(unit: Unit, account: Account, document: JsonObject) -> None:
    """Keep the custom emoji of a peer's name and profile. document: the actor as it was received."""
    shown = keep(unit, account, document)
    if shown or account.emoji != NO_EMOJI:
        custom_emoji.show_on_profile(unit, account, shown)


def keep(unit: Unit, account: Account, document: JsonObject) -> dict[str, Emoji]:
    """Keep the custom emoji that a document of somebody of a peer names. Returns those that are kept, by name; at most `MOST`."""
    if account.is_local or "tag" not in document:
        return {}
    found = itertools.islice(_said(unit, account, document), MOST)
    said = {each.shortcode: each for each in found}
    if not said:
        return {}
    return custom_emoji.keep(unit, account, said, files=[secrets.token_urlsafe(NAME_BYTES) for _ in said])


def reacted(account: Account, text: str) -> str:
    """An emoji as it is kept under posts. text: as `emoji.read` gives it.

    A custom one says whose it is, `:blob@tokyo.example:`, since other nodes may have another of this name.
    """
    return text if emoji.is_grapheme(text) else f":{text.strip(':')}@{account.host}:"


def _said(unit: Unit, account: Account, document: JsonObject) -> Iterator[Said]:
    for tag in as_list(document.get("tag")):
        if isinstance(tag, Mapping) and any(part in SPELLINGS for part in as_list(tag.get("type"))):
            said = _one_said(tag, now=unit.now)
            with suppress(BadHost):
                if said is not None and same_origin(said.url, account.uri):
                    yield said


def _one_said(tag: Mapping[str, object], *, now: datetime) -> Said | None:
    """What a tag says, cleaned; None where it has no name, or no picture."""
    name = tag.get("name")
    if not isinstance(name, str) or not emoji.SHORTCODE.fullmatch(f":{name.strip().strip(':')}:"):
        return None
    for icon in as_list(tag.get("icon")):
        file = File.model_validate(icon if isinstance(icon, Mapping) else {"url": icon})
        if file.url and len(file.url) <= LONGEST_URL:
            media_type = plain(file.media_type, longest=LONGEST_MEDIA_TYPE)
            return Said(name.strip().strip(":"), file.url, media_type, _changed(tag.get("updated"), now=now))
    return None


def _changed(value: object, *, now: datetime) -> datetime | None:
    """When a picture was changed, to the second; None where that is not said, or has not come yet: see `actors.said_at`."""
    if not isinstance(value, str):
        return None
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(value)
        moment = (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
        return moment if moment <= now else None
    return None
