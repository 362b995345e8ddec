"""The conversation that a post is part of: its `context`, owned by the node of whoever began it.

    root here           <this node>/contexts/<root's number>, a collection of all that answers it
    root elsewhere      what the root's own node says, if it is kept there
    root not here yet   what the answer says, if an admitted node keeps it

An answer carries the context of what it answers, so that its node and the root's speak of the same conversation.
Source: FEP-7888; FEP-f228 for the collection.
"""

from urllib.parse import urlsplit

import orjson

from federation.errors import BadHost
from federation.hosts import host_of, origin_of, same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import value_or_id
from storage import peers, posts
from storage.ids import PostId, parsed
from storage.posts import Post
from storage.store import Unit


def address(base_url: str, root: PostId) -> str:
    """The id of the conversation that begins with a post of this node."""
    return f"{base_url}/contexts/{root}"


def of_thread(unit: Unit, thread: PostId) -> str | None:
    """Where a thread is kept whole, as far as it can be known here."""
    found = posts.by_ids(unit, [thread])
    return claimed(unit, found[0]) if found else None


def of_answer(unit: Unit, parent: Post) -> str | None:
    """The context of an answer to this post: that of the post itself, else of its thread; None where no node that we accept keeps one."""
    return claimed(unit, parent) or of_thread(unit, parent.thread_id)


def claimed(unit: Unit, post: Post) -> str | None:
    """The context that a post names, if whoever keeps it may: the node where the conversation began, admitted here."""
    if post.is_local and post.reply_to_uri is None:
        return address(str(origin_of(post.uri)), post.id)
    found = posts.document(unit, post.id)
    uri = context_in(orjson.loads(found)) if found else None
    if uri is None:
        return None
    if post.reply_to_uri is None:
        return uri if same_origin(uri, post.uri) else None
    return uri if peers.is_allowed(unit, host_of(uri)) or begun_here(unit, uri) is not None else None


def begun_here(unit: Unit, uri: str) -> Post | None:
    """The first post of a conversation of this node, by the conversation's id."""
    number = parsed(urlsplit(uri).path.removeprefix("/contexts/"))
    found = posts.by_ids(unit, [PostId(number)]) if number is not None else []
    if not found or not found[0].is_local or address(str(origin_of(found[0].uri)), found[0].id) != uri:
        return None
    return found[0]


def context_in(document: JsonObject) -> str | None:
    """What a document names as its context, where it is the id of something."""
    uri = value_or_id(document.get("context"))
    if not isinstance(uri, str):
        return None
    try:
        origin_of(uri)
    except BadHost:  # older software has a `tag:` there, which nobody can ask for
        return None
    return uri
