"""The password once more, before what somebody with a stolen session must not do.

Whoever gives it need not give it again for ten minutes, in this session. A form that needs it has a field for it where that
is over (`password_again` in `settings_parts.html`).  Source: OWASP ASVS 5.0, 7.5.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from node.context import NODE, Node
from node.errors import Invalid, TooManyTries
from node.origins import address_of
from node.web import session, signing_in
from node.web.session import Visitor
from storage import staff
from storage.store import Unit

GOOD_FOR = timedelta(minutes=10)


def is_fresh(request: web.Request) -> bool:
    """Whether the person who is signed in has given their password a moment ago, beside signing in."""
    confirmed = session.present(request).session.confirmed_at
    return confirmed is not None and request.app[NODE].now() - confirmed < GOOD_FOR


async def demand_password(request: web.Request, form: Mapping[str, Any]) -> None:
    """Have the password in a form, where it was not given a moment ago.

    form: with the password in `present`.  Raises Invalid, TooManyTries.
    """
    if not is_fresh(request):
        await confirm(request.app[NODE], session.present(request), str(form.get("present", "")), address_of(request))


async def confirm(node: Node, visitor: Visitor, password: str, address: str) -> None:
    """Take the password of somebody who is signed in.  Raises Invalid: it is another; TooManyTries."""
    me = visitor.account
    wait = await node.store.write(signing_in.count_try, me.username, address)
    if wait is not None:
        raise TooManyTries(wait)
    if not await node.passwords.verify(await node.store.read(staff.password_of, me.id), password):
        await node.store.write(signing_in.note_failure, me.username, me.id, address)
        raise Invalid("present", "ERR_WRONG", "This is not your present password.")
    await node.store.write(_confirm, visitor, address)


def _confirm(unit: Unit, visitor: Visitor, address: str) -> None:
    signing_in.forget_tries(unit, visitor.account.username, address)
    staff.confirm_session(unit, visitor.session.digest, visitor.account.id)
