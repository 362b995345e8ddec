"""The second step of signing in: codes of an app (TOTP), and ten recovery codes for the day when the phone is lost.

    begin_app ─► a secret, sealed, shown as a picture ─► the app shows a code ─► finish_app ─► recovery codes, shown once

A code is good for its own half minute and for those beside it, and once. A recovery code is good once. What is wrong with a
code is never said: of a wrong one, one of another moment and one that was used, whoever types it learns the same.
Source: RFC 6238; NIST SP 800-63B, 3.1.4.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp

from node.context import Node
from node.errors import Invalid
from storage import audit, second_factors, staff
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId
from storage.staff import Member
from storage.store import Unit

STEP_SECONDS = 30
AROUND = (0, -1, 1)
"""Clocks of phones are a little off: codes of these steps beside the present one are taken."""

SECRET_LETTERS = 32
RECOVERY_CODES = 10
RECOVERY_GROUPS, RECOVERY_GROUP_LETTERS = 4, 4
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like others. Sixteen of them are 79 bits."""

WRONG_CODE = ("code", "ERR_WRONG", "This code does not fit. Wait for the next one that your app shows, and type that.")


def sealed_about(account: AccountId) -> str:
    """What a sealed secret belongs to."""
    return f"code secret of {account}"


# ---- an app ---------------------------------------------------------------------------------------------------------


async def begin_app(node: Node, me: Account) -> None:
    """Make a secret for an app; codes are asked for once one has been shown. Nothing happens where there is an app."""
    sealed = node.vault.seal(pyotp.random_base32(SECRET_LETTERS).encode(), about=sealed_about(me.id))
    await node.store.write(second_factors.offer_secret, me.id, sealed)


async def offered_secret(node: Node, me: Account) -> str | None:
    """The secret that an app is to be given, base32; None once an app has shown that it has it."""
    found = await node.store.read(second_factors.secret_of, me.id)
    if found is None or found.confirmed_at is not None:
        return None
    return node.vault.open(found.sealed, about=sealed_about(me.id)).decode()


def address_of(node: Node, me: Account, secret: str) -> str:
    """What stands in the picture that an app reads. Source: Key URI Format."""
    name = f"{me.username}@{node.settings.account_domain}"
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"Legation {node.settings.name}")


async def finish_app(node: Node, me: Account, code: str, *, source: str) -> list[str]:
    """The app shows a first code: from now on its codes are asked for.

    source: for the audit.  Returns new recovery codes where there were none, else nothing.  Raises Invalid.
    """
    secret = await offered_secret(node, me)
    step = step_of(secret, code, now=node.now()) if secret else None
    if step is None:
        raise Invalid(*WRONG_CODE)
    codes = new_recovery_codes()
    marks = marks_of(node, me.id, codes)
    return codes if await node.store.write(_confirm, me, step, marks, source=source) else []


def _confirm(unit: Unit, me: Account, step: int, marks: Sequence[str], *, source: str) -> bool:
    """Returns whether the recovery codes are kept."""
    if not second_factors.confirm_secret(unit, me.id, step=step):
        return False
    audit.add(unit, who=me.username, source=source, act="second-factor.app", subject=me.username)
    return give_first_recovery_codes(unit, me.id, marks)


async def remove_app(node: Node, me: Account, role: str, *, source: str) -> None:
    """Ask for its codes no more.  Raises Invalid: the node demands a second factor, and this is the only one."""
    await node.store.write(_remove_app, me, source=source, demanded=node.settings.demands_second_factor(role))


def _remove_app(unit: Unit, me: Account, *, source: str, demanded: bool) -> None:
    if demanded and not second_factors.of(unit, me.id).passkeys:
        raise Invalid(*LAST_ONE)
    if second_factors.remove_secret(unit, me.id):
        audit.add(unit, who=me.username, source=source, act="second-factor.app.removed", subject=me.username)


LAST_ONE = ("base", "ERR_LAST_FACTOR", "This node demands a second step of you. Set up another one first.")


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """Which step of time a code stands for, of those that are taken now; None for a wrong one."""
    typed = "".join(code.split())
    made = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    fitting = [
        present + apart
        for apart in AROUND
        if hmac.compare_digest(made.generate_otp(present + apart).encode(), typed.encode(errors="replace"))
    ]
    return fitting[0] if fitting else None


async def takes_code(node: Node, account: AccountId, code: str) -> bool:
    """Whether this is a code of somebody's app that is good now; it is used up by that."""
    kept = await node.store.read(second_factors.secret_of, account)
    if kept is None or kept.confirmed_at is None:
        return False
    secret = node.vault.open(kept.sealed, about=sealed_about(account)).decode()
    step = step_of(secret, code, now=node.now())
    return step is not None and await node.store.write(second_factors.use_step, account, step)


# ---- recovery codes -------------------------------------------------------------------------------------------------


def new_recovery_codes() -> list[str]:
    """Ten codes, as `abcd-efgh-jkmn-pqrs`."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    groups = (
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_GROUP_LETTERS)) for _ in range(RECOVERY_GROUPS)
    )
    return "-".join(groups)


def marks_of(node: Node, account: AccountId, codes: Sequence[str]) -> list[str]:
    """What is kept of recovery codes: a keyed digest, whose key is the node's secret."""
    return [_mark_of(node, account, code) for code in codes]


def _mark_of(node: Node, account: AccountId, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter in RECOVERY_LETTERS)
    return node.vault.mark(f"recovery code {account} {plain}")


async def takes_recovery_code(node: Node, account: Account, code: str, *, source: str) -> bool:
    """Whether this is a recovery code that somebody has left; it is used up by that. source: for the audit."""
    return await node.store.write(_use_recovery_code, account, _mark_of(node, account.id, code), source=source)


def _use_recovery_code(unit: Unit, account: Account, mark: str, *, source: str) -> bool:
    if not second_factors.use_recovery_code(unit, account.id, mark):
        return False
    left = str(second_factors.of(unit, account.id).recovery)
    audit.add(
        unit,
        who=account.username,
        source=source,
        act="second-factor.recovery-code.used",
        subject=account.username,
        detail={"left": left},
    )
    return True


async def renew_recovery_codes(node: Node, me: Account, *, source: str) -> list[str]:
    """New recovery codes instead of all before. Raises NotFound: there is nothing that they would stand in for."""
    codes = new_recovery_codes()
    await node.store.write(_renew_recovery_codes, me, marks_of(node, me.id, codes), source=source)
    return codes


def _renew_recovery_codes(unit: Unit, me: Account, marks: Sequence[str], *, source: str) -> None:
    if not second_factors.has_any(unit, me.id):
        raise NotFound
    second_factors.replace_recovery_codes(unit, me.id, marks)
    audit.add(unit, who=me.username, source=source, act="second-factor.recovery-codes", subject=me.username)


def give_first_recovery_codes(unit: Unit, account: AccountId, marks: Sequence[str]) -> bool:
    """Keep these where somebody has none left. Returns whether they are kept."""
    if second_factors.of(unit, account).recovery:
        return False
    second_factors.replace_recovery_codes(unit, account, marks)
    return True


# ---- administrators -------------------------------------------------------------------------------------------------


def reset(unit: Unit, member: Member, *, by: str, source: str) -> None:
    """Take away all that somebody proves themselves with beside the password, and sign them out everywhere.

    by, source: for the audit.  Raises Invalid: there is nothing to take away.
    """
    if not second_factors.remove_all(unit, member.account_id):
        sentence = f"{member.username} signs in with the password alone: there is no second step to remove."
        raise Invalid("name", "ERR_NO_SECOND_FACTOR", sentence)
    staff.end_everything(unit, member.account_id)
    audit.add(unit, who=by, source=source, act="second-factor.reset", subject=member.username)
