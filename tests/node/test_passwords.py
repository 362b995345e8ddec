"""Passwords: which are taken, and that checking one costs the same whoever asks."""

import statistics
import time
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from node.common_passwords import COMMON
from node.errors import Invalid
from node.passwords import LONGEST, SHORTEST, Passwords, demand_good

GOOD = "quatre mots bien choisis"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


async def test_only_the_password_itself_fits(passwords: Passwords) -> None:
    kept = await passwords.hash(GOOD)
    assert GOOD not in kept
    assert await passwords.verify(kept, GOOD)
    assert not await passwords.verify(kept, GOOD + " ")
    assert not await passwords.verify(kept, "")


async def test_two_people_with_one_password_keep_different_texts(passwords: Passwords) -> None:
    assert await passwords.hash(GOOD) != await passwords.hash(GOOD)


async def test_sec_f1_passwords_are_kept_as_argon2id_at_the_cost_that_was_decided(passwords: Passwords) -> None:
    kept = await passwords.hash(GOOD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.needs_rehash(kept)
    cheap = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    assert passwords.needs_rehash(cheap)
    assert await passwords.verify(cheap, GOOD)


@pytest.mark.parametrize("stored", ["", "kept", "$argon2id$v=19$m=19456,t=2,p=1$broken"])
async def test_what_is_no_kept_password_fits_nothing(passwords: Passwords, stored: str) -> None:
    assert not await passwords.verify(stored, GOOD)


async def test_sec_f2_a_person_who_does_not_exist_costs_the_same(passwords: Passwords) -> None:
    kept = await passwords.hash(GOOD)
    await passwords.verify(None, GOOD)  # makes what nobody has
    assert not await passwords.verify(None, "a password that nobody has")

    async def seconds(stored: str | None) -> float:
        began = time.perf_counter()
        await passwords.verify(stored, "something else entirely")
        return time.perf_counter() - began

    known, unknown = [], []
    for _ in range(9):
        known.append(await seconds(kept))
        unknown.append(await seconds(None))
    assert 0.5 < statistics.median(known) / statistics.median(unknown) < 2


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "x7$k" * 3,
        "パスワードではない言葉です",
        "a" * 4 + "bcdefghi",
        "mot de passe très, très long " * 4,
        "marie aime le thé vert",
    ],
)
def test_any_characters_are_good_when_they_are_enough(password: str) -> None:
    demand_good(password, names=("marie", "Durand"))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "ERR_TOO_SHORT"),
        ("onze lettre", "ERR_TOO_SHORT"),
        ("x7$" * 3 + "ab", "ERR_TOO_SHORT"),
        ("mot " * 32 + "!", "ERR_TOO_LONG"),
        ("MotDePasse123", "ERR_COMMON"),
        ("azertyuiop123", "ERR_COMMON"),
        ("passwordpassword", "ERR_COMMON"),
        ("Ambassade2026", "ERR_COMMON"),
        ("correct horse battery staple", "ERR_COMMON"),
        ("aaaaaaaaaaaa", "ERR_COMMON"),
        ("abcabcabcabc", "ERR_COMMON"),
        ("mariemarie12", "ERR_OWN_NAME"),
        ("Durand-Durand", "ERR_OWN_NAME"),
        ("marie.durand2026", "ERR_OWN_NAME"),
    ],
)
def test_sec_f1_what_others_would_guess_is_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        demand_good(password, names=("marie", "Durand"))
    assert (refused.value.field, refused.value.reason) == ("password", code)


@pytest.mark.parametrize("length", [SHORTEST, LONGEST])
def test_the_shortest_and_the_longest_are_taken(length: int) -> None:
    demand_good(("abcdefghij" * 13)[:length], names=())


def test_common_passwords_are_of_a_length_that_would_be_taken() -> None:
    assert len(COMMON) > 200
    assert {password for password in COMMON if password != password.casefold()} == set()
