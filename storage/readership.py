"""How many people a post can reach, by its audience: counted from what this node knows, and from nothing that is told of persons.

Nodes are those on the allowlist, with this one. People are the staff of this node who may sign in, and those of the other nodes
whom this one has met: who never wrote, followed or was named here is not among them.
"""

from dataclasses import dataclass

from storage.ids import AccountId
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Readers:
    """people: how many.  nodes: at how many nodes they work, this one among them where somebody does."""

    people: int
    nodes: int


EVERYBODY = """
select count(*), (select count(*) from peers where allowed = 1) from accounts a join peers p on p.host = a.host
where p.allowed = 1 and a.kind = 'Person' and a.gone_at is null and a.suspended_at is null and a.moved_to is null
"""

HERE = "select count(*), 1 from staff where disabled_at is null"

FOLLOWERS = """
select count(*), count(distinct a.host) from follows f join accounts a on a.id = f.follower_id
where f.followed_id = :account and f.accepted_at is not null and a.gone_at is null
"""


def everybody(unit: Unit) -> Readers:
    """The staff of all admitted nodes whom this one knows, and of this one."""
    there = unit.one(Readers, EVERYBODY) or Readers(0, 0)
    ours = here(unit)
    return Readers(there.people + ours.people, there.nodes + ours.nodes)


def here(unit: Unit) -> Readers:
    """The staff of this node."""
    return unit.one(Readers, HERE) or Readers(0, 1)


def followers(unit: Unit, account: AccountId) -> Readers:
    """Those who follow somebody."""
    return unit.one(Readers, FOLLOWERS, account=account) or Readers(0, 0)
