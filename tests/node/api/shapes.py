"""The entities of the Mastodon API as strict apps decode them: every field there, each of its type, and no other."""

from tests.node.api.checks import (
    Check,
    Either,
    Json,
    Maybe,
    Named,
    Perhaps,
    Shape,
    date,
    digits,
    flag,
    id,
    measure,
    null,
    number,
    one_of,
    socket,
    text,
    time,
    url,
    wrong,
)

__all__ = [
    "Check",
    "Either",
    "Json",
    "Maybe",
    "Named",
    "Perhaps",
    "Shape",
    "date",
    "digits",
    "flag",
    "id",
    "measure",
    "null",
    "number",
    "one_of",
    "socket",
    "text",
    "time",
    "url",
    "wrong",
]

CUSTOM_EMOJI: Shape = {"shortcode": text, "url": url, "static_url": url, "visible_in_picker": flag}
FIELD = {"name": text, "value": text, "verified_at": Maybe(time)}
ACCOUNT: Shape = {
    "id": id,
    "username": text,
    "acct": text,
    "display_name": text,
    "locked": flag,
    "bot": flag,
    "discoverable": Maybe(flag),
    "indexable": flag,
    "group": flag,
    "created_at": time,
    "note": text,
    "url": url,
    "uri": url,
    "avatar": url,
    "avatar_static": url,
    "header": url,
    "header_static": url,
    "followers_count": number,
    "following_count": number,
    "statuses_count": number,
    "last_status_at": Maybe(date),
    "hide_collections": Maybe(flag),
    "noindex": flag,
    "emojis": [CUSTOM_EMOJI],
    "roles": [{"id": id, "name": text, "color": text}],
    "fields": [FIELD],
    "suspended": Perhaps(flag),
    "limited": Perhaps(flag),
}
ACCOUNT["moved"] = Perhaps(ACCOUNT)
CREDENTIAL_ACCOUNT: Shape = ACCOUNT | {
    "source": {
        "privacy": one_of("public", "unlisted", "private", "direct"),
        "sensitive": flag,
        "language": Maybe(text),
        "note": text,
        "fields": [FIELD],
        "follow_requests_count": number,
        "hide_collections": Maybe(flag),
        "discoverable": Maybe(flag),
        "indexable": flag,
        "attribution_domains": [text],
        "quote_policy": one_of("public", "followers", "nobody"),
    },
    "role": {"id": text, "name": text, "permissions": digits, "color": text, "highlighted": flag},
}
MUTED_ACCOUNT: Shape = ACCOUNT | {"mute_expires_at": Maybe(time)}

POLL: Shape = {
    "id": id,
    "expires_at": Maybe(time),
    "expired": flag,
    "multiple": flag,
    "votes_count": number,
    "voters_count": Maybe(number),
    "options": [{"title": text, "votes_count": Maybe(number)}],
    "emojis": [CUSTOM_EMOJI],
    "voted": flag,
    "own_votes": [number],
}
EVENT: Shape = {
    "starts_at": time,
    "ends_at": Maybe(time),
    "timezone": Maybe(text),
    "place": text,
    "status": one_of("confirmed", "tentative", "cancelled"),
    "join_mode": one_of("free", "restricted", "invite", "external"),
    "capacity": Maybe(number),
    "attending_count": number,
}
SIZE: Shape = {"width": number, "height": number, "size": text, "aspect": measure}
LENGTH: Shape = {"duration": measure}
MEDIA: Shape = {
    "id": id,
    "type": one_of("image", "gifv", "video", "audio", "unknown"),
    "url": Maybe(url),
    "preview_url": Maybe(url),
    "remote_url": Maybe(url),
    "preview_remote_url": Maybe(url),
    "text_url": null,
    "meta": {
        "original": Perhaps(Either(SIZE, LENGTH, SIZE | LENGTH)),
        "small": Perhaps(SIZE),
        "duration": Perhaps(measure),
        "focus": {"x": measure, "y": measure},
    },
    "description": Maybe(text),
    "blurhash": Maybe(text),
    "legation": {"preview_bytes": Maybe(number)},
}
CONTEXT_OF_FILTER = one_of("home", "notifications", "public", "thread", "account")
FILTER_KEYWORD: Shape = {"id": id, "keyword": text, "whole_word": flag}
FILTER_STATUS: Shape = {"id": id, "status_id": id}
FILTER: Shape = {
    "id": id,
    "title": text,
    "context": [CONTEXT_OF_FILTER],
    "expires_at": Maybe(time),
    "filter_action": one_of("warn", "hide", "blur"),
    "keywords": [FILTER_KEYWORD],
    "statuses": [FILTER_STATUS],
}
FILTER_AS_BEFORE: Shape = {
    "id": id,
    "phrase": text,
    "context": [CONTEXT_OF_FILTER],
    "whole_word": flag,
    "expires_at": Maybe(time),
    "irreversible": flag,
}
FILTER_RESULT: Shape = {"filter": FILTER, "keyword_matches": Maybe([text]), "status_matches": Maybe([id])}
UNSHARED: Shape = {
    "id": id,
    "created_at": time,
    "in_reply_to_id": Maybe(id),
    "in_reply_to_account_id": Maybe(id),
    "sensitive": flag,
    "spoiler_text": text,
    "visibility": one_of("public", "unlisted", "private", "direct"),
    "language": Maybe(text),
    "uri": url,
    "url": Maybe(url),
    "replies_count": number,
    "reblogs_count": number,
    "favourites_count": number,
    "edited_at": Maybe(time),
    "content": text,
    "reblog": null,
    "application": Maybe({"name": text, "website": Maybe(url)}),
    "account": ACCOUNT,
    "media_attachments": [MEDIA],
    "mentions": [{"id": id, "username": text, "url": url, "acct": text}],
    "tags": [{"name": text, "url": url}],
    "emojis": [CUSTOM_EMOJI],
    "card": null,
    "poll": Maybe(POLL),
    "favourited": flag,
    "reblogged": flag,
    "muted": flag,
    "bookmarked": flag,
    "pinned": flag,
    "emoji_reactions": [{"name": text, "count": number, "me": flag, "url": Perhaps(url), "static_url": Perhaps(url)}],
    "legation_attendance": Perhaps(Maybe(text)),
    "quotes_count": number,
    "quote": null,
    "quote_approval": {
        "automatic": [one_of("public", "followers")],
        "manual": [one_of("public", "followers")],
        "current_user": one_of("automatic", "manual", "denied"),
    },
    "filtered": [FILTER_RESULT],
    "legation": {
        "reach": one_of("all_nodes", "unlisted", "followers", "node", "mentioned", "community"),
        "title": Maybe(text),
        "event": Maybe(EVENT),
    },
}
STATES = one_of("pending", "accepted", "rejected", "revoked", "deleted", "unauthorized")
QUOTED: Shape = UNSHARED | {"quote": Maybe({"state": STATES, "quoted_status_id": Maybe(id)})}
QUOTING: Shape = UNSHARED | {"quote": Maybe({"state": STATES, "quoted_status": Maybe(QUOTED)})}
STATUS: Shape = QUOTING | {"reblog": Maybe(QUOTING)}
SCHEDULED_STATUS: Shape = {
    "id": id,
    "scheduled_at": time,
    "params": {
        "text": text,
        "poll": Maybe({"options": [text], "expires_in": Maybe(digits), "multiple": flag, "hide_totals": flag}),
        "media_ids": Maybe([id]),
        "sensitive": flag,
        "spoiler_text": text,
        "visibility": one_of("public", "unlisted", "private", "direct"),
        "in_reply_to_id": Maybe(id),
        "quoted_status_id": Maybe(id),
        "quote_approval_policy": Maybe(text),
        "language": Maybe(text),
        "application_id": number,
        "scheduled_at": null,
        "idempotency": Maybe(text),
        "with_rate_limit": flag,
    },
    "media_attachments": [MEDIA],
}
CONTEXT: Shape = {
    "ancestors": [STATUS],
    "descendants": [STATUS],
    "legation": {"missing": [{"node": text, "count": Maybe(number), "reason": text}]},
}
STATUS_SOURCE: Shape = {"id": id, "text": text, "spoiler_text": text}
STATUS_EDIT: Shape = {
    "content": text,
    "spoiler_text": text,
    "sensitive": flag,
    "created_at": time,
    "account": ACCOUNT,
    "media_attachments": [MEDIA],
    "emojis": [CUSTOM_EMOJI],
}
STATUS_EDIT_WITH_POLL: Shape = STATUS_EDIT | {"poll": {"options": [{"title": text}]}}

RELATIONSHIP: Shape = {
    "id": id,
    "following": flag,
    "showing_reblogs": flag,
    "notifying": flag,
    "languages": Maybe([text]),
    "followed_by": flag,
    "blocking": flag,
    "blocked_by": flag,
    "muting": flag,
    "muting_notifications": flag,
    "requested": flag,
    "requested_by": flag,
    "domain_blocking": flag,
    "endorsed": flag,
    "note": text,
}
FAMILIAR_FOLLOWERS: Shape = {"id": id, "accounts": [ACCOUNT]}
LIST: Shape = {"id": id, "title": text, "replies_policy": one_of("followed", "list", "none"), "exclusive": flag}
CONVERSATION: Shape = {"id": id, "unread": flag, "accounts": [ACCOUNT], "last_status": Maybe(STATUS)}
NOTIFICATION: Shape = {
    "id": id,
    "type": one_of(
        "mention",
        "status",
        "reblog",
        "follow",
        "follow_request",
        "favourite",
        "update",
        "poll",
        "quote",
        "quoted_update",
    ),
    "created_at": time,
    "group_key": text,
    "account": ACCOUNT,
    "community": Perhaps(ACCOUNT),  # of our own: which community somebody asks to join
}
NOTIFICATION_OF_POST: Shape = NOTIFICATION | {"status": STATUS}
PARTIAL_ACCOUNT: Shape = {
    "id": id,
    "acct": text,
    "locked": flag,
    "bot": flag,
    "url": url,
    "avatar": url,
    "avatar_static": url,
}
NOTIFICATION_GROUP: Shape = {
    "group_key": text,
    "notifications_count": number,
    "type": NOTIFICATION["type"],
    "most_recent_notification_id": id,
    "page_min_id": id,
    "page_max_id": id,
    "latest_page_notification_at": time,
    "sample_account_ids": [id],
    "community": Perhaps(ACCOUNT),
}
NOTIFICATION_GROUP_OF_POST: Shape = NOTIFICATION_GROUP | {"status_id": id}
GROUPED_NOTIFICATIONS: Shape = {
    "accounts": [ACCOUNT],
    "partial_accounts": Perhaps([PARTIAL_ACCOUNT]),
    "statuses": [STATUS],
    "notification_groups": [Either(NOTIFICATION_GROUP, NOTIFICATION_GROUP_OF_POST)],
}
CHOICE = one_of("accept", "filter", "drop")
NOTIFICATION_POLICY: Shape = {
    "for_not_following": CHOICE,
    "for_not_followers": CHOICE,
    "for_new_accounts": CHOICE,
    "for_private_mentions": CHOICE,
    "for_limited_accounts": CHOICE,
    "summary": {"pending_requests_count": number, "pending_notifications_count": number},
}
NOTIFICATION_REQUEST: Shape = {
    "id": id,
    "created_at": time,
    "updated_at": time,
    "notifications_count": digits,
    "account": ACCOUNT,
    "last_status": Maybe(STATUS),
}
MARKER: Shape = {"last_read_id": digits, "version": number, "updated_at": time}
TAG: Shape = {
    "id": Perhaps(id),
    "name": text,
    "url": url,
    "history": [{"day": digits, "uses": digits, "accounts": digits}],
    "following": flag,
    "featuring": flag,
}
FEATURED_TAG: Shape = {"id": id, "name": text, "url": url, "statuses_count": digits, "last_status_at": Maybe(date)}
SUGGESTION: Shape = {
    "source": one_of("global"),
    "sources": [one_of("friends_of_friends", "most_followed")],
    "account": ACCOUNT,
}
REPORT: Shape = {
    "id": id,
    "action_taken": flag,
    "action_taken_at": Maybe(time),
    "category": one_of("spam", "legal", "violation", "other"),
    "comment": text,
    "forwarded": flag,
    "created_at": time,
    "status_ids": [id],
    "rule_ids": [id],
    "target_account": ACCOUNT,
}
ADMIN_ACCOUNT: Shape = {
    "id": id,
    "username": text,
    "domain": Maybe(text),
    "created_at": time,
    "email": text,
    "ip": Maybe(text),
    "ips": [null],
    "locale": Maybe(text),
    "invite_request": null,
    "role": Maybe({"id": text, "name": text, "permissions": digits, "color": text, "highlighted": flag}),
    "confirmed": flag,
    "approved": flag,
    "disabled": flag,
    "silenced": flag,
    "suspended": flag,
    "sensitized": flag,
    "account": ACCOUNT,
}
ADMIN_REPORT: Shape = {name: shape for name, shape in REPORT.items() if name not in ("status_ids", "rule_ids")} | {
    "updated_at": time,
    "account": ADMIN_ACCOUNT,
    "target_account": ADMIN_ACCOUNT,
    "assigned_account": Maybe(ADMIN_ACCOUNT),
    "action_taken_by_account": Maybe(ADMIN_ACCOUNT),
    "statuses": [STATUS],
    "rules": [{"id": id, "text": text, "hint": text}],
}
NOTIFICATION_OF_REPORT: Shape = NOTIFICATION | {"type": one_of("admin.report"), "report": REPORT}
NOTIFICATION_OF_WARNING: Shape = NOTIFICATION | {
    "type": one_of("moderation_warning"),
    "moderation_warning": {
        "id": id,
        "action": one_of("none", "delete_statuses", "sensitive", "disable", "silence", "suspend"),
        "text": text,
        "status_ids": [id],
        "target_account": ACCOUNT,
        "appeal": null,
        "created_at": time,
    },
}
ANNOUNCEMENT: Shape = {
    "id": id,
    "content": text,
    "starts_at": Maybe(time),
    "ends_at": Maybe(time),
    "all_day": flag,
    "published_at": time,
    "updated_at": time,
    "read": flag,
    "mentions": [null],
    "statuses": [null],
    "tags": [null],
    "emojis": [null],
    "reactions": [{"name": text, "count": number, "me": flag}],
}
DOMAIN_ALLOW: Shape = {"id": id, "domain": text, "created_at": time}
