"""Custom emoji of other nodes, as apps read them: a name, and where this node has the picture.

Which of them a text shows is seen by the names between colons in it. Their pictures are this node's own copies, made anew, fetched
when somebody first looks; the one that stands still is for whoever wants nothing to move.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from node.api.entities.parts import Entity
from node.memory.rendered import Reactions
from storage import custom_emoji
from storage.accounts import Account
from storage.custom_emoji import Emoji
from storage.ids import AccountId, PostId
from storage.posts import Holds, Post
from storage.store import Unit

NAMES = re.compile(r":(?=([A-Za-z0-9_+-]{1,64}):)")
"""Names between colons, of which two names may share one."""

OF_NODE = re.compile(r":([A-Za-z0-9_+-]{1,64})@([^:@]+(?::\d+)?):")
"""A reaction with one: `federation.custom_emoji.reacted`."""


def names_in(texts: Iterable[str]) -> list[str]:
    """What stands between colons in texts, each once, in order."""
    return list(dict.fromkeys(name for text in texts for name in NAMES.findall(text)))


def of_posts(
    unit: Unit, found: Iterable[Post], authors: Mapping[AccountId, Account], more: Mapping[PostId, Sequence[str]]
) -> dict[PostId, list[Emoji]]:
    """The custom emoji in the texts of posts that hold some: one query. more: texts beside content and warning, by post."""
    wanted = {
        post.id: (authors[post.author_id].host, names_in((post.summary, post.content, *more.get(post.id, ()))))
        for post in found
        if post.holds & Holds.EMOJI
    }
    if not wanted:
        return {}
    hosts = {host for host, _ in wanted.values()}
    known = custom_emoji.named(unit, hosts, {name for _, names in wanted.values() for name in names})
    return {
        post: [known[host, name] for name in names if (host, name) in known] for post, (host, names) in wanted.items()
    }


def of_reactions(unit: Unit, reacted: Iterable[str]) -> dict[str, Emoji]:
    """Those of these reactions that are custom emoji of which the picture is known; no query where all are of Unicode."""
    parts = {text: match.groups() for text in reacted if (match := OF_NODE.fullmatch(text))}
    if not parts:
        return {}
    known = custom_emoji.named(unit, {host for _, host in parts.values()}, {name for name, _ in parts.values()})
    return {text: known[host, name] for text, (name, host) in parts.items() if (host, name) in known}


def among(known: Iterable[Emoji], texts: Iterable[str]) -> list[Emoji]:
    """Those of these that stand in these texts, in order."""
    by_name = {each.shortcode: each for each in known}
    return [by_name[name] for name in names_in(texts) if name in by_name]


def entity(shortcode: str, file: str, *, base_url: str) -> Entity:
    """A CustomEmoji. file: the name of its picture."""
    return {"shortcode": shortcode, **_addresses(file, base_url=base_url), "visible_in_picker": False}


def entities(shown: Iterable[Emoji], *, base_url: str) -> list[Entity]:
    """The same of several."""
    return [entity(each.shortcode, each.file, base_url=base_url) for each in shown]


def of_account(account: Account, *, base_url: str) -> list[Entity]:
    """The custom emoji in somebody's name and profile."""
    return [entity(name, file, base_url=base_url) for name, file in account.shown_emoji.items()]


def reaction(shown: Reactions, *, mine: bool, base_url: str) -> Entity:
    """What stands under a post, as Pleroma gives it: a custom emoji is `blob@tokyo.example`, with the address of its picture."""
    counted = {"name": name_of_reaction(shown.emoji), "count": shown.count, "me": mine}
    return counted | (_addresses(shown.custom.file, base_url=base_url) if shown.custom else {})


def name_of_reaction(kept: str) -> str:
    """A reaction as apps name it. kept: as it is kept under the post."""
    return kept.strip(":") if OF_NODE.fullmatch(kept) else kept


def _addresses(file: str, *, base_url: str) -> Entity:
    return {"url": f"{base_url}/media/{file}", "static_url": f"{base_url}/media/{file}/small"}
