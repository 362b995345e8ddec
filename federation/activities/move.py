"""Move: somebody works at another node now, under another account (FEP-7628, push mode).

Both accounts must say so: the old one by this activity, the new one by `alsoKnownAs`, which is asked for at that moment. The
followers of the old account are carried over by their own nodes (`federation.carrying`).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from federation.activity import Activity, Wanted
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.vocabulary import Uri
from storage import accounts, moves
from storage.accounts import Account
from storage.errors import NotFound
from storage.store import Unit

ONCE_IN = timedelta(days=7)
FRESH = timedelta(minutes=10)
"""How old what is known of the new account may be: it was asked for because of this activity, or it says nothing."""


class Move(Activity):
    """An account is left for another."""

    type: Literal["Move"] = "Move"
    object: Uri  # the account that is left: the actor itself
    target: Uri  # the account that follows on it

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """The new account as its node tells it now, known or not."""
        mover, target = accounts.by_uri(unit, self.actor), accounts.by_uri(unit, self.target)
        if mover is None or self.object != self.actor or _moved_lately(unit, mover):
            return ()
        return () if target is not None and target.is_local else [Wanted(self.target, required=True)]

    def authorize(self, unit: Unit, /) -> None:
        """The old account speaks, and the new one agrees. Raises NotAllowed; Ignored: it does not, or it was too soon."""
        if self.object != self.actor or self.target == self.actor:
            raise NotAllowed(self.actor, self.object, "only-oneself-elsewhere")
        mover = self.performer(unit)
        if _moved_lately(unit, mover):
            raise Ignored("moved-lately")
        target = self._target(unit)
        if mover.uri not in target.aliases:
            raise Ignored("not-also-known-as")
        if target.moved_to:
            raise Ignored("target-has-moved")

    def audience(self, unit: Unit, /) -> Audience:
        """Followers, and the new account."""
        return Audience(frozenset({self._target(unit).id}), frozenset({self.performer(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Note it; followers follow."""
        moves.leave(unit, self.performer(unit).id, self.target)

    def _target(self, unit: Unit) -> Account:
        found = accounts.by_uri(unit, self.target)
        if found is None or found.gone_at is not None:
            raise NotFound
        if not found.is_local and unit.now - found.refreshed_at > FRESH:
            raise Ignored("target-not-asked")
        return found


def _moved_lately(unit: Unit, mover: Account) -> bool:
    return mover.moved_at is not None and unit.now - mover.moved_at < ONCE_IN
