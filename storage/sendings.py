"""How far a post of this node has got: to how many nodes it was sent, and which of them have not taken it yet.

How many there were is written down when a post is sent; who has not taken it says the queue (`storage.deliveries`), where a row
goes when its peer has answered. What is older than this table has no row here, and nothing is said of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.ids import AccountId, Host, PostId
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Sending:
    """nodes: to how many it was sent.  waiting: how many have not taken it yet.  refused: how many never will."""

    post_id: PostId
    nodes: int
    waiting: int
    refused: int

    @property
    def received(self) -> int:
        """How many nodes have it."""
        return max(0, self.nodes - self.waiting - self.refused)


@dataclass(frozen=True, slots=True)
class Missing:
    """A node that has not taken a post. tries: how often it was tried.  refused: whether it is tried no more."""

    host: Host
    since: datetime
    tries: int
    refused: bool


OF = """
select s.post_id, s.nodes, count(distinct case when d.dead_at is null then d.host end),
    count(distinct case when d.dead_at is not null then d.host end)
from sendings s join posts p on p.id = s.post_id
left join activities x on x.uri = p.uri || '/activity'
left join deliveries d on d.activity_id = x.id
where s.post_id in :ids and p.author_id = :author
group by s.post_id, s.nodes
"""

MISSING = """
select d.host, min(d.created_at), max(d.attempts), d.dead_at is not null
from posts p join activities x on x.uri = p.uri || '/activity' join deliveries d on d.activity_id = x.id
where p.id = :post and p.author_id = :author
group by d.host, d.dead_at is not null order by d.dead_at is not null, d.host
"""


def note(unit: Unit, post: PostId, *, nodes: int) -> None:
    """Note to how many nodes a new post is sent."""
    unit.run("insert into sendings (post_id, nodes) values (:post, :nodes)", post=post, nodes=nodes)


def of(unit: Unit, author: AccountId, posts: Iterable[PostId]) -> list[Sending]:
    """How far those of these posts have got that are the author's own."""
    ids = list(posts)
    return unit.all(Sending, OF, ids=ids, author=author) if ids else []


def missing(unit: Unit, author: AccountId, post: PostId) -> list[Missing]:
    """Which nodes have not taken a post of the author's own: those that are waited for first, then those that refused it."""
    return unit.all(Missing, MISSING, post=post, author=author)
