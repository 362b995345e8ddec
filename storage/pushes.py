"""Web push: where apps want to be told of notifications while they are not open, and what waits to be sent there.

What is to be sent is queued with the notification, in its transaction. A process takes rows by moving the moment at which they
are due (`take`): nobody else sees them until then, and should it die, they are due again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.events import PushesQueued
from storage.ids import AccountId
from storage.oauth import TokenId
from storage.store import Unit, Value

POLICIES = ("all", "followed", "follower", "none")


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where one app of a person wants to be told, and of what.

    public_key: the app's, a P-256 point of 65 bytes.  auth: its secret, 16 bytes.  standard: whether RFC 8291 is spoken, or
    the draft before.  alerts: kinds of notifications, between commas.  sealed_token: with which the app knows whose it is.
    """

    id: int
    token_id: TokenId
    account_id: AccountId
    endpoint: str
    public_key: bytes
    auth: bytes
    standard: bool
    alerts: str
    policy: str
    sealed_token: bytes


@dataclass(frozen=True, slots=True)
class Push:
    """Something to send: a notification, to a subscription."""

    subscription_id: int
    notification_id: int
    attempts: int


SELECT = """
select id, token_id, account_id, endpoint, public_key, auth, standard, alerts, policy, sealed_token from push_subscriptions
"""

QUEUE = """
insert into pushes (subscription_id, notification_id, due_at)
select s.id, :notification, :now from push_subscriptions s
where s.account_id = :account and s.alerts like :kind and (s.policy = 'all'
    or (s.policy = 'followed' and exists (select 1 from follows f
        where f.follower_id = :account and f.followed_id = :by and f.accepted_at is not null))
    or (s.policy = 'follower' and exists (select 1 from follows f
        where f.follower_id = :by and f.followed_id = :account and f.accepted_at is not null)))
"""

TAKE = """
update pushes set due_at = :until, attempts = attempts + 1
where (subscription_id, notification_id) in (
    select q.subscription_id, q.notification_id from pushes q where q.due_at <= :now order by q.due_at limit :most
    for update skip locked)
returning subscription_id, notification_id, attempts
"""


def alerts_of(kinds: Iterable[str]) -> str:
    """Kinds of notifications as they are kept."""
    return f",{','.join(sorted(kinds))},"


def subscribe(unit: Unit, wanted: Subscription) -> Subscription:
    """Keep where an app wants to be told, instead of where it wanted before. Its id is given here."""
    unsubscribe(unit, wanted.token_id)
    sql = """
    insert into push_subscriptions
        (id, token_id, account_id, endpoint, public_key, auth, standard, alerts, policy, sealed_token, created_at)
    values (:id, :token, :account, :endpoint, :public_key, :auth, :standard, :alerts, :policy, :sealed, :now)
    """
    unit.run(
        sql,
        id=unit.new_id(),
        token=wanted.token_id,
        account=wanted.account_id,
        endpoint=wanted.endpoint,
        public_key=wanted.public_key,
        auth=wanted.auth,
        standard=int(wanted.standard),
        alerts=wanted.alerts,
        policy=wanted.policy,
        sealed=wanted.sealed_token,
        now=unit.now,
    )
    found = of_token(unit, wanted.token_id)
    assert found is not None
    return found


def of_token(unit: Unit, token: TokenId) -> Subscription | None:
    """Where the app with this token wants to be told."""
    return unit.one(Subscription, f"{SELECT} where token_id = :token", token=token)


def of_account(unit: Unit, account: AccountId) -> list[Subscription]:
    """Where the apps of a person want to be told, the latest first."""
    return unit.all(Subscription, f"{SELECT} where account_id = :account order by id desc", account=account)


def change(unit: Unit, token: TokenId, *, alerts: str, policy: str) -> Subscription | None:
    """Have an app be told of something else. Returns None when it is told nowhere."""
    sql = "update push_subscriptions set alerts = :alerts, policy = :policy where token_id = :token"
    unit.run(sql, token=token, alerts=alerts, policy=policy)
    return of_token(unit, token)


def unsubscribe(unit: Unit, token: TokenId) -> None:
    """Tell an app nothing more; nor what waits."""
    unit.run("delete from push_subscriptions where token_id = :token", token=token)


def queue(unit: Unit, account: AccountId, notification: int, *, kind: str, by: AccountId) -> None:
    """Have a notification sent to those apps of a person that want it."""
    values: dict[str, Value] = {"account": account, "notification": notification, "by": by, "now": unit.now}
    if unit.run(QUEUE, kind=f"%,{kind},%", **values):
        unit.after_commit(PushesQueued())


def take(unit: Unit, *, until: datetime, most: int) -> list[Push]:
    """What is to be sent now, for whoever asks alone, until that moment."""
    return unit.all(Push, TAKE, now=unit.now, until=until, most=most)


def subscriptions(unit: Unit, ids: Sequence[int]) -> dict[int, Subscription]:
    """Subscriptions by their ids."""
    return {each.id: each for each in unit.all(Subscription, f"{SELECT} where id in :ids", ids=ids)}


def done(unit: Unit, sent: Sequence[Push]) -> None:
    """These are sent, or never will be."""
    sql = "delete from pushes where subscription_id = :subscription and notification_id = :notification"
    unit.each(sql, [{"subscription": each.subscription_id, "notification": each.notification_id} for each in sent])


def later(unit: Unit, failed: Sequence[Push], *, wait: timedelta) -> None:
    """Try these again, after a while that doubles with each attempt."""
    sql = "update pushes set due_at = :due where subscription_id = :subscription and notification_id = :notification"
    unit.each(
        sql,
        [
            {
                "due": unit.now + wait * 2 ** (each.attempts - 1),
                "subscription": each.subscription_id,
                "notification": each.notification_id,
            }
            for each in failed
        ],
    )


def drop(unit: Unit, subscriptions: Sequence[int]) -> None:
    """The push service knows these no more."""
    unit.run("delete from push_subscriptions where id in :ids", ids=subscriptions)


def next_due(unit: Unit) -> datetime | None:
    """When the next thing is to be sent."""
    return unit.one(datetime, "select due_at from pushes order by due_at limit 1")
