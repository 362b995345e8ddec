"""How many people a post can reach, by its audience: counted from what nodes tell, and from nothing that is told of persons.

Nodes are those on the allowlist, with this one. People are the staff of this node who may sign in, and of each other node as many
as its directory says, or as this one has met, where those are more or there is no directory yet.
"""

from dataclasses import dataclass

from storage.ids import AccountId
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Readers:
    """people: how many.  nodes: at how many nodes they work, this one among them where somebody does.

    silent: how many of those have not said how many people they have.
    """

    people: int
    nodes: int
    silent: int = 0


EVERYBODY = """
select cast(coalesce(sum(case when d.people > coalesce(m.people, 0) then d.people else coalesce(m.people, 0) end), 0) as bigint),
    count(*), count(*) - count(d.people)
from peers p left join directories d on d.host = p.host left join (
    select a.host, count(*) as people from accounts a
    where a.kind = 'Person' and a.gone_at is null and a.suspended_at is null and a.moved_to is null group by a.host
) m on m.host = p.host
where p.allowed = 1
"""

HERE = "select count(*), 1, 0 from staff where disabled_at is null"

FOLLOWERS = """
select count(*), count(distinct a.host), 0 from follows f join accounts a on a.id = f.follower_id
where f.followed_id = :account and f.accepted_at is not null and a.gone_at is null
"""


def everybody(unit: Unit) -> Readers:
    """The staff of all admitted nodes, and of this one."""
    there = unit.one(Readers, EVERYBODY) or Readers(0, 0)
    ours = here(unit)
    return Readers(there.people + ours.people, there.nodes + ours.nodes, there.silent)


def here(unit: Unit) -> Readers:
    """The staff of this node."""
    return unit.one(Readers, HERE) or Readers(0, 1)


def followers(unit: Unit, account: AccountId) -> Readers:
    """Those who follow somebody."""
    return unit.one(Readers, FOLLOWERS, account=account) or Readers(0, 0)
