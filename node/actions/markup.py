"""What a member of staff types, as safe HTML: Markdown with `@name`, `@name@host` and `#hashtag`.

Mentions and hashtags are tokens of the grammar, beside emphasis and links, not patterns found in HTML. So all questions
have one answer: what `handles` and `hashtags` find in a text is exactly what `render` makes links of, and code, URLs,
mail addresses and the text of links hold neither.

Staff write letters, not documents: a new line is a new line, headings begin below those of the page, there is no raw
HTML, a picture becomes a link to it, and what many type without meaning markup (indented lines, `---` under a line,
`[word]: address`) stays as typed. Everything passes the one sanitiser before it leaves.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from linkify_it import LinkifyIt  # type: ignore[import-untyped]  # it ships no types
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from federation import html

LONGEST_POST = 5_000
"""Characters of a post, as `length` counts them."""

LENGTH_OF_URL = 23
"""What any URL counts, however long: nobody should shorten one."""

HIGHEST_HEADING = 3
LOWEST_HEADING = 6

MENTION = re.compile(
    r"@(?>(?P<username>[a-z0-9_](?:[a-z0-9_.-]{0,62}[a-z0-9_])?))"
    r"(?>(?P<at_host>@(?:\w(?:[\w-]*\w)?)(?:\.\w(?:[\w-]*\w)?)*(?::[0-9]{1,5}(?![0-9]))?)?)(?![\w@])",
    re.IGNORECASE,
)
"""A whole mention; the sentence's own full stop or colon behind it stays outside."""

NOT_BEFORE_MENTION = re.compile(r"[\w/=@]")
NOT_BEFORE_HASHTAG = re.compile(r"[\w/&#@=]")


LINKS = LinkifyIt({"//": None, "ftp:": None}, {"fuzzy_link": False, "fuzzy_email": True})
"""Links in running text: what begins with https:// or http://, and mail addresses. "fin.Et" is no host."""


@dataclass(frozen=True, slots=True)
class Handle:
    """Whom a mention names: both in lower case, `host` as typed, with its port, or None for this node."""

    username: str
    host: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody whom a handle turned out to name.

    url: their page for people.  uri: the actor's ActivityPub id.
    """

    handle: Handle
    url: str
    uri: str


def handles(text: str) -> list[Handle]:
    """Whom a text mentions, in order, each once."""
    return list(dict.fromkeys(_handle(token) for token in _tokens(text, "mention")))


def hashtags(text: str) -> list[str]:
    """The hashtags of a text without `#`, in order, as first typed; case makes no other tag.

    A hashtag is made of letters, digits and underscores of any script, and at least one letter.
    """
    found: dict[str, str] = {}
    for token in _tokens(text, "hashtag"):
        found.setdefault(token.content[1:].casefold(), token.content[1:])
    return list(found.values())


def render(text: str, *, mentions: Mapping[Handle, Mention], tag_url: Callable[[str], str]) -> str:
    """A post's content.

    text: Markdown.  mentions: by what `handles` found; those that nobody has stay text.  tag_url: the page of a
    hashtag, given as typed.
    Returns sanitised HTML, with mentions and hashtags in the shapes that client apps match on.  Never raises.
    """
    environment = {"mentions": mentions, "tag_url": tag_url}
    return html.sanitise(PARSER.renderer.render(_parsed(text), PARSER.options, environment))


def length(text: str) -> int:
    """How many characters a text counts: a URL 23, `@name@host` as `@name`, all else its code points."""
    flat = text.replace("\r\n", "\n")
    for url in reversed(LINKS.match(flat) or [] if "://" in flat else []):
        if url.schema != "mailto:":
            flat = flat[: url.index] + "x" * LENGTH_OF_URL + flat[url.last_index :]
    return len(flat) - sum(len(match["at_host"] or "") for match in _mentions_in(flat))


def _mentions_in(text: str) -> Iterator[re.Match[str]]:
    for match in MENTION.finditer(text):
        if not NOT_BEFORE_MENTION.match(text[match.start() - 1 : match.start()]):
            yield match


@lru_cache(maxsize=32)
def _parsed(text: str) -> Sequence[Token]:
    """A text's tokens, which nobody changes: each post is asked for its mentions, its hashtags and its content in turn."""
    return PARSER.parse(text)


def _tokens(text: str, type: str) -> Iterator[Token]:
    for block in _parsed(text):
        yield from (token for token in block.children or () if token.type == type)


def _handle(token: Token) -> Handle:
    username, _, host = token.content[1:].lower().partition("@")
    return Handle(username, host or None)


def _mention(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  the parser calls it so
    if state.src[state.pos] != "@" or not _may_begin(state, NOT_BEFORE_MENTION):
        return False
    match = MENTION.match(state.src, state.pos, state.posMax)
    return match is not None and _accept(state, "mention", end=match.end(), silent=silent)


def _hashtag(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  the parser calls it so
    if state.src[state.pos] != "#" or not _may_begin(state, NOT_BEFORE_HASHTAG):
        return False
    end = _end_of_tag(state.src, state.pos + 1, state.posMax)
    is_tag = any(character.isalpha() for character in state.src[state.pos + 1 : end])
    return is_tag and _accept(state, "hashtag", end=end, silent=silent)


def _may_begin(state: StateInline, not_before: re.Pattern[str]) -> bool:
    # Inside the text of a link it would be a link in a link.
    return not state.linkLevel and not (state.pos and not_before.match(state.src[state.pos - 1]))


def _end_of_tag(text: str, start: int, end: int) -> int:
    return next((at for at in range(start, end) if not _belongs_to_tag(text[at])), end)


def _belongs_to_tag(character: str) -> bool:
    # Marks: an accent typed apart from its letter, the vowels of Hindi or Thai.
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")


def _accept(state: StateInline, type: str, *, end: int, silent: bool) -> bool:
    if not silent:
        state.push(type, "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


class _Renderer(RendererHTML):
    """Writes tokens as HTML; each method is named after the type of token it writes."""

    def renderToken(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: N802
        # Client apps show new lines between paragraphs as they are.
        return super().renderToken(tokens, idx, options, env).replace("\n", "")

    def mention(self, tokens: Sequence[Token], idx: int, _: OptionsDict, env: EnvType) -> str:
        mention: Mention | None = env["mentions"].get(_handle(tokens[idx]))
        if mention is None:
            return escape(tokens[idx].content)
        link = (
            f'<a href="{escape(mention.url)}" class="u-url mention">@<span>{escape(mention.handle.username)}</span></a>'
        )
        return f'<span class="h-card">{link}</span>'

    def hashtag(self, tokens: Sequence[Token], idx: int, _: OptionsDict, env: EnvType) -> str:
        tag = tokens[idx].content[1:]
        return (
            f'<a href="{escape(env["tag_url"](tag))}" class="mention hashtag" rel="tag">#<span>{escape(tag)}</span></a>'
        )

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        address = str(tokens[idx].attrs.get("src", ""))
        text = escape(self.renderInlineAsText(tokens[idx].children, options, env) or address)
        is_in_link = sum(token.nesting for token in tokens[:idx] if token.tag == "a") > 0
        return text if is_in_link else f'<a href="{escape(address)}">{text}</a>'

    def heading_open(self, tokens: Sequence[Token], idx: int, _: OptionsDict, __: EnvType) -> str:
        return f"<{_lowered(tokens[idx].tag)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, _: OptionsDict, __: EnvType) -> str:
        return f"</{_lowered(tokens[idx].tag)}>"

    def fence(self, tokens: Sequence[Token], idx: int, _: OptionsDict, __: EnvType) -> str:
        return f"<pre><code>{escape(tokens[idx].content.rstrip(), quote=False)}</code></pre>"

    def softbreak(self, *_: object) -> str:
        return "<br>"

    def hardbreak(self, *_: object) -> str:
        return "<br>"


def _lowered(heading: str) -> str:
    return f"h{min(int(heading[1:]) + HIGHEST_HEADING - 1, LOWEST_HEADING)}"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "xhtmlOut": False}, renderer_cls=_Renderer)
    parser.enable(["strikethrough", "linkify"])
    parser.disable(["code", "hr", "lheading", "reference", "html_block", "html_inline"])
    parser.inline.ruler.push("mention", _mention)
    parser.inline.ruler.push("hashtag", _hashtag)
    parser.linkify = LINKS
    return parser


PARSER = _parser()
