"""Stamps: where the author of a post has given leave to quote it, to one post each.

Of a post of this node, its author has given the stamp here, and the row is what the stamp's document is made of. Of a post
of another node, the row says that its author's node has shown the stamp when it was asked. A stamp that was taken back is
never given again for the same quote. Source: FEP-044f.
"""

from dataclasses import dataclass
from datetime import datetime

from storage.ids import PostId
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Stamp:
    """Leave to quote a post. quoting_uri: the post that quotes.  quoting_actor: who wrote that."""

    id: int
    post_id: PostId
    quoting_uri: str
    quoting_actor: str
    created_at: datetime
    revoked_at: datetime | None


SELECT = "select id, post_id, quoting_uri, quoting_actor, created_at, revoked_at from quote_stamps"


def give(unit: Unit, post: PostId, quoting_uri: str, *, actor: str, identifier: int | None = None) -> None:
    """Note that a post may be quoted by another; a second time changes nothing, not even what was taken back.

    identifier: the number in the stamp's address, for posts of this node.
    """
    sql = """
    insert into quote_stamps (id, post_id, quoting_uri, quoting_actor, created_at)
    values (:id, :post, :quoting, :actor, :now) on conflict (post_id, quoting_uri) do nothing
    """
    unit.run(sql, id=identifier or unit.new_id(), post=post, quoting=quoting_uri, actor=actor, now=unit.now)


def revoke(unit: Unit, post: PostId, quoting_uri: str) -> None:
    """Note that a post may no longer be quoted by another."""
    sql = """
    update quote_stamps set revoked_at = :now where post_id = :post and quoting_uri = :quoting and revoked_at is null
    """
    unit.run(sql, post=post, quoting=quoting_uri, now=unit.now)


def by_id(unit: Unit, identifier: int) -> Stamp | None:
    """The stamp with this number, standing or not."""
    return unit.one(Stamp, f"{SELECT} where id = :id", id=identifier)


def find(unit: Unit, post: PostId, quoting_uri: str) -> Stamp | None:
    """The stamp with which one post may quote another, standing or not."""
    return unit.one(Stamp, f"{SELECT} where post_id = :post and quoting_uri = :quoting", post=post, quoting=quoting_uri)
