"""What the page about what lives and what sleeps is shown with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from node.web.pages.admin_life import Come, measured
from storage.cards import EMPTY
from storage.community_life import Hosted
from storage.ids import AccountId, PostId
from storage.life import TagLife, Waiting, Week
from storage.tags import Tag
from tests.node.web.samples import APART, ASKED, CARD, FOLLOWED, HOSTILE, KEN, MARIE, NOW, PAUL, POST, WARNED, status
from tests.node.web.samples_of_first_days import MODERATOR

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEKS = [
    Week(MONDAY - timedelta(weeks=7 - number), *written)
    for number, written in enumerate(
        [(11, 24, 9), (14, 31, 22), (9, 12, 4), (0, 0, 0), (17, 1240, 35), (16, 38, 41), (21, 47, 52), (6, 9, 11)]
    )
]
USED = [
    TagLife(Tag(1, "visas", "visas"), 9, NOW - timedelta(days=2)),
    TagLife(Tag(2, "état_civil", "État_civil"), 4, NOW - timedelta(days=9)),
    TagLife(Tag(3, "x", "<b>bold"), 1, NOW - timedelta(days=9)),
]
SLEPT = [
    TagLife(Tag(4, "a", "accueil"), 7, NOW - timedelta(days=94)),
    TagLife(Tag(5, "b", "CoopérationDécentraliséeEtActionExtérieureDesCollectivités"), 3, NOW - timedelta(days=330)),
]
SHORT = status(160, MARIE, "<p>Qui connaît le nouveau consul général à Osaka&nbsp;? <b>Un nom suffit.</b></p>")


def come(account: dict[str, Any], relation: Any, **more: Any) -> Come:
    known: dict[str, Any] = {"card": EMPTY, "has_picture": False, "has_written": True, "unanswered": ""} | more
    return Come(account=account, relation=relation, **known)


NEWCOMERS = [
    come(HOSTILE, APART, unanswered="107"),
    come(PAUL, APART, has_written=False),
    come(KEN, FOLLOWED, has_picture=True),
    come({**PAUL, "id": "14", "acct": "lea", "username": "lea", "display_name": "Léa Martin"}, ASKED, card=CARD),
]


def shown(
    staff: int,
    away: int | None,
    *,
    waiting: int = 0,
    late: int = 0,
    come: int = 0,
    alive: Sequence[TagLife] = (),
    asleep: Sequence[TagLife] = (),
) -> SimpleNamespace:
    """What was found, of which the page counts the questions and the newcomers."""
    posts = Waiting([PostId(number) for number in range(waiting)], late)
    return SimpleNamespace(staff=staff, away=away, waiting=posts, newcomers=range(come), alive=alive, asleep=asleep)


SLEEPING = Hosted(AccountId(61), "visas", "<b>bold", NOW, 1, False, False, False, None, None)
LIFE: dict[str, Any] = {
    "life": shown(38, 5, waiting=4, late=2, come=5, alive=USED, asleep=SLEPT),
    "questions": [POST, WARNED, SHORT],
    "newcomers": NEWCOMERS,
    "weeks": measured(WEEKS),
    "hosted": 3,
    "sleeping": [(SLEEPING, NOW - timedelta(days=94))],
    "unled": [SLEEPING],
    "fewest": 10,
    "path": "/administration/life",
}
NOTHING = shown(12, 0)
FEW = shown(3, None, waiting=1, come=1, alive=USED[:1])

PAGES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "admin_life": ("admin_life.html", LIFE),
    "admin_life_of_moderators": (
        "admin_life.html",
        {
            **LIFE,
            "life": FEW,
            "questions": [SHORT],
            "newcomers": NEWCOMERS[-1:],
            "weeks": None,
            "hosted": 0,
            "me": MODERATOR,
        },
    ),
    "admin_life_well": (
        "admin_life.html",
        {**LIFE, "life": NOTHING, "questions": [], "newcomers": [], "sleeping": [], "unled": []},
    ),
}
