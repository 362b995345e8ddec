"""Posting rotation: what the administrators of both nodes do when somebody goes to work elsewhere.

    new node    arrives   the new account says under which one the person was known before
    old node    moves     the old account says which one follows on it; followers are carried over by their own nodes

The new node comes first. What the person wrote stays where it was written.
"""

from federation import documents, outbox
from federation.activities.move import ONCE_IN, Move
from federation.activities.update import Update
from federation.carrying import carry_all
from federation.client import Budget
from federation.errors import Unreachable
from federation.own_keys import public_now
from federation.service import Federation
from node.actions.people import as_handle
from node.errors import Invalid
from storage import accounts, audit, media, moves, staff
from storage.accounts import Account
from storage.store import Unit


async def arrives(federation: Federation, name: str, *, handle: str, by: str, source: str) -> tuple[Account, Account]:
    """Somebody of this node worked elsewhere before. handle: under which they were known there.  by, source: for the audit.

    Returns the account here and the one before. Raises Invalid: nobody of either name, or nobody elsewhere.
    """
    me = await _member(federation, name)
    before = await _asked(federation, handle)
    if before.id == me.id:
        raise Invalid("from", "ERR_SELF", f"{handle} is the same account. Name the one that the person had before.")
    domain = federation.place.account_domain
    return await federation.store.write(_arrive, me, before, domain=domain, by=by, source=source), before


async def moves_away(
    federation: Federation, name: str, *, handle: str, by: str, source: str
) -> tuple[Account, Account]:
    """Somebody of this node works elsewhere from now on. handle: of their account there.  by, source: for the audit.

    Returns the account here as it was, with its number of followers, and the one there. Raises Invalid: nobody of either
    name; the new account does not say that it is the same person; or they moved less than a week ago.
    """
    me = await _member(federation, name)
    there = await _asked(federation, handle)
    await federation.store.write(_move, me, there, domain=federation.place.account_domain, by=by, source=source)
    await carry_all(federation.store)  # the node may not run just now; whichever process comes first does it
    return me, there


async def _member(federation: Federation, name: str) -> Account:
    found = await federation.store.read(staff.by_username, name.lstrip("@"))
    if found is None:
        raise Invalid("name", "ERR_UNKNOWN", f"Nobody here is called {name}. `legation staff list` shows who there is.")
    me = await federation.store.read(accounts.get, found.account_id)
    await federation.keys.public(me, make_rsa=False)  # the news of it shows the actor, and an actor has a key
    return me


async def _asked(federation: Federation, text: str) -> Account:
    """Somebody by their handle, as their own node tells them now. Raises Invalid."""
    handle = as_handle(text.strip())
    if handle is None or not handle.host:
        raise Invalid("handle", "ERR_INVALID", f"{text} is no full address. It looks like @ken@tokyo.example.")
    budget = Budget()
    try:
        found = await federation.person(handle.username, handle.host, budget=budget)
        return found if found.is_local else await federation.gathering.actor(found.uri, budget=budget)
    except Unreachable as error:
        raise Invalid(
            "handle",
            "ERR_UNREACHABLE",
            f"{text} could not be asked for ({error.code}). Check the spelling, whether its node is allowed on both sides "
            "(`legation peers list`), and whether it answers (`legation doctor`); then try again.",
        ) from error


def _arrive(unit: Unit, me: Account, before: Account, *, domain: str, by: str, source: str) -> Account:
    moves.arrive(unit, me.id, list(dict.fromkeys([*me.aliases, before.uri])))
    audit.add(unit, who=by, source=source, act="staff.arrive", subject=me.username, detail={"from": before.uri})
    return _told(unit, me, domain=domain)


def _move(unit: Unit, me: Account, there: Account, *, domain: str, by: str, source: str) -> None:
    unit.lock(f"move of {me.id}")
    _demand_movable(unit, accounts.get(unit, me.id), there)
    uri = f"{me.uri}#moves/{unit.new_id()}"
    document = documents.act("Move", me, me.uri, uri=uri, to=[me.followers_uri], cc=[there.uri])
    outbox.perform(unit, Move.read({**document, "target": there.uri}))
    audit.add(unit, who=by, source=source, act="staff.move", subject=me.username, detail={"to": there.uri})
    _told(unit, me, domain=domain)


def _demand_movable(unit: Unit, me: Account, there: Account) -> None:
    if me.id == there.id:
        raise Invalid("to", "ERR_SELF", "This is the same account. Name the one that the person has at the other node.")
    if me.uri not in there.aliases:
        sentence = (
            f"{there.handle} does not say yet that it is the same person. Its administrator does this first: "
            f"legation staff arrives {there.username} --from {me.username}@{_domain_of(me)}"
        )
        raise Invalid("to", "ERR_NOT_AGREED", sentence)
    if there.moved_to:
        raise Invalid("to", "ERR_MOVED", f"{there.handle} has moved on itself. Name the account that is in use.")
    if me.moved_at is not None and unit.now - me.moved_at < ONCE_IN:
        raise Invalid("name", "ERR_TOO_SOON", f"{me.username} moved on {me.moved_at:%d %B %Y}: once in 7 days at most.")


def _domain_of(me: Account) -> str:
    return me.uri.split("/")[2]


def _told(unit: Unit, me: Account, *, domain: str) -> Account:
    """The account as it is now, and the news of it for the nodes of its followers."""
    now = accounts.note_change(unit, me.id)
    pictures = media.portraits(unit, now.id)
    actor = documents.actor(now, keys=public_now(unit, now.id), pictures=pictures, domain=domain)
    inner = {name: value for name, value in actor.items() if name != "@context"}
    uri = f"{now.uri}#updates/{unit.new_id()}"
    outbox.perform(unit, Update.read(documents.act("Update", now, inner, uri=uri, to=[now.followers_uri])))
    return now
