"""Passkeys: a device signs a challenge of this node, after its owner has unlocked it (Web Authentication Level 3).

    options ─► the browser asks the device ─► its answer ─► is it for this node, this challenge, from a verified person?

A passkey holds two factors: the device, and the finger or number that unlocks it. So it is good as a second step, and alone.
It belongs to the node's public address: what was made for it can be used nowhere else, whoever asks.
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import webauthn
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from node.actions import second_factors as actions
from node.context import Node
from node.errors import Invalid, SignInRefused
from node.settings import Settings
from storage import audit, passkeys, second_factors
from storage.accounts import Account
from storage.errors import Conflict
from storage.ids import AccountId
from storage.passkeys import Passkey, PasskeyId
from storage.store import Unit

CHALLENGE_BYTES = 32
HANDLE_BYTES = 8
LONGEST_ANSWER = 20_000
PATIENCE_MILLISECONDS = 300_000

UNUSABLE = ("passkey", "ERR_INVALID", "The device's answer cannot be used. Try again, or with another device.")
TAKEN = ("passkey", "ERR_TAKEN", "This device is among your passkeys already.")
TOO_MANY = ("passkey", "ERR_TOO_MANY", f"There can be at most {passkeys.MOST} passkeys. Remove one first.")
NAMELESS = ("passkey_name", "ERR_BLANK", "Give the passkey a name, by which you know the device.")
NAME_TOO_LONG = ("passkey_name", "ERR_TOO_LONG", f"A name has {passkeys.LONGEST_NAME} characters at most.")

# What is sent in place of an answer may be anything, and the library raises what comes of it.
UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


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
    known = await node.store.read(passkeys.of, me.id)
    options = webauthn.generate_registration_options(
        rp_id=relying_party(node.settings),
        rp_name=f"Legation {node.settings.name}",
        user_id=handle_of(me.id),
        user_name=me.username,
        user_display_name=me.display_name or me.username,
        challenge=await _challenge(node, passkeys.REGISTER, me.id),
        timeout=PATIENCE_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(known),
    )
    return webauthn.options_to_json(options)


async def register(node: Node, me: Account, answer: str, name: str, *, source: str) -> list[str]:
    """Keep the passkey that a device has made.

    answer: the browser's, JSON.  name: by which its owner knows the device.  source: for the audit.
    Returns new recovery codes where there were none, else nothing.  Raises Invalid.
    """
    called = demand_name(name)
    credential = _registration_in(answer)
    challenge = await _taken_challenge(node, credential.response.client_data_json, passkeys.REGISTER, me.id)
    if challenge is None:
        raise Invalid(*UNUSABLE)
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party(node.settings),
            expected_origin=node.base_url,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise Invalid(*UNUSABLE) from error
    transports = " ".join(each.value for each in credential.response.transports or ())
    codes = actions.new_recovery_codes()
    new = _New(credential.id, made.credential_public_key, made.sign_count, transports, called)
    try:
        kept = await node.store.write(_keep, me, new, actions.marks_of(node, me.id, codes), source=source)
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


@dataclass(frozen=True, slots=True)
class _New:
    credential: str
    public_key: bytes
    sign_count: int
    transports: str
    name: str


def _keep(unit: Unit, me: Account, new: _New, marks: Sequence[str], *, source: str) -> bool:
    """Returns whether the recovery codes are kept."""
    unit.lock(f"passkeys of {me.id}")
    if len(passkeys.of(unit, me.id)) >= passkeys.MOST:
        raise Invalid(*TOO_MANY)
    passkeys.add(
        unit,
        me.id,
        credential=new.credential,
        public_key=new.public_key,
        sign_count=new.sign_count,
        transports=new.transports,
        name=new.name,
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
    known = [] if account is None else await node.store.read(passkeys.of, account)
    options = webauthn.generate_authentication_options(
        rp_id=relying_party(node.settings),
        challenge=await _challenge(node, passkeys.SIGN_IN, account),
        timeout=PATIENCE_MILLISECONDS,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


async def owner_of(node: Node, answer: str, *, account: AccountId | None) -> AccountId:
    """Whose passkey has answered, and rightly.

    answer: the browser's, JSON.  account: whose it must be; None where anybody's will do.
    Raises SignInRefused, whatever is wrong.
    """
    credential = _authentication_in(answer)
    challenge = await _taken_challenge(node, credential.response.client_data_json, passkeys.SIGN_IN, account)
    known = await node.store.read(passkeys.by_credential, credential.id)
    if challenge is None or known is None or not _belongs(credential, known, account):
        raise SignInRefused
    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party(node.settings),
            expected_origin=node.base_url,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise SignInRefused from error
    if not await node.store.write(passkeys.note_use, known, sign_count=found.new_sign_count):
        raise SignInRefused
    return known.account_id


def _belongs(credential: AuthenticationCredential, known: Passkey, account: AccountId | None) -> bool:
    """Whether a passkey is of whom it must be, and its device says the same. Source: Web Authentication, 7.2 step 6."""
    handle = credential.response.user_handle
    if account is None:
        return handle == handle_of(known.account_id)
    return known.account_id == account and handle in {None, b"", handle_of(account)}


# ---- both -----------------------------------------------------------------------------------------------------------


async def _challenge(node: Node, purpose: str, account: AccountId | None) -> bytes:
    made = secrets.token_bytes(CHALLENGE_BYTES)
    await node.store.write(passkeys.challenge, _digest(made), purpose=purpose, account=account)
    return made


async def _taken_challenge(node: Node, client_data: bytes, purpose: str, account: AccountId | None) -> bytes | None:
    """The challenge that an answer says it answers, if it was asked here; it is good once."""
    try:
        challenge = parse_client_data_json(client_data).challenge
    except UNREADABLE:
        return None
    taken = await node.store.write(passkeys.take_challenge, _digest(challenge), purpose=purpose, account=account)
    return challenge if taken else None


def _digest(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()


def _registration_in(answer: str) -> RegistrationCredential:
    try:
        return parse_registration_credential_json(_demand_short(answer))
    except UNREADABLE as error:
        raise Invalid(*UNUSABLE) from error


def _authentication_in(answer: str) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(_demand_short(answer))
    except UNREADABLE as error:
        raise SignInRefused from error


def _demand_short(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    return answer


def _described(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=webauthn.base64url_to_bytes(each.credential),
            transports=[AuthenticatorTransport(name) for name in each.transports.split()] or None,
        )
        for each in known
    ]
