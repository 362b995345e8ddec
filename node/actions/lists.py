"""Lists of people: make them, change them, put people in and take them out."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from node.context import Node
from node.errors import Invalid
from storage import joined_lists, lists
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId
from storage.lists import PeopleList
from storage.store import Unit

LONGEST_TITLE = 200
MOST_LISTS = 50
MOST_MEMBERS = 5_000


async def make(node: Node, me: Account, *, title: str, replies_policy: str, exclusive: bool) -> PeopleList:
    """A new list, with nobody in it. Raises Invalid."""
    _demand(title, replies_policy)
    return await node.store.write(_make, me, title.strip(), replies_policy, exclusive=exclusive)


async def change(
    node: Node, me: Account, identifier: int, *, title: str | None, replies_policy: str | None, exclusive: bool | None
) -> PeopleList:
    """Have a list be another; what is None stays. Raises NotFound, Invalid."""
    return await node.store.write(_change, me, identifier, title, replies_policy, exclusive=exclusive)


async def remove(node: Node, me: Account, identifier: int) -> None:
    """Take a list away. Raises NotFound."""
    await node.store.write(_remove, me, identifier)


async def put_in(node: Node, me: Account, identifier: int, people: Sequence[AccountId]) -> None:
    """Put people in whom one follows, all or none. Raises NotFound: the list, or one does not follow somebody; Invalid."""
    await node.store.write(_put_in, me, identifier, people)


async def take_out(node: Node, me: Account, identifier: int, people: Sequence[AccountId]) -> None:
    """Take people out, as far as they are in. Raises NotFound."""
    await node.store.write(_take_out, me, identifier, people)


async def choose(node: Node, me: Account, someone: AccountId, among: Collection[int]) -> None:
    """Have somebody whom one follows be in these of one's lists, and in no other. Raises NotFound, Invalid.

    among: ids; those that are no list of one's own are passed over.
    """
    await node.store.write(_choose, me, someone, among)


async def keep_apart(node: Node, me: Account, community: AccountId, *, exclusive: bool) -> PeopleList:
    """Have what is written in a community that one has joined stand there alone, or come to the journal as well.

    Returns its list, as it is now.  Raises NotFound: one does not belong to it.
    """
    return await node.store.write(_keep_apart, me, community, exclusive=exclusive)


def own(unit: Unit, me: AccountId, identifier: int) -> PeopleList:
    """One of one's lists. Raises NotFound."""
    found = lists.one(unit, me, identifier)
    if found is None:
        raise NotFound
    return found


def _demand(title: str, replies_policy: str) -> None:
    if not title.strip():
        raise Invalid("title", "ERR_BLANK", "Title can't be blank")
    if len(title) > LONGEST_TITLE:
        raise Invalid("title", "ERR_TOO_LONG", f"Title is too long (maximum is {LONGEST_TITLE} characters)")
    if replies_policy not in lists.POLICIES:
        raise Invalid("replies_policy", "ERR_INCLUSION", "Replies policy is not included in the list")


def _make(unit: Unit, me: Account, title: str, replies_policy: str, *, exclusive: bool) -> PeopleList:
    unit.lock(f"lists of {me.id}")
    if lists.count(unit, me.id) >= MOST_LISTS:
        raise Invalid("base", "ERR_TOO_MANY", f"You can have at most {MOST_LISTS} lists")
    return lists.add(unit, me.id, title=title, replies_policy=replies_policy, exclusive=exclusive)


def _change(
    unit: Unit, me: Account, identifier: int, title: str | None, replies_policy: str | None, *, exclusive: bool | None
) -> PeopleList:
    known = own(unit, me.id, identifier)
    changed = replace(
        known,
        title=known.title if title is None else title.strip(),
        replies_policy=known.replies_policy if replies_policy is None else replies_policy,
        exclusive=known.exclusive if exclusive is None else exclusive,
    )
    _demand(changed.title, changed.replies_policy)
    lists.change(unit, changed)
    return changed


def _keep_apart(unit: Unit, me: Account, community: AccountId, *, exclusive: bool) -> PeopleList:
    known = joined_lists.one(unit, me.id, community)
    if known is None:
        raise NotFound
    joined_lists.keep_apart(unit, known, exclusive=exclusive)
    return replace(known, exclusive=exclusive)


def _remove(unit: Unit, me: Account, identifier: int) -> None:
    lists.remove(unit, own(unit, me.id, identifier))


def _put_in(unit: Unit, me: Account, identifier: int, people: Sequence[AccountId]) -> None:
    known = own(unit, me.id, identifier)
    follows = lists.followed_among(unit, me.id, people)
    if set(people) - follows.keys():
        raise NotFound
    unit.lock(f"lists of {me.id}")
    if lists.members_count(unit, known) + len(follows) > MOST_MEMBERS:
        raise Invalid("account_ids", "ERR_TOO_MANY", f"A list has room for {MOST_MEMBERS} people")
    lists.put_in(unit, known, [follows[each] for each in dict.fromkeys(people)])


def _choose(unit: Unit, me: Account, someone: AccountId, among: Collection[int]) -> None:
    follow = lists.followed_among(unit, me.id, [someone]).get(someone)
    if follow is None:
        raise NotFound
    unit.lock(f"lists of {me.id}")
    before = {each.id for each in lists.holding(unit, me.id, someone)}
    chosen = [(each.id, members) for each, members in lists.counted(unit, me.id) if each.id in among]
    if any(members >= MOST_MEMBERS for identifier, members in chosen if identifier not in before):
        raise Invalid("account_ids", "ERR_TOO_MANY", f"A list has room for {MOST_MEMBERS} people")
    lists.place(unit, me.id, follow, [identifier for identifier, _ in chosen])


def _take_out(unit: Unit, me: Account, identifier: int, people: Sequence[AccountId]) -> None:
    lists.take_out(unit, own(unit, me.id, identifier), people)
