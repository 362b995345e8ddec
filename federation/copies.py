"""Posts for the members of a community, where their own nodes give them to nobody: from the community's node, as they were proven.

    dakar ──GET──► tokyo, where the post was written    404: nobody of dakar is named in it
    dakar ──GET──► paris, the community's node          the Create of it, or its last Update, with its author's proof

A member's node has every post from the community as it is written; it asks so for what was written before its first member came,
when something of today answers it. The community's node is believed in nothing: what its author has not proven is left.

Source: decision 43.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from federation.audience import named_in
from federation.client import Budget, Client
from federation.communities import copy_uri
from federation.errors import FederationError
from federation.hosts import same_origin
from federation.signatures.proofs import Proven
from federation.strict_json import JsonObject
from federation.vocabulary import POST_TYPES, types_of, value_or_id
from storage import accounts, communities, follows
from storage.store import Store, Unit

Prove = Callable[[JsonObject, Budget], Awaitable[Proven]]

WRITING = frozenset({"Create", "Update"})


class Copies:
    """Asks the nodes of communities for what is for their members."""

    def __init__(self, store: Store, client: Client, prove: Prove) -> None:
        """prove: who vouches for a document, as `PeerKeys.prove`."""
        self._store, self._client, self._prove = store, client, prove

    async def of_post(self, uri: str, *, beside: JsonObject, budget: Budget) -> JsonObject | None:
        """A post as its author has proven it; None where no community has it for us, or not with a proof.

        beside: a post of the same conversation: it is asked for at the communities that this one is for.
        """
        for community in await self._store.read(communities_of, beside):
            with suppress(FederationError):
                act = await self._client.get_copy(copy_uri(community, uri), budget=budget)
                vouched = await self._prove(act, budget)
                if (post := _written_in(act, uri, by=vouched.actor)) is not None:
                    return post
        return None


def _written_in(act: JsonObject, uri: str, *, by: str) -> JsonObject | None:
    """The post that somebody writes in an activity, if it is the one that is asked for, and theirs."""
    post = act.get("object")
    if not types_of(act) & WRITING or not isinstance(post, dict) or not types_of(post) & POST_TYPES:
        return None
    is_theirs = post.get("id") == uri and value_or_id(post.get("attributedTo")) == by and same_origin(uri, by)
    return post if is_theirs else None


def communities_of(unit: Unit, document: JsonObject) -> Sequence[str]:
    """The communities of other nodes that a post is for, and to which somebody here belongs: ids."""
    named = accounts.by_uris(unit, named_in(document)).values()
    groups = [each for each in named if each.kind == communities.KIND and not each.is_local]
    return sorted(each.uri for each in groups if follows.has_local_follower(unit, each.id))
