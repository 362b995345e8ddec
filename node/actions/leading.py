"""What those who lead a community decide about its conversations and its members.

A community of this node hears it at once, and sends it on to its members. One of another node is asked by what is sent to its
node, which sends it on to its members in turn, this node among them: until then nothing changes here. Which of the two it was
is what each of these returns: True where it is so now.

Each decision is on record, and each refusal says why.
"""

from collections.abc import Mapping
from datetime import datetime

from federation import documents, leading, outbox
from federation.activities.add import Add
from federation.activities.block import Block
from federation.activities.delete import Delete
from federation.activities.lock import Lock
from federation.activities.remove import Remove
from federation.activities.undo import Undo
from federation.activity import Activity
from federation.client import Budget
from federation.communities import DECIDING_TERMS
from federation.documents import timestamp
from federation.errors import Unreachable
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import PUBLIC, as_list
from node.actions import people
from node.context import Node
from node.errors import Invalid, NotPermitted
from storage import accounts, audit, communities, posts, tombstones
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.store import Unit

MOST_PINS = 10
LONGEST_REASON = 500


async def lock(node: Node, me: Account, community: AccountId, post: PostId, *, reason: str = "", source: str) -> bool:
    """Have nothing more be said in the conversation of a post; a second time changes nothing.

    reason: told with it.  source: from where, for the audit.  Raises NotFound, NotPermitted, Invalid.
    """
    return await node.store.write(_lock, me, community, post, reason=_reason(reason), source=source)


async def unlock(node: Node, me: Account, community: AccountId, post: PostId, *, source: str) -> bool:
    """Have a conversation be answered again. Raises NotFound, NotPermitted."""
    return await node.store.write(_unlock, me, community, post, source=source)


async def pin(node: Node, me: Account, community: AccountId, post: PostId, *, source: str) -> bool:
    """Have a post stand first in a community; a second time changes nothing. Raises NotFound, NotPermitted, Invalid."""
    return await node.store.write(_pin, me, community, post, source=source)


async def unpin(node: Node, me: Account, community: AccountId, post: PostId, *, source: str) -> bool:
    """Have it stand among the others again. Raises NotFound, NotPermitted."""
    return await node.store.write(_unpin, me, community, post, source=source)


async def take_out(
    node: Node, me: Account, community: AccountId, post: PostId, *, reason: str = "", source: str
) -> bool:
    """Have a post leave a community; what its author wrote for everybody stays theirs.

    reason: told with it.  Raises NotFound, NotPermitted, Invalid.
    """
    return await node.store.write(_take_out, me, community, post, reason=_reason(reason), source=source)


async def bring_back(node: Node, me: Account, community: AccountId, post: str, *, source: str) -> bool:
    """Have a post that was taken out of a community stand there again, had from its own node where its copy is gone.

    post: its ActivityPub id, which the record of the decision has.  Raises NotFound, NotPermitted; Invalid: it is not to be had.
    """
    group, is_gone = await node.store.read(_taken_out, me, community, post)
    if is_gone:
        try:
            await node.federation.gathering.restored(post, group=group.uri, budget=Budget())
        except Unreachable as error:
            sentence = "This post cannot be had: its author has removed it, or their node is cut off just now"
            raise Invalid("post", "ERR_UNREACHABLE", sentence) from error
    return await node.store.write(_bring_back, me, community, post, source=source)


async def ban(
    node: Node,
    me: Account,
    community: AccountId,
    person: AccountId,
    *,
    until: datetime | None = None,
    takes_out: bool = False,
    reason: str = "",
    source: str,
) -> bool:
    """Keep somebody out of a community: they belong to it no longer, and nothing that they write in it is taken.

    until: None for good.  takes_out: whether what they wrote there leaves it.  reason: told with it.
    Raises NotFound, NotPermitted, Invalid: somebody who leads it, or a time that is over.
    """
    return await node.store.write(
        _ban, me, community, person, until=until, takes_out=takes_out, reason=_reason(reason), source=source
    )


async def lift(node: Node, me: Account, community: AccountId, person: AccountId, *, source: str) -> bool:
    """Let somebody take part again; they are no member before they ask. Raises NotFound, NotPermitted."""
    return await node.store.write(_lift, me, community, person, source=source)


async def accept(node: Node, me: Account, community: AccountId, person: AccountId, *, source: str) -> None:
    """Let somebody in who asks to belong to a community of this node. Raises NotFound: nobody asks; NotPermitted."""
    await node.store.write(_answer, me, community, person, lets_in=True, source=source)


async def refuse(node: Node, me: Account, community: AccountId, person: AccountId, *, source: str) -> None:
    """Do not let somebody in, or have a member belong no longer. Raises NotFound: nobody asks, and no member; NotPermitted."""
    await node.store.write(_answer, me, community, person, lets_in=False, source=source)


def led(unit: Unit, me: Account, community: AccountId) -> Account:
    """The community, if one leads it. Raises NotFound: there is none; NotPermitted."""
    found = accounts.get(unit, community)
    if found.kind != communities.KIND or found.gone_at is not None:
        raise NotFound
    if not communities.is_manager(unit, found.id, me.id):
        message = "Only those who lead this community decide this: ask one of them"
        raise NotPermitted(message)
    return found


def perform(unit: Unit, community: Account, activity: Activity) -> bool:
    """Have what somebody decides in a community be done, or asked of its node. Returns which: True where it is so now."""
    outbox.perform(unit, activity)
    return community.is_local


def written(
    unit: Unit, kind: str, me: Account, community: Account, thing: JsonValue, *, reason: str = "", **more: JsonValue
) -> JsonObject:
    """The activity by which somebody decides in a community: addressed as widely as what is said there. more: its properties."""
    terms = communities.find(unit, community.id)
    is_for_members = terms is not None and terms.is_for_members
    to, cc = ([community.uri, community.followers_uri], []) if is_for_members else ([PUBLIC], [community.uri])
    act = documents.act(kind, me, thing, uri=f"{me.uri}#{kind.lower()}s/{unit.new_id()}", to=[*filter(None, to)], cc=cc)
    context = [*as_list(act["@context"]), DECIDING_TERMS]
    return {**act, "@context": context, "audience": community.uri, **more} | ({"summary": reason} if reason else {})


def note(unit: Unit, me: Account, community: Account, act: str, *, source: str, **detail: str) -> None:
    """Put a decision on record. act: what was done, without `community.`.  detail: about whom, about what, why."""
    about: Mapping[str, str] = {name: value for name, value in detail.items() if value}
    audit.add(unit, who=me.username, source=source, act=f"community.{act}", subject=community.handle, detail=about)


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", "ERR_TOO_LONG", f"A reason has at most {LONGEST_REASON} characters")
    return reason


def _standing(unit: Unit, me: Account, community: Account, identifier: PostId) -> Post:
    """The post, or the one whose sharing is named, if it stands in the community. Raises NotFound."""
    named = posts.visible(unit, identifier, reader=me.id)
    post = named if named.boost_of is None else posts.visible(unit, named.boost_of, reader=me.id)
    if not leading.is_in(unit, community, post):
        raise NotFound
    return post


def _thread(unit: Unit, me: Account, community: Account, identifier: PostId) -> Post:
    """The first post of the conversation of a post. Raises NotFound, Invalid."""
    post = _standing(unit, me, community, identifier)
    first = post if post.thread_id == post.id else posts.visible(unit, post.thread_id, reader=me.id)
    if first.reply_to_uri is not None:
        raise Invalid(
            "base", "ERR_NOT_WHOLE", "The first post of this conversation is not known here, so it cannot be locked"
        )
    return first


def _lock(unit: Unit, me: Account, community: AccountId, identifier: PostId, *, reason: str, source: str) -> bool:
    group = led(unit, me, community)
    thread = _thread(unit, me, group, identifier)
    if communities.locked_by(unit, thread.id) is not None:
        return True
    is_so = perform(unit, group, Lock.read(written(unit, "Lock", me, group, thread.uri, reason=reason)))
    note(unit, me, group, "lock", source=source, post=thread.uri, reason=reason)
    return is_so


def _unlock(unit: Unit, me: Account, community: AccountId, identifier: PostId, *, source: str) -> bool:
    group = led(unit, me, community)
    thread = _thread(unit, me, group, identifier)
    if communities.locked_by(unit, thread.id) != group.id:
        return True
    is_so = _take_back(unit, me, group, written(unit, "Lock", me, group, thread.uri))
    note(unit, me, group, "unlock", source=source, post=thread.uri)
    return is_so


def _pin(unit: Unit, me: Account, community: AccountId, identifier: PostId, *, source: str) -> bool:
    group = led(unit, me, community)
    post = _standing(unit, me, group, identifier)
    unit.lock(f"pins of {group.id}")
    if communities.is_pinned(unit, group.id, post.id):
        return True
    if communities.pins_count(unit, group.id) >= MOST_PINS:
        sentence = f"{MOST_PINS} posts stand first already, which is as many as can: take one away before"
        raise Invalid("base", "ERR_TOO_MANY", sentence)
    is_so = perform(unit, group, Add.read(written(unit, "Add", me, group, post.uri, target=_pins_of(group))))
    note(unit, me, group, "pin", source=source, post=post.uri)
    return is_so


def _unpin(unit: Unit, me: Account, community: AccountId, identifier: PostId, *, source: str) -> bool:
    group = led(unit, me, community)
    post = _standing(unit, me, group, identifier)
    if not communities.is_pinned(unit, group.id, post.id):
        return True
    is_so = perform(unit, group, Remove.read(written(unit, "Remove", me, group, post.uri, target=_pins_of(group))))
    note(unit, me, group, "unpin", source=source, post=post.uri)
    return is_so


def _pins_of(community: Account) -> str:
    if not community.featured_uri:
        raise Invalid("base", "ERR_NO_PINS", "In this community no posts stand first: its node has no place for them")
    return community.featured_uri


def _take_out(unit: Unit, me: Account, community: AccountId, identifier: PostId, *, reason: str, source: str) -> bool:
    group = led(unit, me, community)
    post = _standing(unit, me, group, identifier)
    author = accounts.get(unit, post.author_id)
    if author.id == me.id:
        raise Invalid("base", "ERR_OWN", "This post is yours: remove it as you remove any other")
    is_so = perform(unit, group, Delete.read(written(unit, "Delete", me, group, post.uri, reason=reason)))
    note(unit, me, group, "take-out", source=source, post=post.uri, author=author.handle, reason=reason)
    return is_so


def _taken_out(unit: Unit, me: Account, community: AccountId, uri: str) -> tuple[Account, bool]:
    """The community, and whether the copy of a post that was taken out of it is gone. Raises NotFound, NotPermitted."""
    group, post = led(unit, me, community), posts.by_uri(unit, uri)
    if post is not None:
        _standing(unit, me, group, post.id)
        return group, False
    if not (group.is_local and tombstones.is_buried(unit, uri, by=group.uri)):
        raise NotFound
    return group, True


def _bring_back(unit: Unit, me: Account, community: AccountId, uri: str, *, source: str) -> bool:
    group = led(unit, me, community)
    is_so = _take_back(unit, me, group, written(unit, "Delete", me, group, uri))
    note(unit, me, group, "bring-back", source=source, post=uri)
    return is_so


def _ban(
    unit: Unit,
    me: Account,
    community: AccountId,
    person: AccountId,
    *,
    until: datetime | None,
    takes_out: bool,
    reason: str,
    source: str,
) -> bool:
    group, banned = led(unit, me, community), accounts.get(unit, person)
    _demand_bannable(unit, group, banned, until)
    more: JsonObject = {"target": group.uri, "removeData": takes_out}
    more |= {"endTime": timestamp(until)} if until is not None else {}
    is_so = perform(unit, group, Block.read(written(unit, "Block", me, group, banned.uri, reason=reason, **more)))
    ends = timestamp(until) if until is not None else ""
    note(unit, me, group, "ban", source=source, person=banned.handle, until=ends, reason=reason)
    return is_so


def _demand_bannable(unit: Unit, community: Account, person: Account, until: datetime | None) -> None:
    if person.kind in (accounts.NODE_ACTOR_KIND, communities.KIND):
        raise Invalid("account_id", "ERR_NOBODY", "Only people can be kept out of a community")
    if communities.is_manager(unit, community.id, person.id):
        sentence = f"{person.handle} leads this community: have them lead it no longer first"
        raise Invalid("account_id", "ERR_LEADS", sentence)
    if until is not None and until <= unit.now:
        raise Invalid("until", "ERR_PAST", "This time is over: choose one that is to come, or none")


def _lift(unit: Unit, me: Account, community: AccountId, person: AccountId, *, source: str) -> bool:
    group, banned = led(unit, me, community), accounts.get(unit, person)
    if communities.banned(unit, group.id, banned.id) is None:
        return True
    is_so = _take_back(unit, me, group, written(unit, "Block", me, group, banned.uri, target=group.uri))
    note(unit, me, group, "lift", source=source, person=banned.handle)
    return is_so


def _take_back(unit: Unit, me: Account, community: Account, undone: JsonObject) -> bool:
    inner = {name: value for name, value in undone.items() if name != "@context"}
    return perform(unit, community, Undo.read(written(unit, "Undo", me, community, inner)))


def _answer(unit: Unit, me: Account, community: AccountId, person: AccountId, *, lets_in: bool, source: str) -> None:
    group, asking = led(unit, me, community), accounts.get(unit, person)
    if not group.is_local:
        raise Invalid("base", "ERR_ELSEWHERE", "Who belongs to this community is decided at its own node")
    if lets_in:
        people.let_in(unit, group, asking)
    else:
        people.turn_away(unit, group, asking)
    note(unit, me, group, "accept" if lets_in else "refuse", source=source, person=asking.handle)
