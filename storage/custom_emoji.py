"""Custom emoji of other nodes: a name between colons, and the small picture that its node shows for it.

One row for each name of a node, whoever of that node has used it; the picture is a row of `storage.media`. Posts have none of
their own: whoever shows one looks its names up, where the post holds any (`Holds.EMOJI`). An account has its own beside it, since
accounts are shown wherever people are, and nothing more should be read for that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from storage import media
from storage.accounts import Account
from storage.events import AccountChanged, EmojiChanged
from storage.ids import AccountId, EmojiId
from storage.media import Reference
from storage.store import Unit, Value

MOST_OF_A_NODE = 10_000
"""Names of one node that are kept; what it names beyond them stays text."""


@dataclass(frozen=True, slots=True)
class Emoji:
    """A custom emoji. file: the name of its picture (`storage.media`).  updated_at: when its node last changed it, if it says so."""

    id: EmojiId
    host: str
    shortcode: str
    url: str
    file: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a node says of one. url: of the picture, there."""

    shortcode: str
    url: str
    media_type: str
    updated_at: datetime | None

    @property
    def reference(self) -> Reference:
        """Its picture, as a file that is elsewhere."""
        return Reference(self.url, "image", self.media_type)


@dataclass(frozen=True, slots=True)
class Profile:
    """Whose name or profile shows some. emoji: see `Account`."""

    id: AccountId
    emoji: str


NAMED = """
select id, host, shortcode, url, file, updated_at from custom_emoji where host in :hosts and shortcode in :shortcodes
"""
ADD = """
insert into custom_emoji (id, host, shortcode, url, file, updated_at, created_at)
values (:id, :host, :shortcode, :url, :file, :updated, :now) on conflict (host, shortcode) do nothing
"""


def named(unit: Unit, hosts: Iterable[str], shortcodes: Iterable[str]) -> dict[tuple[str, str], Emoji]:
    """The emoji of these nodes that have one of these names, by node and name."""
    found = unit.all(Emoji, NAMED, hosts=sorted(set(hosts)), shortcodes=sorted(set(shortcodes)))
    return {(each.host, each.shortcode): each for each in found}


def keep(unit: Unit, owner: Account, said: Mapping[str, Said], *, files: Sequence[str]) -> dict[str, Emoji]:
    """Keep what somebody's node says of its emoji now. Returns those of these names that are kept, by name.

    said: by name.  files: names for new pictures, random, one for each.
    """
    known = {name: emoji for (_, name), emoji in named(unit, [owner.host], said).items()}
    new = [each for each in said.values() if each.shortcode not in known]
    changed = [each for each in said.values() if each.shortcode in known and _is_newer(each, known[each.shortcode])]
    if new:
        new = new[: max(0, MOST_OF_A_NODE - _count(unit, owner.host))]
    if not new and not changed:
        return known
    fresh = {each.shortcode: file for each, file in zip([*new, *changed], files, strict=False)}
    media.refer_emoji(unit, owner.id, [(fresh[each.shortcode], each.reference) for each in (*new, *changed)])
    unit.each(ADD, [_columns(unit, owner.host, each, fresh) for each in new])
    if changed:
        _replace(unit, owner.host, [(known[each.shortcode], each) for each in changed], fresh)
    return {name: emoji for (_, name), emoji in named(unit, [owner.host], said).items()}


def show_on_profile(unit: Unit, account: Account, shown: Mapping[str, Emoji]) -> None:
    """Have these be the emoji of somebody's name and profile."""
    kept = orjson.dumps({name: emoji.file for name, emoji in shown.items()}, option=orjson.OPT_SORT_KEYS).decode()
    if kept != account.emoji:
        unit.run("update accounts set emoji = :kept where id = :id", kept=kept, id=account.id)
        unit.after_commit(AccountChanged(account.id))


def _is_newer(said: Said, known: Emoji) -> bool:
    """Whether the picture is another one now: by its address, or by when it was changed; what is said late changes nothing."""
    if known.updated_at is None:
        return said.url != known.url
    if said.updated_at is None or said.updated_at < known.updated_at:
        return False
    return said.updated_at > known.updated_at or said.url != known.url


def _count(unit: Unit, host: str) -> int:
    return unit.one(int, "select count(*) from custom_emoji where host = :host", host=host) or 0


def _columns(unit: Unit, host: str, said: Said, fresh: Mapping[str, str]) -> dict[str, Value]:
    return {
        "id": unit.new_id(),
        "host": host,
        "shortcode": said.shortcode,
        "url": said.url,
        "file": fresh[said.shortcode],
        "updated": said.updated_at,
        "now": unit.now,
    }


def _replace(unit: Unit, host: str, changed: Sequence[tuple[Emoji, Said]], fresh: Mapping[str, str]) -> None:
    """Have other pictures stand for names that are known, also on profiles; the ones of before are swept away."""
    media.loosen_emoji(unit, [known.file for known, _ in changed])
    unit.each(
        "update custom_emoji set url = :url, file = :file, updated_at = :updated where id = :id",
        [
            {"id": known.id, "url": each.url, "file": fresh[each.shortcode], "updated": each.updated_at}
            for known, each in changed
        ],
    )
    for known, _ in changed:
        unit.after_commit(EmojiChanged(known.id))
    _replace_on_profiles(unit, host, {known.file: fresh[each.shortcode] for known, each in changed})


def _replace_on_profiles(unit: Unit, host: str, files: Mapping[str, str]) -> None:
    """files: the name of the new picture by that of the one before."""
    showing = unit.all(Profile, "select id, emoji from accounts where host = :host and emoji <> '{}'", host=host)
    concerned = [each for each in showing if any(old in each.emoji for old in files)]
    if not concerned:
        return
    # A name of a file has 128 random bits: it stands nowhere else.
    unit.each(
        "update accounts set emoji = replace(emoji, :old, :new) where host = :host and emoji <> '{}'",
        [{"old": old, "new": new, "host": host} for old, new in files.items()],
    )
    for each in concerned:
        unit.after_commit(AccountChanged(each.id))
