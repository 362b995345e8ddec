"""From whom a person wants to be told things: five kinds of strangers, and for each whether what they do is told, waits, or not.

    accept    told like everything else
    filter    kept apart, told of nowhere, until the person has decided about whoever did it (`storage.notification_requests`)
    drop      not kept at all

At first everything is accepted, but nothing is told of those whom moderators of this node have silenced. What an office tells
its people (a poll has ended, an answer to a wish to come, moderators' matters) goes through no policy.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from storage.ids import AccountId, PostId
from storage.store import Unit
from storage.visibility import Reach

ACCEPT, FILTER, DROP = "accept", "filter", "drop"
STRICTNESS = (ACCEPT, FILTER, DROP)

NEW = timedelta(days=30)
"""How long an account is a new one."""

LATELY = timedelta(days=3)
"""Whoever has followed for less counts as no follower yet: following somebody is no way around their policy."""

ALWAYS_TOLD = frozenset({"poll", "update", "admin.report", "moderation_warning", "event_answer", "quoted_update"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens with what is done by each kind of stranger: one of `STRICTNESS`."""

    for_not_following: str = ACCEPT
    for_not_followers: str = ACCEPT
    for_new_accounts: str = ACCEPT
    for_private_mentions: str = ACCEPT
    for_limited_accounts: str = DROP


USUAL = Policy()
NAMES = tuple(each.name for each in fields(Policy))


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands between a member of staff and whoever has done something.

    follows: since when they follow the person, None when they do not.  permitted: the person has decided for them.
    """

    is_suspended: bool
    is_silenced: bool
    is_followed: bool
    follows: datetime | None
    created_at: datetime
    permitted: bool
    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str

    @property
    def policy(self) -> Policy:
        """What the person has chosen."""
        return Policy(*(getattr(self, name) for name in NAMES))


STANDING = f"""
select a.suspended_at is not null, a.silenced_at is not null,
    exists (select 1 from follows f
        where f.follower_id = :account and f.followed_id = a.id and f.accepted_at is not null),
    (select f.accepted_at from follows f where f.follower_id = a.id and f.followed_id = :account),
    a.created_at,
    exists (select 1 from notification_permissions w where w.account_id = :account and w.from_id = a.id),
    {", ".join(f"coalesce(np.{name}, '{getattr(USUAL, name)}')" for name in NAMES)}
from staff s join accounts a on a.id = :by left join notification_policies np on np.account_id = s.account_id
where s.account_id = :account
"""


def of(unit: Unit, account: AccountId) -> Policy:
    """What a person has chosen, or what is usual."""
    sql = f"select {', '.join(NAMES)} from notification_policies where account_id = :account"
    return unit.one(Policy, sql, account=account) or USUAL


def change(unit: Unit, account: AccountId, chosen: Policy) -> None:
    """Have what strangers do treated so from now on; what was told or filtered before stays."""
    sql = f"""
    insert into notification_policies (account_id, {", ".join(NAMES)})
    values (:account, {", ".join(f":{name}" for name in NAMES)})
    on conflict (account_id) do update set {", ".join(f"{name} = excluded.{name}" for name in NAMES)}
    """
    unit.run(sql, account=account, **{name: getattr(chosen, name) for name in NAMES})


def verdict(unit: Unit, account: AccountId, kind: str, *, by: AccountId, post: PostId | None) -> str:
    """What is to happen with something that somebody did. Returns one of `STRICTNESS`; `drop` where nobody of this node is told."""
    standing = unit.one(Standing, STANDING, account=account, by=by)
    if standing is None or standing.is_suspended:
        return DROP
    if standing.permitted:
        return ACCEPT
    policy = standing.policy
    if kind in ALWAYS_TOLD:
        return policy.for_limited_accounts if standing.is_silenced and not standing.is_followed else ACCEPT
    found = [ACCEPT]
    if not standing.is_followed:
        found.append(policy.for_not_following)
        if standing.is_silenced:
            found.append(policy.for_limited_accounts)
        if standing.created_at > unit.now - NEW:
            found.append(policy.for_new_accounts)
        if policy.for_private_mentions != ACCEPT and _is_unasked(unit, account, kind, post):
            found.append(policy.for_private_mentions)
    if standing.follows is None or standing.follows > unit.now - LATELY:
        found.append(policy.for_not_followers)
    return max(found, key=STRICTNESS.index)


def _is_unasked(unit: Unit, account: AccountId, kind: str, post: PostId | None) -> bool:
    """Whether something is a post to this person alone that answers nothing of theirs."""
    sql = "select 1 from posts p where p.id = :post and p.reach = :alone and coalesce(p.reply_to_author, 0) <> :account"
    if kind != "mention" or post is None:
        return False
    return unit.one(int, sql, post=post, alone=int(Reach.MENTIONED), account=account) is not None
