"""Report somebody: moderators of this node look at it, and those of the person's own node if one wishes, without one's name."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation import outbox
from federation.activities.flag import MOST_POSTS, Flag
from federation.documents import in_context
from federation.strict_json import JsonObject, JsonValue
from node.context import Node
from node.errors import Invalid
from storage import accounts, house, notifications, posts, reports
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.reports import Report
from storage.store import Unit

LONGEST_COMMENT = 1_000
MOST_OPEN = 50


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong, in the words of whoever reports it.

    category: one of `reports.CATEGORIES`.  rules: ids of the node's rules.  forward: whether the node of the person, when it is
    another one, is told as well.
    """

    comment: str = ""
    category: str = "other"
    posts: Sequence[PostId] = ()
    rules: Sequence[int] = ()
    forward: bool = False


async def report(node: Node, me: Account, target: AccountId, complaint: Complaint) -> Report:
    """Open a case about somebody. Raises NotFound: the person, or a post that is not theirs or not seen; Invalid."""
    _demand_sound(complaint)
    return await node.store.write(_report, node.base_url, me, target, complaint)


def _demand_sound(complaint: Complaint) -> None:
    if len(complaint.comment) > LONGEST_COMMENT:
        raise Invalid("comment", "ERR_TOO_LONG", f"Comment is too long (maximum is {LONGEST_COMMENT} characters)")
    if complaint.category not in reports.CATEGORIES:
        raise Invalid("category", "ERR_INCLUSION", f"Category is one of: {', '.join(reports.CATEGORIES)}")
    if len(complaint.posts) > MOST_POSTS:
        raise Invalid("status_ids", "ERR_TOO_MANY", f"A report is about {MOST_POSTS} posts at most")


def _report(unit: Unit, base_url: str, me: Account, identifier: AccountId, complaint: Complaint) -> Report:
    target = accounts.get(unit, identifier)
    if target.kind == NODE_ACTOR_KIND:
        raise NotFound
    if target.id == me.id:
        raise Invalid("account_id", "ERR_SELF", "You cannot report yourself")
    if reports.open_by(unit, me.id) >= MOST_OPEN:
        raise Invalid("base", "ERR_TOO_MANY", "Many of your reports are still open; moderators must look at them first")
    found = _theirs(unit, me, target, complaint.posts)
    rules = _known_rules(unit, complaint.rules)
    forwarded = complaint.forward and not target.is_local
    opened = reports.add(
        unit,
        uri=f"{base_url}/actor#reports/{unit.new_id()}",
        by=me.id,
        target=target.id,
        comment=complaint.comment.strip(),
        category="violation" if rules else complaint.category,
        posts=[post.id for post in found],
        rules=rules,
        forwarded=forwarded,
    )
    assert opened is not None  # its id is new
    notifications.tell_moderators(unit, report=opened.id, by=me.id, reported=target.id)
    if forwarded:
        outbox.perform(unit, _flag(unit, opened, target, found))
    return opened


def _theirs(unit: Unit, me: Account, target: Account, ids: Sequence[PostId]) -> list[Post]:
    wanted = set(ids)
    found = [post for post in posts.visible_among(unit, wanted, reader=me.id) if post.author_id == target.id]
    if len(found) != len(wanted) or any(post.boost_of is not None for post in found):
        raise NotFound
    return found


def _known_rules(unit: Unit, wanted: Sequence[int]) -> list[int]:
    known = {rule.id for rule in house.rules(unit)}
    if not known.issuperset(wanted):
        raise Invalid("rule_ids", "ERR_INVALID", "One of these rules does not stand in the charter of this node")
    return list(dict.fromkeys(wanted))


def _flag(unit: Unit, opened: Report, target: Account, about: Sequence[Post]) -> Flag:
    """In the name of the node: neither the sender nor the words say who complained."""
    things: list[JsonValue] = [target.uri, *(post.uri for post in about)]
    actor = accounts.node_actor(unit).uri
    document: JsonObject = {
        "id": opened.uri,
        "type": "Flag",
        "actor": actor,
        "object": things,
        "content": opened.comment,
    }
    return Flag.read(in_context(document))
