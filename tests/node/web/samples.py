"""What templates are shown with: people and posts as the client API has them, and each page's context."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import segno

from node.memory.shelf import Changes, Shelf
from node.web import assets
from node.web.addresses import Neighbours
from node.web.asked import Asked
from node.web.excerpts import Piece
from node.web.pages.search import Hit
from node.web.pages.settings import Typed
from node.web.pages.settings_apps import Acting
from node.web.pages.settings_pushes import Told
from node.web.pages.settings_sessions import Opened
from node.web.shortcuts import SHORTCUTS
from storage.cards import EMPTY, Card
from storage.contexts import Gap
from storage.exports import Export
from storage.ids import AccountId, PostId
from storage.passkeys import Passkey, PasskeyId
from storage.posting_defaults import Defaults
from storage.second_factors import Factors
from storage.sendings import Sending
from storage.tags import Tag
from storage.visibility import Reach

ALONE = Neighbours(None, None)
NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)


def ago(**apart: float) -> str:
    return (NOW - timedelta(**apart)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(identifier: int, username: str, name: str, host: str = "", **more: Any) -> dict[str, Any]:
    acct = f"{username}@{host}" if host else username
    origin = f"http://{host or 'paris.localhost:8001'}"
    return {
        "id": str(identifier),
        "username": username,
        "acct": acct,
        "display_name": name,
        "locked": False,
        "bot": False,
        "group": False,
        "emojis": [],
        "note": "",
        "url": f"{origin}/@{username}",
        "uri": f"{origin}/people/{username}",
        "followers_count": 128,
        "following_count": 1,
        "statuses_count": 1240,
        "fields": [],
        "avatar": f"http://paris.localhost:8001{assets.DEFAULT_AVATAR}",
        "header": f"http://paris.localhost:8001{assets.DEFAULT_HEADER}",
        **more,
    }


MARIE = account(
    1,
    "marie",
    "Marie Delorme",
    note="<p>Direction d’Asie et d’Océanie. Avant : Séoul, Bruxelles.</p>",
    fields=[{"name": "Bureau", "value": "<p>B 214</p>", "verified_at": None}],
)
PICTURE = "http://paris.localhost:8001/media/abcdefghijklmnopqrstuv"
KEN = account(2, "ken", "Ken Tanaka", "tokyo.localhost:8002", locked=True, avatar=PICTURE, header=PICTURE)
AMINA = account(3, "amina.diallo", "Amina Diallo-Fontaine", "nairobi.localhost:8003")
PAUL = account(4, "paul", "")
GAPS = [
    (Gap("tokyo.localhost:8002", "away", is_list=False, number=2), "<b>Why</b>"),
    (Gap("nairobi.localhost:8003", "too-long", is_list=True, number=1), "Why"),
]
HOSTILE = account(5, "mallory", '<script>alert("x")</script>', "evil.example", note='<p onclick="x()">hi</p>')


def status(
    identifier: int, author: dict[str, Any], content: str, reach: str = "all_nodes", **more: Any
) -> dict[str, Any]:
    return {
        "id": str(identifier),
        "created_at": ago(minutes=12),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "fr",
        "uri": f"{author['uri']}/posts/{identifier}",
        "url": f"{author['url']}/{identifier}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "edited_at": None,
        "content": content,
        "reblog": None,
        "account": author,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "poll": None,
        "favourited": False,
        "reblogged": False,
        "bookmarked": False,
        "muted": False,
        "filtered": [],
        "pinned": False,
        "emoji_reactions": [],
        "quotes_count": 0,
        "quote": None,
        "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
        "legation": {"reach": reach, "title": None},
        **more,
    }


MENTION = '<span class="h-card"><a href="http://paris.localhost:8001/@marie" class="u-url mention">@<span>marie</span></a></span>'
MENTIONED = [{"id": "1", "username": "marie", "url": "http://paris.localhost:8001/@marie", "acct": "marie"}]


def file(kind: str, description: str | None, **size: int) -> dict[str, Any]:
    meta: dict[str, Any] = {"focus": {"x": 0.0, "y": 0.0}} | ({"small": size} if size else {})
    own = {"preview_bytes": 82_345 if size else None}
    facts = {
        "id": "9",
        "type": kind,
        "url": f"{PICTURE}?pass=1",
        "description": description,
        "meta": meta,
        "legation": own,
    }
    return {**facts, "preview_url": f"{PICTURE}/small?pass=1" if kind in {"image", "gifv", "video"} else None}


FILES = [
    file("image", 'Le Quai <b>"vu"</b> de la Seine', width=640, height=480),
    file("image", None),
    file("video", "Le discours", width=64, height=48),
    file("gifv", "La grue", width=64, height=48),
    file("audio", None),
    file("unknown", "La note"),
    {**file("image", "Pas encore là", width=640, height=480), "url": None, "preview_url": None},
]

POST = status(
    101,
    KEN,
    "<p>La délégation économique arrive jeudi à Haneda à 9 h 40. Le programme tient en deux pages&nbsp;: entretiens au "
    "ministère le matin, table ronde avec les entreprises l’après-midi.</p><p>Qui a rencontré la nouvelle direction du "
    "Keidanren cet automne&nbsp;? Une ligne suffit.</p>",
    replies_count=3,
    favourites_count=12,
    reblogs_count=2,
    favourited=True,
)
OWN = status(
    102,
    MARIE,
    '<p>Point de situation consulaire de midi&nbsp;: <a href="https://docs.example/note" rel="nofollow noopener '
    'noreferrer" target="_blank">docs.example/note</a>. Merci à celles et ceux qui relisent avant 16 h.</p>',
    "node",
    visibility="public",
    created_at=ago(hours=3),
    edited_at=ago(hours=2),
    media_attachments=FILES,
)
WARNED = status(
    103,
    AMINA,
    "<p>Two names are still to be confirmed. I call the hospital again at six.</p>",
    "followers",
    visibility="private",
    spoiler_text="Accident on the Mombasa road: families informed",
    language="en",
    created_at=ago(days=2),
    legation={"reach": "followers", "title": "What we know at <noon>"},
    media_attachments=FILES[:1],
)
ANSWER = status(
    104,
    KEN,
    f"<p>{MENTION} Bien reçu, je m’en charge.</p>",
    "mentioned",
    visibility="direct",
    in_reply_to_id="102",
    mentions=MENTIONED,
    created_at=ago(minutes=2),
)
SHARED = status(105, MARIE, POST["content"], reblog=status(101, KEN, POST["content"]), created_at=ago(minutes=5))
UNLISTED = status(
    106, PAUL, "<p>Salle 12 libre cet après-midi.</p>", "unlisted", visibility="unlisted", created_at=ago(days=400)
)
ATTACK = status(
    107, HOSTILE, '<p onclick="x()">ok<script>alert(1)</script><img src=x onerror=y></p>', spoiler_text="<b>bold</b>"
)
EVENT = status(
    150,
    KEN,
    "<p>Un mot suffit.</p>",
    legation={
        "reach": "all_nodes",
        "title": "Réunion <consulaire>",
        "event": {
            "starts_at": ago(days=-3),
            "ends_at": None,
            "timezone": "Asia/Tokyo",
            "place": "Salle <2>",
            "status": "confirmed",
            "join_mode": "restricted",
            "capacity": 12,
            "attending_count": 1,
        },
    },
    legation_attendance="asked",
)


def poll(*counts: int | None, **more: Any) -> dict[str, Any]:
    given = sum(count or 0 for count in counts)
    return {
        "id": "108",
        "expires_at": ago(hours=-3),
        "expired": False,
        "multiple": False,
        "votes_count": given,
        "voters_count": given,
        "options": [
            {"title": f"<b>Salle {number}</b>", "votes_count": count} for number, count in enumerate(counts, start=11)
        ],
        "emojis": [],
        "voted": False,
        "own_votes": [],
        **more,
    }


ASKING = status(108, KEN, "<p>Quelle salle&nbsp;?</p>", poll=poll(12, 0, 1))
ASKING_MORE = status(108, KEN, "<p>Quelles salles&nbsp;?</p>", poll=poll(None, None, multiple=True))
ANSWERED = status(109, KEN, "<p>Quelle salle&nbsp;?</p>", poll=poll(12, 1, voted=True, own_votes=[1]))
ENDED = status(110, MARIE, "<p>Quelle salle&nbsp;?</p>", poll=poll(0, 0, expired=True, expires_at=ago(days=3)))
QUOTING = status(
    139,
    KEN,
    '<p>À lire</p><p><span class="quote-inline">RE: <a href="http://paris.localhost:8001/@marie/102">http://x</a></span></p>',
    quote={"state": "accepted", "quoted_status": OWN},
    quotes_count=1,
)
UNQUOTED = [
    status(140 + number, KEN, "<p>À lire</p>", quote={"state": state, "quoted_status": None})
    for number, state in enumerate(("pending", "rejected", "revoked", "deleted", "unauthorized"))
]
POSTS = [EVENT, POST, OWN, WARNED, ANSWER, SHARED, UNLISTED, ATTACK, QUOTING, *UNQUOTED]

APART = SimpleNamespace(
    following=False,
    requested=False,
    blocking=False,
    muting=False,
    followed_by=False,
    blocked_by=False,
    requested_by=False,
)
FOLLOWED = SimpleNamespace(**{**vars(APART), "following": True, "followed_by": True, "muting": True})
ASKED = SimpleNamespace(**{**vars(APART), "requested": True})
BLOCKED = SimpleNamespace(**{**vars(APART), "blocking": True})

NO_EVENT = {
    **dict.fromkeys(("starts_at", "ends_at", "place", "capacity", "status"), ""),
    "timezone": "Europe/Paris",
    "join_mode": "free",
}
NO_POLL: dict[str, Any] = {"options": (), "poll_ends": "86400", "poll_multiple": "", "poll_hidden": ""}
NOT_LATER: dict[str, Any] = {"tags": (), "scheduled_at": "", "scheduled_zone": "Europe/Paris", "community": ""}
READERS = SimpleNamespace(
    everybody=SimpleNamespace(nodes=38, people=1240, silent=2),
    here=SimpleNamespace(nodes=1, people=38),
    followers=SimpleNamespace(nodes=3, people=12),
)
ALONE_HERE = SimpleNamespace(
    everybody=SimpleNamespace(nodes=1, people=1, silent=0),
    here=SimpleNamespace(nodes=1, people=1),
    followers=SimpleNamespace(nodes=0, people=0),
)
DRAFT = SimpleNamespace(
    **NO_POLL,
    **NO_EVENT,
    quoted="",
    quotable="public",
    title="",
    text="",
    summary="",
    reach="all_nodes",
    language="fr",
    reply_to="",
    key="k1",
    files=(),
    most_files=4,
    **NOT_LATER,
)
REPLY = SimpleNamespace(
    **NO_POLL,
    **NO_EVENT,
    quoted="",
    quotable="followers",
    title="",
    text="@ken@tokyo.localhost:8002 ",
    summary="",
    reach="followers",
    language="en",
    reply_to="101",
    key="k2",
    files=[FILES[0], {**FILES[1], "id": "10"}],
    most_files=4,
    **NOT_LATER,
)
WRONG = {"text": "Écrivez quelque chose.", "summary": "Trop long."}


def told(kind: str, who: dict[str, Any], post: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    one = {
        "id": "9",
        "type": kind,
        "created_at": ago(hours=1),
        "people": [who],
        "count": 1,
        "status": post,
        "unread": False,
        "report": None,
        "moderation_warning": None,
        "community": None,
    }
    return {**one, **more}


def peer(host: str, state: str, **more: Any) -> SimpleNamespace:
    known = {
        "host": host,
        "unicode_host": host,
        "state": state,
        "changed_at": NOW - timedelta(days=3),
        "changed_by": "marie",
        "waiting": 0,
        "dead": 0,
        "trouble": "",
        "retry_at": None,
        "skew_minutes": 0,
        "last_sent_at": NOW - timedelta(minutes=4),
        "last_heard_at": NOW - timedelta(minutes=9),
        "contact": "",
        "key_waits": False,
    }
    return SimpleNamespace(**{**known, **more})


def identity(*, held: bool) -> dict[str, Any]:
    """By which keys a node is known, as its page shows it."""
    key = {"pinned_at": NOW, "confirmed_at": None, "confirmed_by": None}
    known = [
        SimpleNamespace(**key, fingerprint="0a" * 32),
        SimpleNamespace(**{**key, "confirmed_at": NOW, "confirmed_by": "<marie>"}, fingerprint="1b" * 32),
    ]
    waiting = ["2c" * 32] if held else []
    return {"identity": SimpleNamespace(known=known, held=waiting), "to_confirm": ["0a" * 32, *waiting]}


def staff(
    username: str, name: str, role: str, *, disabled: bool = False, has_second_factor: bool = False
) -> SimpleNamespace:
    return SimpleNamespace(
        username=username, display_name=name, role=role, disabled=disabled, has_second_factor=has_second_factor
    )


PEERS = [
    peer("tokyo.localhost:8002", "well"),
    peer(
        "nairobi.localhost:8003",
        "failing",
        waiting=1234,
        trouble="It did not answer.",
        retry_at=NOW + timedelta(minutes=8),
        dead=2,
    ),
    peer("lima.example", "waiting", waiting=1, skew_minutes=7),
    peer("xn--tky-5qa2b.example", "new", unicode_host="tókyô.example", last_sent_at=None, last_heard_at=None),
    peer("old.example", "removed"),
    peer("oslo.example", "paused", waiting=2, contact="<Ingrid>, +47", key_waits=True),
]
STAFF = [
    staff("marie", "Marie Delorme", "admin"),
    staff("paul", "Paul Nguyen", "staff", disabled=True),
    staff("ines", "Inès Ferreira", "moderator", has_second_factor=True),
]
CARD = Card("Attaché <presse>", "Service de presse", "Tokyo", ("fr", "ja", "x-none"), ("droit de la mer", "<i>visas"))
DUTY = dict.fromkeys(("function", "department", "place"), "<b>bold")
TYPED = SimpleNamespace(display_name="", username="", role="staff", locale="fr", **DUTY)
ASKING_NOTHING = Asked()
ASKING_ALL = Asked("état <x>", "ken", "tokyo.localhost:8002", "asie", "2026-01-01", "2026-02-01")
HIT = Hit(WARNED, [Piece("What we "), Piece("know", found=True)], [Piece("<b>bold "), Piece("<x>", found=True)])
SEARCH: dict[str, Any] = {
    "asked": ASKING_ALL,
    "errors": {},
    "hits": [HIT, Hit(POST, [], [Piece("La délégation")])],
    "people": [(KEN, CARD)],
    "communities": [],
    "namesakes": [],
    "nodes": ["tokyo.localhost:8002"],
    "older": "/search?q=x&max_id=1",
    "is_first": True,
    "here_node": "here",
}
DIRECTORY: dict[str, Any] = {
    "asked": ASKING_NOTHING,
    "people": [(MARIE, EMPTY), (PAUL, CARD)],
    "relations": {"1": APART, "2": APART, "4": FOLLOWED},
    "nodes": ["tokyo.localhost:8002"],
    "here_node": "here",
    "before": "",
    "after": "/people?page=2",
    "is_whole": False,
    "trouble": "",
}

FEED: dict[str, Any] = {
    "posts": POSTS,
    "readers": READERS,
    "states": {OWN["id"]: Sending(PostId(int(OWN["id"])), nodes=3, waiting=3, refused=0)},
    "around": Neighbours(None, "/?max_id=101"),
    "draft": DRAFT,
    "errors": {},
    "first_page": True,
    "newcomer": False,
    "welcome": None,
    "announcements": [SimpleNamespace(id=5, content="<p>Coupure lundi.</p>")],
}
NO_FEED = {**FEED, "posts": [], "around": ALONE}
FACE = {
    "account": KEN,
    "relation": APART,
    "shown": "posts",
    "posts": [POST],
    "pinned": [],
    "people": [],
    "around": ALONE,
    "card": CARD,
    "own_fields": [("Bureau", "<p>B 214</p><script>")],
    "own_tags": [Tag(1, "visa", "Visa"), Tag(2, "<b>", "<b>")],
}

DRAWN = segno.make("otpauth://totp/Legation").svg_data_uri()
MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
OPENED = [
    Opened("0123456789abcdef", "Firefox", "Windows", "10.1.2.3", MORNING, NOW, is_here=True),
    Opened(
        "fedcba9876543210", "<b>bold", "", "2001:db8:1234:5678:9abc:def0:1234:5678", MORNING, MORNING, is_here=False
    ),
]
ACTING = [
    Acting("7", "Ivory <b>bold", ["Lire tout", "Publier"], MORNING, NOW),
    Acting("8", "", [], MORNING, None),
]
PASSKEYS = [
    Passkey(PasskeyId(5), AccountId(1), "abc", b"", 3, "usb", "Clé <b>bold du bureau", MORNING, NOW),
    Passkey(PasskeyId(6), AccountId(1), "def", b"", 0, "", "Téléphone", MORNING, None),
]
SECURITY: dict[str, Any] = {
    "factors": Factors(app=True, passkeys=2, recovery=9),
    "passkeys": PASSKEYS,
    "are_passkeys_possible": True,
    "confirmed": True,
    "must_enrol": False,
    "next": "",
    "typed_name": "",
    "errors": {},
}
NO_FACTORS = Factors(app=False, passkeys=0, recovery=0)
COPY = Export(AccountId(1), "x", NOW, 0, 0, 0, 0, None, None)
READY = replace(COPY, done=1240, total=1240, size=12_400_000, finished_at=NOW - timedelta(hours=1))

RULES = [{"id": "71", "text": "On signe de son nom.", "hint": "Pas de pseudonyme."}]
REPORTING: dict[str, Any] = {
    "action": "/people/4/report",
    "rules": RULES,
    "typed": {"back": "/@ken", "comment": "<b>bold", "category": "other", "rules": ["71"], "forward": True},
    "errors": {},
}


def judged(account: Any, domain: str | None = None, **more: bool) -> dict[str, Any]:
    restricted = {"suspended": False, "silenced": False, "sensitized": False} | more
    return {"account": account, "username": account["username"], "domain": domain, **restricted}


CASE: dict[str, Any] = {
    "id": "12",
    "category": "violation",
    "comment": "Voir <script>.",
    "rules": RULES,
    "created_at": ago(hours=5),
    "forwarded": True,
    "account": judged(KEN, "tokyo.example"),
    "target_account": judged(PAUL, silenced=True, suspended=True),
    "assigned_account": judged(MARIE),
    "action_taken": True,
    "action_taken_at": ago(hours=1),
    "action_taken_by_account": judged(MARIE),
    "statuses": [WARNED],
}
CASE_ELSEWHERE: dict[str, Any] = {
    **CASE,
    "id": "13",
    "category": "spam",
    "comment": "",
    "rules": [],
    "account": judged(MARIE),
    "target_account": judged(KEN, "tokyo.example"),
    "assigned_account": None,
    "action_taken": False,
    "statuses": [],
}
DECIDING: dict[str, Any] = {
    "notes": [{"text": "Déjà vu.", "at": NOW - timedelta(hours=2), "by": "Marie"}],
    "told": [
        SimpleNamespace(action=action, text="Merci.", created_at=NOW)
        for action in ("none", "sensitive", "disable", "silence", "suspend", "delete_statuses")
    ],
    "before": [SimpleNamespace(id=3, category="legal", created_at=NOW, resolved_at=NOW)],
    "may_decide": True,
    "errors": {},
    "typed": {"note": "", "text": "", "decision": "none"},
}
ANNOUNCED = [
    SimpleNamespace(id=1, content="<p>Lundi</p>", published_at=NOW, ends_at=NOW + timedelta(days=2)),
    SimpleNamespace(id=2, content="<p>Hier</p>", published_at=NOW, ends_at=NOW - timedelta(days=2)),
]

COMPOSING: dict[str, Any] = {
    "errors": {},
    "parent": None,
    "quoted": None,
    "previewed": None,
    "is_torn": True,
    "is_used": True,
    "readers": READERS,
    "known_tags": ["Asie", "visa"],
}


def waiting(identifier: int) -> dict[str, Any]:
    """A post that waits for its time."""
    return {
        "id": identifier,
        "key": None,
        "typed": REPLY,
        "files": 1,
        "due_at": NOW + timedelta(days=1),
        "has_failed": identifier == 1,
        "scheduled_at": "2026-11-24T15:02",
        "scheduled_zone": "Europe/Paris",
    }


PAGES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "sign_in": (
        "sign_in.html",
        {"me": None, "errors": {}, "username": "", "next": "/", "are_passkeys_possible": True},
    ),
    "sign_in_wrong": (
        "sign_in.html",
        {"me": None, "errors": {"username": "Non."}, "username": "marie", "next": "/", "are_passkeys_possible": False},
    ),
    "second_step": (
        "second_step.html",
        {"me": None, "errors": {}, "next": "/", "factors": Factors(app=True, passkeys=1, recovery=9)},
    ),
    "second_step_wrong": (
        "second_step.html",
        {
            "me": None,
            "errors": {"recovery": "Non."},
            "next": "/x",
            "factors": Factors(app=False, passkeys=1, recovery=1),
        },
    ),
    "journal": ("journal.html", {**FEED, "shown": "following", "path": "/", "notice": "Publié."}),
    "journal_light": ("journal.html", {**FEED, "shown": "following", "is_light": True, "has_shortcuts": False}),
    "journal_newcomer": ("journal.html", {**FEED, "shown": "following", "newcomer": True}),
    "journal_wrong": ("journal.html", {**FEED, "shown": "this_node", "errors": WRONG, "path": "/this-node"}),
    "journal_empty": ("journal.html", {**NO_FEED, "shown": "all_nodes", "path": "/all-nodes"}),
    "journal_end": ("journal.html", {**NO_FEED, "shown": "following", "first_page": False}),
    "settings": (
        "settings.html",
        {"typed": Typed("Presse, *traduction*", locked=True), "errors": {}, "myself": KEN},
    ),
    "settings_wrong": (
        "settings.html",
        {"typed": Typed("", locked=False), "errors": {"note": "Non."}, "myself": PAUL},
    ),
    "settings_language": ("settings_language.html", {}),
    "settings_writing": (
        "settings_writing.html",
        {"chosen": Defaults(Reach.FOLLOWERS, language="pt", quotable="nobody"), "reach": "followers", "errors": {}},
    ),
    "settings_writing_wrong": (
        "settings_writing.html",
        {"chosen": Defaults(), "reach": "all_nodes", "errors": {"reach": "Non."}},
    ),
    "settings_pushes": (
        "settings_pushes.html",
        {"pushes": [Told("Ivory", "mentions", "7"), Told("", "mentions", "8")]},
    ),
    "settings_pushes_none": ("settings_pushes.html", {"pushes": []}),
    "settings_security": ("settings_security.html", SECURITY),
    "settings_security_locked": (
        "settings_security.html",
        {**SECURITY, "confirmed": False, "errors": {"present": "Non."}},
    ),
    "settings_security_enrolling": (
        "settings_security.html",
        {**SECURITY, "factors": NO_FACTORS, "passkeys": [], "must_enrol": True, "next": "/administration/staff"},
    ),
    "settings_security_enrolled": (
        "settings_security.html",
        {
            **SECURITY,
            "next": "/x",
            "errors": {"old": "Non.", "passkey": "Non.", "passkey_name": "Non."},
            "typed_name": "x",
        },
    ),
    "settings_security_nothing": (
        "settings_security.html",
        {**SECURITY, "factors": NO_FACTORS, "passkeys": [], "confirmed": False, "are_passkeys_possible": False},
    ),
    "settings_app": (
        "settings_app.html",
        {"picture": DRAWN, "secret": "ABCD EFGH", "next": "", "errors": {"code": "Non."}},
    ),
    "settings_recovery_codes": (
        "settings_recovery_codes.html",
        {"codes": ["abcd-efgh-jkmn-pqrs", "bcde-fghj-kmnp-qrst"], "next": "/x"},
    ),
    "settings_sessions": (
        "settings_sessions.html",
        {"places": OPENED, "confirmed": False, "errors": {"present": "Non."}},
    ),
    "settings_sessions_alone": ("settings_sessions.html", {"places": OPENED[:1], "confirmed": True, "errors": {}}),
    "settings_apps": ("settings_apps.html", {"apps": ACTING}),
    "settings_apps_none": ("settings_apps.html", {"apps": []}),
    "settings_data": ("settings_data.html", {"export": None, "confirmed": False, "errors": {}}),
    "settings_data_underway": (
        "settings_data.html",
        {"export": replace(COPY, done=400, total=1240), "confirmed": True, "errors": {}},
    ),
    "settings_data_begun": ("settings_data.html", {"export": COPY, "confirmed": False, "errors": {}}),
    "settings_data_ready": ("settings_data.html", {"export": READY, "confirmed": True, "errors": {}}),
    "settings_data_locked": (
        "settings_data.html",
        {"export": READY, "confirmed": False, "errors": {"present": "Non."}},
    ),
    "settings_data_failed": (
        "settings_data.html",
        {"export": replace(COPY, failed_at=NOW), "confirmed": False, "errors": {}},
    ),
    "admin_second_factor": (
        "admin_second_factor.html",
        {"username": "ken", "who": "Ken <b>bold", "confirmed": False, "errors": {"present": "Non."}},
    ),
    "polls": (
        "tag.html",
        {"tag": "asie", "is_followed": True, "posts": [ASKING, ANSWERED, ENDED], "around": ALONE},
    ),
    "poll_of_several": (
        "tag.html",
        {"tag": "asie", "is_followed": False, "can_be_followed": True, "posts": [ASKING_MORE], "around": ALONE},
    ),
    "tag": (
        "tag.html",
        {"tag": "asie", "is_followed": False, "can_be_followed": True, "posts": [POST], "around": ALONE},
    ),
    "thread": (
        "thread.html",
        {
            "entity": POST,
            "ancestors": [OWN],
            "descendants": [ANSWER, WARNED],
            "gaps": GAPS,
            "communities": [{**KEN, "group": True}],
            "draft": REPLY,
            "errors": {},
        },
    ),
    "thread_own": (
        "thread.html",
        {
            "entity": OWN,
            "ancestors": [],
            "descendants": [],
            "gaps": [],
            "communities": [],
            "draft": REPLY,
            "errors": {},
            "readers": READERS,
            "states": {OWN["id"]: Sending(PostId(int(OWN["id"])), nodes=14, waiting=1, refused=1)},
            "missing": [
                SimpleNamespace(host="tokyo.localhost:8002", tries=3, refused=False),
                SimpleNamespace(host="lima.example", tries=0, refused=False),
                SimpleNamespace(host="old.example", tries=1, refused=True),
            ],
        },
    ),
    "thread_locked": (
        "thread.html",
        {
            "entity": POST,
            "ancestors": [],
            "descendants": [ANSWER],
            "gaps": [],
            "draft": None,
            "errors": {},
            "communities": [],
            "lock": SimpleNamespace(leads=False),
            "locked": {POST["id"], ANSWER["id"]},
        },
    ),
    "thread_vote_wrong": (
        "thread.html",
        {
            "entity": ASKING,
            "ancestors": [],
            "descendants": [],
            "gaps": [],
            "communities": [],
            "draft": REPLY,
            "errors": {"choices": "Choisissez."},
        },
    ),
    "profile": ("profile.html", FACE),
    "profile_own": ("profile.html", {**FACE, "account": MARIE, "shown": "followers", "people": [KEN, AMINA]}),
    "profile_pinned": (
        "profile.html",
        {
            **FACE,
            "account": MARIE,
            "pinned": [
                status(
                    107,
                    MARIE,
                    "<p>Permanence : 1234.</p>",
                    pinned=True,
                    emoji_reactions=[{"name": "👍", "count": 2, "me": True}],
                )
            ],
        },
    ),
    "profile_followed": ("profile.html", {**FACE, "relation": FOLLOWED, "posts": []}),
    "profile_asked": ("profile.html", {**FACE, "relation": ASKED, "shown": "following"}),
    "profile_blocked": ("profile.html", {**FACE, "account": HOSTILE, "relation": BLOCKED, "posts": []}),
    "people": (
        "people.html",
        DIRECTORY,
    ),
    "people_found": ("people.html", {**DIRECTORY, "asked": ASKING_ALL, "people": [(KEN, CARD)], "is_whole": True}),
    "people_none": ("people.html", {**DIRECTORY, "asked": ASKING_ALL, "people": [], "before": "/people", "after": ""}),
    "search": ("search.html", {**SEARCH, "asked": ASKING_NOTHING, "hits": [], "people": []}),
    "search_found": ("search.html", SEARCH),
    "search_none": ("search.html", {**SEARCH, "hits": [], "people": [], "older": ""}),
    "search_end": ("search.html", {**SEARCH, "hits": [], "people": [], "older": "", "is_first": False}),
    "search_namesakes": ("search.html", {**SEARCH, "namesakes": [(KEN, CARD), (PAUL, EMPTY)]}),
    "search_wrong": ("search.html", {**SEARCH, "errors": {"by": "Non.", "until": "Non."}}),
    "own_card": (
        "own_card.html",
        {"card": CARD, "languages": ["ja"], "skills": "visas", "spoken": [("fr", "x"), ("ja", "y")], "errors": {}},
    ),
    "own_card_wrong": (
        "own_card.html",
        {"card": EMPTY, "languages": [], "skills": "<b>bold", "spoken": [("fr", "x")], "errors": {"skills": "Non."}},
    ),
    "admin_person": ("admin_person.html", {"username": "paul", "typed": TYPED, "errors": {}}),
    "admin_person_wrong": ("admin_person.html", {"username": "paul", "typed": TYPED, "errors": {"place": "Non."}}),
    "notifications": (
        "notifications.html",
        {
            "requests": [AMINA],
            "requests_count": 1,
            "waiting": 0,
            "shown": "all",
            "notifications": [
                told("mention", KEN, ANSWER, unread=True),
                told("favourite", AMINA, OWN),
                told("reblog", KEN, OWN),
                told("follow", PAUL),
                told("follow_request", AMINA),
                told(
                    "follow_request",
                    AMINA,
                    community={"acct": "presse", "display_name": "<b>Presse", "username": "presse"},
                ),
                told("update", KEN, WARNED),
                told("quote", KEN, QUOTING),
                told("quoted_update", KEN, OWN),
                told("status", KEN, POST),
                told("poll", KEN, ANSWERED),
                told("poll", MARIE, ENDED),
                told("admin.report", KEN, report={"id": "12", "target_account": PAUL}),
                told(
                    "moderation_warning",
                    PAUL,
                    moderation_warning={
                        "action": "delete_statuses",
                        "text": "<b>Merci",
                        "status_ids": ["7700000000000000"],
                    },
                ),
            ],
            "around": Neighbours(None, "/notifications?max_id=9"),
            "path": "/notifications",
            "unread": 3,
        },
    ),
    "notifications_none": (
        "notifications.html",
        {"requests": [], "requests_count": 0, "waiting": 0, "shown": "all", "notifications": [], "around": ALONE},
    ),
    "compose": ("compose.html", {**COMPOSING, "draft": DRAFT}),
    "compose_reply": ("compose.html", {**COMPOSING, "draft": REPLY, "errors": WRONG, "parent": POST}),
    "compose_quote": ("compose.html", {**COMPOSING, "draft": DRAFT, "quoted": OWN, "readers": ALONE_HERE}),
    "compose_preview": (
        "compose.html",
        {
            **COMPOSING,
            "draft": SimpleNamespace(**{**vars(REPLY), "title": "<b>bold", "tags": ("asie",), "options": ("Midi", "")}),
            "previewed": SimpleNamespace(content="<p>Bonjour <strong>tous</strong></p>", nobody=["@nobody@<b>bold"]),
        },
    ),
    "compose_later": (
        "compose.html",
        {
            **COMPOSING,
            "draft": SimpleNamespace(**{**vars(DRAFT), "scheduled_at": "2026-11-24T09:00"}),
            "errors": {"scheduled_at": "Plus tard.", "tag": "Un mot."},
        },
    ),
    "drafts": (
        "drafts.html",
        {
            "drafts": [
                SimpleNamespace(id=1, key="k1", typed=REPLY, files=2, updated_at=NOW),
                SimpleNamespace(
                    id=2,
                    key="k2",
                    typed=SimpleNamespace(**{**vars(DRAFT), "title": "<b>bold"}),
                    files=0,
                    updated_at=NOW,
                ),
            ],
            "undo": SimpleNamespace(post=7, key="k7", seconds=30),
        },
    ),
    "drafts_none": ("drafts.html", {"drafts": []}),
    "scheduled": (
        "scheduled.html",
        {"waiting": [waiting(1), waiting(2)], "errors": {"scheduled_at": "Non."}, "wrong_one": 2, "around": ALONE},
    ),
    "scheduled_none": ("scheduled.html", {"waiting": [], "errors": {}, "wrong_one": None, "around": ALONE}),
    "compose_poll": (
        "compose.html",
        {
            **COMPOSING,
            "draft": SimpleNamespace(
                **{**vars(DRAFT), "options": ("Midi", ""), "poll_ends": "", "poll_multiple": "yes"}
            ),
            "errors": {"options": "Il en faut deux.", "expires": "Quand ?"},
        },
    ),
    "edit": ("edit.html", {"draft": DRAFT, "errors": {}, "entity": OWN}),
    "oauth_consent": (
        "oauth_consent.html",
        {
            "app": "Ivory <b>",
            "website": "https://ivory.example",
            "permissions": ["Lire tout", "Publier"],
            "administration": True,
            "question": {"client_id": "x", "state": '"><script>'},
            "place": "ivory.example",
        },
    ),
    "oauth_code": ("oauth_code.html", {"app": "Ivory", "given": "c0de"}),
    "shortcuts": ("shortcuts.html", {"shortcuts": SHORTCUTS}),
    "shortcuts_off": ("shortcuts.html", {"shortcuts": SHORTCUTS, "has_shortcuts": False}),
    "error_gone": ("error.html", {"code": 404, "is_gone": True}),
    "offline": ("offline.html", {"me": None, "csrf": ""}),
    "oauth_refused": ("oauth_refused.html", {"sentence": "Non.", "reason": "unknown_client"}),
    "delete": ("delete.html", {"entity": OWN}),
    "attendees": (
        "attendees.html",
        {
            "entity": {**EVENT, "account": MARIE},
            "attendees": [{"account": KEN, "state": "asked"}, {"account": AMINA, "state": "coming"}],
            "around": ALONE,
            "typed": "",
            "errors": {},
        },
    ),
    "attendees_none": (
        "attendees.html",
        {"entity": EVENT, "attendees": [], "around": ALONE, "typed": "", "errors": {}},
    ),
    "history": (
        "history.html",
        {
            "entity": OWN,
            "versions": [
                {
                    "content": "<p>Un</p>",
                    "spoiler_text": "",
                    "created_at": ago(hours=3),
                    "poll": {"options": [{"title": "<i>Midi</i>"}]},
                },
                {"content": "<p>Deux</p>", "spoiler_text": "Objet", "created_at": ago(hours=2)},
                {"content": "<p>Trois</p>", "spoiler_text": "", "created_at": ago(hours=1)},
            ],
        },
    ),
    "admin_peers": (
        "admin_peers.html",
        {"nodes": PEERS, "errors": {}, "typed": "", "confirm": "", "node_host": "paris.localhost:8001"},
    ),
    "admin_peers_none": (
        "admin_peers.html",
        {"nodes": [], "errors": {"host": "Non."}, "typed": "x y", "confirm": "xy", "node_host": "p"},
    ),
    "admin_peer": (
        "admin_peer.html",
        {
            **identity(held=True),
            "peer": peer("xn--tky-5qa2b.example", "well", allowed=True, paused=False),
            "unicode_host": "tókyô.example",
            "contact": "<b>Ingrid",
            "own": ["3d" * 32],
            "errors": {"contact": "Non.", "keys": "Non."},
        },
    ),
    "admin_peer_paused": (
        "admin_peer.html",
        {
            **identity(held=False),
            "peer": peer("p", "paused", allowed=True, paused=True),
            "unicode_host": "p",
            "contact": "",
            "own": [],
            "errors": {},
        },
    ),
    "admin_peer_removed": (
        "admin_peer.html",
        {
            "identity": SimpleNamespace(known=[], held=[]),
            "to_confirm": [],
            "peer": peer("p", "removed", allowed=False, paused=False),
            "unicode_host": "p",
            "contact": "",
            "own": [],
            "errors": {},
        },
    ),
    "admin_peer_remove": ("admin_peer_remove.html", {"host": "old.example", "waiting": 3}),
    "report": ("report.html", {**REPORTING, "entity": POST, "account": KEN, "action": "/posts/1/report"}),
    "report_wrong": (
        "report.html",
        {**REPORTING, "entity": None, "account": PAUL, "errors": {"comment": "Non."}, "rules": []},
    ),
    "moderation": ("moderation.html", {"cases": [CASE, CASE_ELSEWHERE], "closed": False, "around": ALONE}),
    "moderation_none": ("moderation.html", {"cases": [], "closed": False, "around": ALONE}),
    "moderation_closed": ("moderation.html", {"cases": [], "closed": True, "around": ALONE}),
    "moderation_case": ("moderation_case.html", {**DECIDING, "case": CASE}),
    "moderation_case_elsewhere": (
        "moderation_case.html",
        {**DECIDING, "case": CASE_ELSEWHERE, "notes": [], "told": []},
    ),
    "moderation_case_not_ours": (
        "moderation_case.html",
        {**DECIDING, "case": CASE, "may_decide": False},
    ),
    "admin_announcements": (
        "admin_announcements.html",
        {"announcements": ANNOUNCED, "errors": {}, "typed": SimpleNamespace(text="", ends_at="")},
    ),
    "admin_announcements_none": (
        "admin_announcements.html",
        {"announcements": [], "errors": {"text": "Non."}, "typed": SimpleNamespace(text="<b>bold", ends_at="x")},
    ),
    "admin_charter": (
        "admin_charter.html",
        {
            "rules": RULES,
            "errors": {},
            "typed": SimpleNamespace(rule="", hint="", extended_description="", privacy_policy=""),
        },
    ),
    "admin_charter_wrong": (
        "admin_charter.html",
        {
            "rules": [],
            "errors": {"rule": "Non."},
            "typed": SimpleNamespace(rule="x", hint="", extended_description="", privacy_policy=""),
        },
    ),
    "profile_suspended": ("profile.html", {**FACE, "account": {**KEN, "suspended": True}, "posts": []}),
    "profile_silenced": ("profile.html", {**FACE, "account": {**KEN, "limited": True}}),
    "admin_staff": ("admin_staff.html", {"people": STAFF, "errors": {}, "typed": TYPED, "confirmed": True}),
    "admin_staff_wrong": (
        "admin_staff.html",
        {"people": STAFF, "errors": {"username": "Pris."}, "typed": TYPED, "confirmed": True},
    ),
    "admin_staff_locked": (
        "admin_staff.html",
        {"people": STAFF, "errors": {"present": "Non."}, "typed": TYPED, "confirmed": False},
    ),
    **{
        f"error_{code}": ("error.html", {"code": code, "is_gone": False, "me": None if code == 403 else ME})
        for ME in [
            SimpleNamespace(
                acct="marie", username="marie", display_name="Marie Delorme", may_administer=False, may_moderate=False
            )
        ]
        for code in (400, 403, 404, 405, 413, 429, 500, 502, 503, 507)
    },
}


def context(language: str, **own: Any) -> dict[str, Any]:
    """What every page is given, and this page's own."""
    me = SimpleNamespace(
        acct="marie", username="marie", display_name="Marie Delorme", may_administer=True, may_moderate=True
    )
    common = {
        "me": me,
        "csrf": "t0ken",
        "here": "/here",
        "path": "/here",
        "node_name": "Paris",
        "now": NOW,
        "drawn": Shelf(Changes(), now=lambda: NOW, most=100),
        "notice": "",
        "unread": 0,
        "is_light": False,
        "has_shortcuts": True,
        "undo": None,
    }
    return {**common, **own}
