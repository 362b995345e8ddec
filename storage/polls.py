"""Polls: what a post lets people choose from, who chose what, and when it ends.

Of a poll of this node the votes are counted here; of a poll of another node the counts are what its node says, and only the
votes of people here are kept.

`due_at` is when the poll must be looked at next: to close it, or to tell others how it stands. One index, one row at a time:
nobody looks at polls between those moments (`federation.poll_watch`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from storage import posts
from storage.events import PollDue, PostAltered, Reacted
from storage.ids import AccountId, PostId
from storage.posts import Holds
from storage.store import Unit, Value

TELL_EVERY = timedelta(minutes=1)
"""So often others are told how a poll stands."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll as it is kept. ends_at: when no vote counts any more.  closed_at: since when that is so.

    told_at: when others were last told how it stands.  hides_totals: until it ends.
    """

    post_id: PostId
    multiple: bool
    ends_at: datetime | None
    closed_at: datetime | None
    told_at: datetime | None
    voters_count: int
    hides_totals: bool

    def is_open(self, now: datetime) -> bool:
        """Whether a vote counts at this moment."""
        return self.closed_at is None and (self.ends_at is None or self.ends_at > now)


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen, and how often it was."""

    post_id: PostId
    position: int
    title: str
    votes_count: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What a poll offers. closed_at: when its own node says that it has ended."""

    titles: Sequence[str]
    multiple: bool = False
    ends_at: datetime | None = None
    closed_at: datetime | None = None
    hides_totals: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """That a person chose something."""

    post: PostId
    position: int


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What somebody chose."""

    account: AccountId
    position: int


NAMES = "post_id, multiple, ends_at, closed_at, told_at, voters_count, hides_totals"
OWN = "select post_id, position from votes where account_id = :account and post_id in :ids order by post_id, position"
SELECT = f"select {NAMES} from polls where post_id in :ids"
OPTIONS = (
    "select post_id, position, title, votes_count from poll_options where post_id in :ids order by post_id, position"
)


def find(unit: Unit, post: PostId) -> Poll | None:
    """The poll of a post, if it has one."""
    return unit.one(Poll, SELECT, ids=[post])


def of(unit: Unit, among: Iterable[PostId]) -> list[Poll]:
    """The polls of these posts."""
    return unit.all(Poll, SELECT, ids=list(among))


def options(unit: Unit, among: Iterable[PostId]) -> list[Option]:
    """What the polls of these posts offer, in order."""
    return unit.all(Option, OPTIONS, ids=list(among))


# ---- as its author has it --------------------------------------------------------------------------------------------


def put(unit: Unit, post: PostId, offer: Offer) -> None:
    """Have a post offer this. What it offered before, and every vote for that, is gone."""
    remove(unit, post)
    sql = """
    insert into polls (post_id, multiple, ends_at, closed_at, hides_totals, due_at)
    values (:post, :multiple, :ends_at, :closed_at, :hides_totals, :due_at)
    """
    unit.run(sql, post=post, due_at=_end_of(offer), **_columns(offer))
    rows: list[dict[str, Value]] = [
        {"post": post, "position": position, "title": title} for position, title in enumerate(offer.titles)
    ]
    unit.each("insert into poll_options (post_id, position, title) values (:post, :position, :title)", rows)
    posts.hold(unit, post, Holds.POLL)
    unit.after_commit(PollDue(post))


def change(unit: Unit, post: PostId, offer: Offer) -> None:
    """Have a poll that offers the same as before end at another time, or show its totals; all votes stay."""
    sql = """
    update polls set multiple = :multiple, ends_at = :ends_at, hides_totals = :hides_totals, closed_at = :closed_at,
        due_at = case when closed_now = 1 then null when due_at < due then due_at else due end
    from (select cast(:due_at as bigint) as due, cast(:is_closed as integer) as closed_now) n where post_id = :post
    """
    unit.run(sql, post=post, due_at=_end_of(offer), is_closed=int(offer.closed_at is not None), **_columns(offer))
    unit.after_commit(PostAltered(post))
    unit.after_commit(PollDue(post))


def remove(unit: Unit, post: PostId) -> None:
    """Leave a post without a poll, if it has one."""
    voted = unit.all(AccountId, "select distinct account_id from votes where post_id = :post", post=post)
    if unit.run("delete from polls where post_id = :post", post=post):
        posts.release(unit, post, Holds.POLL)
        for account in voted:
            unit.after_commit(Reacted(account, post))


def note_version(unit: Unit, post: PostId, titles: Sequence[str]) -> None:
    """Keep beside the latest earlier version of a post what it offered."""
    sql = "update post_versions set options = :options where id = (select max(id) from post_versions where post_id = :post)"
    unit.run(sql, post=post, options=orjson.dumps(list(titles)).decode())


# ---- counting --------------------------------------------------------------------------------------------------------


def vote(unit: Unit, account: AccountId, poll: Poll, position: int, *, uri: str) -> bool:
    """Note what a person chose. Returns False when they did already, or where only one thing may be chosen."""
    post = poll.post_id
    unit.lock(f"votes of {account} on {post}")
    before = chosen_by(unit, account, post)
    if position in before or (before and not poll.multiple):
        return False
    sql = """
    insert into votes (id, post_id, account_id, position, uri, created_at)
    values (:id, :post, :account, :position, :uri, :now)
    """
    unit.run(sql, id=unit.new_id(), post=post, account=account, position=position, uri=uri, now=unit.now)
    count = "update poll_options set votes_count = votes_count + 1 where post_id = :post and position = :position"
    unit.run(count, post=post, position=position)
    if not before:
        unit.run("update polls set voters_count = voters_count + 1 where post_id = :post", post=post)
    unit.after_commit(PostAltered(post))
    unit.after_commit(Reacted(account, post))
    return True


def chosen_by(unit: Unit, account: AccountId, post: PostId) -> frozenset[int]:
    """What a person chose in a poll, by position."""
    sql = "select position from votes where post_id = :post and account_id = :account"
    return frozenset(unit.all(int, sql, post=post, account=account))


def own(unit: Unit, account: AccountId, among: Iterable[PostId]) -> dict[PostId, tuple[int, ...]]:
    """What a person chose in the polls of these posts; those without a vote are left out."""
    found: dict[PostId, tuple[int, ...]] = {}
    for each in unit.all(Own, OWN, account=account, ids=list(among)):
        found[each.post] = (*found.get(each.post, ()), each.position)
    return found


def chosen_among(unit: Unit, post: PostId, people: Iterable[AccountId]) -> dict[AccountId, tuple[int, ...]]:
    """What each of these people chose in the poll of a post; those without a vote are left out."""
    sql = "select account_id, position from votes where post_id = :post and account_id in :people order by account_id, position"
    found: dict[AccountId, tuple[int, ...]] = {}
    for each in unit.all(_Chosen, sql, post=post, people=list(people)):
        found[each.account] = (*found.get(each.account, ()), each.position)
    return found


def voters(unit: Unit, post: PostId) -> list[AccountId]:
    """Everybody who is known to have voted."""
    return unit.all(AccountId, "select distinct account_id from votes where post_id = :post", post=post)


def set_totals(unit: Unit, post: PostId, totals: Sequence[int], *, voters_count: int) -> None:
    """Note how a poll of another node stands, as that node says. totals: of each option, by position."""
    sql = "update poll_options set votes_count = :count where post_id = :post and position = :position"
    unit.each(sql, [{"post": post, "position": position, "count": count} for position, count in enumerate(totals)])
    unit.run("update polls set voters_count = :count where post_id = :post", post=post, count=voters_count)
    unit.after_commit(PostAltered(post))


# ---- in time ---------------------------------------------------------------------------------------------------------


def tell_soon(unit: Unit, poll: Poll) -> None:
    """Have others told how a poll stands: at once, or when the last time is a minute ago."""
    due = unit.now if poll.told_at is None else max(unit.now, poll.told_at + TELL_EVERY)
    sql = "update polls set due_at = :due where post_id = :post and closed_at is null and (due_at is null or due_at > :due)"
    if unit.run(sql, post=poll.post_id, due=due):
        unit.after_commit(PollDue(poll.post_id))


def next_due(unit: Unit) -> datetime | None:
    """When a poll must be looked at next."""
    return unit.one(datetime, "select due_at from polls where due_at is not null order by due_at limit 1")


TAKE = f"""
update polls set due_at = case when ends_at > :now then ends_at end, told_at = :now,
    closed_at = case when closed_at is null and ends_at <= :now then :now else closed_at end
where post_id in (
    select d.post_id from polls d where d.due_at is not null and d.due_at <= :now order by d.due_at limit 1
    for update skip locked)
returning {NAMES}
"""


def take_due(unit: Unit) -> Poll | None:
    """A poll that must be looked at now, closed if its time has come; whoever commits this has taken care of it."""
    found = unit.one(Poll, TAKE, now=unit.now)
    if found is not None:
        unit.after_commit(PostAltered(found.post_id))
    return found


def _end_of(offer: Offer) -> datetime | None:
    return offer.ends_at if offer.closed_at is None else None


def _columns(offer: Offer) -> dict[str, Value]:
    return {
        "multiple": int(offer.multiple),
        "ends_at": offer.ends_at,
        "closed_at": offer.closed_at,
        "hides_totals": int(offer.hides_totals),
    }
