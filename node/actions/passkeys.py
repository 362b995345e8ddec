"""Passkeys: a device signs a challenge of this node, after its owner has unlocked it (Web Authentication Level 3).

    options ─► the browser asks the device ─► its answer ─► is it for this node, this challenge, from a verified person?

A passkey holds two factors: the device, and the finger or number that unlocks it. So it is good as a second step, and alone.
It belongs to the node's public address: what was made for it can be used nowhere else, whoever asks.
"""

import asyncio
import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from node.actions import second_factors as actions
from node.context import Node
from node.errors import Invalid, SignInRefused, UnusableAnswer
from node.settings import Settings
from storage import audit, passkeys, second_factors
from storage.accounts import Account
from storage.errors import Conflict
from storage.ids import AccountId
from storage.passkeys import Passkey, PasskeyId
from storage.store import Unit

CHALLENGE_BYTES = 32
HANDLE_BYTES = 8
CEREMONIES = "node.actions.passkey_ceremonies"

UNUSABLE = ("passkey", "ERR_INVALID", "The device's answer cannot be used. Try again, or with another device.")
TAKEN = ("passkey", "ERR_TAKEN", "This device is among your passkeys already.")
TOO_MANY = ("passkey", "ERR_TOO_MANY", f"There can be at most {passkeys.MOST} passkeys. Remove one first.")
NAMELESS = ("passkey_name", "ERR_BLANK", "Give the passkey a name, by which you know the device.")
NAME_TOO_LONG = ("passkey_name", "ERR_TOO_LONG", f"A name has {passkeys.LONGEST_NAME} characters at most.")


async def _ceremonies() -> ModuleType:
    """`passkey_ceremonies.py`, whose library takes memory that most nodes never need."""
    return await asyncio.to_thread(import_module, CEREMONIES)


def are_possible(settings: Settings) -> bool:
    """Whether browsers make passkeys for this node: its address has a name."""
    try:
        ipaddress.ip_address(relying_party(settings).strip("[]"))
    except ValueError:
        return True
    return False


def relying_party(settings: Settings) -> str:
    """The name that passkeys of this node belong to: its host, without a port."""
    name, _, port = settings.domain.rpartition(":")
    return name if name and port.isdecimal() else settings.domain


def handle_of(account: AccountId) -> bytes:
    """By which a device tells whose passkey it is."""
    return account.to_bytes(HANDLE_BYTES)


# ---- making one -----------------------------------------------------------------------------------------------------


async def registration_options(node: Node, me: Account) -> str:
    """What a browser needs to have a device make a passkey, JSON."""
    ceremonies = await _ceremonies()
    owner = ceremonies.Owner(handle_of(me.id), me.username, me.display_name or me.username)
    challenge = await _challenge(node, passkeys.REGISTER, me.id)
    known = await node.store.read(passkeys.of, me.id)
    options: str = ceremonies.registration_options(_party(ceremonies, node), owner, challenge, known)
    return options


async def register(node: Node, me: Account, answer: str, name: str, *, source: str) -> list[str]:
    """Keep the passkey that a device has made.

    answer: the browser's, JSON.  name: by which its owner knows the device.  source: for the audit.
    Returns new recovery codes where there were none, else nothing.  Raises Invalid.
    """
    called, ceremonies = demand_name(name), await _ceremonies()
    try:
        given = ceremonies.Registration(answer)
        is_asked = await _takes(node, given.challenge, passkeys.REGISTER, me.id)
        made = given.verify(_party(ceremonies, node)) if is_asked else None
    except UnusableAnswer as error:
        raise Invalid(*UNUSABLE) from error
    if made is None:
        raise Invalid(*UNUSABLE)
    codes = actions.new_recovery_codes()
    marks = actions.marks_of(node, me.id, codes)
    try:
        kept = await node.store.write(
            _keep,
            me,
            marks,
            credential=made.credential,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=made.transports,
            name=called,
            source=source,
        )
    except Conflict as error:
        raise Invalid(*TAKEN) from error
    return codes if kept else []


def demand_name(name: str) -> str:
    """A name for a passkey, tidied. Raises Invalid."""
    called = " ".join(name.split())
    if not called:
        raise Invalid(*NAMELESS)
    if len(called) > passkeys.LONGEST_NAME:
        raise Invalid(*NAME_TOO_LONG)
    return called


def _keep(
    unit: Unit,
    me: Account,
    marks: Sequence[str],
    *,
    credential: str,
    public_key: bytes,
    sign_count: int,
    transports: str,
    name: str,
    source: str,
) -> bool:
    """Returns whether the recovery codes are kept."""
    unit.lock(f"passkeys of {me.id}")
    if len(passkeys.of(unit, me.id)) >= passkeys.MOST:
        raise Invalid(*TOO_MANY)
    passkeys.add(
        unit,
        me.id,
        credential=credential,
        public_key=public_key,
        sign_count=sign_count,
        transports=transports,
        name=name,
    )
    audit.add(unit, who=me.username, source=source, act="second-factor.passkey", subject=me.username)
    return actions.give_first_recovery_codes(unit, me.id, marks)


async def remove(node: Node, me: Account, passkey: PasskeyId, role: str, *, source: str) -> None:
    """Take a passkey away.  Raises Invalid: the node demands a second factor, and this is the only one."""
    demanded = node.settings.demands_second_factor(role)
    await node.store.write(_remove, me, passkey, source=source, demanded=demanded)


def _remove(unit: Unit, me: Account, passkey: PasskeyId, *, source: str, demanded: bool) -> None:
    mine = {each.id for each in passkeys.of(unit, me.id)}
    factors = second_factors.of(unit, me.id)
    if demanded and mine == {passkey} and not factors.app:
        raise Invalid(*actions.LAST_ONE)
    if passkeys.remove(unit, me.id, passkey):
        audit.add(unit, who=me.username, source=source, act="second-factor.passkey.removed", subject=me.username)


# ---- using one ------------------------------------------------------------------------------------------------------


async def sign_in_options(node: Node, account: AccountId | None) -> str:
    """What a browser needs to have a device sign, JSON. account: None for somebody who has not said who they are."""
    ceremonies = await _ceremonies()
    known = [] if account is None else await node.store.read(passkeys.of, account)
    challenge = await _challenge(node, passkeys.SIGN_IN, account)
    options: str = ceremonies.sign_in_options(_party(ceremonies, node), challenge, known)
    return options


async def owner_of(node: Node, answer: str, *, account: AccountId | None) -> AccountId:
    """Whose passkey has answered, and rightly.

    answer: the browser's, JSON.  account: whose it must be; None where anybody's will do.
    Raises SignInRefused, whatever is wrong.
    """
    ceremonies = await _ceremonies()
    try:
        signed = ceremonies.Signature(answer)
        is_asked = await _takes(node, signed.challenge, passkeys.SIGN_IN, account)
        known = await node.store.read(passkeys.by_credential, signed.credential)
        if not is_asked or known is None or not _belongs(signed.handle, known, account):
            raise SignInRefused
        counter = signed.verify(_party(ceremonies, node), known)
    except UnusableAnswer as error:
        raise SignInRefused from error
    if not await node.store.write(passkeys.note_use, known, sign_count=counter):
        raise SignInRefused
    return known.account_id


def _belongs(handle: bytes | None, known: Passkey, account: AccountId | None) -> bool:
    """Whether a passkey is of whom it must be, and its device says the same. Source: Web Authentication, 7.2 step 6."""
    if account is None:
        return handle == handle_of(known.account_id)
    return known.account_id == account and handle in {None, b"", handle_of(account)}


# ---- both -----------------------------------------------------------------------------------------------------------


def _party(ceremonies: ModuleType, node: Node) -> object:
    return ceremonies.Party(relying_party(node.settings), node.base_url, f"Legation {node.settings.name}")


async def _challenge(node: Node, purpose: str, account: AccountId | None) -> bytes:
    made = secrets.token_bytes(CHALLENGE_BYTES)
    await node.store.write(passkeys.challenge, _digest(made), purpose=purpose, account=account)
    return made


async def _takes(node: Node, challenge: bytes, purpose: str, account: AccountId | None) -> bool:
    """Whether an answer answers a challenge that was asked here; that is good once."""
    return await node.store.write(passkeys.take_challenge, _digest(challenge), purpose=purpose, account=account)


def _digest(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
