"""Who comes to an event: who has asked, and what its organiser has answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage import occasions
from storage.contexts import Listed
from storage.events import PostAltered
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.store import Unit

ASKED, COMING, PERHAPS, REFUSED, INVITED = "asked", "coming", "perhaps", "refused", "invited"
STATES = (ASKED, COMING, PERHAPS, REFUSED, INVITED)
"""Waits for an answer; is expected; may come if there is room (TentativeAccept); was told no; was asked to come, and has not
answered."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """That somebody wants to come, or was asked to. uri: of their Join, or of the Invite."""

    id: int
    post_id: PostId
    account_id: AccountId
    state: str
    uri: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Own:
    """What was answered to somebody of this node."""

    post: PostId
    account: AccountId
    state: str


EXPECTED = """
from attendances t join accounts a on a.id = t.account_id
where t.post_id = :post and t.state = :state and a.gone_at is null and a.suspended_at is null
"""
SELECT = "select id, post_id, account_id, state, uri, created_at from attendances"


def between(unit: Unit, account: AccountId, post: PostId) -> Attendance | None:
    """Whether somebody wants to come to an event, and what they were told."""
    return unit.one(Attendance, f"{SELECT} where post_id = :post and account_id = :account", post=post, account=account)


def by_uri(unit: Unit, uri: str) -> Attendance | None:
    """The same by the id of the Join."""
    return unit.one(Attendance, f"{SELECT} where uri = :uri and state <> :invited", uri=uri, invited=INVITED)


def invited_by(unit: Unit, uri: str, *, account: AccountId) -> Attendance | None:
    """That somebody was asked to come, by the id of the Invite, which may be the same for many."""
    return unit.one(Attendance, f"{SELECT} where uri = :uri and account_id = :account", uri=uri, account=account)


def invited(unit: Unit, uri: str) -> list[Attendance]:
    """Those who were asked to come by this Invite and have not answered."""
    return unit.all(Attendance, f"{SELECT} where uri = :uri and state = :invited", uri=uri, invited=INVITED)


def invite(unit: Unit, account: AccountId, post: PostId, *, uri: str) -> bool:
    """Note that somebody was asked to come; whoever has answered or asked already stays so. Returns whether it is new.

    Who was told no is asked anew.
    """
    known = between(unit, account, post)
    if known is not None and known.state not in (INVITED, REFUSED):
        return False
    if known is not None:
        unit.run(
            "update attendances set uri = :uri, state = :state where id = :id", id=known.id, uri=uri, state=INVITED
        )
        unit.after_commit(PostAltered(post))
        return known.state == REFUSED
    _add(unit, account, post, INVITED, uri=uri)
    return True


def ask(unit: Unit, account: AccountId, post: PostId, *, uri: str) -> bool:
    """Note that somebody wants to come; asking again renews the id, and the question after a refusal or an invitation. Returns whether it is new."""
    known = between(unit, account, post)
    if known is not None:
        state = ASKED if known.state in (REFUSED, INVITED) else known.state
        unit.run("update attendances set uri = :uri, state = :state where id = :id", id=known.id, uri=uri, state=state)
        unit.after_commit(PostAltered(post))
        return known.state == REFUSED
    _add(unit, account, post, ASKED, uri=uri)
    return True


def _add(unit: Unit, account: AccountId, post: PostId, state: str, *, uri: str) -> None:
    sql = """
    insert into attendances (id, post_id, account_id, state, uri, created_at)
    values (:id, :post, :account, :state, :uri, :now)
    """
    unit.run(sql, id=unit.new_id(), post=post, account=account, state=state, uri=uri, now=unit.now)
    unit.after_commit(PostAltered(post))


def answer(unit: Unit, attendance: Attendance, state: str) -> bool:
    """Note what the organiser says. state: one of `STATES`.  Returns whether it was something new."""
    sql = "update attendances set state = :state where id = :id and state <> :state"
    if not unit.run(sql, id=attendance.id, state=state):
        return False
    occasions.count(unit, attendance.post_id, by=int(state == COMING) - int(attendance.state == COMING))
    return True


def remove(unit: Unit, attendance: Attendance) -> None:
    """Somebody does not want to come any more."""
    if unit.run("delete from attendances where id = :id", id=attendance.id):
        occasions.count(unit, attendance.post_id, by=-int(attendance.state == COMING))


def coming(unit: Unit, post: PostId) -> int:
    """How many are expected, as far as this node knows."""
    sql = "select count(*) from attendances where post_id = :post and state = :state"
    return unit.one(int, sql, post=post, state=COMING) or 0


def of(unit: Unit, post: PostId, page: Page, *, shown_to: AccountId | None) -> list[Attendance]:
    """Who wants to come, the newest first; paged by the attendance's id.

    shown_to: somebody who learns who comes, and of the others only of themselves; None for the organiser, who learns all.
    """
    sql = f"{SELECT} where post_id = :post"
    if shown_to is None:
        return paged(unit, Attendance, sql, "id", page, post=post)
    sql += " and (state = :coming or account_id = :reader)"
    return paged(unit, Attendance, sql, "id", page, post=post, coming=COMING, reader=shown_to)


def listed(unit: Unit, post: PostId, *, after: int, limit: int) -> list[Listed]:
    """Who is expected, as a peer reads it: those who were accepted first come first. after: the place to go on from."""
    sql = f"select t.id, a.uri {EXPECTED} and t.id > :after order by t.id limit :limit"
    return unit.all(Listed, sql, post=post, state=COMING, after=after, limit=limit)


def listed_count(unit: Unit, post: PostId) -> int:
    """How many stand in that list."""
    return unit.one(int, f"select count(*) {EXPECTED}", post=post, state=COMING) or 0


def people(unit: Unit, post: PostId) -> list[AccountId]:
    """Everybody who wants to come or was asked to, and was not told no."""
    sql = "select account_id from attendances where post_id = :post and state <> :refused"
    return unit.all(AccountId, sql, post=post, refused=REFUSED)


def of_people_here(unit: Unit, among: Iterable[PostId]) -> list[Own]:
    """What people of this node were answered about these events."""
    sql = """
    select t.post_id, t.account_id, t.state from attendances t join accounts a on a.id = t.account_id
    where t.post_id in :ids and a.host = ''
    """
    return unit.all(Own, sql, ids=list(among))
