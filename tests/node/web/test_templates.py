"""Every page, in both languages: nothing undefined, nothing inline, each control named, nothing hostile let through."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from node.web import assets
from node.web.appearance import KEPT, TEMPLATES, content, environment, initials, name_of_node, prepare
from node.web.languages import LANGUAGES, Language
from tests.node.web.every_page import PAGES
from tests.node.web.samples import FILES, PICTURE, context

DRAWN = "data:image/svg+xml;"
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "circle", "rect"}
OF_THE_TRADE = re.compile(
    r"\b(instance|toot|boost|fediverse|fédivers|server|serveur|federated|fédérée?s?)", re.IGNORECASE
)


class Reader(HTMLParser):
    """Reads a page as a browser would, and keeps what tests ask about."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.unclosed: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, *tags: str) -> Iterator[dict[str, str]]:
        yield from (attributes for tag, attributes in self.elements if tag in tags)


@dataclass(frozen=True)
class Shown:
    """A page as it is served, and read; once for all tests, none of which changes it."""

    html: str = field(repr=False)
    read: Reader = field(repr=False)


@cache
def shown(name: str, language: Language) -> Shown:
    template, own = PAGES[name]
    html = environment(language).get_template(template).render(context(language, **own))
    reader = Reader()
    reader.feed(html)
    reader.close()
    return Shown(html, reader)


def on_every_page(demanded: Callable[[Shown], None]) -> Callable[[], None]:
    """One test of all pages in both languages, which names each that fails: a test for each page takes ten times as long."""

    def test() -> None:
        failures = []
        for name, language in itertools.product(PAGES, LANGUAGES):
            try:
                demanded(shown(name, language))
            except Exception as failure:  # noqa: BLE001  a page that cannot even be made is named too
                failures.append(f"{name}-{language}: {type(failure).__name__}: {failure}")
        if failures:
            pytest.fail("\n".join(failures), pytrace=False)

    return test


def test_every_template_has_a_sample() -> None:
    shown = {template for template, _ in PAGES.values()}
    parts = {
        "base.html",
        "community_parts.html",
        "components.html",
        "composer.html",
        "files.html",
        "finding.html",
        "first_days.html",
        "icons.html",
        "keeping.html",
        "life_parts.html",
        "part.html",
        "post.html",
        "posts.html",
        "settings_parts.html",
        "states.html",
    }
    assert {path.name for path in TEMPLATES.glob("*.html")} - shown == parts


@on_every_page
def test_elements_close_in_order(page: Shown) -> None:
    assert (page.read.open, page.read.unclosed) == ([], [])


@on_every_page
def test_nothing_is_inline(page: Shown) -> None:
    assert list(page.read.all("script")) == [{"src": assets.path_of("legation.js"), "defer": ""}]
    assert list(page.read.all("style")) == []
    written = {name for _, attributes in page.read.elements for name in attributes}
    assert {name for name in written if name.startswith("on") or name == "style"} == set()


@on_every_page
def test_nothing_is_loaded_from_outside(page: Shown) -> None:
    loaded = [tag["href"] for tag in page.read.all("link")] + [tag["src"] for tag in page.read.all("img", "script")]
    assert [each for each in loaded if each not in assets.SERVED and not each.startswith((PICTURE, DRAWN))] == []


@on_every_page
def test_each_control_has_a_name(page: Shown) -> None:
    labels = {label["for"] for label in page.read.all("label")}
    controls = [c for c in page.read.all("input", "select", "textarea") if c.get("type") != "hidden"]
    assert [c for c in controls if c["id"] not in labels] == []


@on_every_page
def test_ids_are_unique_and_references_lead_somewhere(page: Shown) -> None:
    ids = [attributes["id"] for _, attributes in page.read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [
        one
        for _, attributes in page.read.elements
        for name in ("aria-labelledby", "aria-describedby", "for")
        for one in attributes.get(name, "").split()
    ]
    assert set(named) <= set(ids)
    assert {link["href"][1:] for link in page.read.all("a") if link["href"].startswith("#")} <= set(ids)


@on_every_page
def test_forms_that_change_something_are_protected(page: Shown) -> None:
    forms = re.findall(r"<form.*?</form>", page.html, re.DOTALL)
    assert forms or "data-away" in page.html
    changing = [form for form in forms if 'method="post"' in form]
    assert [form for form in changing if 'name="csrf" value="t0ken"' not in form] == []


@on_every_page
def test_there_is_one_title_and_one_main(page: Shown) -> None:
    assert len(list(page.read.all("h1"))) == 1
    assert len(list(page.read.all("main"))) == 1
    assert next(page.read.all("html"))["lang"] in LANGUAGES


@on_every_page
def test_headings_leave_no_step_out(page: Shown) -> None:
    levels = [int(tag[1]) for tag, _ in page.read.elements if re.fullmatch(r"h[1-6]", tag)]
    content_levels = levels[levels.index(1) :]
    assert all(after <= before + 1 for before, after in itertools.pairwise(content_levels))


@on_every_page
def test_hostile_text_stays_text(page: Shown) -> None:
    assert page.html.count("<script") == 1
    assert "<b>bold" not in page.html
    assert "onerror=y>" not in page.html
    assert 'onclick="x()"' not in page.html


@on_every_page
def test_words_of_the_trade_are_not_used(page: Shown) -> None:
    assert OF_THE_TRADE.findall(" ".join(page.read.text)) == []


def test_templates_hold_no_words_of_the_trade() -> None:
    found = {path.name: OF_THE_TRADE.findall(path.read_text()) for path in TEMPLATES.glob("*.html")}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("is_light", [False, True])
def test_a_file_that_is_not_here_yet_leads_nowhere(is_light: bool) -> None:
    """A peer's file that this node has not fetched has no address."""
    shown: Any = environment("fr").get_template("files.html").make_module({"is_light": is_light})  # Any: has macros
    html = str(shown.file_of(FILES[-1]))
    assert ("None" in html, "<a" in html, "<img" in html) == (False, False, False)
    assert "pas encore arrivé" in html
    assert "Pas encore là" in html


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Ken Tanaka", "KT"), ("Amina Diallo-Fontaine", "AD"), ("Zoé", "Z"), ("(…)", "·"), ("", "P"), ("李 小龍", "李小")],
)
def test_initials(name: str, expected: str) -> None:
    assert initials({"display_name": name, "username": "paul"}) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("tokyo.localhost:8002", "Tokyo"),
        ("new-york.diplomatie.example", "New York"),
        ("xn--mnchen-3ya.example", "München"),
        ("192.0.2.7", "192.0.2.7"),
        ("not a host", "not a host"),
    ],
)
def test_a_node_is_called_by_the_first_part_of_its_host(host: str, expected: str) -> None:
    assert name_of_node(host) == expected


def test_people_and_tags_in_a_text_lead_to_pages_of_this_node() -> None:
    post = {
        "content": (
            '<p><span class="h-card"><a href="http://tokyo.example/@ken" class="u-url mention">@<span>ken</span></a></span> '
            '<a href="http://tokyo.example/tags/asie" class="mention hashtag" rel="tag">#<span>asie</span></a> '
            '<a href="https://docs.example/">docs.example</a></p>'
        ),
        "mentions": [{"url": "http://tokyo.example/@ken", "acct": "ken@tokyo.example"}],
        "tags": [{"url": "http://paris.example/tags/Asie", "name": "Asie"}],
    }
    shown = content(post)
    assert 'href="/@ken@tokyo.example"' in shown
    assert 'href="/tags/asie"' in shown
    assert 'href="https://docs.example/"' in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_post_says_who_reads_it(language: Language) -> None:
    template, own = PAGES["journal"]
    text = environment(language).get_template(template).render(context(language, **own))
    only_here = {"en": "This node only", "fr": "Ce nœud seulement"}[language]
    assert re.search(rf'class="reach reach-node">.*?{only_here}</span>', text)


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Begins a process anew, as far as templates are concerned."""

    def begin() -> None:
        environment.cache_clear()
        monkeypatch.setattr(KEPT, "directory", "")

    return begin


def test_what_templates_compile_to_is_kept_for_the_next_start(tmp_path: Path, anew: Callable[[], None]) -> None:
    folder = tmp_path / "templates"
    (folder / "jinja2-0.1").mkdir(parents=True)
    anew()
    prepare(folder)
    (kept,) = folder.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    compiled = {file: file.stat().st_mtime_ns for file in kept.iterdir()}
    assert len(compiled) == len(list(TEMPLATES.rglob("*.html"))) + 1  # and the mark that none is missing
    anew()
    prepare(folder)
    assert {file: file.stat().st_mtime_ns for file in kept.iterdir()} == compiled


def test_pages_are_shown_where_nothing_can_be_kept(tmp_path: Path, anew: Callable[[], None]) -> None:
    (tmp_path / "templates").write_text("a file in the way")
    anew()
    prepare(tmp_path / "templates")
    assert environment(LANGUAGES[0]).get_template("error.html").name == "error.html"
