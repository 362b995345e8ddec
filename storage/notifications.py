"""What a member of staff is told: that somebody mentioned, answered, followed, shared or found useful.

Kinds are the Mastodon API's: mention, reblog, favourite, follow, follow_request, status, update, poll, quote, quoted_update,
admin.report, moderation_warning; and emoji_reaction, those of events and invitations (`OF_EVENTS`), for those who know them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import notification_policies, pushes, relations
from storage.events import Notified
from storage.ids import AccountId, PostId
from storage.notification_policies import DROP, FILTER
from storage.pages import Page, paged
from storage.store import Unit, Value


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing that a person is told.

    about: the report or the warning, for the kinds that have one; of a request, the community that it is about, if it is.
    """

    id: int
    account_id: AccountId
    kind: str
    from_id: AccountId
    post_id: PostId | None
    created_at: datetime
    about: int | None


@dataclass(frozen=True, slots=True)
class Marker:
    """How far a person has read a timeline."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: datetime


SELECT = "select n.id, n.account_id, n.kind, n.from_id, n.post_id, n.created_at, n.about from notifications n"


def tell(unit: Unit, account: AccountId, kind: str, *, by: AccountId, post: PostId | None = None) -> None:
    """Tell a member of staff of this node that somebody did something; others are told by their own node.

    Nothing is told of oneself, of people one has blocked or muted or whose node one hides, of conversations that one has
    muted, nor the same thing twice; what the person's policy filters is kept apart, and told of nowhere.
    """
    verdict = notification_policies.verdict(unit, account, kind, by=by, post=post)
    if verdict == DROP or account == by or relations.blocked_between(unit, account, by):
        return
    if relations.mutes_notifications(unit, account, by, about=post):
        return
    unit.lock(f"notifications of {account}")
    same = "account_id = :account and kind = :kind and from_id = :by and coalesce(post_id, 0) = :post"
    if unit.one(int, f"select 1 from notifications where {same}", account=account, kind=kind, by=by, post=post or 0):
        return
    new = unit.new_id()
    is_filtered = int(verdict == FILTER)
    sql = """
    insert into notifications (id, account_id, kind, from_id, post_id, created_at, filtered)
    values (:id, :account, :kind, :by, :post, :now, :filtered)
    """
    unit.run(sql, id=new, account=account, kind=kind, by=by, post=post, now=unit.now, filtered=is_filtered)
    if not is_filtered:
        unit.after_commit(Notified(account, new))
        pushes.queue(unit, account, new, kind=kind, by=by)


CONCERNED = """
select s.account_id from staff s
where (s.account_id = :by or s.account_id in (select v.account_id from votes v where v.post_id = :post))
    and not exists (
        select 1 from blocks b where (b.account_id = s.account_id and b.target_id = :by)
            or (b.account_id = :by and b.target_id = s.account_id))
    and not exists (
        select 1 from mutes m where m.account_id = s.account_id and m.target_id = :by and m.notifications = 1
            and (m.expires_at is null or m.expires_at > :now))
    and not exists (
        select 1 from posts p join thread_marks k on k.thread_id = p.thread_id
        where p.id = :post and k.account_id = s.account_id and k.muted = 1)
    and not exists (
        select 1 from notifications n where n.account_id = s.account_id and n.kind = 'poll' and n.post_id = :post)
order by s.account_id
"""


def tell_poll_ended(unit: Unit, post: PostId, *, by: AccountId) -> None:
    """Tell those of this node who voted, and the author, that a poll has ended; each once. by: the author."""
    concerned = unit.all(AccountId, CONCERNED, by=by, post=post, now=unit.now)
    told = [(unit.new_id(), account) for account in concerned]
    sql = """
    insert into notifications (id, account_id, kind, from_id, post_id, created_at)
    values (:id, :account, 'poll', :by, :post, :now)
    """
    unit.each(sql, [{"id": new, "account": account, "by": by, "post": post, "now": unit.now} for new, account in told])
    for new, account in told:
        unit.after_commit(Notified(account, new))


def tell_moderators(unit: Unit, *, report: int, by: AccountId, reported: AccountId) -> None:
    """Tell those who look after reports that there is a new one, whomever they have blocked; the reported one is not told."""
    chosen = "select account_id from staff where role in ('moderator', 'admin') and disabled_at is null"
    moderators = set(unit.all(AccountId, chosen)) - {by, reported}
    told = [(account, unit.new_id()) for account in sorted(moderators)]
    _add_about(unit, "admin.report", told, by=by, about=report)


def tell_warned(unit: Unit, account: AccountId, *, warning: int, by: AccountId) -> None:
    """Tell somebody of this node what moderators have decided. by: the node's own account; who decided stays unsaid."""
    _add_about(unit, "moderation_warning", [(account, unit.new_id())], by=by, about=warning)


def _add_about(unit: Unit, kind: str, told: Sequence[tuple[AccountId, int]], *, by: AccountId, about: int) -> None:
    sql = """
    insert into notifications (id, account_id, kind, from_id, created_at, about)
    values (:id, :account, :kind, :by, :now, :about)
    """
    rows: list[Mapping[str, Value]] = [
        {"id": new, "account": account, "kind": kind, "by": by, "now": unit.now, "about": about}
        for account, new in told
    ]
    unit.each(sql, rows)
    for account, new in told:
        unit.after_commit(Notified(account, new))


def tell_managers(unit: Unit, community: AccountId, *, by: AccountId) -> None:
    """Tell those of this node who lead a community that somebody asks to belong to it; each once, whomever they have blocked."""
    sql = """
    select s.account_id from community_managers m join staff s on s.account_id = m.account_id
    where m.community_id = :community and s.disabled_at is null and s.account_id <> :by and not exists (
        select 1 from notifications n where n.account_id = s.account_id and n.kind = 'follow_request'
            and n.from_id = :by and n.about = :community)
    order by s.account_id
    """
    told = [(account, unit.new_id()) for account in unit.all(AccountId, sql, community=community, by=by)]
    _add_about(unit, "follow_request", told, by=by, about=community)


def forget(unit: Unit, kind: str, *, by: AccountId, post: PostId) -> None:
    """Untell what was taken back."""
    unit.run(
        "delete from notifications where kind = :kind and from_id = :by and post_id = :post",
        kind=kind,
        by=by,
        post=post,
    )


def forget_all(unit: Unit, account: AccountId, *, by: AccountId) -> None:
    """Untell somebody of everything that another did."""
    unit.run("delete from notifications where account_id = :account and from_id = :by", account=account, by=by)


def of(
    unit: Unit,
    account: AccountId,
    page: Page,
    *,
    kinds: frozenset[str] = frozenset(),
    by: AccountId | None = None,
    filtered: bool = False,
) -> list[Notification]:
    """What a person was told, newest first.

    kinds: only these; empty means all.  by: only what this one did.  filtered: also what waits for a decision.
    """
    chosen = conditions(kinds, by=by, filtered=filtered)
    return paged(unit, Notification, f"{SELECT} where {chosen}", "n.id", page, account=account, by=by)


def conditions(kinds: frozenset[str], *, by: AccountId | None, filtered: bool) -> str:
    """Which notifications of `:account` are meant, as SQL; `of` says what each means. With `by`, `:by` is whose."""
    wanted = ",".join(f"'{kind}'" for kind in sorted(kinds & KINDS))
    found = ["n.account_id = :account"]
    if not filtered:
        found.append("n.filtered = 0")
    if kinds:
        found.append(f"n.kind in ({wanted})" if wanted else "1 = 0")
    if by is not None:
        found.append("n.from_id = :by")
    return " and ".join(found)


OF_EVENTS = ("event_join", "event_answer", "event_invite", "community_invite")
"""Somebody wants to come to one's event; the organiser has answered; one is asked to come; one is asked into a community."""

KINDS = frozenset(
    {
        "mention",
        "reblog",
        "favourite",
        "follow",
        "follow_request",
        "status",
        "update",
        "poll",
        "admin.report",
        "moderation_warning",
        "emoji_reaction",
        *OF_EVENTS,
        "quote",
        "quoted_update",
    }
)


def one(unit: Unit, account: AccountId, identifier: int) -> Notification | None:
    """One thing that this person was told."""
    return unit.one(
        Notification, f"{SELECT} where n.id = :id and n.account_id = :account", id=identifier, account=account
    )


def clear(unit: Unit, account: AccountId) -> None:
    """Empty a person's list; what waits for a decision goes on waiting."""
    unit.run("delete from notifications where account_id = :account and filtered = 0", account=account)


def dismiss(unit: Unit, account: AccountId, identifier: int) -> None:
    """Take one thing off a person's list."""
    unit.run("delete from notifications where account_id = :account and id = :id", account=account, id=identifier)


def unread(unit: Unit, account: AccountId, *, most: int, kinds: frozenset[str] = KINDS) -> int:
    """How many things of these kinds came since the person last looked, counted up to `most`."""
    sql = """
    select count(*) from (
        select id from notifications where account_id = :account and filtered = 0 and kind in :kinds
            and id > coalesce(
                (select last_read_id from markers where account_id = :account and timeline = 'notifications'), 0)
        limit :most
    ) newer
    """
    return unit.one(int, sql, account=account, most=most, kinds=sorted(kinds)) or 0


def markers(unit: Unit, account: AccountId) -> dict[str, Marker]:
    """How far a person has read, by timeline."""
    sql = "select timeline, last_read_id, version, updated_at from markers where account_id = :account"
    return {marker.timeline: marker for marker in unit.all(Marker, sql, account=account)}


def mark(unit: Unit, account: AccountId, timeline: str, *, last_read: int) -> Marker:
    """Note how far a person has read a timeline."""
    sql = """
    insert into markers (account_id, timeline, last_read_id, version, updated_at)
    values (:account, :timeline, :last, 1, :now)
    on conflict (account_id, timeline) do update
        set last_read_id = excluded.last_read_id, version = markers.version + 1, updated_at = excluded.updated_at
    """
    unit.run(sql, account=account, timeline=timeline, last=last_read, now=unit.now)
    return markers(unit, account)[timeline]
