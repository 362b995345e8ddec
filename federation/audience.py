"""Who may read a post, and which nodes must hear of an activity. The one reading of `to` and `cc`.

    reach       to                    cc                       goes to
    ALL_NODES   Public                followers, mentioned     nodes of followers, mentioned, thread's owner
    UNLISTED    followers             Public, mentioned        the same
    FOLLOWERS   followers             mentioned                nodes of followers and mentioned
    NODE        this node's staff     mentioned of this node   nobody: it stays
    MENTIONED   each person           –                        their nodes
    COMMUNITY   community, its        mentioned                the community's node, which sends it on to its members
                members

Audiences narrow and never widen: they are taken from the object its author signed, and from nowhere else.
Source: ActivityPub 5 and 6; CVE-2024-37903 for what happens otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from federation.hosts import origin_of, same_origin
from federation.vocabulary import PUBLIC, as_list, value_or_id
from storage import accounts, attendances, communities, post_people, posts
from storage.accounts import Account
from storage.conversations import CommunityAddress
from storage.ids import AccountId, Host
from storage.posts import Holds, Post
from storage.store import Unit, Value
from storage.visibility import OPEN, Reach

GROUP = communities.KIND
"""The kind of actor that a community is."""

TO_NAMED = (Reach.MENTIONED, Reach.COMMUNITY)
"""What goes to those whom it names, and not to its author's followers."""


def staff_of(base_url: str) -> str:
    """The id of the collection of a node's own staff: what a post for this node only is addressed to."""
    return f"{base_url}/staff"


def reach_of(
    author: Account, *, to: Sequence[str], cc: Sequence[str], people: Mapping[str, Account] | None = None
) -> Reach:
    """How far a post goes, read from its addressing. Doubt means the stricter choice.

    author: of the post.  to, cc: ids; Public in its one spelling.  people: those of them that are known here, by id.
    """
    if PUBLIC in to:
        return Reach.ALL_NODES
    if PUBLIC in cc:
        return Reach.UNLISTED
    if author.followers_uri and author.followers_uri in (*to, *cc):
        return Reach.FOLLOWERS
    if author.is_local and staff_of(str(origin_of(author.uri))) in to:
        return Reach.NODE
    is_for_members = people is not None and any(uri in people and people[uri].kind == GROUP for uri in to)
    return Reach.COMMUNITY if is_for_members else Reach.MENTIONED


def narrower(one: Reach, other: Reach) -> Reach:
    """How far goes what is for two audiences at once; where neither holds the other, those whom it names."""
    if one is other:
        return one
    # What is for all holds every other, and in their order each that comes after it.
    return max(one, other) if one in OPEN or other in OPEN else Reach.MENTIONED


NAMING = ("audience", "to", "cc")
ADDRESSING = (*NAMING, "bto", "bcc")


def is_addressed(activity: Mapping[str, object]) -> bool:
    """Whether an activity, or what it carries, says of anybody that it is for them."""
    thing = activity.get("object")
    said_by = (activity, thing) if isinstance(thing, dict) else (activity,)
    return any(said.get(name) for said in said_by for name in ADDRESSING)


def named_in(document: object) -> Iterator[str]:
    """Whom an object or an activity says it is for; whoever owns the collection in which it was made, too. Source: FEP-400e."""
    if not isinstance(document, dict):
        return
    made_in = (part.get("attributedTo") for part in as_list(document.get("target")) if isinstance(part, dict))
    for value in (*(document.get(name) for name in NAMING), *made_in):
        yield from (named for named in map(value_or_id, as_list(value)) if isinstance(named, str))


def addressing(
    author: Account, reach: Reach, *, people: Sequence[str], communities: Sequence[CommunityAddress] = ()
) -> tuple[list[str], list[str]]:
    """`to` and `cc` for a post of this reach that names these people (actor ids), and is for these communities.

    What is for all may be for communities too; what is for followers, this node or named people is for none.
    """
    groups = [each.uri for each in communities]
    match reach:
        case Reach.ALL_NODES:
            return [PUBLIC, *groups], [author.followers_uri, *people]
        case Reach.UNLISTED:
            return [author.followers_uri, *groups], [PUBLIC, *people]
        case Reach.FOLLOWERS:
            return [author.followers_uri], list(people)
        case Reach.NODE:
            # Whom a post names elsewhere hears nothing of it.
            return [staff_of(str(origin_of(author.uri)))], [uri for uri in people if same_origin(uri, author.uri)]
        case Reach.MENTIONED:
            return list(people), []
        case Reach.COMMUNITY:
            return [*groups, *(each.members_uri for each in communities if each.members_uri)], list(people)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who must hear of an activity.

    people: accounts, wherever they live.  followers_of: everybody who follows these.
    """

    people: frozenset[AccountId] = field(default_factory=frozenset)
    followers_of: frozenset[AccountId] = field(default_factory=frozenset)

    def __or__(self, other: "Audience") -> "Audience":
        return Audience(self.people | other.people, self.followers_of | other.followers_of)


NOBODY = Audience()


def of_post(unit: Unit, post: Post) -> Audience:
    """Who was told of a post, and must be told what becomes of it."""
    if post.reach is Reach.NODE:
        return NOBODY
    people = set(post_people.addressed(unit, post.id))
    if post.reply_to_author is not None and post.reach in (Reach.ALL_NODES, Reach.UNLISTED):
        people.add(post.reply_to_author)
        people.update(first.author_id for first in posts.by_ids(unit, [post.thread_id]))
    if post.boost_of is not None:
        people.add(posts.get(unit, post.boost_of).author_id)
    if post.reach in (Reach.ALL_NODES, Reach.UNLISTED):
        people.update(posts.sharers(unit, post.id))
    if post.holds & Holds.EVENT:
        people.update(attendances.people(unit, post.id))
    followed = () if post.reach in TO_NAMED else (post.author_id,)
    return Audience(frozenset(people), frozenset(followed))


INBOXES = """
select a.host, a.shared_inbox from accounts a
where a.host in (select p.host from peers p where p.allowed = 1) and a.gone_at is null and (
    a.id in :people
    or (a.suspended_at is null and a.id in (
        select f.follower_id from follows f
        where f.accepted_at is not null and f.followed_id in :followed)))
group by a.host, a.shared_inbox order by a.host, a.shared_inbox
"""


@dataclass(frozen=True, slots=True)
class _Inbox:
    host: Host
    address: str


def inboxes(unit: Unit, audience: Audience) -> list[tuple[Host, str]]:
    """Where an activity for this audience goes: one inbox for each allowed peer that has part of it.

    At a peer whose people share no inbox, that of each of them: the one would not hear what the other is told.
    """
    if audience == NOBODY:
        return []
    found = unit.all(_Inbox, INBOXES, people=sorted(audience.people), followed=sorted(audience.followers_of))
    return [(inbox.host, inbox.address) for inbox in found]


EVERY_INBOX = """
select a.host, min(a.shared_inbox) from accounts a
where a.host in (select p.host from peers p where p.allowed = 1) and a.gone_at is null
group by a.host order by a.host
"""


def every_inbox(unit: Unit) -> list[tuple[Host, str]]:
    """One inbox for each allowed peer of whom anybody is known."""
    return [(inbox.host, inbox.address) for inbox in unit.all(_Inbox, EVERY_INBOX)]


# Whom moderators have suspended opens nothing to their node, as nothing is sent there for them (INBOXES).
PEER_HAS_FOLLOWER = """
select 1 from follows f join accounts a on a.id = f.follower_id
where f.followed_id = :author and f.accepted_at is not null and a.host = :host and a.gone_at is null
    and a.suspended_at is null limit 1
"""
PEER_IS_ADDRESSED = """
select 1 from post_people w join accounts a on a.id = w.account_id where w.post_id = :post and a.host = :host limit 1
"""
PEER_HAS_MEMBER = """
select 1 from post_people w join accounts g on g.id = w.account_id and g.kind = 'Group' and g.host = ''
join follows f on f.followed_id = g.id and f.accepted_at is not null
join accounts a on a.id = f.follower_id and a.host = :host and a.gone_at is null and a.suspended_at is null
where w.post_id = :post limit 1
"""


def peer_may_read(unit: Unit, post: Post, *, host: Host) -> bool:
    """Whether a peer may fetch a post of this node: it is for all nodes, or somebody there is in its audience."""
    match post.reach:
        case Reach.ALL_NODES | Reach.UNLISTED:
            return True
        case Reach.NODE:
            return False
        case Reach.FOLLOWERS:
            return _is_any(unit, PEER_HAS_FOLLOWER, author=post.author_id, host=host) or _is_addressed(unit, post, host)
        case Reach.MENTIONED:
            return _is_addressed(unit, post, host)
        case Reach.COMMUNITY:
            return _is_addressed(unit, post, host) or _is_any(unit, PEER_HAS_MEMBER, post=post.id, host=host)


def is_given_to(unit: Unit, post: Post, community: Account, *, host: Host) -> bool:
    """Whether a community of this node gives a peer what it holds of a post for members: somebody there is one of them.

    The author's node gives it to this one and to nobody else.  Source: `FEDERATION.md`, "Communities".
    """
    if post.reach is not Reach.COMMUNITY or community.id not in post_people.addressed(unit, post.id):
        return False
    is_shown = accounts.get(unit, post.author_id).suspended_at is None
    return is_shown and _is_any(unit, PEER_HAS_FOLLOWER, author=community.id, host=host)


def _is_addressed(unit: Unit, post: Post, host: Host) -> bool:
    return _is_any(unit, PEER_IS_ADDRESSED, post=post.id, host=host)


def _is_any(unit: Unit, sql: str, **values: Value) -> bool:
    return unit.one(int, sql, **values) is not None
