"""The same for pages where people keep, sort and hush: messages, lists, notifications, filters, blocks."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from node.web.addresses import Neighbours
from node.web.pages import filters, lists
from storage.correspondence import Conversation
from storage.filters import Filter, FilteredPost, Keyword, Whole
from storage.ids import AccountId, PostId
from storage.lists import PeopleList
from tests.node.web.samples import (
    ALONE,
    AMINA,
    ANSWER,
    APART,
    ASKING,
    ATTACK,
    HOSTILE,
    KEN,
    MARIE,
    NOW,
    OWN,
    PAUL,
    POST,
    WARNED,
    status,
    told,
)

BOTH = Neighbours("/here?min_id=9", "/here?max_id=1")
TALK = Conversation(PostId(104), PostId(102), AccountId(2), PostId(0))
LIST = PeopleList(7, AccountId(1), "<b>Asie du Sud-Est et océan Indien", "list", exclusive=True)


def found(action: str = "warn", *words: str, where: str = "home") -> dict[str, Any]:
    """What a filter finds in a post."""
    kept = {"id": "5", "title": "<b>Élections", "context": [where], "filter_action": action}
    return {"filter": kept, "keyword_matches": list(words) or None, "status_matches": None}


FOLDED = status(
    120, KEN, "<p>Replié</p>", filtered=[found("warn", "élection", "<script>"), found("blur", where="thread")]
)
FOLDED_QUOTE = status(
    121, AMINA, "<p>À lire</p>", quote={"state": "accepted", "quoted_status": FOLDED}, bookmarked=True, muted=True
)
COVERED = status(122, KEN, "<p>Couvert</p>", media_attachments=OWN["media_attachments"], filtered=[found("blur")])

FILTERS = [
    Whole(
        Filter(3, AccountId(1), "<b>Élections", "home,public", "warn", NOW),
        [Keyword(n, 3, f"mot{n} <script>", whole_word=True) for n in range(10)],
        [FilteredPost(1, 3, PostId(101))],
    ),
    Whole(Filter(4, AccountId(1), "Sport", "home,notifications,public,thread,account", "hide", None), [], []),
]


def standing(**more: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(APART), "mute_expires_at": None, "muting_notifications": True, **more})


def talk(last: dict[str, Any], *people: dict[str, Any], unread: bool = False) -> dict[str, Any]:
    return {"id": last["id"], "unread": unread, "people": list(people), "last": last}


def written(*posts: dict[str, Any], **more: Any) -> dict[str, Any]:
    shown = {"where": "thread", "conversation": TALK, "new": {"104"}, "people": [KEN], "posts": list(posts)}
    return {**shown, "around": ALONE, "text": "", "errors": {}, "key": "k", **more}


BEGINNING: dict[str, Any] = {"chosen": [], "asked": "", "found": [KEN, HOSTILE], "text": "", "errors": {}, "key": "k"}
FOLLOWED_TAGS = [SimpleNamespace(name="océan_indien", spelling="Océan_Indien"), SimpleNamespace(name="a", spelling="A")]
POLICY = dict.fromkeys(
    ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts"),
    "accept",
)
REQUEST = {"id": "31", "account": AMINA, "notifications_count": "3", "last_status": WARNED}
TOGETHER = [
    told("favourite", KEN, OWN, people=[KEN, AMINA], count=2, unread=True),
    told("reblog", KEN, FOLDED, people=[KEN, AMINA, PAUL], count=14),
    told("follow", PAUL, people=[PAUL, KEN, AMINA], count=3),
]

PAGES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "folded": (
        "journal.html",
        {
            "posts": [FOLDED, FOLDED_QUOTE, COVERED],
            "around": ALONE,
            "where": "home",
            "first_page": False,
            "newcomer": False,
            "announcements": [],
            "welcome": None,
            "errors": {},
            "shown": "following",
        },
    ),
    "messages": (
        "messages.html",
        {
            "conversations": [
                talk(ANSWER, KEN, unread=True),
                talk(OWN, KEN, AMINA),
                talk(FOLDED, KEN, AMINA, PAUL, HOSTILE),
                talk(WARNED),
            ],
            "around": BOTH,
            "where": "home",
            "path": "/messages",
        },
    ),
    "messages_none": ("messages.html", {"conversations": [], "around": ALONE}),
    "message": ("message.html", written(OWN, ANSWER, WARNED, ATTACK, ASKING, FOLDED, around=BOTH, path="/messages/1")),
    "message_wrong": (
        "message.html",
        written(ANSWER, people=[KEN, AMINA, PAUL, HOSTILE], text="<b>bold", errors={"text": "Non."}),
    ),
    "message_alone": ("message.html", written(OWN, people=[])),
    "message_new": ("message_new.html", BEGINNING),
    "message_new_to": ("message_new.html", {**BEGINNING, "chosen": [AMINA, PAUL], "text": "Bonjour", "asked": "ke"}),
    "message_new_wrong": (
        "message_new.html",
        {**BEGINNING, "chosen": [KEN], "found": [], "asked": "<x>", "errors": {"to": "Non.", "text": "Non."}},
    ),
    "bookmarks": ("bookmarks.html", {"shown": "bookmarks", "posts": [FOLDED, FOLDED_QUOTE], "around": BOTH}),
    "bookmarks_none": ("bookmarks.html", {"shown": "bookmarks", "posts": [], "around": ALONE}),
    "favourites_none": ("bookmarks.html", {"shown": "favourites", "posts": [], "around": ALONE}),
    "lists": ("lists.html", {"lists": [(LIST, 1), (LIST, 1200)], "typed": lists.Typed(), "errors": {}}),
    "lists_wrong": (
        "lists.html",
        {
            "lists": [],
            "typed": lists.Typed("<b>bold", "none", exclusive=True),
            "errors": {"list_title": "Non.", "replies": "Non."},
        },
    ),
    "list": ("list.html", {"known": LIST, "members": 2, "first_page": True, "posts": [POST], "around": BOTH}),
    "list_quiet": ("list.html", {"known": LIST, "members": 2, "first_page": True, "posts": [], "around": ALONE}),
    "list_new": ("list.html", {"known": LIST, "members": 0, "first_page": True, "posts": [], "around": ALONE}),
    "list_edit": ("list_edit.html", {"known": LIST, "typed": lists.Typed.as_it_is(LIST), "errors": {}}),
    "list_delete": ("list_delete.html", {"known": LIST}),
    "list_people": (
        "list_people.html",
        {"known": LIST, "people": [KEN, HOSTILE], "asked": "am", "offered": [AMINA], "errors": {}, "around": BOTH},
    ),
    "list_people_none": (
        "list_people.html",
        {"known": LIST, "people": [], "asked": "<x>", "offered": [], "errors": {"q": "Non."}, "around": ALONE},
    ),
    "person_lists": (
        "person_lists.html",
        {"account": KEN, "lists": [LIST], "chosen": {7}, "is_followed": True, "errors": {"lists": "Pleine."}},
    ),
    "person_lists_none": (
        "person_lists.html",
        {"account": KEN, "lists": [], "chosen": set(), "is_followed": True, "errors": {}},
    ),
    "person_lists_stranger": (
        "person_lists.html",
        {"account": HOSTILE, "lists": [], "chosen": set(), "is_followed": False, "errors": {}},
    ),
    "notifications_together": (
        "notifications.html",
        {
            "requests": [AMINA, KEN],
            "requests_count": 5,
            "waiting": 2,
            "notifications": TOGETHER,
            "shown": "all",
            "where": "home",
            "around": ALONE,
        },
    ),
    "notifications_of_a_kind": (
        "notifications.html",
        {"requests": [], "requests_count": 0, "waiting": 0, "notifications": [], "shown": "follows", "around": ALONE},
    ),
    "follow_requests": ("follow_requests.html", {"joining": [], "people": [AMINA, HOSTILE], "around": BOTH}),
    "follow_requests_to_join": (
        "follow_requests.html",
        {
            "joining": [
                (HOSTILE, SimpleNamespace(id=12, handle="presse", display_name="<b>Presse", username="presse"))
            ],
            "people": [AMINA],
            "around": ALONE,
        },
    ),
    "follow_requests_none": ("follow_requests.html", {"joining": [], "people": [], "around": ALONE}),
    "followed_tags": ("followed_tags.html", {"tags": FOLLOWED_TAGS, "typed": "", "errors": {}, "around": BOTH}),
    "followed_tags_wrong": (
        "followed_tags.html",
        {"tags": [], "typed": "<b>bold", "errors": {"tag_name": "Non."}, "around": ALONE},
    ),
    "filters": ("filters.html", {"filters": FILTERS}),
    "filters_none": ("filters.html", {"filters": []}),
    "filter_new": ("filter.html", {"known": None, "typed": filters.Typed(), "ends_at": None, "errors": {}}),
    "filter_wrong": (
        "filter.html",
        {
            "known": FILTERS[0],
            "typed": filters.Typed.as_it_is(FILTERS[0]),
            "ends_at": NOW,
            "errors": dict.fromkeys(("words", "places", "filter_action", "filter_title"), "Non."),
        },
    ),
    "mutes": (
        "kept_away.html",
        {
            "shown": "mutes",
            "people": [
                {"account": KEN, "standing": standing()},
                {"account": HOSTILE, "standing": standing(mute_expires_at=NOW, muting_notifications=False)},
            ],
            "asked": "am",
            "found": [AMINA],
            "around": BOTH,
        },
    ),
    "mutes_none": ("kept_away.html", {"shown": "mutes", "people": [], "asked": "x", "found": [], "around": ALONE}),
    "blocks": (
        "kept_away.html",
        {
            "shown": "blocks",
            "people": [{"account": KEN, "standing": standing()}],
            "asked": "am",
            "found": [AMINA],
            "around": ALONE,
        },
    ),
    "blocks_none": ("kept_away.html", {"shown": "blocks", "people": [], "asked": "", "found": [], "around": ALONE}),
    "hidden_nodes": (
        "kept_away_nodes.html",
        {"hidden": ["tokyo.localhost:8002"], "others": ["dakar.example"], "errors": {}, "around": BOTH},
    ),
    "hidden_nodes_none": (
        "kept_away_nodes.html",
        {"hidden": [], "others": ["dakar.example"], "errors": {"domain": "Non."}, "around": ALONE},
    ),
    "notification_policy": ("notification_policy.html", {"chosen": POLICY, "waiting": 2, "errors": {}}),
    "notification_policy_wrong": (
        "notification_policy.html",
        {"chosen": POLICY, "waiting": 0, "errors": {"for_new_accounts": "Non."}},
    ),
    "notification_requests": (
        "notification_requests.html",
        {
            "requests": [REQUEST, {**REQUEST, "id": "32", "account": MARIE, "last_status": FOLDED}],
            "where": "home",
            "around": BOTH,
        },
    ),
    "notification_requests_none": ("notification_requests.html", {"requests": [], "around": ALONE}),
}
