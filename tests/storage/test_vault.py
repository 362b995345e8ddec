"""The vault: what is sealed opens with the same secret, about the same thing, and not otherwise."""

import os

import pytest

from storage.errors import StorageTrouble
from storage.vault import NONCE_BYTES, SECRET_BYTES, Vault

CLEAR = b"-----BEGIN PRIVATE KEY-----"
ABOUT = "https://paris.example/actor#main-key"


@pytest.fixture
def secret() -> bytes:
    return os.urandom(SECRET_BYTES)


def test_what_was_sealed_opens_again(secret: bytes) -> None:
    assert Vault(secret).open(Vault(secret).seal(CLEAR, about=ABOUT), about=ABOUT) == CLEAR


def test_sec_k_what_is_sealed_cannot_be_read(secret: bytes) -> None:
    sealed = Vault(secret).seal(CLEAR, about=ABOUT)
    assert CLEAR not in sealed
    assert sealed != Vault(secret).seal(CLEAR, about=ABOUT)


def test_another_secret_does_not_open_it(secret: bytes) -> None:
    sealed = Vault(secret).seal(CLEAR, about=ABOUT)
    with pytest.raises(StorageTrouble, match="secret"):
        Vault(os.urandom(SECRET_BYTES)).open(sealed, about=ABOUT)


def test_a_key_cannot_take_the_place_of_another(secret: bytes) -> None:
    sealed = Vault(secret).seal(CLEAR, about=ABOUT)
    with pytest.raises(StorageTrouble):
        Vault(secret).open(sealed, about="https://paris.example/users/1#main-key")


@pytest.mark.parametrize("at", [0, NONCE_BYTES, -1])
def test_one_changed_bit_is_noticed(secret: bytes, at: int) -> None:
    sealed = bytearray(Vault(secret).seal(CLEAR, about=ABOUT))
    sealed[at] ^= 1
    with pytest.raises(StorageTrouble):
        Vault(secret).open(bytes(sealed), about=ABOUT)


@pytest.mark.parametrize("length", [0, 5, NONCE_BYTES, NONCE_BYTES + 3])
def test_what_was_cut_off_is_noticed(secret: bytes, length: int) -> None:
    sealed = Vault(secret).seal(CLEAR, about=ABOUT)
    with pytest.raises(StorageTrouble):
        Vault(secret).open(sealed[:length], about=ABOUT)
