"""What the pages of the first day, of help and of the administration's overview are shown with."""

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from node.actions.since import Digest
from node.verdicts import State
from node.web.addresses import Neighbours
from node.web.health import Sign
from node.web.pages import style
from node.web.pages.admin_audit import Shown, Typed
from node.web.pages.charter import Shown as ShownCharter
from node.web.pages.since import Shown as ShownGroup
from storage.house import Rule
from storage.ids import AccountId, PostId
from storage.tags import Tag
from storage.visits import Visit
from storage.welcomes import Welcome
from tests.node.web.samples import (
    ALONE,
    AMINA,
    ANSWER,
    APART,
    ASKED,
    ATTACK,
    EVENT,
    FEED,
    FOLLOWED,
    HOSTILE,
    KEN,
    MARIE,
    NOW,
    PAUL,
    POST,
    SHARED,
    WARNED,
    WRONG,
)

YESTERDAY = NOW - timedelta(days=1)
BEGUN = Welcome(AccountId(1), YESTERDAY, 3, YESTERDAY, None)
RULES = [Rule(71, "On signe de son nom.", "Pas de <b>pseudonyme."), Rule(72, "On répond sous deux jours.", "")]
VISIT = Visit(YESTERDAY, [], [], 9, 8, more=False)
NOTHING = Digest([], [], is_digest=False, left=0)
GROUPS = [
    ShownGroup([POST], 1, is_conversation=False),
    ShownGroup([WARNED, EVENT, ATTACK], 7, is_conversation=False),
    ShownGroup([SHARED, POST], 3, is_conversation=True),
]
SINCE: dict[str, Any] = {
    "to_me": [ANSWER],
    "to_me_is_more": True,
    "groups": GROUPS,
    "digest": Digest([PostId(1)], [], is_digest=True, left=41),
    "visit": VISIT,
    "path": "/since",
}
TYPED = {"note": "", "spoken": "ja", "topic": "", "text": "", "reach": "all_nodes"}
TAGS = [Tag(1, "visas", "visas"), Tag(2, "état_civil", "État_civil")]


def step(number: int, **own: Any) -> dict[str, Any]:
    return {"step": number, "steps": 5, "errors": {}, "typed": TYPED, **own}


def entry(number: int, act: str, **detail: str) -> Shown:
    return Shown(number, NOW, "<marie>", "web 10.1.2.3", act, "peer.allow", "tokyo.example", dict(detail))


COLLEAGUES = {
    "colleagues": [PAUL, HOSTILE],
    "elsewhere": [KEN, AMINA],
    "relations": {"4": APART, "5": FOLLOWED, "2": ASKED, "3": APART},
    "count": 12,
    "more": False,
    "following": 1,
}
NO_COLLEAGUES = {**COLLEAGUES, "colleagues": [], "elsewhere": [], "count": 0, "following": 0}
RECORD = {
    "entries": [entry(1234, "A admis un nœud"), entry(3, "A changé un rôle", before="staff", after="<b>bold")],
    "choices": [("", "Tout"), ("peer.allow", "A admis un nœud")],
    "typed": Typed(who="marie"),
    "errors": {},
    "around": Neighbours("/administration/audit?min_id=3", "/administration/audit?max_id=1"),
}
SIGNS = [
    Sign("Disque", State.BAD, "1 % du disque est libre : <b>agissez."),
    Sign("En route", State.LOOK, "3 messages attendent pour tokyo.example.", "/administration/nodes"),
    Sign("Horloge", State.GOOD, "Elle va bien."),
]
MODERATOR = SimpleNamespace(acct="anne", username="anne", display_name="Anne", may_administer=False, may_moderate=True)
HELP = {"domain": "paris.localhost:8001", "contact": ""}
STYLE = {
    "colours": style.colours(),
    "steps": style.STEPS,
    "samples": style.samples(*style.SAID["fr"], now=NOW),
    "around": Neighbours("#pages", "#pages"),
    "relation": style.RELATION,
}

PAGES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "journal_welcome": ("journal.html", {**FEED, "shown": "following", "welcome": BEGUN}),
    "charter": (
        "charter.html",
        {"shown": ShownCharter(RULES, "<p>Pour Paris.</p>", BEGUN), "owes": False, "then": "/"},
    ),
    "charter_owed": ("charter.html", {"shown": ShownCharter(RULES, "", None), "owes": True, "then": "/since"}),
    "charter_changed": ("charter.html", {"shown": ShownCharter(RULES, "", BEGUN), "owes": True, "then": "/"}),
    "charter_none": ("charter.html", {"shown": ShownCharter([], "", None), "owes": False, "then": "/"}),
    "welcome_1": ("welcome_1.html", step(1, myself=PAUL, spoken=[("fr", "<b>bold"), ("ja", "x")])),
    "welcome_1_wrong": (
        "welcome_1.html",
        step(1, myself=MARIE, spoken=[("fr", "x")])
        | {"errors": {"note": "Trop long.", "file": "Non.", "languages": "Non."}},
    ),
    "welcome_2": ("welcome_2.html", step(2, **COLLEAGUES)),
    "welcome_2_none": ("welcome_2.html", step(2, **NO_COLLEAGUES)),
    "welcome_3": ("welcome_3.html", step(3, offered=TAGS, followed=TAGS[:1], communities=[])),
    "welcome_3_wrong": (
        "welcome_3.html",
        step(3, offered=[], followed=[], communities=[]) | {"errors": {"topic": "Non."}},
    ),
    "welcome_4": ("welcome_4.html", step(4)),
    "welcome_5": ("welcome_5.html", step(5, key="k3", domain="paris.localhost:8001")),
    "welcome_5_wrong": (
        "welcome_5.html",
        step(5, key="k3", domain="paris.localhost:8001") | {"errors": {"text": WRONG["text"]}},
    ),
    "since": ("since.html", SINCE),
    "since_few": (
        "since.html",
        {**SINCE, "to_me": [], "to_me_is_more": False, "digest": NOTHING},
    ),
    "since_much": ("since.html", {**SINCE, "visit": Visit(YESTERDAY, [], [], 9, 8, more=True)}),
    "since_nothing": ("since.html", {**SINCE, "to_me": [], "groups": [], "to_me_is_more": False, "digest": NOTHING}),
    "help": ("help.html", HELP),
    "help_signed_out": ("help.html", {**HELP, "me": None, "contact": "aide@paris.example"}),
    "accessibility": ("accessibility.html", {**HELP, "tested_on": "27 novembre 2026"}),
    "accessibility_contact": (
        "accessibility.html",
        {**HELP, "me": None, "contact": "aide@paris.example", "tested_on": "27 novembre 2026"},
    ),
    "administration": ("administration.html", {"signs": SIGNS, "open_reports": 2, "path": "/administration"}),
    "administration_well": ("administration.html", {"signs": SIGNS[2:], "open_reports": 0}),
    "administration_look": ("administration.html", {"signs": SIGNS[1:], "open_reports": 0}),
    "administration_of_moderators": ("administration.html", {"signs": [], "open_reports": 1, "me": MODERATOR}),
    "admin_audit": ("admin_audit.html", RECORD),
    "admin_audit_none": ("admin_audit.html", {**RECORD, "entries": [], "around": ALONE}),
    "admin_audit_wrong": ("admin_audit.html", {**RECORD, "entries": [], "errors": {"since": "Non."}, "around": ALONE}),
    "style": ("style.html", STYLE),
    "style_signed_out": ("style.html", {**STYLE, "me": None}),
}
