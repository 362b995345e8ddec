"""What people are told, and how far they have read."""

from collections.abc import Sequence

from node.api.entities import moderation, people, posts
from node.api.entities.parts import Entity, timestamp
from node.context import Node
from storage import accounts as account_rows
from storage import communities, moves, notification_groups, reports, staff, warnings
from storage.accounts import Account
from storage.ids import AccountId
from storage.notifications import Marker, Notification
from storage.reports import Report
from storage.store import Unit


async def notifications(node: Node, reader: Account, found: Sequence[Notification]) -> list[Entity]:
    """What a person is told, in its order; what is about a post that they can no longer see is left out."""
    by = await node.store.read(account_rows.by_ids, [each.from_id for each in found])
    have_moved = any(account.moved_to for account in by.values())
    successors = await node.store.read(moves.successors, list(by.values())) if have_moved else {}
    judged = await _of_moderation(node, reader, found)
    about = await posts.statuses(
        node, reader, [each.post_id for each in found if each.post_id is not None], where="notifications"
    )
    posts_by_id = {entity["id"]: entity for entity in about}
    entities = []
    for each in found:
        entity = {
            "id": str(each.id),
            "type": each.kind,
            "created_at": timestamp(each.created_at),
            "group_key": notification_groups.key_of(each),
            "account": people.account(node, by[each.from_id], successor=successors.get(each.from_id)),
        }
        if each.post_id is not None:
            post = posts_by_id.get(str(each.post_id))
            if post is None:
                continue
            entity["status"] = post
        if each.about is not None:
            if each.id not in judged:
                continue
            entity |= judged[each.id]
        entities.append(entity)
    return entities


ABOUT_REPORTS, ABOUT_WARNINGS, ABOUT_COMMUNITIES = "admin.report", "moderation_warning", "follow_request"


async def _of_moderation(node: Node, reader: Account, found: Sequence[Notification]) -> dict[int, Entity]:
    """What reports, warnings and requests to join a community add to what a person is told, by notification."""
    about = [each for each in found if each.about is not None]
    return await node.store.read(_about, node, reader, about) if about else {}


def _about(unit: Unit, node: Node, reader: Account, found: Sequence[Notification]) -> dict[int, Entity]:
    cases: dict[int, Report] = {}
    member = staff.by_account(unit, reader.id)
    if member is not None and member.role in staff.MODERATING:  # whoever is no moderator any more reads of no report
        cases = reports.by_ids(unit, [each.about for each in found if each.kind == ABOUT_REPORTS and each.about])
    told = warnings.by_ids(unit, [each.about for each in found if each.kind == ABOUT_WARNINGS and each.about])
    targets = account_rows.by_ids(unit, [case.target_id for case in cases.values()])
    pointed = reports.post_ids(unit, cases)
    joined = any(each.kind == ABOUT_COMMUNITIES for each in found)
    led = {community.id: community for community in communities.led_by(unit, reader.id)} if joined else {}
    shown: dict[int, Entity] = {}
    for each in found:
        if each.kind == ABOUT_REPORTS and (case := cases.get(each.about or 0)) is not None:
            target, posts_of = targets[case.target_id], pointed.get(case.id, [])
            shown[each.id] = {"report": moderation.report(node, case, target=target, about=posts_of)}
        elif each.kind == ABOUT_WARNINGS and (given := told.get(each.about or 0)) is not None:
            shown[each.id] = {"moderation_warning": moderation.warning(node, given, target=reader)}
        elif each.kind == ABOUT_COMMUNITIES and (community := led.get(AccountId(each.about or 0))) is not None:
            shown[each.id] = {"community": people.account(node, community)}
    return shown


def marker(found: Marker) -> Entity:
    """How far a person has read."""
    return {
        "last_read_id": str(found.last_read_id),
        "version": found.version,
        "updated_at": timestamp(found.updated_at),
    }
