"""What the pages about communities are shown with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from node.web.addresses import Neighbours
from node.web.community import Shown
from node.web.listing import Other
from node.web.pages.admin_life import measured
from node.web.pages.communities import Mine, Typed
from node.web.pages.manage import Asking, Come
from node.web.pages.manage_members import KeptOut
from storage.cards import EMPTY
from storage.communities import Ban, Community
from storage.community_desk import CommunityLife
from storage.ids import AccountId, PostId
from storage.readership import Readers
from tests.node.web.samples import (
    ALONE,
    AMINA,
    APART,
    ASKED,
    ATTACK,
    CARD,
    DRAFT,
    FOLLOWED,
    HOSTILE,
    KEN,
    MARIE,
    NOW,
    OWN,
    PICTURE,
    POST,
    READERS,
    SEARCH,
    WARNED,
    account,
    status,
)
from tests.node.web.samples_of_first_days import MODERATOR
from tests.node.web.samples_of_first_days import PAGES as PAGES_OF_FIRST_DAYS
from tests.node.web.samples_of_life import WEEKS

MONTH = NOW - timedelta(days=30)


def led(identifier: int, **more: Any) -> Community:
    known: dict[str, Any] = {
        "is_for_members": False,
        "managers_write_only": False,
        "managers_uri": "",
        "closed_at": None,
    }
    return Community(AccountId(identifier), **known | more)


def community(identifier: int, username: str, name: str, purpose: str, host: str = "", **more: Any) -> dict[str, Any]:
    return account(identifier, username, name, host, note=f"<p>{purpose}</p>", group=True, **more)


VISAS = community(
    61,
    "visas",
    "Visas et affaires consulaires",
    "Questions de droit et de pratique sur les visas, l’état civil et la protection consulaire. On répond sous deux jours.",
    followers_count=1240,
)
PRESS = community(
    62, "presse", "Salle de presse", "La revue du matin, pour celles et ceux qui la font.", locked=True, header=PICTURE
)
ASIA = community(63, "asia", "Asia & Pacific", "Everything east of Suez.", "tokyo.localhost:8002", avatar=PICTURE)
TORN = {**HOSTILE, "id": "64", "group": True, "locked": True}
OVER = community(65, "brexit", "", "", followers_count=1)

JOINED = SimpleNamespace(**{**vars(FOLLOWED), "muting": False, "followed_by": False})
MANY, FEW = Readers(1240, 38), Readers(1, 1)


def shown(about: dict[str, Any], how: Community, relation: Any, **more: Any) -> Shown:
    known: dict[str, Any] = {
        "managers": [KEN, AMINA],
        "leads": False,
        "ban": None,
        "readers": MANY,
        "is_here": "@" not in about["acct"],
    }
    return Shown(account=about, led=how, relation=relation, **known | more)


ENTITLED = status(
    161, KEN, "<p>Deux pages.</p>", legation={"reach": "all_nodes", "title": "Note <provisoire>", "event": None}
)
NAMED = (
    '<p><span class="h-card"><a href="http://paris.localhost:8001/@visas" class="u-url mention">@<span>visas</span></a>'
    "</span> Qui a le formulaire&nbsp;?</p>"
)
NAMING = [{"id": "61", "username": "visas", "url": "http://paris.localhost:8001/@visas", "acct": "visas"}]
IN_VISAS = status(162, AMINA, NAMED, mentions=NAMING)
FOR_MEMBERS = status(163, MARIE, NAMED, "community", visibility="private", mentions=NAMING)
SHARED_THERE = status(164, VISAS, IN_VISAS["content"], reblog=IN_VISAS)

MINE = [
    Mine(VISAS, leads=True, new=3, asking=2, post=IN_VISAS),
    Mine(ASIA, leads=False, new=0, asking=0, post=ENTITLED),
    Mine(PRESS, leads=False, new=1, asking=0, post=WARNED),
    Mine(TORN, leads=False, new=1234, asking=0, post=ATTACK),
    Mine(OVER, leads=False, new=0, asking=0, post=None),
]
OTHERS = [
    Other(VISAS, led(61), JOINED, NOW),  # type: ignore[arg-type]  # a relation is as good as its fields
    Other(PRESS, led(62, is_for_members=True), APART, MONTH),  # type: ignore[arg-type]  # as above
    Other(ASIA, None, APART, None),  # type: ignore[arg-type]  # as above
    Other(TORN, led(64), ASKED, MONTH),  # type: ignore[arg-type]  # as above
    Other(OVER, led(65, closed_at=MONTH), APART, MONTH),  # type: ignore[arg-type]  # as above
]
LIST: dict[str, Any] = {
    "asked": "",
    "mine": MINE,
    "further": MINE[:2],
    "is_whole": True,
    "others": OTHERS,
    "may_found": True,
    "before": "",
    "after": "/communities?page=2",
    "path": "/communities",
}
WRITING = SimpleNamespace(**{**vars(DRAFT), "community": "visas"})
OPEN = shown(VISAS, led(61), JOINED)
CLOSED = shown(PRESS, led(62, is_for_members=True, managers_write_only=True), JOINED, leads=True, readers=FEW)


def face(about: Shown, **own: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "shown": "posts",
        "posts": [],
        "pinned": [],
        "people": [],
        "draft": None,
        "errors": {},
        "readers": READERS,
        "around": ALONE,
    }
    return {"community": about, "account": about.account, "path": f"/@{about.account['acct']}", **given, **own}


FULL = {
    "posts": [IN_VISAS, POST, FOR_MEMBERS, OWN],
    "pinned": [ENTITLED],
    "pins": {ENTITLED["id"]},
    "locked": {POST["id"]},
    "around": Neighbours(None, "/@visas?max_id=101"),
}
BANNED = Ban(AccountId(62), AccountId(1), "", NOW + timedelta(days=7), NOW)
TYPED = Typed("<b>bold", "é é", "\nPour <quoi>", "closed", "members", "managers")
WRONG = {"name": "Donnez un nom.", "address": "Pris.", "purpose": "Trop long."}

LED = shown(PRESS, replace(CLOSED.led, managers_write_only=False), JOINED, leads=True)
LED_ELSEWHERE = shown(ASIA, led(63, closed_at=MONTH), JOINED, leads=True, readers=FEW)
LIFE = CommunityLife(members=38, last_at=MONTH, weeks=None, questions=[], newcomers=[])
DESK: dict[str, Any] = {
    "community": LED,
    "life": replace(LIFE, questions=[PostId(number) for number in range(4)], newcomers=[None] * 5),  # type: ignore[list-item]  # counted
    "is_asleep": False,
    "requests": [Asking(KEN, CARD, NOW), Asking(HOSTILE, EMPTY, MONTH)],
    "requests_count": 3,
    "newcomers": [Come(AMINA, EMPTY, MONTH, has_written=False), Come(HOSTILE, CARD, NOW, has_written=True)],
    "questions": [POST, WARNED],
    "pinned": [ENTITLED],
    "weeks": measured(WEEKS),
    "fewest": 10,
}
QUIET: dict[str, Any] = {
    "requests": [],
    "newcomers": [],
    "questions": [],
    "pinned": [],
    "weeks": None,
    "life": LIFE,
    "is_asleep": True,
}
KEPT = [KeptOut(HOSTILE, None), KeptOut(KEN, NOW + timedelta(days=7))]
OUT = {"ban_until": "good", "reason": "<b>bold", "takes_out": "yes"}

PAGES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "communities": ("communities.html", LIST),
    "communities_first_day": ("communities.html", {**LIST, "mine": [], "further": [], "others": OTHERS[1:3]}),
    "communities_none": (
        "communities.html",
        {**LIST, "mine": [], "further": [], "others": [], "after": "", "me": MODERATOR},
    ),
    "communities_found": (
        "communities.html",
        {**LIST, "asked": "<x>", "mine": [], "further": [], "is_whole": False, "before": "/communities?page=1"},
    ),
    "community": ("community.html", face(OPEN, draft=WRITING, **FULL)),
    "community_of_managers": (
        "community.html",
        face(CLOSED, draft=SimpleNamespace(**{**vars(WRITING), "community": "presse"}), leading="presse", **FULL),
    ),
    "community_to_join": ("community.html", face(shown(PRESS, CLOSED.led, APART))),
    "community_elsewhere": ("community.html", face(shown(ASIA, led(63), ASKED, readers=FEW, managers=[]))),
    "community_banned": ("community.html", face(shown(PRESS, CLOSED.led, APART, ban=BANNED))),
    "community_members": ("community.html", face(OPEN, shown="members", people=[KEN, MARIE, HOSTILE])),
    "community_closed_down": (
        "community.html",
        face(shown(OVER, led(65, closed_at=MONTH), JOINED, managers=[HOSTILE]), posts=[POST]),
    ),
    "community_new_wrong": (
        "community_new.html",
        {"typed": TYPED, "errors": WRONG, "may_found": True, "domain": "paris.example"},
    ),
    # In place of those without communities.
    "welcome_3": ("welcome_3.html", {**PAGES_OF_FIRST_DAYS["welcome_3"][1], "communities": OTHERS[1:3]}),
    "search": ("search.html", {**SEARCH, "communities": OTHERS[1:3]}),
    "manage": ("manage.html", DESK),
    "manage_quiet": ("manage.html", {**DESK, **QUIET}),
    "manage_elsewhere": (
        "manage.html",
        {**DESK, **QUIET, "community": LED_ELSEWHERE, "life": replace(LIFE, last_at=None)},
    ),
    "manage_members": (
        "manage_members.html",
        {
            "community": LED,
            "asked": "",
            "people": [KEN, AMINA, HOSTILE],
            "leading": {KEN["id"]},
            "kept_out": KEPT,
            "around": Neighbours(None, "/@presse/manage/members?max_id=1"),
        },
    ),
    "manage_keep_out": (
        "manage_keep_out.html",
        {"community": LED, "person": HOSTILE, "typed": OUT, "errors": {"reason": "Trop long."}},
    ),
    "manage_about": (
        "manage_about.html",
        {"community": LED, "typed": TYPED, "errors": {"name": "Donnez un nom.", "purpose": "Trop long."}},
    ),
    "manage_close": ("manage_close.html", {"community": LED}),
    "manage_take_out": (
        "manage_take_out.html",
        {"community": LED, "entity": ATTACK, "reason": "", "errors": {"reason": "Trop long."}},
    ),
    "manage_refused": ("manage_refused.html", {"community": LED, "sentence": "<b>bold"}),
    "journal_in_community": (
        "tag.html",
        {"posts": [SHARED_THERE], "tag": "x", "is_followed": False, "can_be_followed": True, "around": ALONE},
    ),
}
