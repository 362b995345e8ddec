"""What moderators read: reports, the people in them, rules; and what is told to whoever was warned.

Addresses, e-mails and places of sign-in are not kept for moderators: nobody is watched. Those fields are empty.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from node.api.entities import people, posts
from node.api.entities.parts import Entity, moment_or_none, timestamp
from node.context import Node
from storage import accounts as account_rows
from storage import house, reports, staff
from storage.accounts import Account
from storage.house import Rule
from storage.ids import AccountId, PostId
from storage.reports import Report
from storage.staff import Member
from storage.store import Unit
from storage.warnings import Warning


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that reports are made of, read in one unit."""

    people: Mapping[AccountId, Account]
    members: Mapping[AccountId, Member]
    posts: Mapping[int, Sequence[PostId]]
    rules: Mapping[int, Rule]


def report(node: Node, found: Report, *, target: Account, about: Sequence[PostId]) -> Entity:
    """A report, for whoever made it and for moderators. about: the posts that it points to."""
    return {
        "id": str(found.id),
        "action_taken": found.resolved_at is not None,
        "action_taken_at": moment_or_none(found.resolved_at),
        "category": found.category,
        "comment": found.comment,
        "forwarded": found.forwarded,
        "created_at": timestamp(found.created_at),
        "status_ids": [str(post) for post in about],
        "rule_ids": [str(rule) for rule in found.rule_ids],
        "target_account": people.account(node, target),
    }


async def admin_reports(node: Node, reader: Account, found: Sequence[Report]) -> list[Entity]:
    """Reports as moderators read them, with the posts in question, whoever may see those otherwise."""
    known = await node.store.read(_gathered, found)
    ids = sorted({post for each in known.posts.values() for post in each})
    shown = (await posts.chosen(node, reader, ids)).entities()
    statuses = {int(entity["id"]): entity for entity in shown}
    return [_admin_report(node, each, known, statuses) for each in found]


async def admin_accounts(node: Node, found: Sequence[Account]) -> list[Entity]:
    """People as moderators see them."""
    members = await node.store.read(staff.by_accounts, [each.id for each in found])
    return [admin_account(node, each, members.get(each.id)) for each in found]


def admin_account(node: Node, found: Account, member: Member | None) -> Entity:
    """Somebody as moderators see them. member: None for people of other nodes."""
    return {
        "id": str(found.id),
        "username": found.username,
        "domain": found.host or None,
        "created_at": timestamp(found.created_at),
        "email": "",
        "ip": None,
        "ips": [],
        "locale": member.locale if member else None,
        "invite_request": None,
        "role": people.role_entity(member.role) if member else None,
        "confirmed": True,
        "approved": True,
        "disabled": member is not None and member.disabled_at is not None,
        "silenced": found.silenced_at is not None,
        "suspended": found.suspended_at is not None,
        "sensitized": found.sensitized_at is not None,
        "account": people.account(node, found),
    }


def rule(found: Rule) -> Entity:
    """A rule of the house."""
    return {"id": str(found.id), "text": found.text, "hint": found.hint}


def warning(node: Node, found: Warning, *, target: Account) -> Entity:
    """What moderators told somebody. Appeals are made by word of mouth."""
    return {
        "id": str(found.id),
        "action": found.action,
        "text": found.text,
        "status_ids": [str(post) for post in found.post_ids],
        "target_account": people.account(node, target),
        "appeal": None,
        "created_at": timestamp(found.created_at),
    }


def _admin_report(node: Node, found: Report, known: Known, statuses: Mapping[int, Entity]) -> Entity:
    about = [post for post in known.posts.get(found.id, ()) if post in statuses]
    plain = report(node, found, target=known.people[found.target_id], about=about)
    del plain["status_ids"], plain["rule_ids"]
    return plain | {
        "updated_at": timestamp(found.updated_at),
        "account": _person(node, known, found.by_id),
        "target_account": _person(node, known, found.target_id),
        "assigned_account": _person(node, known, found.assigned_to),
        "action_taken_by_account": _person(node, known, found.resolved_by),
        "statuses": [statuses[post] for post in about],
        "rules": [rule(known.rules[each]) for each in found.rule_ids if each in known.rules],
    }


def _person(node: Node, known: Known, identifier: AccountId | None) -> Entity | None:
    found = known.people.get(identifier) if identifier is not None else None
    return admin_account(node, found, known.members.get(found.id)) if found is not None else None


def _gathered(unit: Unit, found: Sequence[Report]) -> Known:
    ids = {each for row in found for each in (row.by_id, row.target_id, row.assigned_to, row.resolved_by) if each}
    return Known(
        people=account_rows.by_ids(unit, ids),
        members=staff.by_accounts(unit, ids),
        posts=reports.post_ids(unit, [row.id for row in found]),
        rules=house.rules_by_ids(unit, _rules_of(found)),
    )


def _rules_of(found: Iterable[Report]) -> list[int]:
    return sorted({rule for row in found for rule in row.rule_ids})
