"""Addresses of files that a reader's apps can open.

Apps show pictures with whatever their system has for it, and that sends neither cookie nor token. So the address that a reader
is given carries a pass: whose it is, until when, and a mark that only this node can make. It proves who asks and nothing
else: whether this person may see the file is asked each time.
"""

import hmac
from datetime import datetime

from storage.ids import AccountId, parsed
from storage.vault import Vault

DAYS = 15
"""The address stays the same for so long, so that apps keep what they have; then the next begins, and both are good a while."""

SECONDS_A_DAY = 86_400


def issue(vault: Vault, reader: AccountId, name: str, *, now: datetime) -> str:
    """The pass of a reader for a file, good for 15 to 30 days."""
    until = (_day(now) // DAYS + 2) * DAYS
    return f"{reader}.{until}.{vault.mark(f'{reader} {until} {name}')}"


def bearer(vault: Vault, text: str, name: str, *, now: datetime) -> AccountId | None:
    """Who was given this pass for this file; None for one that is none, or no longer."""
    reader, _, rest = text.partition(".")
    until, _, mark = rest.partition(".")
    account, last = parsed(reader), parsed(until)
    if account is None or last is None or last <= _day(now):
        return None
    is_ours = hmac.compare_digest(mark.encode(), vault.mark(f"{account} {last} {name}").encode())
    return AccountId(account) if is_ours else None


def _day(moment: datetime) -> int:
    return int(moment.timestamp()) // SECONDS_A_DAY
