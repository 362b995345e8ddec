"""Rows → what apps and pages show: Mastodon's entities, each field always there.

A list of posts is gathered in one unit of work with a fixed number of queries, however long it is: the posts, the posts
they share, their authors, whom and what they name, and what differs for the reader. Then plain Python puts entities together.
Our own additions stand under the key `legation`. Source: the Mastodon API documentation, entities of 4.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson

from federation import html
from node.context import Node
from node.web import assets
from storage import accounts as account_rows
from storage import notifications as notification_rows
from storage import posts as post_rows
from storage import reactions, relations, staff
from storage import tags as tag_rows
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.notifications import Notification
from storage.posts import Post
from storage.relations import Relationship
from storage.store import Unit
from storage.tags import Day, Tag
from storage.visibility import Reach

Entity = dict[str, Any]  # what JSON holds

VISIBILITY = {
    Reach.ALL_NODES: "public",
    Reach.UNLISTED: "unlisted",
    Reach.FOLLOWERS: "private",
    Reach.NODE: "private",
    Reach.MENTIONED: "direct",
}
"""The reach of a post in the words that apps know; the exact one stands under `legation`."""

ROLE_NAMES = {staff.ADMIN: "Admin", staff.MODERATOR: "Moderator"}
DAYS_OF_HISTORY = 7
SECONDS_A_DAY = 86_400
PERMISSIONS = {staff.ADMIN: "1", staff.MODERATOR: "1048576", staff.STAFF: "0"}


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Everything that a list of posts needs."""

    posts: Sequence[Post]
    originals: Mapping[PostId, Post]
    authors: Mapping[AccountId, Account]
    mentioned: Mapping[PostId, Sequence[AccountId]]
    tags: Mapping[PostId, Sequence[str]]
    favourited: set[PostId]
    shared: set[PostId]
    reader: AccountId


# ---- posts ----------------------------------------------------------------------------------------------------------


async def statuses(node: Node, reader: Account, ids: Iterable[PostId]) -> list[Entity]:
    """Posts by their ids, in the order asked for; those that the reader may not see are left out."""
    wanted = list(ids)
    gathered = await node.store.read(_visible, reader.id, wanted)
    shown = {post.id: post for post in gathered.posts}
    return _statuses(node, gathered, [shown[identifier] for identifier in wanted if identifier in shown])


async def of_posts(node: Node, reader: Account, found: Sequence[Post]) -> list[Entity]:
    """Posts that were read for this reader already, in their order."""
    gathered = await node.store.read(_gather, reader.id, found)
    return _statuses(node, gathered, found)


async def status(node: Node, reader: Account, identifier: PostId) -> Entity:
    """One post. Raises NotFound, alike for hidden and absent."""
    post = await node.store.read(post_rows.visible, identifier, reader=reader.id)
    found = await of_posts(node, reader, [post])
    if not found:  # the sharing of a post that this reader may not see
        raise NotFound
    return found[0]


async def context(node: Node, reader: Account, identifier: PostId) -> Entity:
    """The thread around a post: what it answers, oldest first, and its answers in the order of the thread."""
    above, below = await node.store.read(_around, identifier, reader.id)
    entities = await of_posts(node, reader, [*above, *below])
    return {"ancestors": entities[: len(above)], "descendants": entities[len(above) :]}


async def history(node: Node, reader: Account, identifier: PostId) -> list[Entity]:
    """What a post said, first to present; one entry when it was never edited."""
    post, versions, author = await node.store.read(_versions, identifier, reader.id)
    said = [
        *((v.content, v.summary, v.sensitive, v.written_at) for v in versions),
        (post.content, post.summary, post.sensitive, post.edited_at or post.published_at),
    ]
    return [
        {
            "content": content,
            "spoiler_text": summary,
            "sensitive": sensitive,
            "created_at": timestamp(written_at),
            "account": account(node, author),
            "media_attachments": [],
            "emojis": [],
        }
        for content, summary, sensitive, written_at in said
    ]


def source(post: Post) -> Entity:
    """What was typed, for its author to edit."""
    return {"id": str(post.id), "text": post.source or "", "spoiler_text": post.summary}


def _visible(unit: Unit, reader: AccountId, ids: Sequence[PostId]) -> _Gathered:
    return _gather(unit, reader, post_rows.visible_among(unit, ids, reader=reader))


def _gather(unit: Unit, reader: AccountId, found: Sequence[Post]) -> _Gathered:
    shared = [post.boost_of for post in found if post.boost_of is not None]
    originals = {post.id: post for post in post_rows.visible_among(unit, shared, reader=reader)} if shared else {}
    ids = [*(post.id for post in found), *originals]
    mentioned: dict[PostId, list[AccountId]] = {}
    for named in post_rows.mentions_of(unit, ids):
        mentioned.setdefault(named.post_id, []).append(named.account_id)
    tags: dict[PostId, list[str]] = {}
    for tagged in post_rows.tags_of(unit, ids):
        tags.setdefault(tagged.post_id, []).append(tagged.name)
    people = {post.author_id for post in (*found, *originals.values())}.union(*mentioned.values())
    return _Gathered(
        posts=found,
        originals=originals,
        authors=account_rows.by_ids(unit, people),
        mentioned=mentioned,
        tags=tags,
        favourited=reactions.favourited(unit, reader, ids),
        shared=reactions.shared(unit, reader, ids),
        reader=reader,
    )


def _statuses(node: Node, gathered: _Gathered, found: Sequence[Post]) -> list[Entity]:
    entities = []
    for post in found:
        if post.boost_of is None:
            entities.append(_status(node, gathered, post))
        elif (original := gathered.originals.get(post.boost_of)) is not None:
            entities.append(_sharing(node, gathered, post, reblog=_status(node, gathered, original)))
    return entities


def _sharing(node: Node, gathered: _Gathered, post: Post, *, reblog: Entity) -> Entity:
    """A shared post says what the post says, and says it in the name of the one who shares."""
    return {
        **reblog,
        "id": str(post.id),
        "created_at": timestamp(post.published_at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "visibility": VISIBILITY[post.reach],
        "uri": post.uri,
        "reblog": reblog,
        "application": None,
        "account": account(node, gathered.authors[post.author_id]),
        "legation": {"reach": post.reach.name.lower()},
    }


def _status(node: Node, gathered: _Gathered, post: Post) -> Entity:
    author = gathered.authors[post.author_id]
    origin = node.base_url if author.is_local else "/".join(author.uri.split("/", 3)[:3])
    return {
        "id": str(post.id),
        "created_at": timestamp(post.published_at),
        "in_reply_to_id": _text_of(post.reply_to),
        "in_reply_to_account_id": _text_of(post.reply_to_author),
        "sensitive": post.sensitive,
        "spoiler_text": post.summary,
        "visibility": VISIBILITY[post.reach],
        "language": post.language,
        "uri": post.uri,
        "url": _page_of(node, post, author),
        "replies_count": post.replies_count,
        "reblogs_count": post.shares_count,
        "favourites_count": post.favourites_count,
        "edited_at": _moment(post.edited_at),
        "content": post.content,
        "reblog": None,
        "application": _application(post, own=post.author_id == gathered.reader),
        "account": account(node, author),
        "media_attachments": [],
        "mentions": [mention(gathered.authors[named]) for named in gathered.mentioned.get(post.id, ())],
        # Apps match these addresses with the links in the text, and those lead to the author's node.
        "tags": [{"name": name, "url": _tag_url(origin, name)} for name in gathered.tags.get(post.id, ())],
        "emojis": [],
        "card": None,
        "poll": None,
        "favourited": post.id in gathered.favourited,
        "reblogged": post.id in gathered.shared,
        "muted": False,
        "bookmarked": False,
        "pinned": False,
        "filtered": [],
        "legation": {"reach": post.reach.name.lower()},
    }


def _page_of(node: Node, post: Post, author: Account) -> str:
    return f"{node.base_url}/@{author.username}/{post.id}" if post.is_local else post.url


def _application(post: Post, *, own: bool) -> Entity | None:
    if post.application is None or not own:
        return None
    found: Entity = orjson.loads(post.application)
    return found


def _around(unit: Unit, identifier: PostId, reader: AccountId) -> tuple[list[Post], list[Post]]:
    post_rows.visible(unit, identifier, reader=reader)
    return post_rows.above(unit, identifier, reader=reader), post_rows.below(unit, identifier, reader=reader)


def _versions(unit: Unit, identifier: PostId, reader: AccountId) -> tuple[Post, list[post_rows.Version], Account]:
    post = post_rows.visible(unit, identifier, reader=reader)
    return post, post_rows.versions(unit, identifier), account_rows.get(unit, post.author_id)


# ---- people ---------------------------------------------------------------------------------------------------------


async def accounts(node: Node, reader: Account | None, found: Iterable[Account]) -> list[Entity]:
    """People, in their order."""
    del reader
    return [account(node, each) for each in found]


def account(node: Node, found: Account) -> Entity:
    """A person, a group or a node."""
    picture, banner = f"{node.base_url}{assets.DEFAULT_AVATAR}", f"{node.base_url}{assets.DEFAULT_HEADER}"
    entity = {
        "id": str(found.id),
        "username": found.username,
        "acct": found.handle,
        "display_name": found.display_name,
        "locked": found.locked,
        "bot": found.kind in ("Application", "Service"),
        "discoverable": found.discoverable,
        "indexable": False,
        "group": found.kind == "Group",
        "created_at": timestamp(found.created_at),
        "note": found.note,
        "url": found.url,
        "uri": found.uri,
        "avatar": picture,
        "avatar_static": picture,
        "header": banner,
        "header_static": banner,
        "followers_count": max(0, found.followers_count),
        "following_count": max(0, found.following_count),
        "statuses_count": max(0, found.posts_count),
        "last_status_at": found.last_post_at.date().isoformat() if found.last_post_at else None,
        "hide_collections": None,
        "noindex": True,
        "emojis": [],
        "roles": [],
        "fields": [{"name": name, "value": value, "verified_at": None} for name, value in found.named_fields],
    }
    return entity if found.gone_at is None else {**entity, "suspended": True}


def typed_fields(me: Account) -> list[tuple[str, str]]:
    """The lines of one's profile as text, to be edited."""
    return [(name, html.plain_text(value)) for name, value in me.named_fields]


def own_account(node: Node, me: Account, *, role: str, language: str | None, requests: int) -> Entity:
    """The person who asks: CredentialAccount. requests: how many wait to follow them."""
    return {
        **account(node, me),
        "source": {
            "privacy": "public",
            "sensitive": False,
            "language": language,
            "note": me.note_source,
            "fields": [{"name": name, "value": value, "verified_at": None} for name, value in typed_fields(me)],
            "follow_requests_count": requests,
            "hide_collections": None,
            "discoverable": me.discoverable,
            "indexable": False,
            "attribution_domains": [],
        },
        "role": {
            "id": "-99" if role == staff.STAFF else str(staff.ROLES.index(role)),
            "name": ROLE_NAMES.get(role, ""),
            "permissions": PERMISSIONS[role],
            "color": "",
            "highlighted": False,
        },
    }


def mention(named: Account) -> Entity:
    """A person whom a text names."""
    return {"id": str(named.id), "username": named.username, "url": named.url, "acct": named.handle}


def relationship(found: Relationship) -> Entity:
    """What stands between the reader and somebody."""
    return {
        "id": str(found.id),
        "following": found.following,
        "showing_reblogs": found.following and found.showing_shares,
        "notifying": found.following and found.notifying,
        "languages": None,
        "followed_by": found.followed_by,
        "blocking": found.blocking,
        "blocked_by": found.blocked_by,
        "muting": found.muting,
        "muting_notifications": found.muting_notifications,
        "requested": found.requested,
        "requested_by": found.requested_by,
        "domain_blocking": False,
        "endorsed": False,
        "note": "",
    }


async def relationships(node: Node, reader: Account, ids: Sequence[AccountId]) -> list[Entity]:
    """What stands between the reader and each of these, in the order asked for; unknown ids are left out."""
    known, found = await node.store.read(_relations, reader.id, ids)
    return [relationship(found[identifier]) for identifier in ids if identifier in known]


def _relations(
    unit: Unit, reader: AccountId, ids: Sequence[AccountId]
) -> tuple[dict[AccountId, Account], dict[AccountId, Relationship]]:
    return account_rows.by_ids(unit, ids), relations.of_each(unit, reader, ids)


# ---- notifications --------------------------------------------------------------------------------------------------


async def notifications(node: Node, reader: Account, found: Sequence[Notification]) -> list[Entity]:
    """What a person is told, in its order; what is about a post that they can no longer see is left out."""
    people = await node.store.read(account_rows.by_ids, [each.from_id for each in found])
    about = await statuses(node, reader, [each.post_id for each in found if each.post_id is not None])
    posts_by_id = {entity["id"]: entity for entity in about}
    entities = []
    for each in found:
        entity = {
            "id": str(each.id),
            "type": each.kind,
            "created_at": timestamp(each.created_at),
            "group_key": f"ungrouped-{each.id}",
            "account": account(node, people[each.from_id]),
        }
        if each.post_id is not None:
            post = posts_by_id.get(str(each.post_id))
            if post is None:
                continue
            entity["status"] = post
        entities.append(entity)
    return entities


def marker(found: notification_rows.Marker) -> Entity:
    """How far a person has read."""
    return {
        "last_read_id": str(found.last_read_id),
        "version": found.version,
        "updated_at": timestamp(found.updated_at),
    }


# ---- small things ---------------------------------------------------------------------------------------------------


async def tags_beginning(node: Node, text: str, *, limit: int, offset: int) -> list[Entity]:
    """Tags that begin with a text, and how much each was used in the last days."""
    midnights = tag_rows.midnights(node.now(), days=DAYS_OF_HISTORY)
    found, used = await node.store.read(_tags_with_days, text, midnights[-1], limit, offset)
    by_day = {(day.tag_id, day.day): day for day in used}
    return [_tag(node, tag, midnights, by_day) for tag in found]


def _tag(node: Node, tag: Tag, midnights: Sequence[datetime], used: Mapping[tuple[int, int], Day]) -> Entity:
    history = []
    for midnight in midnights:
        beginning = int(midnight.timestamp())
        day = used.get((tag.id, beginning // SECONDS_A_DAY))
        uses, people = (day.uses, day.accounts) if day else (0, 0)
        history.append({"day": str(beginning), "uses": str(uses), "accounts": str(people)})
    return {
        "id": str(tag.id),
        "name": tag.spelling,
        "url": _tag_url(node.base_url, tag.name),
        "history": history,
        "following": False,
    }


def _tags_with_days(unit: Unit, text: str, since: datetime, limit: int, offset: int) -> tuple[list[Tag], list[Day]]:
    found = tag_rows.beginning_with(unit, text, limit=limit, offset=offset)
    return found, tag_rows.days_of(unit, found, since=since)


def _tag_url(origin: str, name: str) -> str:
    return f"{origin}/tags/{quote(name)}"


def timestamp(moment: datetime) -> str:
    """A moment as apps read it: UTC, with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _moment(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment else None


def _text_of(identifier: int | None) -> str | None:
    return None if identifier is None else str(identifier)
