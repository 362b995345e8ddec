"""What parting from a peer does to what came from it, and what admitting it again brings back.

    removed           whoever is at home there is suspended (`storage.visibility`), and nothing of it is deleted; follows from and
                      to them end, each with a record of how it was
    admitted again    they are shown again, save those whom moderators have suspended; follows are as they were, and each record
                      stays until the two nodes have told each other (`federation.readmission`)

Follows come back at once, before anything of the peer does: what has waited there would else concern nobody here. Not those of
whoever has moved or left, or is kept away by now. An account that was hidden with its node is marked, so that it is not taken for
one that moderators have judged.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from storage.events import PeerParted
from storage.ids import AccountId, Host
from storage.store import Unit

HIDE = """
update accounts set suspended_at = :now, hidden_with_node = 1
where host = :host and suspended_at is null and gone_at is null
"""
SHOW = "update accounts set suspended_at = null, hidden_with_node = 0 where host = :host and hidden_with_node = 1"

# ---- parting --------------------------------------------------------------------------------------------------------

# What came back when the peer was admitted before, and was not told of yet, gets a new record.
FORGET_OLD = "delete from severed_follows where host = :host and id in (select f.id from follows f)"
WISHES = "uri, created_at, accepted_at, accept_uri, shares, notify, languages, at_home"
RECORD = f"""
insert into severed_follows (id, host, follower_id, followed_id, {WISHES}, lists, severed_at)
select f.id, :host, f.follower_id, f.followed_id, {", ".join(f"f.{name}" for name in WISHES.split(", "))},
    coalesce((select group_concat(m.list_id) from list_members m where m.follow_id = f.id), ''), :now
from follows f where f.id in (
    select x.id from accounts a join follows x on x.follower_id = a.id where a.host = :host
    union select y.id from accounts b join follows y on y.followed_id = b.id where b.host = :host)
"""
SEVER = (
    "delete from follows where id in (select s.id from severed_follows s where s.host = :host and s.severed_at = :now)"
)
FORGET_NOTIFICATIONS = """
delete from notifications where kind in ('follow', 'follow_request')
    and from_id in (select a.id from accounts a where a.host = :host)
"""

# ---- and meeting again ----------------------------------------------------------------------------------------------

BRING_BACK = f"""
insert into follows (id, follower_id, followed_id, {WISHES})
select s.id, s.follower_id, s.followed_id, {", ".join(f"s.{name}" for name in WISHES.split(", "))}
from severed_follows s join accounts a on a.id = s.follower_id join accounts b on b.id = s.followed_id
where s.host = :host
    and a.gone_at is null and b.gone_at is null and a.suspended_at is null and b.suspended_at is null
    and a.moved_to is null and b.moved_to is null
    and not exists (select 1 from follows f where f.follower_id = a.id and f.followed_id = b.id)
    and not exists (select 1 from blocks k
        where (k.account_id = a.id and k.target_id = b.id) or (k.account_id = b.id and k.target_id = a.id))
    and not exists (select 1 from blocked_nodes n
        where (n.account_id = a.id and n.host = b.host) or (n.account_id = b.id and n.host = a.host))
    and not exists (select 1 from community_bans c
        where c.community_id = b.id and c.account_id = a.id and (c.until is null or c.until > :now))
"""
IN_LISTS = """
select s.id, s.lists from severed_follows s join follows f on f.id = s.id where s.host = :host and s.lists <> ''
"""
INTO_LIST = """
insert into list_members (id, list_id, follow_id)
select :id, l.id, f.id from lists l join follows f on f.id = :follow where l.id = :list and l.account_id = f.follower_id
"""

# Before they end, and once they are back.
COUNTED = """
select count(*) from severed_follows s join follows f on f.id = s.id
where s.host = :host and f.accepted_at is not null and f.{side} = accounts.id
"""
COUNT = """
update accounts set {count} = {count} + :by * ({counted})
where id in (select s.{side} from severed_follows s where s.host = :host)
"""
COUNTS = tuple(
    COUNT.format(count=count, side=side, counted=COUNTED.format(side=side))
    for count, side in (("followers_count", "followed_id"), ("following_count", "follower_id"))
)


def part(unit: Unit, host: Host) -> None:
    """Hide what came from a peer, and end the follows from and to its people."""
    unit.run(HIDE, host=host, now=unit.now)
    unit.run(FORGET_OLD, host=host)
    unit.run(RECORD, host=host, now=unit.now)
    _count(unit, host, by=-1)
    unit.run(FORGET_NOTIFICATIONS, host=host)
    unit.run(SEVER, host=host, now=unit.now)
    unit.after_commit(PeerParted(host))


def meet_again(unit: Unit, host: Host) -> None:
    """Show what was hidden when a peer was parted from, and have follows as they were. To be asked once, after `part`."""
    unit.run(SHOW, host=host)
    unit.run(BRING_BACK, host=host, now=unit.now)
    _count(unit, host, by=1)
    rows = [
        {"id": unit.new_id(), "follow": place.follow, "list": int(each)}
        for place in unit.all(_InLists, IN_LISTS, host=host)
        for each in place.lists.split(",")
    ]
    unit.each(INTO_LIST, rows)
    unit.after_commit(PeerParted(host))


def _count(unit: Unit, host: Host, *, by: int) -> None:
    for each in COUNTS:
        unit.run(each, host=host, by=by)


@dataclass(frozen=True, slots=True)
class _InLists:
    follow: int
    lists: str


def is_hidden(unit: Unit, account: AccountId) -> bool:
    """Whether an account is suspended because its node was removed, and not by moderators."""
    return unit.one(int, "select 1 from accounts where id = :id and hidden_with_node = 1", id=account) is not None


def severed(unit: Unit, host: Host) -> int:
    """Of how many follows with a peer there is a record."""
    return unit.one(int, "select count(*) from severed_follows where host = :host", host=host) or 0


@dataclass(frozen=True, slots=True)
class Severed:
    """A follow that had ended with its peer. accepted_at: when it had been granted."""

    id: int
    host: Host
    follower_id: AccountId
    followed_id: AccountId
    accepted_at: datetime | None


WAITING = """
select s.id, s.host, s.follower_id, s.followed_id, s.accepted_at
from severed_follows s join peers p on p.host = s.host and p.allowed = 1 and p.paused = 0
order by s.host, s.followed_id, s.id limit :limit
"""
BACK = "select f.id from follows f where f.id in :ids"


def waiting(unit: Unit, *, limit: int) -> list[Severed]:
    """Records of which the peer is to be told: it is admitted again. Those of one person one after the other."""
    return unit.all(Severed, WAITING, limit=limit)


def back_among(unit: Unit, records: Collection[Severed]) -> frozenset[int]:
    """Those of these follows that came back and still are: their ids."""
    return frozenset(unit.all(int, BACK, ids=sorted(record.id for record in records)))


def forget(unit: Unit, records: Collection[Severed]) -> None:
    """The peers were told of these, or need not be."""
    unit.run("delete from severed_follows where id in :ids", ids=sorted(record.id for record in records))
