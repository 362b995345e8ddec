"""What is told of posts and notifications, and to whom.

Each function asks the database a fixed number of questions, however many listen, and gives each listener what is theirs.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta

import orjson

from node.api import entities
from node.api.notifications import UNKNOWN_TO_MANY
from node.context import Node
from node.streaming.open_stream import Message, OpenStream
from node.streaming.subscriptions import LIVE, Subscription
from storage import listening, notifications
from storage.correspondence import Conversation
from storage.events import Notified, PostRemoved
from storage.ids import AccountId, PostId
from storage.listening import InList, Listeners, Told
from storage.posts import Post

STILL_NEWS = timedelta(hours=6)
"""How old a post may be that comes late, to be told in the streams for all; the journal is told of it in any case."""

MOST_COUNTED = 100
"""How far a page counts what is new."""

NOTIFIED = Subscription("user:notification")

Open = Mapping[AccountId, Collection[OpenStream]]
Wanted = list[tuple[OpenStream, Subscription]]


async def of_post(node: Node, streams: Open, identifier: PostId, *, event: str) -> None:
    """Tell of a post that is new, or says something else now. event: `update` or `status.update`."""
    told = await node.store.read(listening.told_of, identifier, _listeners(streams))
    if told is None:
        return
    if node.now() - told.post.published_at > STILL_NEWS and event == "update":
        told = Told(told.post, told.tags, told.home, frozenset(), told.in_person, told.lists)
    if event == "update":
        _count_on_pages(streams, told)
    concerned = {reader: wanted for reader in streams if (wanted := _carriers(streams[reader], told, reader))}
    if concerned:
        await _put_post(node, concerned, told.post, event=event)


async def of_removal(node: Node, streams: Open, removed: PostRemoved) -> None:
    """Tell that a post is gone, to those who may have been shown it."""
    readers = [reader for reader, theirs in streams.items() if _any_of(theirs, lambda one: one.is_home or one.is_list)]
    at_home = set(await node.store.read(listening.of_author, removed.author, readers)) if readers else set()
    at_home.update(removed.people)
    payload = str(removed.post).encode()
    for reader, theirs in streams.items():
        is_theirs = reader in removed.people or reader == removed.author
        for stream, wanted in carrying(theirs, lambda one: one != LIVE):
            gone = wanted.carried(removed, at_home=reader in at_home) or (wanted.name == "user" and is_theirs)
            if gone:
                stream.put(Message(wanted, "delete", payload))


async def of_notification(node: Node, streams: Open, event: Notified) -> None:
    """Tell somebody what they are told in their list of notifications."""
    wanted = carrying(streams.get(event.account, ()), lambda one: one.carries_notifications)
    if not wanted:
        return
    found = await node.store.read(notifications.one, event.account, event.notification)
    shown = await entities.notifications(node, wanted[0][0].account, [found]) if found else []
    await _count_again(node, event.account, wanted)
    if shown and shown[0]["type"] not in UNKNOWN_TO_MANY:
        payload = orjson.dumps(shown[0])
        for stream, one in wanted:
            if one != LIVE and stream.may(NOTIFIED):
                stream.put(Message(one, "notification", payload))


async def of_merging(node: Node, streams: Open, account: AccountId) -> None:
    """Tell somebody that what waited for their decision stands in their list now, which is to be read again."""
    wanted = carrying(streams.get(account, ()), lambda one: one.carries_notifications)
    await _count_again(node, account, wanted)
    for stream, one in wanted:
        if one != LIVE and stream.may(NOTIFIED):
            stream.put(Message(one, "notifications_merged", b"1"))  # Mastodon sends a payload that says nothing


def of_filters(streams: Open, account: AccountId) -> None:
    """Tell somebody's apps that what their person wants kept away is something else now."""
    for stream, one in carrying(streams.get(account, ()), lambda one: one.name == "user"):
        stream.put(Message(one, "filters_changed", None))


def count_of_posts(new: int) -> Message:
    """What a page is told of its reader's journal."""
    return Message(LIVE, "posts", orjson.dumps({"new": new}))


def count_of_notifications(unread: int) -> Message:
    """What a page is told of its reader's notifications."""
    return Message(LIVE, "notifications", orjson.dumps({"unread": unread}))


async def _count_again(node: Node, account: AccountId, wanted: Wanted) -> None:
    pages = [stream for stream, one in wanted if one == LIVE]
    if pages:
        unread = await node.store.read(notifications.unread, account, most=MOST_COUNTED)
        for stream in pages:
            stream.put(count_of_notifications(unread))


# ---- posts ----------------------------------------------------------------------------------------------------------


def _listeners(streams: Open) -> Listeners:
    def among(is_so: Callable[[Subscription], bool]) -> list[AccountId]:
        return [reader for reader, theirs in streams.items() if _any_of(theirs, is_so)]

    return Listeners(
        home=among(lambda one: one.is_home),
        public=among(lambda one: one.is_public),
        in_person=among(lambda one: one.is_in_person),
        lists=[
            InList(reader, int(one.of))
            for reader, theirs in streams.items()
            for _, one in carrying(theirs, lambda one: one.is_list)
        ],
    )


def _any_of(theirs: Iterable[OpenStream], is_so: Callable[[Subscription], bool]) -> bool:
    return any(is_so(one) for stream in theirs for one in stream.subscriptions)


def carrying(theirs: Iterable[OpenStream], is_so: Callable[[Subscription], bool]) -> Wanted:
    """Those of somebody's streams, each with the subscription, for which this is so."""
    return [(stream, one) for stream in theirs for one in stream.subscriptions if is_so(one)]


def _carriers(theirs: Iterable[OpenStream], told: Told, reader: AccountId) -> Wanted:
    return carrying(theirs, lambda one: one != LIVE and one.carries(told, reader))


def _count_on_pages(streams: Open, told: Told) -> None:
    for reader in told.home - {told.post.author_id}:
        for stream, _ in carrying(streams[reader], lambda one: one == LIVE):
            stream.unseen = min(stream.unseen + 1, MOST_COUNTED)
            stream.put(count_of_posts(stream.unseen))


async def _put_post(node: Node, concerned: Mapping[AccountId, Wanted], post: Post, *, event: str) -> None:
    """Render the post, once for all, and put it before each of these."""
    original = post.boost_of if post.boost_of is not None else post.id
    since = node.memory.changes.now
    marks = await node.store.read(listening.marks_of, post, list(concerned))
    for reader, own in marks.items():
        entities.remember_marks(node, reader, {original: own}, since=since)
    for reader, wanted in concerned.items():
        shown = {
            where: await entities.chosen(node, wanted[0][0].account, [post.id], where=where)
            for where in {one.context for _, one in wanted}
        }
        for stream, one in wanted:
            for body in shown[one.context].bodies:
                if one.is_in_person:
                    stream.put(Message(one, "conversation", await _conversation(node, reader, post, body)))
                elif not one.wants_media or _has_media(body):
                    stream.put(Message(one, event, body))


def _has_media(body: bytes) -> bool:
    return bool(orjson.loads(body)["media_attachments"])


async def _conversation(node: Node, reader: AccountId, post: Post, body: bytes) -> bytes:
    """The conversation that a post belongs to, as somebody sees it who takes part in it."""
    taking = await node.store.read(entities.taking_part, [post.id])
    found = Conversation(post.id, post.thread_id, post.author_id, PostId(0))
    said = entities.conversation(node, found, reader=reader, taking_part=taking.get(post.id, ()), last=body)
    return orjson.dumps(said)
