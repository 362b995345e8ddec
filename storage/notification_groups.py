"""Notifications of one kind about one thing, told together: who found a post useful, who shared it, who follows.

A group is what came within the same half of a day, so that its key says all that is needed to find it again, and nothing has
to be kept. It stands in a list where its newest stands, and only there: going down a list meets each group once.

    favourite-116012-41234      kind, post, number of the half day since 1970
    follow-41234                kind, number of the half day
    ungrouped-98765             the id of the only one
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.ids import SEQUENCE_BITS, AccountId, parsed
from storage.notifications import SELECT, Notification, conditions
from storage.pages import Page, paged
from storage.rows import milliseconds
from storage.store import Unit, Value

ABOUT_POSTS = frozenset({"favourite", "reblog"})
GROUPED = ABOUT_POSTS | {"follow"}
"""The kinds that are told together."""

ALONE = "ungrouped"
HALF_DAY_MILLISECONDS = 12 * 3_600_000
HALF_DAY_OF_IDS = HALF_DAY_MILLISECONDS << SEQUENCE_BITS
MOST_SAMPLES = 8

# Ids carry their moment: what is of the same half day lies within as many ids, which bounds what is read of the index.
TOGETHER = f"""
h.account_id = n.account_id and h.kind = n.kind and coalesce(h.post_id, 0) = coalesce(n.post_id, 0)
and h.created_at / {HALF_DAY_MILLISECONDS} = n.created_at / {HALF_DAY_MILLISECONDS}
"""


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group. head: the newest of it; nth: from 1, the newest first.  total, lowest: how many, and the oldest id."""

    head: int
    id: int
    from_id: AccountId
    nth: int
    total: int
    lowest: int


@dataclass(frozen=True, slots=True)
class Group:
    """What is told together. newest: stands for all.  people: who, the newest first, at most `MOST_SAMPLES`."""

    key: str
    newest: Notification
    count: int
    lowest: int
    people: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which notifications of a person are looked at.

    kinds: only these.  grouped: which of them are told together.  by: only what this one did.
    filtered: also what waits for a decision (`storage.notification_requests`).
    """

    kinds: frozenset[str]
    grouped: frozenset[str] = GROUPED
    by: AccountId | None = None
    filtered: bool = False


def key_of(found: Notification) -> str:
    """The key of the group that a notification belongs to."""
    half_day = milliseconds(found.created_at) // HALF_DAY_MILLISECONDS
    if found.kind in ABOUT_POSTS and found.post_id is not None:
        return f"{found.kind}-{found.post_id}-{half_day}"
    return f"{found.kind}-{half_day}" if found.kind in GROUPED else f"{ALONE}-{found.id}"


def page(unit: Unit, account: AccountId, chosen: Chosen, part: Page) -> list[Group]:
    """What a person was told, together where it belongs together, the newest first; each group once, where its newest is."""
    heads = paged(unit, Notification, f"{SELECT} where {_heads(chosen)}", "n.id", part, **_values(account, chosen))
    return _with_members(unit, heads, chosen)


def one(unit: Unit, account: AccountId, key: str) -> Group | None:
    """The group with this key, as far as this person was told of it."""
    found = members(unit, account, key, Page(1))
    if not found:
        return None
    alone = key.startswith(f"{ALONE}-")
    chosen = Chosen(frozenset({found[0].kind}), grouped=frozenset() if alone else GROUPED)
    return _with_members(unit, found, chosen)[0]


def members(unit: Unit, account: AccountId, key: str, part: Page) -> list[Notification]:
    """Everything of a group, the newest first; nothing for a key that is none."""
    where = _where(key)
    if where is None:
        return []
    condition, values = where
    sql = f"{SELECT} where n.account_id = :account and n.filtered = 0 and {condition}"
    return paged(unit, Notification, sql, "n.id", part, account=account, **values)


def dismiss(unit: Unit, account: AccountId, key: str) -> None:
    """Take a whole group off a person's list."""
    where = _where(key)
    if where is not None:
        condition, values = where
        own = f"select n.id from notifications n where n.account_id = :account and n.filtered = 0 and {condition}"
        unit.run(f"delete from notifications where id in ({own})", account=account, **values)


def unread(unit: Unit, account: AccountId, chosen: Chosen, *, most: int) -> int:
    """How many groups have something newer than what the person last looked at, counted up to `most`."""
    sql = f"""
    select count(*) from (
        select n.id from notifications n where {_heads(chosen)} and n.id > coalesce(
            (select last_read_id from markers where account_id = :account and timeline = 'notifications'), 0)
        limit :most
    ) newer
    """
    return unit.one(int, sql, most=most, **_values(account, chosen)) or 0


def _heads(chosen: Chosen) -> str:
    """Those that are the newest of their group, and those that are told alone."""
    newer = f"h.id > n.id and h.id < n.id + {HALF_DAY_OF_IDS}"
    same = "" if chosen.by is None else "and h.from_id = :by"
    hidden = "" if chosen.filtered else "and h.filtered = 0"
    grouped = ",".join(f"'{kind}'" for kind in sorted(GROUPED & chosen.grouped)) or "''"
    return f"""
    {conditions(chosen.kinds, by=chosen.by, filtered=chosen.filtered)} and (n.kind not in ({grouped}) or not exists (
        select 1 from notifications h where {TOGETHER} and {newer} {same} {hidden}))
    """


def _values(account: AccountId, chosen: Chosen) -> dict[str, Value]:
    return {"account": account} if chosen.by is None else {"account": account, "by": chosen.by}


def _with_members(unit: Unit, heads: Sequence[Notification], chosen: Chosen) -> list[Group]:
    joined = [each.id for each in heads if each.kind in GROUPED & chosen.grouped]
    values: dict[str, Value] = {} if chosen.by is None else {"by": chosen.by}
    found = unit.all(Member, _members_sql(chosen), heads=joined, **values) if joined else []
    by_head: dict[int, list[Member]] = {}
    for member in found:
        by_head.setdefault(member.head, []).append(member)
    return [_group(each, by_head.get(each.id)) for each in heads]


def _members_sql(chosen: Chosen) -> str:
    same = "" if chosen.by is None else "and h.from_id = :by"
    hidden = "" if chosen.filtered else "and h.filtered = 0"
    return f"""
    select * from (
        select n.id as head, h.id, h.from_id, row_number() over (partition by n.id order by h.id desc) as nth,
            count(*) over (partition by n.id) as total, min(h.id) over (partition by n.id) as lowest
        from notifications n join notifications h on {TOGETHER}
            and h.id <= n.id and h.id > n.id - {HALF_DAY_OF_IDS} {same} {hidden}
        where n.id in :heads
    ) members where nth <= {MOST_SAMPLES} order by head desc, nth
    """


def _group(newest: Notification, found: Sequence[Member] | None) -> Group:
    if found is None:
        return Group(f"{ALONE}-{newest.id}", newest, 1, newest.id, (newest.from_id,))
    people = tuple(dict.fromkeys(member.from_id for member in found))
    return Group(key_of(newest), newest, found[0].total, found[0].lowest, people)


def _where(key: str) -> tuple[str, dict[str, Value]] | None:
    """What the members of a group have in common; None for what is no key."""
    kind, *rest = key.split("-")
    numbers = [number for number in map(parsed, rest) if number is not None]
    if len(numbers) != len(rest):
        return None
    in_half_day = f"n.created_at / {HALF_DAY_MILLISECONDS} = :half_day"
    match kind, numbers:
        case ("ungrouped", [only]):
            return "n.id = :only", {"only": only}
        case ("favourite" | "reblog", [post, half_day]):
            return f"n.kind = :kind and n.post_id = :post and {in_half_day}", {
                "kind": kind,
                "post": post,
                "half_day": half_day,
            }
        case ("follow", [half_day]):
            return f"n.kind = :kind and {in_half_day}", {"kind": kind, "half_day": half_day}
        case _:
            return None
