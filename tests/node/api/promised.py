"""What each endpoint answers, as strict apps decode it: whatever a test asks over the API is held against this.

`judge` is called with every answer that the tests' own apps and the real clients get, so that a field too many, one
too few, or a null where none may be, fails the test in which it is seen first.
"""

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from node import api, oauth
from node.api import endpoints
from node.api.endpoints import Endpoint
from tests.node.api import shapes as s
from tests.node.api.shapes import Either, Json, Maybe, Named, Perhaps, Shape

NOTHING: Shape = {}
ERROR: Shape = {
    "error": s.text,
    "error_description": Perhaps(s.text),
    "details": Perhaps(Named([{"error": s.text, "description": s.text}])),
}
DELETED: Shape = s.STATUS | {"text": s.text}
OUR_OWN: Shape = s.NOTIFICATION_OF_POST | {
    "type": s.one_of("emoji_reaction", "event_join", "event_answer", "event_invite")
}
NOTICE = Either(s.NOTIFICATION, s.NOTIFICATION_OF_POST, s.NOTIFICATION_OF_REPORT, s.NOTIFICATION_OF_WARNING, OUR_OWN)
DOCUMENT: Shape = {"updated_at": Maybe(s.time), "content": s.text}
RULE: Shape = {"id": s.id, "text": s.text, "hint": s.text}
APPLICATION: Shape = {
    "id": s.digits,
    "name": s.text,
    "website": Maybe(s.url),
    "scopes": [s.text],
    "redirect_uri": s.text,
    "redirect_uris": [s.text],
    "vapid_key": s.text,
}
CREDENTIAL_APPLICATION: Shape = APPLICATION | {
    "client_id": s.text,
    "client_secret": s.text,
    "client_secret_expires_at": s.number,
}
PICTURE = {"url": s.Perhaps(s.url), "static_url": s.Perhaps(s.url)}
REACTIONS = [{"name": s.text, "count": s.number, "me": s.flag, "accounts": [s.ACCOUNT]} | PICTURE]
SEARCH: Shape = {"accounts": [s.ACCOUNT], "statuses": [s.STATUS], "hashtags": [s.TAG]}
PREFERENCES: Shape = {
    "posting:default:visibility": s.one_of("public", "unlisted", "private", "direct"),
    "posting:default:sensitive": s.flag,
    "posting:default:language": Maybe(s.text),
    "posting:default:quote_policy": s.one_of("public", "followers", "nobody"),
    "reading:expand:media": s.one_of("default", "show_all", "hide_all"),
    "reading:expand:spoilers": s.flag,
    "reading:autoplay:gifs": s.flag,
}
SUBSCRIPTION: Shape = {
    "id": s.id,
    "endpoint": s.url,
    "standard": s.flag,
    "server_key": s.text,
    "alerts": Named(s.flag),
    "policy": s.one_of("all", "followed", "follower", "none"),
}
CONFIGURATION: Shape = {
    "accounts": {"max_featured_tags": s.number, "max_pinned_statuses": s.number},
    "statuses": {
        "max_characters": s.number,
        "max_media_attachments": s.number,
        "characters_reserved_per_url": s.number,
    },
    "media_attachments": {
        "supported_mime_types": [s.text],
        "description_limit": s.number,
        "image_size_limit": s.number,
        "image_matrix_limit": s.number,
        "video_size_limit": s.number,
        "video_frame_rate_limit": s.number,
        "video_matrix_limit": s.number,
    },
    "polls": {
        "max_options": s.number,
        "max_characters_per_option": s.number,
        "min_expiration": s.number,
        "max_expiration": s.number,
    },
    "translation": {"enabled": s.flag},
    "urls": {"streaming": s.socket},
}
FEEDS: Shape = {"local": s.one_of("authenticated"), "remote": s.one_of("authenticated")}
INSTANCE: Shape = {
    "domain": s.text,
    "title": s.text,
    "version": s.text,
    "source_url": s.url,
    "description": s.text,
    "usage": {"users": {"active_month": s.number}},
    "thumbnail": {"url": s.url, "blurhash": Maybe(s.text), "versions": Named(s.url), "description": s.text},
    "icon": [{"src": s.url, "size": s.text}],
    "languages": [s.text],
    "configuration": CONFIGURATION
    | {
        "urls": {
            "streaming": s.socket,
            "about": Maybe(s.url),
            "privacy_policy": Maybe(s.url),
            "terms_of_service": Maybe(s.url),
            "status": Maybe(s.url),
        },
        "vapid": {"public_key": s.text},
        "limited_federation": s.flag,
        "timelines_access": {"live_feeds": FEEDS, "hashtag_feeds": FEEDS, "trending_link_feeds": FEEDS},
    },
    "registrations": {
        "enabled": s.flag,
        "approval_required": s.flag,
        "reason_required": Maybe(s.flag),
        "message": Maybe(s.text),
        "min_age": Maybe(s.number),
        "url": Maybe(s.url),
    },
    "api_versions": {"mastodon": s.number, "legation": s.number},
    "contact": {"email": s.text, "account": Maybe(s.ACCOUNT)},
    "rules": [RULE],
}
INSTANCE_AS_BEFORE: Shape = {
    "uri": s.text,
    "title": s.text,
    "short_description": s.text,
    "description": s.text,
    "email": s.text,
    "version": s.text,
    "urls": {"streaming_api": s.socket},
    "stats": {"user_count": s.number, "status_count": s.number, "domain_count": s.number},
    "thumbnail": Maybe(s.url),
    "languages": [s.text],
    "registrations": s.flag,
    "approval_required": s.flag,
    "invites_enabled": s.flag,
    "configuration": CONFIGURATION,
    "contact_account": Maybe(s.ACCOUNT),
    "rules": [RULE],
}
WEEK: Shape = {"week": s.digits, "statuses": s.digits, "logins": s.digits, "registrations": s.digits}

OEMBED: Shape = {
    "type": s.one_of("rich"),
    "version": s.one_of("1.0"),
    "title": s.text,
    "author_name": s.text,
    "author_url": s.url,
    "provider_name": s.text,
    "provider_url": s.url,
    "cache_age": s.number,
    "html": s.text,
    "width": s.number,
    "height": Maybe(s.number),
}
TRENDING_TAG: Shape = s.TAG | dict.fromkeys(("trendable", "usable", "listable", "requires_review"), s.flag)
TRENDING_POST: Shape = s.STATUS | {"requires_review": s.flag}
MEASURE: Shape = {
    "key": s.text,
    "unit": s.null,
    "total": s.digits,
    "previous_total": s.digits,
    "data": [{"date": s.time, "value": s.digits}],
}
DIMENSION: Shape = {
    "key": s.text,
    "data": [
        {
            "key": s.text,
            "human_key": s.text,
            "value": s.text,
            "unit": Perhaps(s.text),
            "human_value": Perhaps(s.text),
        }
    ],
}
BLOCKS = ("domain_blocks", "ip_blocks", "email_domain_blocks", "canonical_email_blocks")

OF_POSTS = {
    **{("POST", f"/api/v1/statuses/{{id}}/{verb}"): s.STATUS for verb in ("favourite", "reblog", "pin")},
    **{("POST", f"/api/v1/statuses/{{id}}/{verb}"): s.STATUS for verb in ("unfavourite", "unreblog", "unpin")},
    ("POST", "/api/v1/statuses"): Either(s.STATUS, s.SCHEDULED_STATUS),
    ("GET", "/api/v1/scheduled_statuses"): [s.SCHEDULED_STATUS],
    ("GET", "/api/v1/scheduled_statuses/{id}"): s.SCHEDULED_STATUS,
    ("PUT", "/api/v1/scheduled_statuses/{id}"): s.SCHEDULED_STATUS,
    ("DELETE", "/api/v1/scheduled_statuses/{id}"): NOTHING,
    ("GET", "/api/v1/statuses"): [s.STATUS],
    ("GET", "/api/v1/statuses/{id}"): s.STATUS,
    ("PUT", "/api/v1/statuses/{id}"): s.STATUS,
    ("DELETE", "/api/v1/statuses/{id}"): DELETED,
    ("GET", "/api/v1/statuses/{id}/context"): s.CONTEXT,
    ("GET", "/api/v1/statuses/{id}/source"): s.STATUS_SOURCE,
    ("GET", "/api/v1/statuses/{id}/history"): [Either(s.STATUS_EDIT, s.STATUS_EDIT_WITH_POLL)],
    ("GET", "/api/v1/statuses/{id}/favourited_by"): [s.ACCOUNT],
    ("GET", "/api/v1/statuses/{id}/reblogged_by"): [s.ACCOUNT],
    ("GET", "/api/v1/statuses/{id}/quotes"): [s.STATUS],
    ("POST", "/api/v1/statuses/{id}/quotes/{quoting}/revoke"): s.STATUS,
    ("PUT", "/api/v1/statuses/{id}/interaction_policy"): s.STATUS,
    ("GET", "/api/v1/favourites"): [s.STATUS],
    ("GET", "/api/v1/timelines/home"): [s.STATUS],
    ("GET", "/api/v1/timelines/public"): [s.STATUS],
    ("GET", "/api/v1/timelines/tag/{name}"): [s.STATUS],
    ("GET", "/api/v1/polls/{id}"): s.POLL,
    ("POST", "/api/v1/polls/{id}/votes"): s.POLL,
    **{("POST", f"/api/v1/legation/events/{{id}}/{verb}"): s.STATUS for verb in ("join", "leave")},
    ("GET", "/api/v1/legation/events/{id}/attendees"): [{"account": s.ACCOUNT, "state": s.text}],
    ("POST", "/api/v1/legation/events/{id}/invite"): s.STATUS,
    ("POST", "/api/v1/legation/events/{id}/attendees/{account}/accept"): s.STATUS,
    ("POST", "/api/v1/legation/events/{id}/attendees/{account}/perhaps"): s.STATUS,
    ("POST", "/api/v1/legation/events/{id}/attendees/{account}/refuse"): s.STATUS,
    ("PUT", "/api/v1/pleroma/statuses/{id}/reactions/{emoji}"): s.STATUS,
    ("DELETE", "/api/v1/pleroma/statuses/{id}/reactions/{emoji}"): s.STATUS,
    ("GET", "/api/v1/pleroma/statuses/{id}/reactions"): REACTIONS,
}
OF_FILES = {
    ("POST", "/api/v2/media"): s.MEDIA,
    ("POST", "/api/v1/media"): s.MEDIA,
    ("GET", "/api/v1/media/{id}"): s.MEDIA,
    ("PUT", "/api/v1/media/{id}"): s.MEDIA,
    ("DELETE", "/api/v1/media/{id}"): NOTHING,
    ("DELETE", "/api/v1/profile/avatar"): s.CREDENTIAL_ACCOUNT,
    ("DELETE", "/api/v1/profile/header"): s.CREDENTIAL_ACCOUNT,
}
OF_PEOPLE = {
    **{
        ("POST", f"/api/v1/accounts/{{id}}/{verb}"): s.RELATIONSHIP
        for verb in ("follow", "unfollow", "block", "unblock", "mute", "unmute", "remove_from_followers")
    },
    ("GET", "/api/v1/accounts/verify_credentials"): s.CREDENTIAL_ACCOUNT,
    ("PATCH", "/api/v1/accounts/update_credentials"): s.CREDENTIAL_ACCOUNT,
    ("GET", "/api/v1/accounts/lookup"): s.ACCOUNT,
    ("GET", "/api/v1/accounts/search"): [s.ACCOUNT],
    ("GET", "/api/v1/accounts/relationships"): [s.RELATIONSHIP],
    ("GET", "/api/v1/accounts"): [s.ACCOUNT],
    ("GET", "/api/v1/accounts/{id}"): s.ACCOUNT,
    ("GET", "/api/v1/accounts/{id}/statuses"): [s.STATUS],
    ("GET", "/api/v1/accounts/{id}/followers"): [s.ACCOUNT],
    ("GET", "/api/v1/accounts/{id}/following"): [s.ACCOUNT],
    ("GET", "/api/v1/follow_requests"): [s.ACCOUNT],
    ("POST", "/api/v1/follow_requests/{id}/authorize"): s.RELATIONSHIP,
    ("POST", "/api/v1/follow_requests/{id}/reject"): s.RELATIONSHIP,
    ("GET", "/api/v1/mutes"): [s.MUTED_ACCOUNT],
    ("GET", "/api/v1/blocks"): [s.ACCOUNT],
    ("GET", "/api/v2/search"): SEARCH,
    ("GET", "/api/v1/search"): SEARCH | {"hashtags": [s.text]},
    ("GET", "/api/oembed"): OEMBED,
    ("POST", "/api/v1/accounts"): NOTHING,
    ("POST", "/api/v1/emails/confirmations"): NOTHING,
    ("GET", "/api/v1/preferences"): PREFERENCES,
    ("GET", "/api/v1/directory"): [s.ACCOUNT],
    ("GET", "/api/v2/suggestions"): [s.SUGGESTION],
    ("GET", "/api/v1/suggestions"): [s.ACCOUNT],
    ("DELETE", "/api/v1/suggestions/{id}"): NOTHING,
    ("GET", "/api/v1/trends/tags"): [s.TAG],
    ("GET", "/api/v1/trends"): [s.TAG],
    ("GET", "/api/v1/trends/statuses"): [s.STATUS],
    ("GET", "/api/v1/trends/links"): [s.null],
    ("GET", "/api/v1/tags/{name}"): s.TAG,
    **{("POST", f"/api/v1/tags/{{name}}/{verb}"): s.TAG for verb in ("follow", "unfollow", "feature", "unfeature")},
    ("GET", "/api/v1/followed_tags"): [s.TAG],
    ("GET", "/api/v1/featured_tags"): [s.FEATURED_TAG],
    ("POST", "/api/v1/featured_tags"): s.FEATURED_TAG,
    ("DELETE", "/api/v1/featured_tags/{id}"): NOTHING,
    ("GET", "/api/v1/featured_tags/suggestions"): [s.TAG],
    ("GET", "/api/v1/accounts/{id}/featured_tags"): [s.FEATURED_TAG],
}
OF_NOTICES = {
    ("GET", "/api/v1/notifications"): [NOTICE],
    ("GET", "/api/v1/notifications/{id}"): NOTICE,
    ("GET", "/api/v1/notifications/unread_count"): {"count": s.number},
    ("POST", "/api/v1/notifications/clear"): NOTHING,
    ("POST", "/api/v1/notifications/{id}/dismiss"): NOTHING,
    ("GET", "/api/v2/notifications"): s.GROUPED_NOTIFICATIONS,
    ("GET", "/api/v2/notifications/unread_count"): {"count": s.number},
    ("GET", "/api/v2/notifications/{group_key}"): s.GROUPED_NOTIFICATIONS,
    ("POST", "/api/v2/notifications/{group_key}/dismiss"): NOTHING,
    ("GET", "/api/v2/notifications/{group_key}/accounts"): [s.ACCOUNT],
    ("GET", "/api/v2/notifications/policy"): s.NOTIFICATION_POLICY,
    ("PATCH", "/api/v2/notifications/policy"): s.NOTIFICATION_POLICY,
    ("GET", "/api/v1/notifications/requests"): [s.NOTIFICATION_REQUEST],
    ("GET", "/api/v1/notifications/requests/merged"): {"merged": s.flag},
    ("GET", "/api/v1/notifications/requests/{id}"): s.NOTIFICATION_REQUEST,
    **{("POST", f"/api/v1/notifications/requests/{verb}"): NOTHING for verb in ("accept", "dismiss")},
    **{("POST", f"/api/v1/notifications/requests/{{id}}/{verb}"): NOTHING for verb in ("accept", "dismiss")},
    ("GET", "/api/v1/markers"): Named(s.MARKER),
    ("POST", "/api/v1/markers"): Named(s.MARKER),
    ("GET", "/api/v1/announcements"): [s.ANNOUNCEMENT],
    ("POST", "/api/v1/announcements/{id}/dismiss"): NOTHING,
    ("PUT", "/api/v1/announcements/{id}/reactions/{name}"): NOTHING,
    ("DELETE", "/api/v1/announcements/{id}/reactions/{name}"): NOTHING,
    ("POST", "/api/v1/push/subscription"): SUBSCRIPTION,
    ("GET", "/api/v1/push/subscription"): SUBSCRIPTION,
    ("PUT", "/api/v1/push/subscription"): SUBSCRIPTION,
    ("DELETE", "/api/v1/push/subscription"): NOTHING,
}
OF_THE_HOUSE = {
    ("POST", "/api/v1/apps"): CREDENTIAL_APPLICATION,
    ("GET", "/api/v1/apps/verify_credentials"): APPLICATION,
    ("GET", "/api/v2/instance"): INSTANCE,
    ("GET", "/api/v1/instance"): INSTANCE_AS_BEFORE,
    ("GET", "/api/v1/instance/rules"): [RULE],
    ("GET", "/api/v1/instance/peers"): [s.text],
    ("GET", "/api/v1/instance/activity"): [WEEK],
    ("GET", "/api/v1/instance/domain_blocks"): [s.null],
    ("GET", "/api/v1/instance/extended_description"): DOCUMENT,
    ("GET", "/api/v1/instance/privacy_policy"): DOCUMENT,
    ("GET", "/api/v1/instance/languages"): [{"code": s.text, "name": s.text}],
    ("GET", "/api/v1/instance/translation_languages"): Named([s.text]),
    ("GET", "/api/v1/custom_emojis"): [s.null],
    ("POST", "/api/v1/reports"): s.REPORT,
}
OF_MODERATORS = {
    **{("GET", f"/api/v1/admin/{kind}"): [s.null] for kind in BLOCKS},
    **{("POST", f"/api/v1/admin/{kind}"): NOTHING for kind in BLOCKS},
    **{(verb, f"/api/v1/admin/{kind}/{{id}}"): NOTHING for kind in BLOCKS for verb in ("GET", "DELETE")},
    **{("PUT", f"/api/v1/admin/{kind}/{{id}}"): NOTHING for kind in BLOCKS[:-1]},
    ("POST", "/api/v1/admin/canonical_email_blocks/test"): [s.null],
    ("GET", "/api/v1/admin/trends/tags"): [TRENDING_TAG],
    ("GET", "/api/v1/admin/trends/statuses"): [TRENDING_POST],
    ("GET", "/api/v1/admin/trends/links"): [s.null],
    **{("POST", f"/api/v1/admin/trends/tags/{{id}}/{verb}"): TRENDING_TAG for verb in ("approve", "reject")},
    **{("POST", f"/api/v1/admin/trends/statuses/{{id}}/{verb}"): TRENDING_POST for verb in ("approve", "reject")},
    **{("POST", f"/api/v1/admin/trends/links/{{id}}/{verb}"): NOTHING for verb in ("approve", "reject")},
    ("POST", "/api/v1/admin/measures"): [MEASURE],
    ("POST", "/api/v1/admin/dimensions"): [DIMENSION],
    ("POST", "/api/v1/admin/retention"): [s.null],
    **{
        ("POST", f"/api/v1/admin/accounts/{{id}}/{verb}"): s.ADMIN_ACCOUNT
        for verb in ("approve", "reject", "enable", "unsilence", "unsuspend", "unsensitive")
    },
    **{
        ("POST", f"/api/v1/admin/reports/{{id}}/{verb}"): s.ADMIN_REPORT
        for verb in ("assign_to_self", "unassign", "resolve", "reopen")
    },
    ("GET", "/api/v2/admin/accounts"): [s.ADMIN_ACCOUNT],
    ("GET", "/api/v1/admin/accounts"): [s.ADMIN_ACCOUNT],
    ("GET", "/api/v1/admin/accounts/{id}"): s.ADMIN_ACCOUNT,
    ("POST", "/api/v1/admin/accounts/{id}/action"): NOTHING,
    ("DELETE", "/api/v1/admin/accounts/{id}"): s.ADMIN_ACCOUNT,
    ("GET", "/api/v1/admin/reports"): [s.ADMIN_REPORT],
    ("GET", "/api/v1/admin/reports/{id}"): s.ADMIN_REPORT,
    ("PUT", "/api/v1/admin/reports/{id}"): s.ADMIN_REPORT,
    ("GET", "/api/v1/admin/domain_allows"): [s.DOMAIN_ALLOW],
    ("GET", "/api/v1/admin/domain_allows/{id}"): s.DOMAIN_ALLOW,
    ("POST", "/api/v1/admin/domain_allows"): s.DOMAIN_ALLOW,
    ("DELETE", "/api/v1/admin/domain_allows/{id}"): NOTHING,
}
OF_ONESELF = {
    **{("POST", f"/api/v1/statuses/{{id}}/{verb}"): s.STATUS for verb in ("bookmark", "unbookmark", "mute", "unmute")},
    **{
        ("POST", f"/api/v1/accounts/{{id}}/{verb}"): s.RELATIONSHIP
        for verb in ("note", "endorse", "unendorse", "pin", "unpin")
    },
    ("GET", "/api/v1/bookmarks"): [s.STATUS],
    ("GET", "/api/v2/filters"): [s.FILTER],
    ("POST", "/api/v2/filters"): s.FILTER,
    ("GET", "/api/v2/filters/{id}"): s.FILTER,
    ("PUT", "/api/v2/filters/{id}"): s.FILTER,
    ("DELETE", "/api/v2/filters/{id}"): NOTHING,
    ("GET", "/api/v2/filters/{id}/keywords"): [s.FILTER_KEYWORD],
    ("POST", "/api/v2/filters/{id}/keywords"): s.FILTER_KEYWORD,
    ("GET", "/api/v2/filters/keywords/{id}"): s.FILTER_KEYWORD,
    ("PUT", "/api/v2/filters/keywords/{id}"): s.FILTER_KEYWORD,
    ("DELETE", "/api/v2/filters/keywords/{id}"): NOTHING,
    ("GET", "/api/v2/filters/{id}/statuses"): [s.FILTER_STATUS],
    ("POST", "/api/v2/filters/{id}/statuses"): s.FILTER_STATUS,
    ("GET", "/api/v2/filters/statuses/{id}"): s.FILTER_STATUS,
    ("DELETE", "/api/v2/filters/statuses/{id}"): NOTHING,
    ("GET", "/api/v1/filters"): [s.FILTER_AS_BEFORE],
    ("POST", "/api/v1/filters"): s.FILTER_AS_BEFORE,
    ("GET", "/api/v1/filters/{id}"): s.FILTER_AS_BEFORE,
    ("PUT", "/api/v1/filters/{id}"): s.FILTER_AS_BEFORE,
    ("DELETE", "/api/v1/filters/{id}"): NOTHING,
    ("GET", "/api/v1/lists"): [s.LIST],
    ("POST", "/api/v1/lists"): s.LIST,
    ("GET", "/api/v1/lists/{id}"): s.LIST,
    ("PUT", "/api/v1/lists/{id}"): s.LIST,
    ("DELETE", "/api/v1/lists/{id}"): NOTHING,
    ("GET", "/api/v1/lists/{id}/accounts"): [s.ACCOUNT],
    ("POST", "/api/v1/lists/{id}/accounts"): NOTHING,
    ("DELETE", "/api/v1/lists/{id}/accounts"): NOTHING,
    ("GET", "/api/v1/accounts/{id}/lists"): [s.LIST],
    ("GET", "/api/v1/timelines/list/{id}"): [s.STATUS],
    ("GET", "/api/v1/conversations"): [s.CONVERSATION],
    ("POST", "/api/v1/conversations/{id}/read"): s.CONVERSATION,
    ("DELETE", "/api/v1/conversations/{id}"): NOTHING,
    ("GET", "/api/v1/endorsements"): [s.ACCOUNT],
    ("GET", "/api/v1/accounts/{id}/endorsements"): [s.ACCOUNT],
    ("GET", "/api/v1/accounts/familiar_followers"): [s.FAMILIAR_FOLLOWERS],
    ("GET", "/api/v1/domain_blocks"): [s.text],
    ("POST", "/api/v1/domain_blocks"): NOTHING,
    ("DELETE", "/api/v1/domain_blocks"): NOTHING,
}
PROMISED: dict[tuple[str, str], Any] = (
    OF_POSTS | OF_FILES | OF_PEOPLE | OF_NOTICES | OF_THE_HOUSE | OF_MODERATORS | OF_ONESELF
)

IN_OTHER_FORM = {
    ("GET", "/health"),
    ("GET", "/api/v1/streaming"),
    ("GET", "/api/v1/streaming/health"),
    ("GET", "/api/v1/streaming/{name:.+}"),
}
"""Endpoints that answer no JSON."""


def every_endpoint() -> list[Endpoint]:
    """All that the client API and signing in have; fixed paths before those with variables."""
    api.routes()
    oauth.routes()
    return endpoints.declared("node.api") + endpoints.declared("node.oauth")


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    return [
        (one.method, one.path, re.compile(re.sub(r"\\\{\w+(:\.\\\+)?\\\}", "[^/]+", re.escape(one.path)) + "/?"))
        for one in every_endpoint()
    ]


def endpoint_of(method: str, address: str) -> tuple[str, str] | None:
    """Which endpoint a request is for: method and path as declared; None for none."""
    path = urlsplit(address).path
    return next(((verb, found) for verb, found, each in _patterns() if verb == method and each.fullmatch(path)), None)


def judge(method: str, address: str, status: int, answer: Json) -> None:
    """Hold an answer against what its endpoint promises.  Raises AssertionError: what does not fit, and where."""
    if not urlsplit(address).path.startswith("/api/"):
        return
    found = endpoint_of(method, address)
    shape = ERROR if status >= 400 else PROMISED.get(found) if found else None
    if shape is not None:
        wrong = s.wrong(answer, shape)
        assert not wrong, (method, address, status, wrong[:10])


EVENTS: dict[str, Any] = {  # Any: as above
    "update": s.STATUS,
    "status.update": s.STATUS,
    "notification": NOTICE,
    "conversation": s.CONVERSATION,
    "delete": s.id,
    "announcement": s.ANNOUNCEMENT,
    "announcement.reaction": {"name": s.text, "count": s.number, "announcement_id": s.id},
    "announcement.delete": s.id,
    "notifications_merged": s.number,
}


def judge_event(event: str, payload: Json) -> None:
    """Hold what a stream tells against what that kind of event promises.  Raises AssertionError; KeyError: unknown."""
    wrong = s.wrong(payload, EVENTS[event])
    assert not wrong, (event, wrong[:10])
