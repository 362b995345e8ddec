"""Who asks: from the token of a request to a `Caller`.

Only the `Authorization` header counts; the cookie of the pages is never looked at here, so no page can make a browser
act through the API.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from node.api import scopes as scope_rules
from node.api.errors import OutsideScopes, PersonNeeded, RoleNeeded, SecondFactorNeeded, TokenNeeded
from node.context import NODE, Node
from node.memory import tags
from node.memory.memory import CALLERS_GOOD_FOR
from node.origins import neighbourhood_of
from node.protection import ACCOUNT
from storage import accounts, oauth, staff
from storage.accounts import Account
from storage.errors import StorageTrouble
from storage.oauth import Grant
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Demand:
    """What an endpoint wants of a token.

    token: one at all.  person: one that speaks for somebody.  scopes: one of these; none means any.
    """

    token: bool = True
    person: bool = True
    scopes: tuple[str, ...] = ()


OPEN: Final = Demand(token=False, person=False)
"""For everybody; a good token tells who asks, a bad one counts as none."""

APP: Final = Demand(person=False)
"""For every good token, also for one that speaks for an app alone."""

SIGNED_IN: Final = Demand()
"""For every good token of a person, whatever its scopes."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and with what.

    account: None for an app that speaks for nobody, and for nobody at all; how many posts and followers it has may have been
    true a minute ago: whoever posts or follows is not looked up again for that.  grant: what the token stands for.
    request: for headers and files; parameters come as a model.
    """

    node: Node
    request: web.Request
    account: Account | None = None
    grant: Grant | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def me(self) -> Account:
        """The person who asks, at endpoints that demand one."""
        if self.account is None:
            raise PersonNeeded
        return self.account

    @property
    def may_administer(self) -> bool:
        """Whether the person looks after this node, now."""
        return self.grant is not None and self.grant.role == staff.ADMIN

    @property
    def may_moderate(self) -> bool:
        """Whether the person looks after reports, now."""
        return self.grant is not None and self.grant.role in staff.MODERATING

    @property
    def owes_second_factor(self) -> bool:
        """Whether the node demands a second step of signing in that the person has not set up."""
        if self.grant is None or self.grant.role is None or self.grant.has_second_factor:
            return False
        return self.node.settings.demands_second_factor(self.grant.role)

    @property
    def counted_as(self) -> str:
        """Whose bucket a request is taken from."""
        return str(self.account.id) if self.account else neighbourhood_of(self.request)


async def identify(request: web.Request) -> Caller:
    """Who asks, as far as a good token tells."""
    node = request.app[NODE]
    token = bearer_token(request)
    if token is None:
        return Caller(node, request)
    # Everything that is remembered for this request is asked for after this.
    await node.store.up_to_date()
    digest = oauth.digest_of(token)
    grant, account = node.memory.callers.get(digest) or await _looked_up(node, digest)
    if grant is None:
        return Caller(node, request)
    if account is not None:
        request[ACCOUNT] = account.id
    return Caller(node, request, account, grant, frozenset(grant.scopes.split()))


async def _looked_up(node: Node, digest: str) -> tuple[Grant | None, Account | None]:
    """What a token stands for, from the database; remembered for a while when it is a person's."""
    since = node.memory.changes.now
    grant, account = await node.store.read(_granted, digest)
    if grant is not None and account is not None:
        made_of = [tags.staff(account.id), tags.profile(account.id)]
        until = node.now() + CALLERS_GOOD_FOR
        node.memory.callers.keep(digest, (grant, account), since=since, made_of=made_of, until=until)
    if grant is not None and oauth.is_use_due(grant, now=node.now()):
        with suppress(StorageTrouble):  # a full disk must not stop anybody from reading
            await node.store.write(oauth.note_use, grant.id)
    return grant, account


STREAMING = "/api/v1/streaming"


def bearer_token(request: web.Request) -> str | None:
    """The token in the `Authorization` header; for streams also in the address, or as the WebSocket's protocol.

    Browsers let a page send no headers of its own with a WebSocket.  Source: RFC 6750 sections 2.1, 2.3.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    if not request.path.startswith(STREAMING):
        return None
    return request.query.get("access_token") or request.headers.get("Sec-WebSocket-Protocol") or None


def demand(caller: Caller, wanted: Demand, *, administrators: bool, moderators: bool = False) -> None:
    """Let through who may.  Raises TokenNeeded, PersonNeeded, SecondFactorNeeded, OutsideScopes, RoleNeeded."""
    if wanted.token and caller.grant is None:
        raise TokenNeeded
    if wanted.person and caller.account is None:
        raise PersonNeeded
    if wanted.person and caller.owes_second_factor:
        raise SecondFactorNeeded
    if wanted.scopes and not any(scope_rules.covers(caller.scopes, scope) for scope in wanted.scopes):
        raise OutsideScopes
    if (administrators and not caller.may_administer) or (moderators and not caller.may_moderate):
        raise RoleNeeded


def _granted(unit: Unit, digest: str) -> tuple[Grant | None, Account | None]:
    grant = oauth.token_by_digest(unit, digest, now=unit.now)
    if grant is None or grant.account_id is None:
        return grant, None
    return grant, accounts.by_id(unit, grant.account_id)
