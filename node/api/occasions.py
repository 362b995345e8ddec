"""Events, for apps that know them: want to come, not come after all, who comes; as the organiser, who may.

Apps that know none see title, time and place at the beginning of the text. Writing one: `legation.event` in a post.
"""

from node.actions import occasions as actions
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, LongPage, Parameters, Several
from storage import accounts, attendances
from storage.accounts import Account
from storage.attendances import Attendance
from storage.ids import AccountId, PostId
from storage.pages import Page
from storage.store import Unit


class Invited(Parameters):
    """account_ids: of the people to ask."""

    account_ids: Several[Id] = []  # noqa: RUF012  pydantic copies defaults


@endpoint("POST", "/api/v1/legation/events/{id}/join", scope="write:statuses")
async def join(caller: Caller, *, id: PostId) -> Answerable:
    """Want to come. The answer is the post; `legation_attendance` says what the organiser has answered so far."""
    await actions.join(caller.node, caller.me, id)
    return await entities.status(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/legation/events/{id}/leave", scope="write:statuses")
async def leave(caller: Caller, *, id: PostId) -> Answerable:
    """Not come after all."""
    await actions.leave(caller.node, caller.me, id)
    return await entities.status(caller.node, caller.me, id)


@endpoint("GET", "/api/v1/legation/events/{id}/attendees", scope="read:statuses")
async def attendees(caller: Caller, query: LongPage, *, id: PostId) -> Answerable:
    """Who comes: `account` and `state`. Who waits, or was told no, is for the organiser alone, and for themselves."""
    rows, people = await caller.node.store.read(listed, caller.me, id, query.part)
    known = {each["id"]: each for each in await entities.accounts(caller.node, caller.me, people.values())}
    shown = [{"account": known[str(row.account_id)], "state": row.state} for row in rows]
    return Paged.by(shown, [row.id for row in rows])


@endpoint("POST", "/api/v1/legation/events/{id}/invite", scope="write:statuses")
async def invite(caller: Caller, invited: Invited, *, id: PostId) -> Answerable:
    """Ask people to come to one's own event. They answer with `join` and `leave`."""
    await actions.invite(caller.node, caller.me, id, [AccountId(each) for each in invited.account_ids])
    return await entities.status(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/legation/events/{id}/attendees/{account}/accept", scope="write:statuses")
async def accept(caller: Caller, *, id: PostId, account: AccountId) -> Answerable:
    """Have somebody come to one's own event."""
    await actions.accept(caller.node, caller.me, id, account)
    return await entities.status(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/legation/events/{id}/attendees/{account}/perhaps", scope="write:statuses")
async def answer_perhaps(caller: Caller, *, id: PostId, account: AccountId) -> Answerable:
    """Tell somebody that it is not settled yet whether they come to one's own event."""
    await actions.answer_perhaps(caller.node, caller.me, id, account)
    return await entities.status(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/legation/events/{id}/attendees/{account}/refuse", scope="write:statuses")
async def refuse(caller: Caller, *, id: PostId, account: AccountId) -> Answerable:
    """Have somebody not come to one's own event."""
    await actions.refuse(caller.node, caller.me, id, account)
    return await entities.status(caller.node, caller.me, id)


def listed(
    unit: Unit, me: Account, identifier: PostId, part: Page
) -> tuple[list[Attendance], dict[AccountId, Account]]:
    """A part of the list of an event, as this person may see it. Raises NotFound."""
    post, _ = actions.event_of(unit, identifier, reader=me.id)
    rows = attendances.of(unit, post.id, part, shown_to=None if post.author_id == me.id else me.id)
    return rows, accounts.by_ids(unit, [row.account_id for row in rows])
