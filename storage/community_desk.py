"""What lives and what sleeps in a community: for those who lead it, so that they see where a word of theirs helps.

Under the same promise as `storage.life`: of individuals nothing is told that their posts do not show to every member, and numbers
are of all together, only where `FEWEST` or more belong to it.

All of it is read slowly, and from the newest conversations back to a bound.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import accounts
from storage.accounts import COLUMNS, Account
from storage.community_life import SLEEPS_AFTER
from storage.directory import HOLDS_ALL, pieces
from storage.follows import Related
from storage.ids import SEQUENCE_BITS, AccountId, PostId, first_id_at, moment_of
from storage.life import ANSWERED, ASKED_WITHIN, FEWEST, LATE_AFTER, MOST_QUESTIONS, WEEK, WEEKS, Week, asks
from storage.pages import Page, paged
from storage.store import Unit
from storage.visibility import VISIBLE_TO

MOST_THREADS = 3_000
MOST_NEWCOMERS = 100
NEW_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody who joined lately. since: when they were let in.  has_written: whether they have said something there."""

    account: Account
    since: datetime
    has_written: bool


@dataclass(frozen=True, slots=True)
class CommunityLife:
    """All of it, as one of its managers may see it.

    members: how many belong to it, as far as this node knows.  last_at: when a conversation last began, None for never.
    weeks: the earliest first; None where the members are too few.  questions: those without an answer, the oldest first.
    """

    members: int
    last_at: datetime | None
    weeks: list[Week] | None
    questions: list[PostId]
    newcomers: list[Come]

    def is_asleep(self, now: datetime) -> bool:
        """Whether nothing has begun there for so long that somebody should ask whether it is still needed."""
        return self.last_at is not None and now - self.last_at >= SLEEPS_AFTER


# What a community has shared are its conversations; the index on authors holds them in their order.
CONVERSATIONS = """
select s.boost_of as id from posts s
where s.author_id = :community and s.boost_of is not null and s.id >= :since order by s.id desc limit :most
"""

BY_WEEK = f"""
select (p.id - :first) / :length as week, count(distinct p.author_id),
    sum(case when p.reply_to_uri is null then 1 else 0 end), sum(case when p.reply_to_uri is null then 0 else 1 end)
from ({CONVERSATIONS}) c join posts p on p.thread_id = c.id
where p.id >= :first and p.boost_of is null and p.reach in (0, 1, 5)
group by week
"""

# A poll is answered by voting.
QUESTIONS = f"""
select p.id, p.content, coalesce(t.title, '')
from ({CONVERSATIONS}) c join posts p on p.id = c.id left join titles t on t.post_id = p.id
where p.id < :before and (p.holds & 1) = 0
    and (p.content like '%?%' or p.content like '%؟%' or p.content like '%？%'
        or t.title like '%?%' or t.title like '%؟%' or t.title like '%？%')
    and not {ANSWERED} and {VISIBLE_TO}
order by p.id limit :limit
"""

NEWCOMERS = f"""
select f.follower_id, f.accepted_at, case when f.follower_id in (
    select p.author_id from ({CONVERSATIONS}) c join posts p on p.thread_id = c.id) then 1 else 0 end
from follows f join accounts a on a.id = f.follower_id
where f.followed_id = :community and f.accepted_at >= :joined and f.follower_id <> :reader and a.gone_at is null
    and not exists (
        select 1 from community_managers m where m.community_id = :community and m.account_id = f.follower_id)
order by f.id desc limit :limit
"""

MEMBERS = """
select count(*) from follows f join accounts a on a.id = f.follower_id
where f.followed_id = :community and f.accepted_at is not null and a.gone_at is null
"""

NAMED = f"""
select {COLUMNS} from follows f join directory d on d.account_id = f.follower_id join accounts a on a.id = f.follower_id
where f.followed_id = :community and f.accepted_at is not null and a.gone_at is null and {HOLDS_ALL}
order by d.name, a.id limit :limit
"""

LAST = "select max(s.id) from posts s where s.author_id = :community and s.boost_of is not null having max(s.id) is not null"


def look(unit: Unit, community: AccountId, reader: AccountId) -> CommunityLife:
    """All that the desk of a community says.  reader: who leads it, of this node.  Read slowly."""
    members = unit.one(int, MEMBERS, community=community) or 0
    last = unit.one(PostId, LAST, community=community)
    return CommunityLife(
        members=members,
        last_at=moment_of(last) if last is not None else None,
        weeks=weeks(unit, community) if members >= FEWEST else None,
        questions=questions(unit, community, reader),
        newcomers=newcomers(unit, community, reader),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    week: int
    people: int
    posts: int
    answers: int


def weeks(unit: Unit, community: AccountId) -> list[Week]:
    """What was written there in each of the last weeks, the present one last."""
    midnight = unit.now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=unit.now.weekday())
    begins = [monday - back * WEEK for back in reversed(range(WEEKS))]
    length = (WEEK // timedelta(milliseconds=1)) << SEQUENCE_BITS
    first = first_id_at(begins[0])
    rows = unit.all(_Counted, BY_WEEK, community=community, since=0, most=MOST_THREADS, first=first, length=length)
    found = {row.week: row for row in rows}
    nothing = _Counted(0, 0, 0, 0)
    counted = [found.get(number, nothing) for number in range(WEEKS)]
    return [Week(at, row.people, row.posts, row.answers) for at, row in zip(begins, counted, strict=True)]


@dataclass(frozen=True, slots=True)
class _Text:
    id: PostId
    content: str
    title: str


def questions(unit: Unit, community: AccountId, reader: AccountId) -> list[PostId]:
    """The questions of the last 30 days that have waited for more than two days, the oldest first."""
    found = unit.all(
        _Text,
        QUESTIONS,
        community=community,
        reader=reader,
        since=first_id_at(unit.now - ASKED_WITHIN),
        before=first_id_at(unit.now - LATE_AFTER),
        most=MOST_THREADS,
        limit=MOST_QUESTIONS,
    )
    return [text.id for text in found if asks(text.content) or asks(text.title)]


@dataclass(frozen=True, slots=True)
class _Joined:
    id: AccountId
    since: datetime
    has_written: bool


def newcomers(unit: Unit, community: AccountId, reader: AccountId) -> list[Come]:
    """Who joined in the last 30 days, without those who lead it: first those who have not written yet, the latest first."""
    joined = unit.now - NEW_FOR
    found = unit.all(
        _Joined,
        NEWCOMERS,
        community=community,
        reader=reader,
        joined=joined,
        since=first_id_at(joined),
        most=MOST_THREADS,
        limit=MOST_NEWCOMERS,
    )
    known = accounts.by_ids(unit, [each.id for each in found])
    return sorted(
        (Come(known[each.id], each.since, each.has_written) for each in found), key=lambda one: one.has_written
    )


def members(unit: Unit, community: AccountId, page: Page) -> list[Related]:
    """Who belongs to it, for those who lead it, who need be no members: the latest first, paged by the relation's id."""
    sql = "select id, follower_id from follows where followed_id = :community and accepted_at is not null"
    return paged(unit, Related, sql, "id", page, community=community)


def members_named(unit: Unit, community: AccountId, text: str, *, limit: int) -> list[Account]:
    """Members by pieces of their name, function or place of work, by name.  Read slowly: all members are looked through."""
    return unit.all(Account, NAMED, community=community, **pieces(text), limit=limit)
