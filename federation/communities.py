"""Communities on the wire: what a Group says of how it is led.

attributedTo               the collection of its managers, as Lemmy has it (FEP-1b12)
postingRestrictedToMods    only they begin conversations, as Lemmy has it
isForMembers               what is written in it is read by its members only; of our own
closedSince                since when nothing is written in it any more, where that is so; of our own

What is for members is fetched by their nodes from the community's (`conversation_uri`, `copy_uri`, `file_uri`): an author's node gives it to nobody else.
"""

from urllib.parse import quote

from federation.hosts import same_origin
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import Actor
from storage import communities
from storage.accounts import Account
from storage.communities import Community
from storage.store import Unit

TERMS: JsonValue = {
    "lemmy": "https://join-lemmy.org/ns#",
    "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
    "isForMembers": "https://legation.example/ns#isForMembers",
    "closedSince": "https://legation.example/ns#closedSince",
}


DECIDING_TERMS: JsonValue = {
    "lemmy": "https://join-lemmy.org/ns#",
    "Lock": "lemmy:Lock",
    "removeData": "lemmy:removeData",
}
"""The names of the terms of what managers decide."""


def managers_uri(community: Account) -> str:
    """The id of the collection of those who lead a community of this node."""
    return f"{community.uri}/moderators"  # whom a manager at Lemmy adds goes there, whatever the community says


def file_uri(community: str, *, post: str, url: str) -> str:
    """Where a member's node asks a community's for a file of a post that is for members.

    community, post: ids.  url: of the file, as the post has it.
    """
    return f"{community}/files?post={quote(post, safe='')}&url={quote(url, safe='')}"


def copy_uri(community: str, post: str) -> str:
    """Where a member's node asks a community's for a post that is for members. community, post: ids."""
    return f"{community}/posts?id={quote(post, safe='')}"


def conversation_uri(community: str, post: str) -> str:
    """Where a member's node asks a community's for all posts of a conversation that are for members. community, post: ids."""
    return f"{community}/conversation?of={quote(post, safe='')}"


def said(led: Community) -> JsonObject:
    """What a community of this node says of how it is led."""
    closed: JsonObject = {"closedSince": led.closed_at.strftime("%Y-%m-%dT%H:%M:%SZ")} if led.closed_at else {}
    return {
        "attributedTo": led.managers_uri,
        "postingRestrictedToMods": led.managers_write_only,
        "isForMembers": led.is_for_members,
        **closed,
    }


def keep_told(unit: Unit, account: Account, actor: Actor) -> None:
    """Keep what a community of another node says of how it is led; nothing where the actor is none."""
    if account.kind != communities.KIND:
        return
    managers = actor.attributed_to or ""
    communities.keep(
        unit,
        account.id,
        is_for_members=actor.is_for_members,
        managers_write_only=actor.posting_restricted_to_mods,
        managers_uri=managers if same_origin(managers, account.uri) else "",
    )
    communities.close_since(unit, account.id, actor.closed_since)
