"""What an administrator does about the people of the node: their role, and whether they may sign in.

Each of these is a unit of work with its entry in the audit. The last administrator who may sign in stays one.
"""

from node.errors import Invalid
from storage import audit, staff
from storage.staff import Member
from storage.store import Unit


def change_role(unit: Unit, username: str, role: str, *, by: str, source: str) -> None:
    """Give somebody another role; they sign in again.

    by, source: for the audit.  Raises NotFound, Invalid.
    """
    member = staff.get(unit, username)
    if role not in staff.ROLES:
        raise Invalid("role", "ERR_INCLUSION", f"A role is one of: {', '.join(staff.ROLES)}.")
    if role != staff.ADMIN:
        _demand_another_admin(unit, member)
    staff.set_role(unit, member.account_id, role)
    detail = {"before": member.role, "after": role}
    audit.add(unit, who=by, source=source, act="staff.role", subject=member.username, detail=detail)


def disable(unit: Unit, username: str, *, by: str, source: str) -> None:
    """Somebody may no longer sign in and is signed out everywhere. Arguments and errors as for `change_role`."""
    member = staff.get(unit, username)
    _demand_another_admin(unit, member)
    staff.disable(unit, member.account_id)
    audit.add(unit, who=by, source=source, act="staff.disable", subject=member.username)


def enable(unit: Unit, username: str, *, by: str, source: str) -> None:
    """Somebody may sign in again. Arguments as for `change_role`.  Raises NotFound."""
    member = staff.get(unit, username)
    staff.enable(unit, member.account_id)
    audit.add(unit, who=by, source=source, act="staff.enable", subject=member.username)


def _demand_another_admin(unit: Unit, member: Member) -> None:
    is_active = member.role == staff.ADMIN and member.disabled_at is None
    if is_active and staff.active_admins(unit) == 1:
        sentence = f"{member.username} is the only administrator. Make another one first."
        raise Invalid("role", "ERR_LAST_ADMIN", sentence)
