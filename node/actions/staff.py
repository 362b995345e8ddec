"""What an administrator does about the people of the node: add them, their role, and whether they may sign in.

Each of these is a unit of work with its entry in the audit. The last administrator who may sign in stays one.
"""

import re

from node import passwords
from node.errors import Invalid
from node.passwords import Passwords
from node.settings import Settings
from storage import accounts, audit, staff
from storage.accounts import Account
from storage.errors import Conflict
from storage.staff import Member
from storage.store import Store, Unit

USERNAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,28}[a-z0-9_])?")
LONGEST_NAME = 100
"""Characters of what somebody is called."""

RESERVED = frozenset({"actor", "admin", "administrator", "legation", "node", "root", "staff", "support", "system"})


async def add_member(
    store: Store,
    settings: Settings,
    hashing: Passwords,
    *,
    username: str,
    display_name: str,
    password: str,
    role: str,
    by: str,
    source: str,
) -> Account:
    """Give somebody an account and let them sign in. by, source: for the audit.

    Raises Invalid: the name or the password cannot be taken, or the name is.
    """
    name, called = usable_username(username), " ".join(display_name.split())
    if len(called) > LONGEST_NAME:
        raise Invalid("display_name", "ERR_INVALID", f"A name has at most {LONGEST_NAME} characters.")
    passwords.demand_good(password, names=(name, *called.split()))
    if role not in staff.ROLES:
        raise Invalid("role", "ERR_INCLUSION", f"A role is one of: {', '.join(staff.ROLES)}.")
    kept = await hashing.hash(password)
    return await store.write(add, settings, name, called or name, kept, role, by=by, source=source)


def usable_username(name: str, *, reserved: frozenset[str] = RESERVED) -> str:
    """A name as it is kept, in lower case. Raises Invalid."""
    wanted = name.strip().lower()
    if not USERNAME.fullmatch(wanted):
        raise Invalid(
            "username",
            "ERR_INVALID",
            "A user name has 1 to 30 letters a to z, digits, dots, hyphens or underscores, and ends with none of the dots.",
        )
    if wanted in reserved:
        raise Invalid("username", "ERR_RESERVED", f"The name {wanted} is kept for the node itself. Choose another.")
    return wanted


def add(
    unit: Unit, settings: Settings, username: str, display_name: str, password: str, role: str, *, by: str, source: str
) -> Account:
    """Add somebody whose name and password were checked. password: what is kept of it.  Raises Invalid: the name is taken."""
    try:
        account = accounts.add_local(unit, username=username, display_name=display_name, base_url=settings.base_url)
    except Conflict as error:
        raise Invalid("username", "ERR_TAKEN", f"The name {username} is taken. Choose another.") from error
    staff.add(unit, account.id, password=password, role=role, locale=settings.language)
    audit.add(unit, who=by, source=source, act="staff.add", subject=username, detail={"role": role})
    return account


async def change_own_password(store: Store, hashing: Passwords, me: Account, new: str) -> None:
    """Choose another password for oneself, having given the present one; every session and every app ends.

    Raises Invalid: the new one cannot be taken.
    """
    passwords.demand_good(new, names=(me.username, *me.display_name.split()))
    await store.write(_set_own_password, me, await hashing.hash(new))


def _set_own_password(unit: Unit, me: Account, password: str) -> None:
    staff.set_password(unit, me.id, password)
    audit.add(unit, who=me.username, source="web", act="staff.password", subject=me.username)


def change_role(unit: Unit, username: str, role: str, *, by: str, source: str) -> None:
    """Give somebody another role; they sign in again.

    by, source: for the audit.  Raises NotFound, Invalid.
    """
    member = staff.get(unit, username)
    if role not in staff.ROLES:
        raise Invalid("role", "ERR_INCLUSION", f"A role is one of: {', '.join(staff.ROLES)}.")
    if role != staff.ADMIN:
        demand_another_admin(unit, member)
    staff.set_role(unit, member.account_id, role)
    detail = {"before": member.role, "after": role}
    audit.add(unit, who=by, source=source, act="staff.role", subject=member.username, detail=detail)


def disable(unit: Unit, username: str, *, by: str, source: str) -> None:
    """Somebody may no longer sign in and is signed out everywhere. Arguments and errors as for `change_role`."""
    member = staff.get(unit, username)
    demand_another_admin(unit, member)
    staff.disable(unit, member.account_id)
    audit.add(unit, who=by, source=source, act="staff.disable", subject=member.username)


def enable(unit: Unit, username: str, *, by: str, source: str) -> None:
    """Somebody may sign in again. Arguments as for `change_role`.  Raises NotFound."""
    member = staff.get(unit, username)
    staff.enable(unit, member.account_id)
    audit.add(unit, who=by, source=source, act="staff.enable", subject=member.username)


def demand_another_admin(unit: Unit, member: Member) -> None:
    """Raises Invalid where somebody is the only administrator who may sign in."""
    is_active = member.role == staff.ADMIN and member.disabled_at is None
    if is_active and staff.active_admins(unit) == 1:
        sentence = f"{member.username} is the only administrator. Make another one first."
        raise Invalid("role", "ERR_LAST_ADMIN", sentence)
