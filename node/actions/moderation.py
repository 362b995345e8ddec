"""What moderators decide about people and posts, each decision on record, and told to the person if they work here.

    none       a warning, and nothing else
    sensitive, silence, suspend    see `storage.standings`; who is suspended here can no longer sign in either
    disable    can no longer sign in; what they wrote stays as it is

Moderators decide about staff and about people of other nodes; about moderators and administrators, administrators do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation import outbox
from node.actions import compose
from node.actions import staff as acts
from node.errors import Invalid, NotPermitted
from storage import accounts, audit, notifications, partings, posts, reports, staff, standings, tombstones, warnings
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.staff import Member
from storage.standings import SENSITIZED, SILENCED, SUSPENDED
from storage.store import Unit

NONE, SENSITIVE, DISABLE, SILENCE, SUSPEND = "none", "sensitive", "disable", "silence", "suspend"
ACTIONS = (NONE, SENSITIVE, DISABLE, SILENCE, SUSPEND)

STANDING = {SENSITIVE: SENSITIZED, SILENCE: SILENCED, SUSPEND: SUSPENDED}
LONGEST_TEXT = 5_000


@dataclass(frozen=True, slots=True)
class Moderator:
    """Who decides. role: as it is now.  source: from where, for the audit."""

    account: Account
    role: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided, and what the person is told about it. report: the case that it closes."""

    action: str
    text: str = ""
    report: int | None = None


def decide(unit: Unit, moderator: Moderator, identifier: AccountId, decision: Decision) -> None:
    """Make a decision so. Raises NotFound, NotPermitted, Invalid."""
    target, member = _judged(unit, moderator, identifier)
    _demand_words(decision.text)
    if decision.action not in ACTIONS:
        raise Invalid("type", "ERR_INCLUSION", f"Type is one of: {', '.join(ACTIONS)}")
    if decision.action == NONE and not (target.is_local and decision.text.strip()):
        raise Invalid("text", "ERR_BLANK", "A warning goes to somebody of this node, and says something")
    if decision.report is not None and reports.get(unit, decision.report).target_id != target.id:
        raise NotFound
    if decision.action in (DISABLE, SUSPEND):
        _close(unit, target, member, must=decision.action == DISABLE)
    if decision.action in STANDING:
        standings.restrict(unit, target.id, STANDING[decision.action])
    _note(unit, moderator, f"account.{decision.action}", target.handle, report=decision.report)
    _warn(unit, target, decision.action, decision.text, report=decision.report)
    if decision.report is not None:
        resolve(unit, moderator, decision.report)


def lift(unit: Unit, moderator: Moderator, identifier: AccountId, action: str) -> Account:
    """End what was decided. action: sensitive, silence or suspend.  Raises NotFound, NotPermitted."""
    target, member = _judged(unit, moderator, identifier)
    if action == SUSPEND and partings.is_hidden(unit, target.id):
        raise Invalid("base", "ERR_NODE_REMOVED", "Their node was removed: they are shown when it is admitted again")
    standings.lift(unit, target.id, STANDING[action])
    was_closed_by_it = (
        member is not None and member.disabled_at is not None and member.disabled_at == target.suspended_at
    )
    if action == SUSPEND and was_closed_by_it:  # what an administrator had closed before stays closed
        staff.enable(unit, target.id)
    _note(unit, moderator, f"account.un{action}", target.handle)
    return accounts.get(unit, target.id)


def enable(unit: Unit, moderator: Moderator, identifier: AccountId) -> Account:
    """Let somebody sign in again. Raises NotFound, NotPermitted."""
    target, member = _judged(unit, moderator, identifier)
    if member is None:
        raise NotFound
    if target.suspended_at is not None:
        raise Invalid("base", "ERR_SUSPENDED", "This person is suspended: end that first")
    staff.enable(unit, target.id)
    _note(unit, moderator, "account.enable", target.handle)
    return target


def erase(unit: Unit, moderator: Moderator, identifier: AccountId) -> Account:
    """Remove what a suspended account wrote from this node, for good; of a person of this node, everywhere.

    Raises NotFound, NotPermitted: it is not suspended.
    """
    target, _ = _judged(unit, moderator, identifier)
    if target.suspended_at is None:
        raise NotPermitted
    if target.is_local:
        compose.depart(unit, target)
    else:
        tombstones.remove_all_of(unit, target.id)
    _note(unit, moderator, "account.erase", target.handle)
    return accounts.get(unit, target.id)


def remove_post(unit: Unit, moderator: Moderator, identifier: PostId, *, text: str, report: int | None) -> None:
    """Remove a post: of somebody here, everywhere it went; of somebody elsewhere, the copy of this node, for good.

    text: what its author is told.  report: the case that led to it.  Raises NotFound, NotPermitted, Invalid.
    """
    post = posts.get(unit, identifier)
    author, _ = _judged(unit, moderator, post.author_id)
    _demand_words(text)
    if author.is_local:
        outbox.perform(unit, compose.removal(unit, author, post))
    else:
        tombstones.remove(unit, post, owner_uri=author.uri)
    _note(unit, moderator, "post.remove", post.uri, report=report, author=author.handle)
    _warn(unit, author, "delete_statuses", text, report=report, about=[post.id])


# ---- cases ----------------------------------------------------------------------------------------------------------


def resolve(unit: Unit, moderator: Moderator, identifier: int) -> None:
    """Close a case. Raises NotFound."""
    reports.get(unit, identifier)
    reports.resolve(unit, identifier, by=moderator.account.id)
    _note(unit, moderator, "report.resolve", str(identifier))


def reopen(unit: Unit, moderator: Moderator, identifier: int) -> None:
    """Open a case again. Raises NotFound."""
    reports.reopen(unit, identifier)
    _note(unit, moderator, "report.reopen", str(identifier))


def assign(unit: Unit, moderator: Moderator, identifier: int, *, to_self: bool) -> None:
    """Say that one looks after a case, or that nobody does. Raises NotFound."""
    reports.assign(unit, identifier, moderator.account.id if to_self else None)
    _note(unit, moderator, "report.assign" if to_self else "report.unassign", str(identifier))


def classify(unit: Unit, moderator: Moderator, identifier: int, *, category: str, rules: Sequence[int]) -> None:
    """Say anew what a case is about. Raises NotFound."""
    before = reports.get(unit, identifier).category
    reports.classify(unit, identifier, category=category, rules=rules)
    _note(unit, moderator, "report.classify", str(identifier), before=before, after=category)


def write_note(unit: Unit, moderator: Moderator, identifier: int, text: str) -> None:
    """Write something about a case for the other moderators. Raises NotFound, Invalid."""
    _demand_words(text)
    if not text.strip():
        raise Invalid("note", "ERR_BLANK", "Write something first")
    reports.get(unit, identifier)
    reports.add_note(unit, identifier, by=moderator.account.id, text=text.strip())
    _note(unit, moderator, "report.note", str(identifier))


# ---- parts ----------------------------------------------------------------------------------------------------------


def _judged(unit: Unit, moderator: Moderator, identifier: AccountId) -> tuple[Account, Member | None]:
    """The one who is decided about. Raises NotFound, NotPermitted, Invalid."""
    target = accounts.get(unit, identifier)
    if target.kind == NODE_ACTOR_KIND and target.is_local:
        raise NotFound
    if target.id == moderator.account.id:
        raise Invalid("id", "ERR_SELF", "Nobody decides about themselves: ask another moderator")
    member = staff.by_account(unit, target.id)
    if moderator.role not in staff.MODERATING:
        raise NotPermitted
    if member is not None and member.role in staff.MODERATING and moderator.role != staff.ADMIN:
        raise NotPermitted
    return target, member


def _close(unit: Unit, target: Account, member: Member | None, *, must: bool) -> None:
    if member is None:
        if must:
            raise Invalid("type", "ERR_INCLUSION", "Only people of this node can be kept from signing in here")
        return
    acts.demand_another_admin(unit, member)
    staff.disable(unit, target.id)


def _demand_words(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Invalid("text", "ERR_TOO_LONG", f"Text is too long (maximum is {LONGEST_TEXT} characters)")


def _warn(
    unit: Unit, target: Account, action: str, text: str, *, report: int | None, about: Sequence[PostId] = ()
) -> None:
    if not target.is_local:
        return
    new = warnings.add(unit, target.id, action=action, text=text.strip(), posts=about, report=report)
    notifications.tell_warned(unit, target.id, warning=new, by=accounts.node_actor(unit).id)


def _note(unit: Unit, moderator: Moderator, act: str, subject: str, *, report: int | None = None, **more: str) -> None:
    detail: Mapping[str, str] = more | ({"report": str(report)} if report is not None else {})
    audit.add(unit, who=moderator.account.username, source=moderator.source, act=act, subject=subject, detail=detail)
