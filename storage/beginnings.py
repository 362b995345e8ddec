"""What somebody reads who follows nobody yet: the latest of many people, here and elsewhere, so that no one voice fills the page.

    the newest of this node   ─┐
    the newest of other nodes ─┴─► by author ─► the newest of each, then the second newest of each … ─► newest first

Bounded: at most `LOOKED_AT` posts of either kind are looked at, by their ids and authors alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from storage.ids import AccountId, PostId
from storage.posts import COLUMNS, Post
from storage.store import Unit
from storage.timelines import UNFILTERED

LOOKED_AT = 150

HERE = f"""
select p.id, p.author_id from posts p where p.is_local = 1 and p.boost_of is null and p.reach in (0, 3) and {UNFILTERED}
order by p.id desc limit :most
"""
ELSEWHERE = f"""
select p.id, p.author_id from posts p where p.reach = 0 and p.boost_of is null and p.is_local = 0 and {UNFILTERED}
order by p.id desc limit :most
"""
OWN = "select p.id, p.author_id from posts p where p.author_id = :reader and p.boost_of is null order by p.id desc limit :most"

MOST_OWN = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that may be shown."""

    id: PostId
    author: AccountId


def posts(unit: Unit, reader: AccountId, *, limit: int) -> list[Post]:
    """What a newcomer reads first, newest first; the latest of their own are among it, whoever reads those. limit: posts, ≥ 1."""
    own = unit.all(Candidate, OWN, reader=reader, most=MOST_OWN)
    found = [
        *unit.all(Candidate, HERE, reader=reader, now=unit.now, most=LOOKED_AT),
        *unit.all(Candidate, ELSEWHERE, reader=reader, now=unit.now, most=LOOKED_AT),
    ]
    others = [candidate for candidate in found if candidate.author != reader]
    ids = [candidate.id for candidate in own] + spread(others, limit=limit - len(own))
    return unit.all(Post, f"select {COLUMNS} from posts p where p.id in :ids order by p.id desc", ids=ids)


def spread(candidates: Iterable[Candidate], *, limit: int) -> list[PostId]:
    """Posts of as many authors as there are, each as often as the others as far as they have written.

    candidates: in any order.  limit: how many.  Returns ids: the newest of each author first, then the second newest of each.
    """
    by_author: dict[AccountId, list[PostId]] = {}
    for candidate in sorted(candidates, key=lambda each: -each.id):
        by_author.setdefault(candidate.author, []).append(candidate.id)
    rounds: Iterable[Sequence[PostId | None]] = zip_longest(*by_author.values())
    return list(islice((post for post in chain.from_iterable(rounds) if post is not None), max(0, limit)))
