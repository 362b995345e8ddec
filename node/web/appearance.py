"""From a template and what it shows to an answer: one Jinja environment for each language, made once.

Everything is escaped unless it went through the sanitiser; an unknown name in a template is an error, not a gap. What
every page needs (who reads it, in which language, the protection of its forms) is put in here, so that a handler gives
only what is its own.
"""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup
from markupsafe import escape as markup_of

from federation import html
from federation.errors import BadHost
from federation.hosts import canonical_host, unicode_form
from node.api.entities import headings
from node.web import assets, drawn, filtered
from node.web.languages import LANGUAGES, Language, Speech, moment_of, translations
from storage import ids

TEMPLATES = Path(__file__).parent / "templates"
TINTS = 6
EXCERPT_LETTERS = 160
REACH_OF_VISIBILITY = {"public": "all_nodes", "unlisted": "unlisted", "private": "followers", "direct": "mentioned"}

HASHTAG = re.compile(r'<a href="[^"]*" class="mention hashtag" rel="tag">#<span>(?P<name>[^<&]+)</span>')
"""A hashtag as the sanitiser writes it."""

QUOTE_LINK = re.compile(
    r'(?:<p>)?<span class="quote-inline">.*?</a></span>(?:</p>)?|<p class="quote-inline">.*?</a></p>', re.DOTALL
)
"""What says in a text where a quoted post is, for those who do not see it."""

NAMES_FIRST = re.compile(
    r'\A<p>(?:<span class="h-card"><a href="[^"]*" class="u-url mention">@<span>[^<]*</span></a></span>\s*)+(?:<br>\s*)?'
)
"""People whom a text names before it says anything, as the sanitiser writes it."""

NAME_FIRST = re.compile(
    r'\A<p><span class="h-card"><a href="/@(?P<handle>[^"]+)" class="u-url mention">@<span>[^<]*</span></a></span>\s*(?:<br>\s*)?'
)
"""One that it names first, as `content` writes it."""

TAGS = re.compile(r'(<(?:[^">]|"[^"]*")*>)')
"""A tag as the sanitiser writes it: its attributes stand in double quotes, in which any sign may be but these."""

Entity = Mapping[str, Any]  # the JSON of the client API: what is in it depends on its kind


class Kept(FileSystemBytecodeCache):
    """What templates compile to, in a folder of the node; nowhere until one is named, or where nothing can be written."""

    def load_bytecode(self, bucket: Bucket) -> None:
        if self.directory:
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            if self.directory:
                super().dump_bytecode(bucket)


KEPT = Kept("")


@cache
def environment(language: Language) -> Environment:
    """The templates in one language, ready to render."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=KEPT,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = translations(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        spoken.ugettext, spoken.ungettext, newstyle=True, pgettext=spoken.upgettext, npgettext=spoken.unpgettext
    )
    made.filters.update(_filters(Speech(language)))
    made.globals.update(
        asset=assets.path_of, language=language, languages_for=Speech(language).written_languages, post=drawn.post
    )
    return made


def prepare(folder: Path) -> None:
    """Have every template compiled, so that the first reader of a page waits for no more than reading what came of it.

    Compiling all takes a third of a second, and memory that is never given back; so it is done once for each version of
    the texts and of Jinja, and what comes of it is read when a page is first shown.

    folder: for that alone, of this node alone; made where it is missing. In a process that has prepared already, nothing is done.
    """
    if KEPT.directory:
        return
    own = folder / f"jinja2-{version('jinja2')}-{_digest()}"
    whole = own / "whole"
    try:
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        for of_another in set(folder.iterdir()) - {own}:
            shutil.rmtree(of_another)
        KEPT.directory = str(own)
        if not whole.exists():
            _compile_all()
            whole.touch()
    except OSError:
        return  # pages compile when they are first shown


def _digest() -> str:
    """What the compiled templates hang on: their texts, and how they are read."""
    hashed = hashlib.sha256()
    for file in (Path(__file__), *sorted(TEMPLATES.rglob("*.html"))):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]


def _compile_all() -> None:
    made = environment(LANGUAGES[0])
    for name in made.list_templates():
        FileSystemLoader(TEMPLATES).load(made, name)


def _filters(speech: Speech) -> dict[str, Callable[..., Any]]:
    @pass_context
    def ago(context: Context, moment: str | datetime) -> str:
        now = context["now"]
        return drawn.left_open(moment_of(moment).isoformat()) if now is None else speech.ago(moment, now=now)

    return {
        "ago": ago,
        "long_time": speech.long_time,
        "written_at": lambda post: speech.long_time(ids.moment_of(int(post))),
        "number": speech.number,
        "size": speech.size,
        "language_name": speech.name_of,
        "node_name": name_of_node,
        "span": lambda event: speech.span(event["starts_at"], event["ends_at"], event["timezone"]),
        "iso": lambda moment: moment_of(moment).isoformat(timespec="seconds"),
        "tint": tint,
        "initials": initials,
        "has_picture": lambda account: not account.get("avatar", assets.DEFAULT_AVATAR).endswith(assets.DEFAULT_AVATAR),
        "has_header": lambda account: not account.get("header", assets.DEFAULT_HEADER).endswith(assets.DEFAULT_HEADER),
        "node_name_of": node_name_of,
        "name_of_node": name_of_node,
        "is_local": lambda account: "@" not in account["acct"],
        "reach": reach,
        "rich": rich,
        "called": called,
        "with_emoji": with_emoji,
        "reaction": reaction,
        "content": content,
        "excerpt": excerpt,
        "folded_for": filtered.folded_for,
        "is_covered": filtered.is_covered,
        "excerpt_alone": excerpt_alone,
        "without_names": without_names,
        "without_community": without_community,
    }


def tint(address: str) -> int:
    """One of a few calm colours, always the same for a person."""
    return hashlib.sha256(address.encode()).digest()[0] % TINTS


def initials(account: Entity) -> str:
    """One or two capitals for somebody who has no picture: the first letters of the first and the last name."""
    words = [word for word in str(account["display_name"] or account["username"]).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "·"


@pass_context
def node_name_of(context: Context, account: Entity) -> str:
    """What people call the node where somebody works: its own name here, the first part of its host elsewhere."""
    host = str(account["acct"]).partition("@")[2]
    return name_of_node(host) if host else str(context["node_name"])


@lru_cache(maxsize=2048)
def name_of_node(host: str) -> str:
    """`tokyo.example` is Tokyo, `new-york.example` New York; what is no name of a host is shown as it is."""
    try:
        first = unicode_form(canonical_host(host, allow_addresses=True)).partition(":")[0].partition(".")[0]
    except BadHost:
        return host
    return host if first.isdigit() or first.startswith("[") else first.replace("-", " ").title()


def reach(post: Entity) -> str:
    """Who reads a post, as one of the words that templates know."""
    own = post.get("legation")
    return str(own["reach"]) if own else REACH_OF_VISIBILITY[post["visibility"]]


@lru_cache(maxsize=512)
def rich(source: str) -> Markup:
    """HTML of whatever origin, made safe to show."""
    return Markup(html.sanitise(source))  # noqa: S704  the sanitiser is the one place that makes markup safe


def content(post: Entity) -> Markup:
    """The text of a post, with people and tags leading to their pages on this node, where the reader is signed in."""
    safe = str(rich(headings.text_under(post)))
    if (post.get("quote") or {}).get("quoted_status"):
        safe = QUOTE_LINK.sub("", safe)
    for person in post["mentions"]:
        safe = safe.replace(f'href="{escape(person["url"])}"', f'href="/@{escape(person["acct"])}"')
    names = {tag["name"].lower() for tag in post["tags"]}
    safe = HASHTAG.sub(lambda link: _tag_here(link) if link["name"].lower() in names else link[0], safe)
    return Markup(safe)  # noqa: S704  sanitised above; only addresses were exchanged, escaped


def without_names(text: Markup) -> Markup:
    """A text as `content` gives it, without the names that it begins with: for places that say beside it to whom it is."""
    return Markup(NAMES_FIRST.sub("<p>", str(text), count=1).removeprefix("<p></p>"))  # noqa: S704  a part of safe markup


def without_community(text: Markup, handle: str) -> Markup:
    """A text as `content` gives it, without the name of a community that it begins with: for where that stands beside it.

    handle: of the community; "" takes nothing away.
    """
    named = NAME_FIRST.match(str(text)) if handle else None
    if named is None or named["handle"] != escape(handle):
        return text
    return Markup("<p>" + str(text)[named.end() :])  # noqa: S704  a part of safe markup


@pass_context
def called(context: Context, account: Entity) -> Markup:
    """What somebody is called, with the pictures of the custom emoji in it."""
    return with_emoji(context, str(account["display_name"] or account["username"]), account)


@pass_context
def with_emoji(context: Context, text: str, entity: Entity) -> Markup:
    """A text with the pictures of its custom emoji; with their names alone where the page is without pictures.

    text: escaped here, if it is no markup.  entity: the post or the account that it is of.
    """
    safe = markup_of(text)
    shown = entity.get("emojis")
    return safe if not shown or context["is_light"] else pictured(safe, shown)


@pass_context
def reaction(context: Context, shown: Entity) -> Markup:
    """A custom emoji of another node under a post: its picture, or its name between colons."""
    name = str(shown["name"]).partition("@")[0]
    return with_emoji(context, f":{name}:", {"emojis": [{**shown, "shortcode": name}] if "url" in shown else []})


def pictured(safe: Markup, shown: Sequence[Entity]) -> Markup:
    """A text that is safe to show, with the pictures of custom emoji, each with its name for who does not see it."""
    by_name = {f":{each['shortcode']}:": each for each in shown}
    names = re.compile("|".join(map(re.escape, by_name)))
    parts = TAGS.split(str(safe))  # text, tag, text, …: nothing is exchanged inside a tag
    for number in range(0, len(parts), 2):
        parts[number] = names.sub(lambda found: _picture_of(found[0], by_name[found[0]]), parts[number])
    return Markup("".join(parts))  # noqa: S704  safe before; what was put in is escaped


def _picture_of(name: str, shown: Entity) -> str:
    """The one that stands still: a page moves nothing by itself."""
    called, address = escape(name), escape(shown["static_url"])
    return f'<img class="emoji" src="{address}" width="20" height="20" alt="{called}" title="{called}" loading="lazy">'


def _tag_here(link: re.Match[str]) -> str:
    """A hashtag as its author's node wrote it, leading to the page of the tag on this node."""
    return (
        f'<a href="/tags/{quote(link["name"].lower())}" class="mention hashtag" rel="tag">#<span>{link["name"]}</span>'
    )


def excerpt(post: Entity) -> str:
    """The beginning of a post on one line: its warning when it has one, its text otherwise."""
    text = " ".join(str(post["spoiler_text"] or html.plain_text(post["content"])).split())
    return text if len(text) <= EXCERPT_LETTERS else text[:EXCERPT_LETTERS].rsplit(" ", 1)[0] + " …"


def excerpt_alone(post: Entity) -> str:
    """The same, without the names that the text begins with."""
    return excerpt({**post, "content": NAMES_FIRST.sub("<p>", post["content"], count=1)})
