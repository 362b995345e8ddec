"""Passwords: what is taken, how they are kept, and that checking one costs the same whoever asks.

Argon2id with 19 MiB and two passes (OWASP), in a few threads of their own, so that sign-ins cannot starve the loop.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from node.common_passwords import COMMON
from node.errors import Invalid

SHORTEST = 12
LONGEST = 128
THREADS = 2

FEWEST_DIFFERENT = 4
SHORTEST_NAME = 3


class Passwords:
    """Makes and checks what is kept of passwords."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password.

        stored: what is kept of it; None for a person who does not exist, which takes as long and is never true.
        """
        if stored is None and self._nobodys is None:
            self._nobodys = await self.hash("a password that nobody has")
        known = stored if stored is not None else str(self._nobodys)
        fits = await asyncio.get_running_loop().run_in_executor(self._threads, self._fits, known, password)
        return fits and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether it was kept at another cost than today's: hash it anew at sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False)

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False


def demand_good(password: str, *, names: Iterable[str]) -> None:
    """Refuse a password that others would guess. Any characters are good; length is what counts.

    names: the person's own.  Raises Invalid.  Source: OWASP ASVS 5.0, 6.2.
    """
    if len(password) < SHORTEST:
        raise Invalid(
            "password", "ERR_TOO_SHORT", f"A password has at least {SHORTEST} characters: four words will do."
        )
    if len(password) > LONGEST:
        raise Invalid("password", "ERR_TOO_LONG", f"A password has at most {LONGEST} characters.")
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        sentence = "This password is among the first that are tried. Choose four words of your own."
        raise Invalid("password", "ERR_COMMON", sentence)
    if _is_made_of(plain, names):
        sentence = "This password is made of your own name. Choose four words of your own."
        raise Invalid("password", "ERR_OWN_NAME", sentence)


def _is_made_of(plain: str, names: Iterable[str]) -> bool:
    """Whether nothing but digits and the like is left of a password without the names."""
    rest = plain
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= SHORTEST_NAME:
            rest = rest.replace(name.casefold(), "")
    return rest != plain and not any(character.isalpha() for character in rest)
