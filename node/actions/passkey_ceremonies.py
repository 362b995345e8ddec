"""What browsers are asked on behalf of passkeys, and what their answers are worth (Web Authentication Level 3).

Knows no storage: challenges and keys are handed in. `passkeys.py` loads it when somebody first has to do with a passkey, since
the library takes six mebibytes that most nodes never need.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

from node.errors import UnusableAnswer
from storage.passkeys import Passkey

LONGEST_ANSWER = 20_000
PATIENCE_MILLISECONDS = 300_000

# What is sent in place of an answer may be anything, and the library raises what comes of it.
UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True, slots=True)
class Party:
    """The node, for devices. host: its name, without a port.  origin: its public address.  name: for people."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose passkey it is to be. handle: by which a device tells whose it is."""

    handle: bytes
    username: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that a device has made. transports: how the device is reached, as words."""

    credential: str
    public_key: bytes
    sign_count: int
    transports: str


# ---- questions ------------------------------------------------------------------------------------------------------


def registration_options(party: Party, owner: Owner, challenge: bytes, known: Sequence[Passkey]) -> str:
    """What a browser needs to have a device make a passkey, JSON. known: what the owner has already."""
    options = webauthn.generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=owner.handle,
        user_name=owner.username,
        user_display_name=owner.display_name,
        challenge=challenge,
        timeout=PATIENCE_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(known),
    )
    return webauthn.options_to_json(options)


def sign_in_options(party: Party, challenge: bytes, known: Sequence[Passkey]) -> str:
    """What a browser needs to have a device sign, JSON. known: of whom it must be; empty where anybody's will do."""
    options = webauthn.generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        timeout=PATIENCE_MILLISECONDS,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def _described(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=webauthn.base64url_to_bytes(each.credential),
            transports=[AuthenticatorTransport(name) for name in each.transports.split()] or None,
        )
        for each in known
    ]


# ---- answers --------------------------------------------------------------------------------------------------------


@contextmanager
def _understood() -> Iterator[None]:
    """Whatever the library makes of an answer that is none is one refusal."""
    try:
        yield
    except UNREADABLE as error:
        raise UnusableAnswer from error


class Registration:
    """The answer of a device that has made a passkey.

    text: the browser's, JSON.  Raises UnusableAnswer.
    """

    def __init__(self, text: str) -> None:
        with _understood():
            self._credential: RegistrationCredential = parse_registration_credential_json(_demand_short(text))
            self.challenge = parse_client_data_json(self._credential.response.client_data_json).challenge

    def verify(self, party: Party) -> Made:
        """The passkey, if it was made for this node, by a verified person. Raises UnusableAnswer."""
        with _understood():
            made = webauthn.verify_registration_response(
                credential=self._credential,
                expected_challenge=self.challenge,
                expected_rp_id=party.host,
                expected_origin=party.origin,
                require_user_verification=True,
            )
        transports = " ".join(each.value for each in self._credential.response.transports or ())
        return Made(self._credential.id, made.credential_public_key, made.sign_count, transports)


class Signature:
    """The answer of a device that has signed a challenge.

    text: the browser's, JSON.  Raises UnusableAnswer.
    """

    def __init__(self, text: str) -> None:
        with _understood():
            self._credential: AuthenticationCredential = parse_authentication_credential_json(_demand_short(text))
            self.challenge = parse_client_data_json(self._credential.response.client_data_json).challenge

    @property
    def credential(self) -> str:
        """The id of the passkey, as the device says."""
        return self._credential.id

    @property
    def handle(self) -> bytes | None:
        """Whose it is, as the device says."""
        return self._credential.response.user_handle

    def verify(self, party: Party, known: Passkey) -> int:
        """Returns the new state of the device's counter, if this passkey has signed. Raises UnusableAnswer."""
        with _understood():
            found = webauthn.verify_authentication_response(
                credential=self._credential,
                expected_challenge=self.challenge,
                expected_rp_id=party.host,
                expected_origin=party.origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        return found.new_sign_count


def _demand_short(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    return answer
