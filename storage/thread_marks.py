"""What a person has noted of a conversation: to be told of nothing in it, how far it is read, up to where it is put away."""

from collections.abc import Sequence

from storage.events import ThreadMuted
from storage.ids import AccountId, PostId
from storage.store import Unit


def mute(unit: Unit, account: AccountId, thread: PostId, *, muted: bool) -> None:
    """Be told of nothing more in a conversation, or be told again."""
    sql = """
    insert into thread_marks (account_id, thread_id, muted) values (:account, :thread, :muted)
    on conflict (account_id, thread_id) do update set muted = excluded.muted
    """
    unit.run(sql, account=account, thread=thread, muted=int(muted))
    unit.after_commit(ThreadMuted(account))


def muted(unit: Unit, account: AccountId) -> list[PostId]:
    """The conversations of which a person wants to be told nothing."""
    sql = "select thread_id from thread_marks where account_id = :account and muted = 1"
    return unit.all(PostId, sql, account=account)


def read(unit: Unit, account: AccountId, thread: PostId, *, upto: PostId) -> None:
    """Note that a person has read a conversation up to and with this post."""
    sql = """
    insert into thread_marks (account_id, thread_id, read_upto) values (:account, :thread, :upto)
    on conflict (account_id, thread_id) do update set read_upto = excluded.read_upto
    """
    unit.run(sql, account=account, thread=thread, upto=upto)


def put_away(unit: Unit, account: AccountId, thread: PostId, *, upto: PostId) -> None:
    """Take a conversation off a person's list until there is something newer in it than this post."""
    sql = """
    insert into thread_marks (account_id, thread_id, removed_upto) values (:account, :thread, :upto)
    on conflict (account_id, thread_id) do update set removed_upto = excluded.removed_upto
    """
    unit.run(sql, account=account, thread=thread, upto=upto)


def carry_over(unit: Unit, threads: Sequence[PostId], *, into: PostId) -> None:
    """Have what was noted of conversations count for the one that they turned out to be a part of."""
    known = unit.all(
        AccountId, "select account_id from thread_marks where thread_id in :threads", threads=list(threads)
    )
    if not known:
        return
    sql = """
    insert into thread_marks (account_id, thread_id, muted, read_upto, removed_upto)
    select account_id, cast(:into as bigint), max(muted), max(read_upto), max(removed_upto)
    from thread_marks where thread_id in :threads group by account_id
    on conflict (account_id, thread_id) do nothing
    """
    unit.run(sql, threads=list(threads), into=into)
    unit.run("delete from thread_marks where thread_id in :threads", threads=list(threads))
    for account in sorted(set(known)):
        unit.after_commit(ThreadMuted(account))
