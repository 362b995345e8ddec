"""The one sanitiser: every byte of HTML that the house shows has been through `sanitise`.

What comes in is parsed by an HTML5 parser (nh3) into a short list of elements and written afresh. On top of that:

- **links** keep an absolute http, https or mailto address and say `rel="nofollow noopener noreferrer"
  target="_blank"`; only the exact shapes of a mention and of a hashtag stay as apps know them, with neither;
- **a link never poses as another**: text that reads as the URL of another host gives way to the host that the link
  leads to, and text that merely names another host gets the true one behind it, in brackets;
- **it is idempotent**: what is given back parses to itself, so that nothing changes its meaning when a browser or a
  client app parses it again. Text that does not settle in a few rounds is shown without its markup;
- **it is bounded**: neither many kilobytes nor many or deeply nested tags cost more than a moment.

`plain_text` gives the readable text of a fragment, `plain` cleans names, which are text and never markup.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape

import nh3

from federation import hosts
from federation.errors import BadHost
from storage.ids import Host

LONGEST_CONTENT = 100_000
"""Bytes of UTF-8 in a post's content or a profile's note, both as received and as given back."""

LONGEST_URL = 2_048
"""Characters in the address of a link; a longer one is no link."""

MOST_TAGS = 4_000
"""Opening and closing tags in a fragment: the cost of parsing grows with their square, so the rest is cut off."""

DEEPEST = 64
"""How far elements nest; what is deeper loses its tags and keeps its text."""

ROUNDS = 4
"""How often a fragment may change under parsing before it is shown as text."""

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = frozenset(("p", "pre", "blockquote", "ul", "ol")) | HEADINGS
INLINES = frozenset(("a", "span", "strong", "em", "b", "i", "u", "s", "del", "code", "ruby", "rt", "rp"))
TAGS = BLOCKS | INLINES | {"br", "li"}
CLASSES = frozenset(("h-card", "u-url", "mention", "hashtag", "ellipsis", "invisible", "quote-inline"))

CODE = frozenset(("script", "style", "template", "object", "embed", "applet", "svg", "math"))
RAW_TEXT = frozenset(("iframe", "noscript", "noembed", "noframes", "textarea", "title", "xmp", "select", "option"))
PLAYERS = frozenset(("audio", "video", "canvas"))

CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(CODE | RAW_TEXT | PLAYERS),
    # `start`, so that a list that goes on at 3 does not begin at 1 again.
    # What `_Fragment` writes comes back as it was; of what others say about a link, it reads only `href` and `class`.
    attributes={"a": {"href", "class", "rel", "target"}, "span": {"class"}, "p": {"class"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)

TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")*)>|([^<]+)')
"""What the cleaner writes, exactly: attributes in double quotes, no `<` in text."""

ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')

FORMATTING_ATTRIBUTES = re.compile(r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^<>]*", re.IGNORECASE)
"""Parsers reopen formatting elements in each new block, all of them if their attributes differ: a page of `<b 1><b 2>`
would become megabytes. None of these elements keeps an attribute, so they lose them before parsing."""

UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e]")
"""Control characters, and the two that make text run backwards."""

ENCODED = {ord(character): f"%{ord(character):02X}" for character in ' <>"`'}
"""Characters that may stand in an address as people write it, and not in an attribute."""

MAIL = re.compile(r"mailto:([^\s\\/?#@:<>\"`]+@([^\s\\/?#@:<>\"`]+))(?:\?\S*)?", re.IGNORECASE)

MENTION = re.compile(r"@<span>[\w.-]+</span>")
HASHTAG = re.compile(r"#<span>[^\s<&]+</span>")

URL_IN_TEXT = re.compile(r"(?:https?:/*|//+|\b(?=www\.))(?P<authority>[^\s/?#\\]*)", re.IGNORECASE)
NAME_IN_TEXT = re.compile(
    r"(?<![\w@./-])(?P<authority>(?:(?:[\w-]+\.)+(?:[^\W\d_]{2,}|xn--[\w-]+)|\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?)"
    r"(?![\w@-])(?P<path>[/?#]?)",
)

LOOK_ALIKES = {ord(mark): "/" for mark in "⁄∕⧸╱"} | {ord(mark): "." for mark in "。․"}
"""Characters that pass for a slash or a dot in an address, beside those that NFKC folds."""

PUNCTUATION = ".,;:!?…'\"’”»«()[]{}<>"

UNSEEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co"))
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks by their category, and yet nothing is seen."""

SPACE = re.compile(r"[ \t\n\f]+")


def sanitise(html: str) -> str:
    """HTML that is safe to show, whoever wrote it.

    html: a fragment of any length; no more than LONGEST_CONTENT and MOST_TAGS of it are read.
    Returns a well-formed fragment within the same limits; sanitising it again changes nothing.
    Never raises.  See the module's docstring for what is kept.
    """
    written = _written_within_limits(html)
    for _ in range(ROUNDS):
        # What parses to itself is written as itself: the test holds `_written` to that.
        if _cleaned(written) == written:
            return written
        written = _written_within_limits(written)
    return _written_within_limits(_paragraphs(plain_text(written)))


def plain_text(html: str) -> str:
    """The text of a fragment as a person would type it: for previews, search and notifications.

    html: any fragment, sanitised or not.
    Returns text with entities decoded, a blank line between paragraphs, a new line for `br`, "- " before list items.
    Never raises.
    """
    text = _Text()
    for match in TOKEN.finditer(_cleaned(_cut(html))):
        closing, tag, _, characters = match.groups()
        if characters is not None:
            text.write(unescape(characters))
        else:
            text.mark(tag, closing=bool(closing))
    return text.whole()


def plain(text: str, *, longest: int) -> str:
    """A name on one line: no control, direction or zero-width characters, runs of spaces made one.

    text: what a person or a peer calls something.  longest: characters, ≥ 0.
    Returns at most `longest` characters, maybe none.  Never raises.
    """
    # Eight characters for each that may stay: whatever a peer sends, the work is bounded.
    seen = "".join(character for character in text[: longest * 8] if character.isspace() or _is_seen(character))
    return " ".join(seen.split())[:longest].rstrip()


def _is_seen(character: str) -> bool:
    return character not in BLANK_LETTERS and unicodedata.category(character) not in UNSEEN_CATEGORIES


def _written_within_limits(html: str) -> str:
    source = _cut(html)
    while True:
        # Before writing too: a parser can make a megabyte of the kilobytes it was given.
        cleaned = _cleaned(source)
        excess = _excess(cleaned)
        if excess <= 1:
            written = _written(cleaned)
            excess = _excess(written)
            if excess <= 1:
                return written
        source = source[: int(len(source) / max(excess, 1.02))]


def _excess(written: str) -> float:
    """How many times too large; up to 1 is well."""
    return max(len(written.encode()) / LONGEST_CONTENT, written.count("<") / MOST_TAGS)


def _cut(html: str) -> str:
    whole = html[:LONGEST_CONTENT].encode(errors="replace")[:LONGEST_CONTENT].decode(errors="ignore")
    return "<".join(whole.split("<", MOST_TAGS + 1)[: MOST_TAGS + 1])


def _cleaned(html: str) -> str:
    cleaned = CLEANER.clean(FORMATTING_ATTRIBUTES.sub(r"<\1", html))
    return UNWANTED.sub("", cleaned.replace("\r", "\n"))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in text.split("\n\n"))


def _written(clean: str) -> str:
    fragment = _Fragment()
    for match in TOKEN.finditer(clean):
        closing, tag, attributes, text = match.groups()
        if text is not None:
            fragment.text(text)
        elif closing:
            fragment.close()
        else:
            fragment.open(tag, dict(ATTRIBUTE.findall(attributes)))
    return "".join(fragment.pieces)


@dataclass(frozen=True, slots=True)
class _Destination:
    """Where a link leads. `name` is what a person should read: the host with its port, or the mail address."""

    href: str
    name: str
    host: Host


@dataclass(frozen=True, slots=True)
class _Link:
    start: int
    destination: _Destination
    classes: str


@dataclass(slots=True)
class _Fragment:
    """Writes a fragment afresh: `pieces` are whole tags and whole runs of text."""

    pieces: list[str] = field(default_factory=list)
    _endings: list[str] = field(default_factory=list)
    _link: _Link | None = None

    def text(self, text: str) -> None:
        # Parsers drop a new line that directly follows <pre>: none may be there, or each parsing would eat one.
        kept = text.lstrip("\n") if self.pieces and self.pieces[-1] == "<pre>" else text
        if kept:
            self.pieces.append(kept)

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self.pieces.append("<br>")
        elif len(self._endings) >= DEEPEST:
            self._endings.append("")
        elif tag == "a":
            self._open_link(attributes)
        else:
            self.pieces.append(f"<{tag}{_class_of(attributes)}{_start_of(attributes)}>" if attributes else f"<{tag}>")
            self._endings.append(f"</{tag}>")

    def close(self) -> None:
        ending = self._endings.pop()
        if ending == "</a>" and self._link is not None:
            self.pieces[self._link.start :] = _link_written(self._link, self.pieces[self._link.start :])
            self._link = None
        elif ending:
            self.pieces.append(ending)

    def _open_link(self, attributes: dict[str, str]) -> None:
        destination = _destination(unescape(attributes.get("href", "")))
        if destination is None or self._link is not None:
            self._endings.append("")
        else:
            self._link = _Link(len(self.pieces), destination, _class_of(attributes))
            self._endings.append("</a>")


def _class_of(attributes: dict[str, str]) -> str:
    known = [name for name in attributes.get("class", "").split() if name in CLASSES]
    return f' class="{" ".join(dict.fromkeys(known))}"' if known else ""


def _start_of(attributes: dict[str, str]) -> str:
    start = attributes.get("start", "")
    return f' start="{start}"' if re.fullmatch(r"[0-9]{1,9}", start) else ""


def _link_written(link: _Link, content: list[str]) -> list[str]:
    opening = f'<a href="{link.destination.href.replace("&", "&amp;")}"{link.classes}'
    if link.classes == ' class="u-url mention"' and MENTION.fullmatch("".join(content)):
        return [f"{opening}>", *content, "</a>"]
    if link.classes == ' class="mention hashtag"' and HASHTAG.fullmatch("".join(content)):
        return [f'{opening} rel="tag">', *content, "</a>"]
    honest = _undisguised(content, link.destination)
    return [f'{opening} rel="nofollow noopener noreferrer" target="_blank">', *honest, "</a>"]


@lru_cache(maxsize=1_024)
def _destination(address: str) -> _Destination | None:
    """Where an address leads, or None if it is not an absolute one that may be shown."""
    href = re.sub(r"[\t\r\n]", "", address.strip()).translate(ENCODED)
    if len(href) > LONGEST_URL:
        return None
    mail = MAIL.fullmatch(href)
    try:
        host = hosts.origin_at("https", mail[2]).host if mail else hosts.host_of(href)
    except BadHost:
        return None
    return _Destination(href, mail[1] if mail else host, host)


def _undisguised(content: list[str], destination: _Destination) -> list[str]:
    """The content of a link, unless it reads as if the link led to another host."""
    whole, visible = (_as_read(text) for text in _texts(content))
    if any(_is_foreign_url(text, destination) for text in (whole, visible)):
        return [escape(destination.name, quote=False)]
    mark = f"[{destination.name}]"
    named = any(_names_another(text, destination) for text in (whole, visible))
    return [*content, escape(f" {mark}", quote=False)] if named and not visible.rstrip().endswith(mark) else content


def _texts(content: list[str]) -> tuple[str, str]:
    """All the text of a link, and what is left of it where `invisible` spans are not shown."""
    whole: list[str] = []
    visible: list[str] = []
    hidden = 0
    for piece in content:
        if piece.startswith("</"):
            hidden -= hidden > 0
        elif piece.startswith("<") and piece != "<br>":
            hidden += hidden > 0 or "invisible" in piece
        text = unescape(piece) if not piece.startswith("<") else _gap(piece)
        whole.append(text)
        if not hidden:
            visible.append(text)
    return "".join(whole), "".join(visible)


def _gap(tag: str) -> str:
    return " " if tag == "<br>" or tag.strip("</>") in BLOCKS | {"li"} else ""


def _as_read(text: str) -> str:
    """Text as the eye takes it: without what is not seen, look-alikes of dot and slash made plain."""
    if text.isascii():
        return text
    seen = (character for character in unicodedata.normalize("NFKC", text) if _is_seen(character))
    return "".join(seen).translate(LOOK_ALIKES)


def _is_foreign_url(text: str, destination: _Destination) -> bool:
    urls = [match["authority"] for match in URL_IN_TEXT.finditer(text)]
    addresses = [match["authority"] for match in NAME_IN_TEXT.finditer(text) if match["path"]]
    return any(_is_foreign(authority, destination) for authority in (*urls, *addresses))


def _names_another(text: str, destination: _Destination) -> bool:
    return any(_is_foreign(match["authority"], destination) for match in NAME_IN_TEXT.finditer(text))


def _is_foreign(authority: str, destination: _Destination) -> bool:
    stated = authority.strip(PUNCTUATION)
    if not stated:
        return False
    try:
        named = hosts.origin_at("https", stated).host
    except BadHost:
        return True
    own = destination.host.removeprefix("www.")
    return named.removeprefix("www.") not in {own, own.partition(":")[0]}


@dataclass(slots=True)
class _Text:
    """Collects the text of a fragment with the line breaks that its elements mean."""

    _pieces: list[str] = field(default_factory=lambda: [""])
    _preformatted: int = 0

    def write(self, text: str) -> None:
        if self._preformatted:
            self._pieces.append(text)
            return
        flowing = SPACE.sub(" ", text)
        at_start = self._pieces[-1].endswith(("\n", " "))
        if piece := flowing.lstrip(" ") if at_start else flowing:
            self._pieces.append(piece)

    def mark(self, tag: str, *, closing: bool) -> None:
        if tag == "pre":
            self._preformatted += -1 if closing else 1
        if tag == "br":
            self._pieces.append("\n")
        elif tag == "li" and not closing:
            self._pieces.append("\n- ")
        elif tag in BLOCKS and self._pieces[-1] != "\n- ":
            self._pieces.append("\n\n")

    def whole(self) -> str:
        return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", "".join(self._pieces))).strip()
