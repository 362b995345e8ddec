"""What lives and what sleeps on this node: for those who lead the exchange, so that they see where a word of theirs helps.

Counted is what everybody here may read. Of individuals nothing is told that their posts do not show; numbers about presence are
given for all staff together, and only where these are `FEWEST` or more: fewer would be individuals again.

All of it is read slowly, and from the newest posts back to a bound: what it costs does not grow with what the node keeps.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import accounts, tags
from storage.accounts import Account
from storage.directory import LISTED
from storage.ids import SEQUENCE_BITS, AccountId, PostId, first_id_at, moment_of
from storage.store import Unit
from storage.tags import Tag
from storage.visibility import SUSPENDED, VISIBLE_TO
from storage.words import plain

WEEKS = 8
WEEK = timedelta(weeks=1)
FEWEST = 10
"""Of so many staff or more statistics are shown."""

MOST_LOOKED_AT = 50_000
MOST_IN_WEEKS = 120_000
"""So much the whole network writes in that time on its busiest days: no week of a node is counted in part."""

MOST_QUESTIONS = 500
MOST_NEWCOMERS = 200
MOST_TAGS = 12
FEWEST_AUTHORS = 3

ASKED_WITHIN = timedelta(days=30)
ASKED_BEFORE = timedelta(days=1)
LATE_AFTER = timedelta(days=2)
NEW_FOR = timedelta(days=30)
AWAY_AFTER = timedelta(days=60)
ALIVE_WITHIN = timedelta(days=30)
ASLEEP_AFTER = timedelta(days=60)
REMEMBERED_FOR = timedelta(days=365)

ASKS = re.compile(r"""[?؟](?=[\s"'»”’)\]!?؟.…,;:]|$)|？""")
"""A question mark at the end of a word; in the middle of one it belongs to an address."""


@dataclass(frozen=True, slots=True)
class Week:
    """How much was written in a week. begins: Monday, UTC.  people: how many wrote.  answers: posts that answer others."""

    begins: datetime
    people: int
    posts: int
    answers: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Questions that nobody has answered, the oldest first. late: how many of them have waited for more than two days."""

    posts: list[PostId]
    late: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who came lately. unanswered: the first post of theirs that answers nothing, where nobody has answered it."""

    account: Account
    has_written: bool
    unanswered: PostId | None

    @property
    def urgency(self) -> int:
        """What to do first: answer them, then those who have not written, then those who are hard to recognise."""
        if self.unanswered is not None:
            return 0
        if not self.has_written:
            return 1
        return 3 if self.account.avatar and self.account.visiting_card.function else 2


@dataclass(frozen=True, slots=True)
class TagLife:
    """A tag as this node uses it. authors: how many people.  last_at: when one of them used it last."""

    tag: Tag
    authors: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Life:
    """All of it, as one reader may see it.

    staff: how many may sign in.  weeks: the earliest first.  away: how many of the staff have not been here for `AWAY_AFTER`.
    Neither of these two where the staff are too few.
    """

    staff: int
    weeks: list[Week] | None
    away: int | None
    waiting: Waiting
    newcomers: list[Newcomer]
    alive: list[TagLife]
    asleep: list[TagLife]


# Ids sort by time, and the index on them holds the posts of this node alone.
LATEST = """
select x.id, x.author_id, x.reply_to_uri, x.reach from posts x
where x.is_local = 1 and x.boost_of is null and x.id >= :first and x.id < :before
order by x.id desc limit :most
"""

BY_WEEK = f"""
select (l.id - :first) / :length as week, count(distinct l.author_id),
    sum(case when l.reply_to_uri is null then 1 else 0 end), sum(case when l.reply_to_uri is null then 0 else 1 end)
from ({LATEST}) l
where l.reach in (0, 1, 3) and exists (select 1 from staff s where s.account_id = l.author_id)
group by week
"""

# To what begins a conversation, whatever a colleague said in it is an answer; to what stands in one, what is said to it.
ANSWERED = """(p.replies_count > 0 and exists (
    select 1 from posts r where r.thread_id = p.thread_id and r.author_id <> p.author_id
        and (p.reply_to_uri is null or r.reply_to = p.id)
))"""

# A poll is answered by voting.
QUESTIONS = f"""
select p.id, p.content, coalesce(t.title, '')
from ({LATEST}) l cross join posts p left join titles t on t.post_id = p.id
where p.id = l.id and p.reach in (0, 1, 3) and (p.holds & 1) = 0
    and (p.content like '%?%' or p.content like '%؟%' or p.content like '%？%'
        or t.title like '%?%' or t.title like '%؟%' or t.title like '%？%')
    and exists (select 1 from staff s where s.account_id = p.author_id and s.disabled_at is null)
    and not {ANSWERED} and {VISIBLE_TO}
order by p.id limit :limit
"""

FIRST_POST = f"""
select p.id from posts p
where p.author_id = a.id and p.boost_of is null and p.reach in (0, 1, 3) and {{which}} and {VISIBLE_TO}
order by p.id limit 1
"""

# Whoever may sign in here was made together with their account, whose id says when.
NEWCOMERS = f"""
select a.id, ({FIRST_POST.format(which="0 = 0")}), ({FIRST_POST.format(which="p.reply_to_uri is null")})
from staff m join accounts a on a.id = m.account_id
where m.account_id >= :first and m.created_at >= :since and a.id <> :reader and {LISTED}
order by m.account_id desc limit :limit
"""

UNANSWERED = f"select p.id from posts p where p.id in :ids and not {ANSWERED}"

STAFF = "select count(*) from staff where disabled_at is null"

# Whoever uses an app alone never signs in on a page.
AWAY = """
select count(*) from staff s where s.disabled_at is null and coalesce(s.last_seen_at, s.created_at) < :since
    and s.account_id not in (select o.account_id from oauth_tokens o where o.account_id is not null and o.used_at >= :since)
"""

TAGS_USED = f"""
select t.tag_id, count(distinct p.author_id), max(p.id)
from ({LATEST}) p join post_tags t on t.post_id = p.id
where p.reach in (0, 3) and not {SUSPENDED}
group by t.tag_id
"""
"""What a tag's page shows to everybody here."""

ALIVE = f"{TAGS_USED} order by count(distinct p.author_id) desc, count(*) desc, t.tag_id desc limit :limit"

ASLEEP = f"""
{TAGS_USED} having count(distinct p.author_id) >= :fewest and max(p.id) < :asleep
order by count(distinct p.author_id) desc, max(p.id) desc limit :limit
"""


def look(unit: Unit, reader: AccountId) -> Life:
    """All that the page says.  reader: an account of this node.  Read slowly."""
    staff = unit.one(int, STAFF) or 0
    are_enough = staff >= FEWEST
    return Life(
        staff=staff,
        weeks=weeks(unit) if are_enough else None,
        away=away(unit) if are_enough else None,
        waiting=waiting(unit, reader),
        newcomers=newcomers(unit, reader),
        alive=alive(unit),
        asleep=asleep(unit),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    week: int
    people: int
    posts: int
    answers: int


def weeks(unit: Unit) -> list[Week]:
    """What was written here for everybody in each of the last weeks, the present one last."""
    midnight = unit.now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=unit.now.weekday())
    begins = [monday - back * WEEK for back in reversed(range(WEEKS))]
    length = (WEEK // timedelta(milliseconds=1)) << SEQUENCE_BITS
    between = _latest(since=begins[0], until=monday + WEEK, most=MOST_IN_WEEKS)
    rows = unit.all(_Counted, BY_WEEK, **between, length=length)
    found = {row.week: row for row in rows}
    nothing = _Counted(0, 0, 0, 0)
    counted = [found.get(number, nothing) for number in range(WEEKS)]
    return [Week(at, row.people, row.posts, row.answers) for at, row in zip(begins, counted, strict=True)]


@dataclass(frozen=True, slots=True)
class _Text:
    id: PostId
    content: str
    title: str


def waiting(unit: Unit, reader: AccountId) -> Waiting:
    """The questions of the last 30 days that are older than a day and that nobody but their author has answered.

    Those that stand in what everybody here may read, and this reader may see; at most `MOST_QUESTIONS` are looked at.
    """
    between = _latest(since=unit.now - ASKED_WITHIN, until=unit.now - ASKED_BEFORE, most=MOST_LOOKED_AT)
    found = unit.all(_Text, QUESTIONS, **between, reader=reader, limit=MOST_QUESTIONS)
    asked = [text.id for text in found if asks(text.content) or asks(text.title)]
    late = first_id_at(unit.now - LATE_AFTER)
    return Waiting(asked, sum(post < late for post in asked))


def asks(text: str) -> bool:
    """Whether a text asks something. text: HTML or plain."""
    return ASKS.search(plain(text)) is not None


@dataclass(frozen=True, slots=True)
class _Come:
    id: AccountId
    first: PostId | None
    opening: PostId | None


def newcomers(unit: Unit, reader: AccountId) -> list[Newcomer]:
    """The staff who came in the last 30 days and want to be found, those first for whom there is most to do.

    At most `MOST_NEWCOMERS`, those who came last.
    """
    since = unit.now - NEW_FOR
    rows = unit.all(_Come, NEWCOMERS, first=first_id_at(since), since=since, reader=reader, limit=MOST_NEWCOMERS)
    openings = [row.opening for row in rows if row.opening is not None]
    unanswered = set(unit.all(PostId, UNANSWERED, ids=openings)) if openings else set()
    known = accounts.by_ids(unit, [row.id for row in rows])
    found = [
        Newcomer(known[row.id], row.first is not None, row.opening if row.opening in unanswered else None)
        for row in rows
    ]
    return sorted(found, key=lambda newcomer: newcomer.urgency)


def away(unit: Unit) -> int:
    """How many of the staff have not been here for 60 days or more, neither on the pages nor with an app."""
    return unit.one(int, AWAY, since=unit.now - AWAY_AFTER) or 0


@dataclass(frozen=True, slots=True)
class _Used:
    tag: int
    authors: int
    last: PostId


def alive(unit: Unit) -> list[TagLife]:
    """The tags that most people here have used in the last 30 days."""
    since = _latest(since=unit.now - ALIVE_WITHIN, until=unit.now, most=MOST_LOOKED_AT)
    return _named(unit, unit.all(_Used, ALIVE, **since, limit=MOST_TAGS))


def asleep(unit: Unit) -> list[TagLife]:
    """The tags that several people here have used within a year, and nobody in the last 60 days."""
    since = _latest(since=unit.now - REMEMBERED_FOR, until=unit.now, most=MOST_LOOKED_AT)
    before = first_id_at(unit.now - ASLEEP_AFTER)
    return _named(unit, unit.all(_Used, ASLEEP, **since, asleep=before, fewest=FEWEST_AUTHORS, limit=MOST_TAGS))


def _named(unit: Unit, rows: Sequence[_Used]) -> list[TagLife]:
    named = {tag.id: tag for tag in tags.by_ids(unit, [row.tag for row in rows])}
    return [TagLife(named[row.tag], row.authors, moment_of(row.last)) for row in rows]


def _latest(*, since: datetime, until: datetime, most: int) -> dict[str, int]:
    """What `LATEST` is given for the posts between two moments."""
    return {"first": first_id_at(since), "before": first_id_at(until), "most": most}
