"""Who may quote a post: at once, and after the author was asked. Only what differs from the rule has a row: everybody, at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage import posts
from storage.ids import AccountId, PostId
from storage.posts import Holds, Post
from storage.store import Unit
from storage.visibility import Reach

PUBLIC = "public"
FOLLOWERS = "followers"
NOBODY = "nobody"
GROUPS = (PUBLIC, FOLLOWERS, NOBODY)


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may quote a post: `public` for everybody who may read it, `followers`, or `nobody` but its author.

    automatic: who need not wait.  manual: who may ask, beside those.
    """

    automatic: str = PUBLIC
    manual: str = NOBODY

    @property
    def as_kept(self) -> str:
        """Both in one word, at most 16 characters."""
        return f"{self.automatic}/{self.manual}"


EVERYBODY = Policy()
NONE = Policy(NOBODY, NOBODY)

QUOTABLE = (Reach.ALL_NODES, Reach.UNLISTED, Reach.NODE)
"""How far a post goes that others may quote at all."""


@dataclass(frozen=True, slots=True)
class _Row:
    post_id: PostId
    policy: str


def policy_of(automatic: str, manual: str = NOBODY) -> Policy:
    """The policy of these two groups, without saying twice what the first says already."""
    is_said = manual == NOBODY or GROUPS.index(automatic) <= GROUPS.index(manual)
    return Policy(automatic, NOBODY if is_said else manual)


def put(unit: Unit, post: PostId, policy: Policy) -> None:
    """Note who may quote a post."""
    sql = """
    insert into quote_policies (post_id, policy) values (:post, :policy)
    on conflict (post_id) do update set policy = excluded.policy
    """
    unit.run(sql, post=post, policy=policy.as_kept)
    posts.hold(unit, post, Holds.QUOTE_POLICY)


def of(unit: Unit, among: Iterable[PostId]) -> dict[PostId, Policy]:
    """Who may quote these posts, of those for which it was noted."""
    rows = unit.all(_Row, "select post_id, policy from quote_policies where post_id in :ids", ids=list(among))
    return {row.post_id: Policy(*row.policy.split("/", 1)) for row in rows}


def find(unit: Unit, post: Post) -> Policy:
    """Who may quote a post. What does not go to everybody is quoted by its author alone."""
    if post.reach not in QUOTABLE:
        return NONE
    return of(unit, [post.id]).get(post.id, EVERYBODY) if post.holds & Holds.QUOTE_POLICY else EVERYBODY


def followed_among(unit: Unit, authors: Iterable[AccountId], *, reader: AccountId) -> set[AccountId]:
    """Whom of these authors a person follows."""
    sql = """
    select followed_id from follows where follower_id = :reader and followed_id in :authors and accepted_at is not null
    """
    return set(unit.all(AccountId, sql, authors=list(authors), reader=reader))
