"""Rows → what apps and pages show: Mastodon's entities, each field always there.

Our own additions stand under the key `legation`. Source: the Mastodon API documentation, entities of 4.3.

    posts.py     Status, Context                                people.py   Account, Relationship
    gathered.py  what they are made of, read at once
    versions.py  StatusEdit, StatusSource                       quotes.py   Quote, what may be quoted
    notices.py   Notification, Marker                           tags.py     Tag
    scheduled.py ScheduledStatus
    groups.py    GroupedNotificationsResults, NotificationRequest
    house.py     Announcement
    moderation.py   Report, Admin::Report, Admin::Account, Rule
"""

from node.api.entities.conversations import conversation, conversations, taking_part
from node.api.entities.groups import groups, requests
from node.api.entities.house import announcements, new_announcement
from node.api.entities.marks import remember as remember_marks
from node.api.entities.moderation import admin_accounts, admin_reports, report, rule
from node.api.entities.notices import marker, notifications
from node.api.entities.parts import VISIBILITY, Entity, timestamp
from node.api.entities.people import account, accounts, own_account, relationship, relationships, typed_fields
from node.api.entities.posts import (
    chosen,
    context,
    learn,
    of_posts,
    one,
    own,
    status,
    statuses,
    visible,
    written,
)
from node.api.entities.scheduled import scheduled
from node.api.entities.tags import tags, tags_beginning
from node.api.entities.versions import history, source

__all__ = [
    "VISIBILITY",
    "Entity",
    "account",
    "accounts",
    "admin_accounts",
    "admin_reports",
    "announcements",
    "chosen",
    "context",
    "conversation",
    "conversations",
    "groups",
    "history",
    "learn",
    "marker",
    "new_announcement",
    "notifications",
    "of_posts",
    "one",
    "own",
    "own_account",
    "relationship",
    "relationships",
    "remember_marks",
    "report",
    "requests",
    "rule",
    "scheduled",
    "source",
    "status",
    "statuses",
    "tags",
    "tags_beginning",
    "taking_part",
    "timestamp",
    "typed_fields",
    "visible",
    "written",
]
