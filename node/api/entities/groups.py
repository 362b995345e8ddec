"""What people are told, told together; and whose notifications wait for a decision."""

from collections.abc import Iterable, Mapping, Sequence

from node.api.entities import notices, people, posts
from node.api.entities.parts import Entity, timestamp
from node.context import Node
from storage import accounts as account_rows
from storage.accounts import Account
from storage.ids import AccountId
from storage.notification_groups import Group
from storage.notification_requests import Request

OF_A_GROUP = ("report", "event", "moderation_warning", "community")
PARTIAL = ("id", "acct", "locked", "bot", "url", "avatar", "avatar_static")


async def groups(node: Node, reader: Account, found: Sequence[Group], *, partial: bool = False) -> Entity:
    """Groups in their order, beside all the people and posts that they name; what the reader may not see is left out.

    partial: of most people only what it takes to show their picture.
    """
    heads = {
        entity["id"]: entity for entity in await notices.notifications(node, reader, [each.newest for each in found])
    }
    shown = [each for each in found if str(each.newest.id) in heads]
    named = list(dict.fromkeys(person for each in shown for person in each.people))
    known = await node.store.read(account_rows.by_ids, named)
    entities = await people.accounts(node, reader, [known[person] for person in named if person in known])
    first = {str(each.people[0]) for each in shown}
    result: Entity = {
        "accounts": [entity for entity in entities if not partial or entity["id"] in first],
        "statuses": _posts(heads[str(each.newest.id)] for each in shown),
        "notification_groups": [_group(each, heads[str(each.newest.id)], known) for each in shown],
    }
    if partial:
        others = [entity for entity in entities if entity["id"] not in first]
        result["partial_accounts"] = [{name: entity[name] for name in PARTIAL} for entity in others]
    return result


async def requests(node: Node, reader: Account, found: Sequence[Request]) -> list[Entity]:
    """Whose notifications wait for a decision, in their order."""
    known = await node.store.read(account_rows.by_ids, [each.from_id for each in found])
    about = await posts.statuses(node, reader, [each.post for each in found if each.post is not None])
    by_id = {entity["id"]: entity for entity in about}
    shown = [known[each.from_id] for each in found]
    return [
        {
            "id": str(each.id),
            "created_at": timestamp(each.created_at),
            "updated_at": timestamp(each.updated_at),
            "notifications_count": str(each.count),
            "account": account,
            "last_status": by_id.get(str(each.post)),
        }
        for each, account in zip(found, await people.accounts(node, reader, shown), strict=True)
    ]


def _posts(heads: Iterable[Entity]) -> list[Entity]:
    """The posts that they are about, each once."""
    return list({head["status"]["id"]: head["status"] for head in heads if "status" in head}.values())


def _group(found: Group, head: Entity, known: Mapping[AccountId, Account]) -> Entity:
    entity = {
        "group_key": found.key,
        "notifications_count": found.count,
        "type": found.newest.kind,
        "most_recent_notification_id": str(found.newest.id),
        "page_min_id": str(found.lowest),
        "page_max_id": str(found.newest.id),
        "latest_page_notification_at": timestamp(found.newest.created_at),
        "sample_account_ids": [str(person) for person in found.people if person in known],
    }
    if "status" in head:
        entity["status_id"] = head["status"]["id"]
    return entity | {name: head[name] for name in OF_A_GROUP if name in head}
