"""What apps offer to strangers elsewhere: an account. People come from the directory here, so each of these says no."""

from http import HTTPStatus

from node.api.answers import Answerable
from node.api.callers import OPEN, Caller
from node.api.endpoints import endpoint
from node.api.errors import ApiError
from node.api.limits import Allowance


class Closed(ApiError):
    """There is nothing of this kind on this node, and what to do instead."""

    code = "closed"
    status = HTTPStatus.FORBIDDEN


@endpoint("POST", "/api/v1/accounts", scope=OPEN, rate=Allowance.REGISTRATIONS)
async def register(caller: Caller) -> Answerable:
    """Nobody registers by themselves: an administrator adds people."""
    del caller
    raise Closed("Registrations are not open: an administrator of this node adds people")


@endpoint("POST", "/api/v1/emails/confirmations", scope=OPEN, rate=Allowance.REGISTRATIONS)
async def confirm_again(caller: Caller) -> Answerable:
    """No e-mail is sent from here, so none is sent again."""
    del caller
    raise Closed("This node sends no e-mails: whoever has an account may use it at once")
