"""Report somebody to the moderators."""

from node.actions import reports as acts
from node.actions.reports import Complaint
from node.api import entities
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, Parameters, Several
from storage import accounts
from storage.ids import AccountId, PostId


class Reported(Parameters):
    """Who is reported, for what, and whether the person's own node is told."""

    account_id: Id
    status_ids: Several[Id] = []  # noqa: RUF012  pydantic copies defaults
    comment: str = ""
    forward: bool = False
    category: str = "other"
    rule_ids: Several[Id] = []  # noqa: RUF012  as above


@endpoint("POST", "/api/v1/reports", scope="write:reports")
async def report(caller: Caller, reported: Reported) -> Answerable:
    """Point moderators to somebody, and to posts of theirs. The person does not learn of it."""
    about = [PostId(post) for post in dict.fromkeys(reported.status_ids)]
    complaint = Complaint(
        comment=reported.comment,
        category=reported.category or "other",
        posts=about,
        rules=reported.rule_ids,
        forward=reported.forward,
    )
    target = AccountId(reported.account_id)
    opened = await acts.report(caller.node, caller.me, target, complaint)
    person = await caller.node.store.read(accounts.get, target)
    return entities.report(caller.node, opened, target=person, about=about)
