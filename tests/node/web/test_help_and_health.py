"""Help and the statement about accessibility; the administration's overview, the record, the style page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

import node
from node import keeping
from node.actions.moderation import ACTIONS, STANDING
from node.verdicts import State, backup, queue
from node.web import health
from node.web.appearance import TEMPLATES
from node.web.deeds import ACTS
from node.web.languages import LANGUAGES
from node.web.pages.style import may_see
from storage import audit
from storage.backlog import Backlog, DeadFor, ToPeer, Waiting
from storage.ids import Host, first_id_at
from storage.peers import Clock
from tests.node.conftest import House
from tests.node.web.browser import Browser
from tests.node.web.test_pages import Visit, marie, visit
from tests.node.web.test_templates import OF_THE_TRADE

__all__ = ["marie", "visit"]

NOW = datetime(2026, 11, 27, 14, tzinfo=UTC)
RECORD = "/administration/audit"


class Skeleton(HTMLParser):
    """What two texts in two languages must have in common: ids, links and how many steps a section has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found.append((tag, given.get("id") or given.get("href") or ""))


def skeleton(name: str) -> list[tuple[str, str]]:
    parser = Skeleton()
    parser.feed((TEMPLATES / "prose" / name).read_text())
    return parser.found


# ---- help -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["help", "accessibility"])
def test_both_languages_say_the_same_things(text: str) -> None:
    french, english = (skeleton(f"{text}_{language}.html") for language in LANGUAGES)
    assert french == english
    assert len([tag for tag, _ in french if tag == "h2"]) >= 6


@pytest.mark.parametrize("path", sorted((TEMPLATES / "prose").glob("*.html")), ids=lambda path: path.stem)
def test_their_words_are_the_ministrys(path: Path) -> None:
    text = path.read_text()
    assert OF_THE_TRADE.findall(text) == []
    if path.stem.endswith("_fr"):
        words = re.sub(r"<[^>]*>|\{[{%].*?[%}]\}", "", text)
        assert re.findall(r".{9}(?: [:;?!»]|« |').{9}", words) == []


def anchors_used() -> Iterator[str]:
    for template in TEMPLATES.glob("*.html"):
        yield from re.findall(r'help_link\("([a-z-]+)"', template.read_text())


def test_each_question_mark_leads_to_a_paragraph() -> None:
    used = set(anchors_used())
    assert len(used) >= 6
    assert used <= {name for tag, name in skeleton("help_en.html") if tag == "h2"}


async def test_help_is_there_for_who_cannot_sign_in(house: House) -> None:
    browser = Browser(house.client)
    page = await browser.open("/help", **{"Accept-Language": "fr"})
    assert (page.status, "Se connecter" in page.text, house.node.settings.domain in page.text) == (200, True, True)
    page = await browser.open("/accessibility", **{"Accept-Language": "en"})
    assert (page.status, "not compliant" in page.text, "27 November 2026" in page.text) == (200, True, True)


# ---- the overview ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "founded", "expected"),
    [
        (timedelta(days=1), timedelta(days=90), State.GOOD),
        (timedelta(days=9), timedelta(days=90), State.LOOK),
        (timedelta(days=40), timedelta(days=90), State.BAD),
        (None, timedelta(days=1), State.LOOK),
        (None, timedelta(days=40), State.BAD),
    ],
)
def test_a_backup_is_of_last_week(made: timedelta | None, founded: timedelta, expected: State) -> None:
    assert backup(None if made is None else NOW - made, now=NOW, founded=NOW - founded) is expected


def test_a_day_is_long_for_a_queue() -> None:
    assert [queue(NOW - timedelta(hours=hours), now=NOW) for hours in (23, 25)] == [State.GOOD, State.LOOK]


WELL = health.Looked(
    now=NOW,
    free=50_000_000_000,
    total=100_000_000_000,
    data=Path("/srv"),
    clock_is_wrong=False,
    database=2_500_000_000,
    waiting=Backlog(Waiting(0, None), [], []),
    open_reports=0,
    backed_up_at=NOW - timedelta(days=2),
    founded_at=NOW - timedelta(days=90),
    version="1.2",
)
TOKYO = Host("tokyo.example")
OLD = first_id_at(NOW - timedelta(days=2))


@pytest.mark.parametrize(
    ("changed", "state", "said"),
    [
        ({}, State.GOOD, "50\N{NO-BREAK SPACE}Go (50\N{NO-BREAK SPACE}%) du disque sont libres. Rien à faire."),
        ({}, State.GOOD, "La base de données occupe 2\N{NO-BREAK SPACE}Go."),
        ({}, State.GOOD, "Dernière sauvegarde\N{NO-BREAK SPACE}: 25 novembre. Rien à faire"),
        ({}, State.GOOD, "Ceci est Legation 1.2"),
        ({"free": 5_000_000_000}, State.LOOK, "Prévoyez plus de place"),
        ({"free": 500_000_000}, State.BAD, "500\N{NO-BREAK SPACE}Mo (0\N{NO-BREAK SPACE}%) du disque sont libres"),
        ({"clock_is_wrong": True}, State.BAD, "Réglez-la par NTP."),
        ({"backed_up_at": None}, State.BAD, "Aucune sauvegarde"),
        ({"backed_up_at": NOW - timedelta(days=12)}, State.LOOK, "Faites-en une chaque semaine"),
        ({"waiting": Backlog(Waiting(3, OLD), [], [])}, State.LOOK, "3 messages reçus attendent d’être traités"),
        ({"waiting": Backlog(Waiting(1, first_id_at(NOW)), [], [])}, State.GOOD, "1 message reçu attend"),
        ({"waiting": Backlog(Waiting(0, None), [ToPeer(TOKYO, 2, OLD)], [])}, State.LOOK, "2 messages attendent pour tokyo"),
        ({"waiting": Backlog(Waiting(0, None), [], [DeadFor(TOKYO, 1)])}, State.LOOK, "tokyo.example a été abandonné"),
        ({"waiting": Backlog(Waiting(0, None), [], [], [Clock(TOKYO, -300)])}, State.LOOK, "diffèrent de 5 minutes"),
        ({"waiting": Backlog(Waiting(0, None), [], [], held=[TOKYO])}, State.LOOK, "La clé de tokyo.example a changé"),
        ({"open_reports": 2}, State.LOOK, "2 signalements sont ouverts."),
    ],
)  # fmt: skip
def test_each_sign_says_what_to_do(changed: dict[str, object], state: State, said: str) -> None:
    looked = replace(WELL, **changed)  # type: ignore[arg-type]  # each value fits its field
    found = [sign for sign in health.Said(looked, "fr").everything() if said in sign.sentence]
    assert [sign.state for sign in found] == [state]
    others = [sign for sign in health.Said(looked, "fr").everything() if sign not in found]
    assert {sign.state for sign in others} == {State.GOOD}


async def test_the_overview_says_what_waits_and_leads_to_everything(
    house: House, visit: Visit, marie: Browser, tmp_path: Path
) -> None:
    claire, anne = await visit("claire", role="admin"), await visit("anne", role="moderator")
    assert (await marie.open("/administration")).status == 403
    page = await anne.open("/administration")
    assert ("Signalements" in page.text, "Disque" in page.text, RECORD in page.html) == (True, False, False)
    page = await claire.open("/administration")
    assert "Aucune sauvegarde n’a été faite" in page.text
    for path in sorted(set(re.findall(r'href="(/(?:administration|moderation|style)[^"]*)"', page.html))):
        assert (await claire.open(path)).status == 200, path
    (house.node.settings.data / "legation.toml").touch()
    await keeping.back_up(house.node.store, house.node.settings, tmp_path / "node.tar", progress=lambda _: None)
    assert "Dernière sauvegarde : à l’instant" in (await claire.open("/administration")).text


# ---- the record -----------------------------------------------------------------------------------------------------


async def test_the_record_is_read_with_filters_and_pages(house: House, visit: Visit) -> None:
    claire = await visit("claire", role="admin")
    for number in range(60):
        await house.node.store.write(
            audit.add, who="claire", source="web 10.1.2.3", act="peer.allow", subject=f"n{number}.example"
        )
    detail = {"before": "staff", "after": "<b>admin"}
    await house.node.store.write(
        audit.add, who="anne", source="command", act="staff.role", subject="ken", detail=detail
    )
    page = await claire.open(RECORD)
    assert all(words in page.text for words in ("A changé un rôle", "after: <b>admin", "n59.example"))
    assert "n10.example" not in page.text
    older = await claire.open(next(iter(re.findall(r'rel="next" href="([^"]+)"', page.html))).replace("&amp;", "&"))
    assert "n10.example" in older.text
    assert "n59.example" not in older.text
    found = await claire.open(f"{RECORD}?who=Claire&act=peer&about=n1")
    assert len(re.findall(r'class="entry"', found.html)) == 11
    page = await claire.open(f"{RECORD}?who=claire&act=peer.allow")
    assert "who=claire&amp;act=peer.allow&amp;max_id=" in page.html
    assert '<option value="peer.allow" selected>A admis un nœud</option>' in page.html
    assert "Aucune entrée ne correspond" in (await claire.open(f"{RECORD}?since=2999-01-01")).text
    for day in ("hier", "2026-13-01", "0001-01-01", "9999-12-31"):
        wrong = await claire.open(f"{RECORD}?until={day}")
        assert (wrong.status, "année-mois-jour" in wrong.text) == (422, True)
    assert (await claire.open(f"{RECORD}?max_id=x")).status == 404
    assert (await (await visit("bob", role="moderator")).open(RECORD)).status == 403


NOTED = re.compile(r'act="([a-z.-]+)"|_note\(unit, moderator, "([a-z.]+)"')
"""How the code puts decisions on record."""


def test_each_kind_of_decision_has_words() -> None:
    house = Path(node.__file__).parent.parent
    sources = [file for floor in ("node", "federation", "storage") for file in (house / floor).rglob("*.py")]
    noted = {act or moderators for file in sources for act, moderators in NOTED.findall(file.read_text())}
    assert len(noted) > 30
    assert noted - ACTS.keys() == set()
    of_moderators = {f"account.{action}" for action in ACTIONS} | {f"account.un{action}" for action in STANDING}
    assert of_moderators - ACTS.keys() == set()


# ---- the style page -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("development", "is_administrator", "expected"), [(True, False, True), (False, False, False), (False, True, True)]
)
def test_the_style_page_is_for_those_who_build(development: bool, is_administrator: bool, expected: bool) -> None:
    assert may_see(is_administrator=is_administrator, development=development) is expected


async def test_the_style_page_shows_every_colour_and_part(house: House) -> None:
    page = await Browser(house.client).open("/style", **{"Accept-Language": "fr"})
    assert page.status == 200
    assert all(f'fill="var(--{name})"' in page.html for name in ("paper", "brand", "red-wash", "tint-5-ink"))
    assert all(part in page.html for part in ('class="errors"', 'class="steps"', 'class="quoted', 'class="poll"'))
