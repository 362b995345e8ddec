"""What the node says about itself: the first calls of every app, and mostly open to all.

The level claimed is Mastodon 4.3, which is level 2 of `api_versions`: with grouped notifications, and with a policy and requests for
what strangers do. Apps of 4.4 and later ask for what came then (profiles, collections) only where a higher level is claimed.
Numbers about people are left out where fewer than ten are behind them.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from federation import discovery
from node.actions import defaults, markup, polls
from node.actions.files import LONGEST_DESCRIPTION
from node.actions.pins import MOST_PINS
from node.actions.tags import MOST_FEATURED
from node.api import entities
from node.api.answers import Answerable
from node.api.callers import OPEN, SIGNED_IN, Caller
from node.api.endpoints import endpoint
from node.context import Node
from node.media import types
from node.media.darkroom import has_ffmpeg
from node.push.sender import push_key
from node.web import assets
from node.web.languages import LANGUAGES, Speech
from storage import house, peers, staff
from storage.ids import first_id_at
from storage.store import Unit

LEVEL = "4.3.0"
API_LEVEL = 2
OWN_LEVEL = 1
"""Of what stands under `/api/v1/legation/` and, inside answers, under `legation`."""
SOURCE_URL = "https://legation.example/"
CHARACTERS_OF_A_LINK = 23
FEWEST_PEOPLE = 10
WEEKS = 12
MOST_FRAMES_A_SECOND = 120
"""Films are not changed, so any rate will do; apps want a number."""


@endpoint("GET", "/api/v2/instance", scope=OPEN)
async def describe(caller: Caller) -> Answerable:
    """The node, for present apps."""
    node = caller.node
    _, active, _, _ = await _counts(caller)
    return {
        "domain": _host(node),
        "title": node.settings.name,
        "version": _version(node),
        "source_url": SOURCE_URL,
        "description": node.settings.description,
        "usage": {"users": {"active_month": active if active >= FEWEST_PEOPLE else 0}},
        "thumbnail": {
            "url": _asset(node, "icon-512.png"),
            "blurhash": None,
            "versions": {"@1x": _asset(node, "icon-512.png")},
            "description": "",
        },
        "icon": [
            {"src": _asset(node, "icon-192.png"), "size": "192x192"},
            {"src": _asset(node, "icon-512.png"), "size": "512x512"},
        ],
        "languages": list(LANGUAGES),
        "configuration": _configuration(node) | _only_present_apps_read(node, push_key(caller.request.app)),
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "reason_required": False,
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": API_LEVEL, "legation": OWN_LEVEL},
        "contact": {"email": node.settings.contact_email, "account": None},
        "rules": await _rules(node),
    }


@endpoint("GET", "/api/v1/instance", scope=OPEN)
async def describe_as_before(caller: Caller) -> Answerable:
    """The node, for older apps."""
    node = caller.node
    people, _, written, known = await _counts(caller)
    return {
        "uri": _host(node),
        "title": node.settings.name,
        "short_description": node.settings.description,
        "description": node.settings.description,
        "email": node.settings.contact_email,
        "version": _version(node),
        "urls": {"streaming_api": _streaming(node)},
        "stats": {"user_count": people, "status_count": written, "domain_count": known},
        "thumbnail": _asset(node, "icon-512.png"),
        "languages": list(LANGUAGES),
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": _configuration(node),
        "contact_account": None,
        "rules": await _rules(node),
    }


@endpoint("GET", "/api/v1/instance/rules", scope=OPEN)
async def rules(caller: Caller) -> Answerable:
    """The rules of the charter, as administrators wrote them."""
    return await _rules(caller.node)


@endpoint("GET", "/api/v1/instance/peers", scope=SIGNED_IN)
async def known_peers(caller: Caller) -> Answerable:
    """The nodes that are admitted, for people of this node."""
    return [peer.host for peer in await caller.node.store.read(peers.allowed)]


@endpoint("GET", "/api/v1/instance/activity", scope=SIGNED_IN)
async def activity(caller: Caller) -> Answerable:
    """How much was written in each of the last twelve weeks, the present one first. Nobody's sign-ins are counted."""
    monday = _monday(caller.node.now().date())
    weeks = [monday - timedelta(weeks=back) for back in range(WEEKS)]
    written = await caller.node.store.read_slowly(_written_by_week, weeks)
    return [
        {"week": str(int(_midnight(week).timestamp())), "statuses": str(count), "logins": "0", "registrations": "0"}
        for week, count in zip(weeks, written, strict=True)
    ]


@endpoint("GET", "/api/v1/instance/domain_blocks", scope=SIGNED_IN)
async def domain_blocks(caller: Caller) -> Answerable:
    """Nobody is on a list of the refused: whoever is not admitted is refused."""
    del caller
    return []


@endpoint("GET", "/api/v1/instance/extended_description", scope=OPEN)
async def extended_description(caller: Caller) -> Answerable:
    """What the node is for: what administrators wrote about it, else its description in the settings."""
    written = (await caller.node.store.read(house.texts)).get(house.DESCRIPTION)
    if written is not None:
        return {"updated_at": entities.timestamp(written.updated_at), "content": written.content}
    text = markup.render(caller.node.settings.description, mentions={}, tag_url=lambda _: "")
    return {"updated_at": None, "content": text}


@endpoint("GET", "/api/v1/instance/privacy_policy", scope=OPEN)
async def privacy_policy(caller: Caller) -> Answerable:
    """What happens to what people write."""
    written = (await caller.node.store.read(house.texts)).get(house.PRIVACY)
    if written is not None:
        return {"updated_at": entities.timestamp(written.updated_at), "content": written.content}
    return {
        "updated_at": None,
        "content": (
            "<p>What you write is kept on this node and on the admitted nodes whose people you chose to reach. "
            "Nothing is sent to the Internet, and no statistics are made about single persons.</p>"
        ),
    }


@endpoint("GET", "/api/v1/instance/languages", scope=OPEN)
async def languages(caller: Caller) -> Answerable:
    """The languages of the pages."""
    del caller
    return [{"code": code, "name": Speech(code).name_of(code)} for code in LANGUAGES]


@endpoint("GET", "/api/v1/instance/translation_languages", scope=OPEN)
async def translation_languages(caller: Caller) -> Answerable:
    """Nothing is translated here."""
    del caller
    return {}


@endpoint("GET", "/api/v1/custom_emojis", scope=OPEN)
async def custom_emojis(caller: Caller) -> Answerable:
    """There are none besides Unicode's."""
    del caller
    return []


@endpoint("GET", "/api/v1/preferences", scope="read:accounts")
async def preferences(caller: Caller) -> Answerable:
    """What a person's apps begin with."""
    begin = await defaults.of(caller.node, caller.me)
    return {
        "posting:default:visibility": entities.VISIBILITY[begin.reach],
        "posting:default:sensitive": begin.sensitive,
        "posting:default:language": begin.language or (caller.grant.locale if caller.grant else None),
        "posting:default:quote_policy": begin.quotable,
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }


@endpoint("GET", "/health", scope=OPEN)
async def health(caller: Caller) -> Answerable:
    """Whether the node answers and its database can be read."""
    await caller.node.store.read(_look)
    return web.Response(text="OK")


async def _rules(node: Node) -> list[entities.Entity]:
    return [entities.rule(each) for each in await node.store.read(house.rules)]


# ---- parts ----------------------------------------------------------------------------------------------------------


def _configuration(node: Node) -> dict[str, Any]:
    return {
        "accounts": {"max_featured_tags": MOST_FEATURED, "max_pinned_statuses": MOST_PINS},
        "statuses": {
            "max_characters": markup.LONGEST_POST,
            "max_media_attachments": node.settings.media.per_post,
            "characters_reserved_per_url": CHARACTERS_OF_A_LINK,
        },
        "media_attachments": _of_files(node),
        "polls": {
            "max_options": polls.MOST_OPTIONS,
            "max_characters_per_option": polls.LONGEST_OPTION,
            "min_expiration": polls.SHORTEST_SECONDS,
            "max_expiration": polls.LONGEST_SECONDS,
        },
        "translation": {"enabled": False},
        "urls": {"streaming": _streaming(node)},
    }


def _of_files(node: Node) -> dict[str, Any]:
    films = {types.Kind.VIDEO, types.Kind.AUDIO}
    taken = [each for each in types.TYPES.values() if has_ffmpeg() or each.kind not in films]
    return {
        "supported_mime_types": [each.media_type for each in taken],
        "description_limit": LONGEST_DESCRIPTION,
        "image_size_limit": node.settings.media.picture_bytes,
        "image_matrix_limit": types.MOST_PIXELS,
        "video_size_limit": node.settings.media.file_bytes,
        "video_frame_rate_limit": MOST_FRAMES_A_SECOND,
        "video_matrix_limit": types.MOST_PIXELS,
    }


def _only_present_apps_read(node: Node, key: str) -> dict[str, Any]:
    by_sign_in = {"local": "authenticated", "remote": "authenticated"}
    return {
        "urls": {
            "streaming": _streaming(node),
            "about": None,
            "privacy_policy": None,
            "terms_of_service": None,
            "status": None,
        },
        "vapid": {"public_key": key},
        "limited_federation": True,
        "timelines_access": {"live_feeds": by_sign_in, "hashtag_feeds": by_sign_in, "trending_link_feeds": by_sign_in},
    }


def _host(node: Node) -> str:
    return node.settings.domain  # with its port only where that is not the scheme's own


def _version(node: Node) -> str:
    return f"{LEVEL} (compatible; Legation {discovery.without_details(node.federation.place.version)})"


def _streaming(node: Node) -> str:
    return "ws" + node.base_url.removeprefix("http")


def _asset(node: Node, name: str) -> str:
    return node.base_url + assets.path_of(name)


# ---- counts ---------------------------------------------------------------------------------------------------------


async def _counts(caller: Caller) -> tuple[int, int, int, int]:
    """How many there are is for those who have signed in; apps want some number before."""
    return await caller.node.store.read(_count) if caller.account else (0, 0, 0, 0)


def _count(unit: Unit) -> tuple[int, int, int, int]:
    people = unit.one(int, "select count(*) from staff where disabled_at is null") or 0
    active = staff.count_here_since(unit, unit.now - timedelta(days=30))
    written = unit.one(int, "select coalesce(sum(a.posts_count), 0) from accounts a where a.host = ''") or 0
    known = unit.one(int, "select count(*) from peers where allowed = 1") or 0
    return people, active, written, known


def _written_by_week(unit: Unit, weeks: list[date]) -> list[int]:
    """How many posts were written here in each of these weeks."""
    sql = "select count(*) from posts where is_local = 1 and boost_of is null and id >= :first and id < :after"
    return [
        unit.one(int, sql, first=first_id_at(_midnight(week)), after=first_id_at(_midnight(week + timedelta(weeks=1))))
        or 0
        for week in weeks
    ]


def _look(unit: Unit) -> None:
    unit.one(int, "select 1")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
