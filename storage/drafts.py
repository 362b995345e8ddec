"""What people have begun to write: kept under the key of its form, so that a form that is kept again is one draft.

    typed ─► kept, again and again ─► sent: what was typed stays for an hour, so that it can be taken back and go on
                                   └► discarded

A draft that was sent takes no more words: what a page keeps late, after its form was sent, must not bring it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import media
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.store import Unit

SENT_FOR = timedelta(hours=1)
"""How long what was sent is kept as it was typed."""

FILES_FOR = timedelta(days=365)
"""How long files stay for a draft that nobody has touched since."""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft.

    key: of the form it was typed into.  typed: JSON, as `node.web.typed` writes it.  post_id, sent_at: what became of it.
    """

    id: int
    account_id: AccountId
    key: str
    typed: str
    post_id: PostId | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None


SELECT = "select id, account_id, key, typed, post_id, created_at, updated_at, sent_at from drafts"
OPEN = "account_id = :account and sent_at is null"

KEEP = """
insert into drafts (id, account_id, key, typed, created_at, updated_at) values (:id, :account, :key, :typed, :now, :now)
on conflict (account_id, key) do update set typed = excluded.typed, updated_at = excluded.updated_at
    where drafts.sent_at is null
"""

SEND = """
insert into drafts (id, account_id, key, typed, post_id, created_at, updated_at, sent_at)
values (:id, :account, :key, :typed, :post, :now, :now, :now)
on conflict (account_id, key) do update set typed = excluded.typed, post_id = excluded.post_id, sent_at = excluded.sent_at
    where drafts.sent_at is null
"""


def of(unit: Unit, account: AccountId) -> list[KeptDraft]:
    """What somebody has begun, the latest first."""
    return unit.all(KeptDraft, f"{SELECT} where {OPEN} order by updated_at desc, id desc", account=account)


def count(unit: Unit, account: AccountId) -> int:
    """How many they have begun."""
    return unit.one(int, f"select count(*) from drafts where {OPEN}", account=account) or 0


def get(unit: Unit, account: AccountId, identifier: int) -> KeptDraft:
    """One of somebody's own that was not sent. Raises NotFound."""
    found = unit.one(KeptDraft, f"{SELECT} where {OPEN} and id = :id", account=account, id=identifier)
    if found is None:
        raise NotFound
    return found


def by_key(unit: Unit, account: AccountId, key: str) -> KeptDraft | None:
    """What was typed into the form with this key, sent or not."""
    return unit.one(KeptDraft, f"{SELECT} where account_id = :account and key = :key", account=account, key=key)


def of_post(unit: Unit, account: AccountId, post: PostId) -> KeptDraft | None:
    """What somebody typed that became this post, as long as it is kept."""
    sql = f"{SELECT} where account_id = :account and post_id = :post"
    return unit.one(KeptDraft, sql, account=account, post=post)


def keep(unit: Unit, account: AccountId, key: str, typed: str, *, files: Sequence[int]) -> None:
    """Keep what is typed, instead of what was kept under the same key; nothing, once that was sent.

    files: ids of the uploads in it, which stay as long.
    """
    unit.run(KEEP, id=unit.new_id(), account=account, key=key, typed=typed, now=unit.now)
    media.keep_loose(unit, account, files, until=unit.now + FILES_FOR)


def send(unit: Unit, account: AccountId, key: str, typed: str, *, post: PostId | None) -> None:
    """Note that it was sent; what was typed stays for an hour. post: what it became, None for one that waits for its time."""
    unit.run("delete from drafts where sent_at < :before", before=unit.now - SENT_FOR)
    unit.run(SEND, id=unit.new_id(), account=account, key=key, typed=typed, post=post, now=unit.now)


def forget_all(unit: Unit, account: AccountId) -> None:
    """Forget everything that somebody has begun: they left."""
    unit.run("delete from drafts where account_id = :account", account=account)


def reopen(unit: Unit, draft: KeptDraft, *, key: str, files: Sequence[int]) -> None:
    """Have somebody go on with what they had sent. key: a new one, since the old one was used.  files: see `keep`."""
    sql = "update drafts set key = :key, post_id = null, sent_at = null, updated_at = :now where id = :id"
    unit.run(sql, id=draft.id, key=key, now=unit.now)
    media.keep_loose(unit, draft.account_id, files, until=unit.now + FILES_FOR)


def discard(unit: Unit, draft: KeptDraft, *, files: Sequence[int]) -> None:
    """Throw a draft away. files: its uploads, which go like any that hang on nothing."""
    unit.run("delete from drafts where id = :id", id=draft.id)
    media.keep_loose(unit, draft.account_id, files, until=unit.now)
