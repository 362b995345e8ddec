"""What one peer passes on of another's words without a proof: never believed, and asked of their own node.

Other software passes on the answers to its people's posts as we do (`forwarding`), with a signature inside that this node
does not read, or with none. Such news is worth one thing: knowing what to ask for. So nothing of it is kept; the post that
it names is fetched from its own origin, and answered 202 once that has been done.

Nobody is asked for anybody's sake: the post must answer one that is known here, and that is at home with the one who passes
the news on. What else is told of others is refused.
"""

from federation.allowlist import Allowlist
from federation.client import Budget
from federation.errors import BadHost, TemporarilyUnavailable, Unreachable
from federation.gathering import Gathering
from federation.hosts import host_of, same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import types_of, value_or_id
from storage import posts
from storage.ids import Host
from storage.store import Store, Unit

PASSED_ON = frozenset({"Create", "Update", "Delete"})


class Hearsay:
    """Looks into what peers tell of others."""

    def __init__(self, store: Store, gathering: Gathering, allowlist: Allowlist) -> None:
        self._store = store
        self._gathering = gathering
        self._allowlist = allowlist

    async def look_into(self, document: JsonObject, *, brought_by: Host) -> bool:
        """Ask a post's own node for it, when a peer has passed on that it was written, changed or removed.

        document: an activity of which nobody knows whether its actor did it.  brought_by: who signed the request.
        Returns whether it was news that such a peer may bring; then the post is here as its own node shows it, or that node
        shows nothing.  Raises TemporarilyUnavailable when it cannot be asked just now.
        """
        post, actor = value_or_id(document.get("object")), value_or_id(document.get("actor"))
        if not types_of(document) & PASSED_ON or not isinstance(post, str) or not isinstance(actor, str):
            return False
        if not await self._is_of_another_peer(post, actor, brought_by):
            return False
        answered = await self._store.read(_answered, post, document.get("object"))
        if answered is None or host_of(answered) != brought_by:
            return False
        try:
            await self._gathering.again(post, naming=answered, budget=Budget.to_apply())
        except Unreachable as error:
            if error.temporary:
                message = "What was passed on could not be asked for at its own node just now."
                raise TemporarilyUnavailable(message, code="not-reachable", internal=str(error)) from error
        return True

    async def _is_of_another_peer(self, post: str, actor: str, brought_by: Host) -> bool:
        try:
            author = host_of(actor)
            return same_origin(post, actor) and author != brought_by and await self._allowlist.holds(author)
        except BadHost:
            return False


def _answered(unit: Unit, uri: str, thing: object) -> str | None:
    """The id of a post that is known here and that this one answers: as it is kept, else as it claims."""
    known = posts.by_uri(unit, uri)
    claimed = value_or_id(thing.get("inReplyTo")) if isinstance(thing, dict) else None
    answered = known.reply_to_uri if known is not None else claimed
    return answered if isinstance(answered, str) and posts.by_uri(unit, answered) is not None else None
