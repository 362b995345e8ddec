"""Whether two nodes agree on who follows somebody: one number for the whole list, carried in a header (FEP-8fcf).

    Collection-Synchronization: collectionId="…/followers", url="…/followers_synchronization", digest="c33f…"

The digest is the exclusive or of the SHA-256 of each follower's id, of those at home with the receiver: so it needs no order,
and no list has to be sent where both agree.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

NAME = "Collection-Synchronization"
DIGEST_BYTES = 32
LONGEST = 4_096

_PAIR = re.compile(r'\s*(collectionId|url|digest)="([^"\\]*)"\s*', re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a node says of the followers that somebody of its own has here.

    collection: the id of all followers.  url: where those of this node are listed, for this node alone.  digest: of them.
    """

    collection: str
    url: str
    digest: str

    def __str__(self) -> str:
        return f'collectionId="{self.collection}", url="{self.url}", digest="{self.digest}"'


def digest_of(followers: Iterable[str]) -> str:
    """The digest of followers by their ids, in any order; 64 zeros for none. Source: FEP-8fcf."""
    found = 0
    for uri in followers:
        found ^= int.from_bytes(hashlib.sha256(uri.encode()).digest())
    return found.to_bytes(DIGEST_BYTES).hex()


def claim_in(value: str) -> Claim | None:
    """The claim in a header's value; None if it is none."""
    if len(value) > LONGEST:
        return None
    pairs = [_PAIR.fullmatch(part) for part in value.split(",")]
    found = {pair[1]: pair[2] for pair in pairs if pair is not None}
    if len(found) != len(pairs) or found.keys() != {"collectionId", "url", "digest"}:
        return None
    digest = found["digest"].lower()
    return Claim(found["collectionId"], found["url"], digest) if _DIGEST.fullmatch(digest) else None
