"""What somebody writes on behalf of a group, as Mobilizon has it.

    {type: Event, actor: <who writes>, attributedTo: <the group>, to: [<the group>, …]}      and no `audience`

Whoever writes is the author, here as there; the group is one more whom it is for. Where the author's node is the group's own, it
speaks for both: then nobody announces anything, and whoever follows the group is shown it as shared by the group.
Source: Mobilizon's documents; ActivityStreams 2.0, `attributedTo`, which may name several.
"""

from collections.abc import Sequence

from federation.errors import BadHost
from federation.hosts import same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import as_list, first_id, value_or_id
from storage import accounts, communities, follows, posts
from storage.accounts import Account
from storage.posts import Post
from storage.store import Unit
from storage.visibility import OPEN, Reach


def author_of(document: JsonObject) -> str | None:
    """Who has written an object: its `actor`, where it names one of its own origin, else the first in `attributedTo`."""
    writer, named = first_id(document.get("actor")), first_id(document.get("attributedTo"))
    try:
        is_own = isinstance(writer, str) and same_origin(writer, str(document.get("id")))
    except BadHost:
        is_own = False
    author = writer if is_own else named
    return author if isinstance(author, str) else None


def others_in(document: JsonObject) -> Sequence[str]:
    """Whom an object names as its authors beside the one who has written it."""
    named = document.get("attributedTo")
    if isinstance(named, str) and "actor" not in document:  # nearly all
        return ()
    author, ids = author_of(document), map(value_or_id, as_list(named))
    return [each for each in ids if isinstance(each, str) and each != author]


def by_one(document: JsonObject) -> JsonObject:
    """The same object with the one who has written it in `attributedTo`, and the others in `audience`."""
    others = others_in(document)
    if not others:
        return document
    return {**document, "attributedTo": author_of(document), "audience": [*as_list(document.get("audience")), *others]}


def groups(unit: Unit, document: JsonObject, *, author: str) -> list[Account]:
    """The groups of the author's own node on whose behalf an object was written, and whom somebody here follows."""
    others = others_in(document)
    if not others:
        return []
    found = accounts.by_uris(unit, others).values()
    own = [each for each in found if each.kind == communities.KIND and same_origin(each.uri, author)]
    return [each for each in own if not each.is_local and follows.has_local_follower(unit, each.id)]


def share(unit: Unit, post: Post, group: Account) -> None:
    """Have a post that begins a conversation be shown as shared by the group on whose behalf it was written."""
    if post.reply_to_uri is not None or post.reach not in (*OPEN, Reach.COMMUNITY):
        return
    if posts.share_by(unit, group.id, post.id) is not None:
        return
    posts.share(
        unit,
        uri=f"{post.uri}#shared-by-{group.id}",
        author=group.id,
        is_local=False,
        post=post,
        reach=post.reach if post.reach in OPEN else Reach.FOLLOWERS,
        published=post.published_at,
    )
