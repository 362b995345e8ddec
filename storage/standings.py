"""What moderators have decided about an account of this node or of another; it holds on this node.

    sensitized   its posts are marked as sensitive
    silenced     only those who follow it see its posts, and are told what it does; it stands in no list for all and no search
    suspended    nobody sees its posts; of what it does elsewhere, only what takes things back or corrects them counts

Nothing is deleted by any of it: whatever is lifted is as it was before.
"""

from dataclasses import dataclass

from storage.accounts import NODE_ACTOR_KIND, SELECT, Account
from storage.errors import NotFound
from storage.events import StandingChanged
from storage.ids import AccountId
from storage.pages import Page, paged
from storage.store import Unit

SENSITIZED, SILENCED, SUSPENDED = "sensitized", "silenced", "suspended"

# By name, so that no text of a caller ever becomes part of a statement.
RESTRICT = {
    SENSITIZED: "update accounts set sensitized_at = :now where id = :id and sensitized_at is null",
    SILENCED: "update accounts set silenced_at = :now where id = :id and silenced_at is null",
    # Whoever was hidden with their node is judged now: that does not end when the node is admitted again.
    SUSPENDED: """update accounts set suspended_at = :now, hidden_with_node = 0
        where id = :id and (suspended_at is null or hidden_with_node = 1)""",
}
LIFT = {
    SENSITIZED: "update accounts set sensitized_at = null where id = :id and sensitized_at is not null",
    SILENCED: "update accounts set silenced_at = null where id = :id and silenced_at is not null",
    SUSPENDED: "update accounts set suspended_at = null where id = :id and suspended_at is not null and hidden_with_node = 0",
}


def restrict(unit: Unit, account: AccountId, what: str) -> bool:
    """Restrict an account. what: SENSITIZED, SILENCED or SUSPENDED.  Returns False when it is so already. Raises NotFound."""
    changed = unit.run(RESTRICT[what], id=account, now=unit.now) > 0
    if changed and what == SUSPENDED:
        unit.run("delete from notifications where from_id = :id and about is null", id=account)
    return _told(unit, account, changed=changed)


def lift(unit: Unit, account: AccountId, what: str) -> bool:
    """End a restriction. Arguments, return and errors as for `restrict`."""
    return _told(unit, account, changed=unit.run(LIFT[what], id=account) > 0)


def _told(unit: Unit, account: AccountId, *, changed: bool) -> bool:
    if changed:
        unit.after_commit(StandingChanged(account))
    elif unit.one(int, "select 1 from accounts where id = :id", id=account) is None:
        raise NotFound
    return changed


ACTIVE, DISABLED = "active", "disabled"

WITH_STATUS = {
    ACTIVE: "a.suspended_at is null and a.gone_at is null and (a.host <> '' or s.disabled_at is null)",
    DISABLED: "s.disabled_at is not null",
    SILENCED: "a.silenced_at is not null",
    SUSPENDED: "a.suspended_at is not null",
    SENSITIZED: "a.sensitized_at is not null",
}


@dataclass(frozen=True, slots=True)
class Sought:
    """Which accounts moderators look for.

    is_local: None for all.  statuses: keys of `WITH_STATUS`, all of which must hold.  host: of another node.
    username, display_name: parts of names, any case.  roles: of people of this node.
    """

    is_local: bool | None = None
    statuses: frozenset[str] = frozenset()
    host: str = ""
    username: str = ""
    display_name: str = ""
    roles: frozenset[str] = frozenset()


def sought(unit: Unit, page: Page, wanted: Sought) -> list[Account]:
    """A part of the accounts that this node knows, the newest first."""
    conditions = ["a.kind <> :node_actor", *(WITH_STATUS[status] for status in sorted(wanted.statuses))]
    if wanted.is_local is not None:
        conditions.append("a.host = ''" if wanted.is_local else "a.host <> ''")
    if wanted.host:
        conditions.append("a.host = :host")
    if wanted.username:
        conditions.append("lower(a.username) like :username escape '\\'")
    if wanted.display_name:
        conditions.append("lower(a.display_name) like :display_name escape '\\'")
    if wanted.roles:
        conditions.append("s.role in :roles")
    sql = f"{SELECT} left join staff s on s.account_id = a.id where {' and '.join(conditions)}"
    return paged(
        unit,
        Account,
        sql,
        "a.id",
        page,
        node_actor=NODE_ACTOR_KIND,
        host=wanted.host,
        username=_anywhere(wanted.username),
        display_name=_anywhere(wanted.display_name),
        roles=sorted(wanted.roles),
    )


def _anywhere(text: str) -> str:
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
