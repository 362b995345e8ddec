"""Follow, block and mute people; find them here and on other nodes."""

import re
from collections.abc import Sequence
from datetime import timedelta

from federation import documents, outbox
from federation.activities.follow import Follow, acceptance, is_banned, refusal
from federation.activities.update import Update
from federation.documents import OwnPublicKeys
from federation.errors import FederationError, Unreachable
from federation.service import Federation
from node.actions import markup
from node.actions.markup import Handle
from node.actions.reactions import undoing
from node.context import Node
from node.errors import Invalid
from storage import accounts, communities, directory, follows, media, posts, relations
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import PostId
from storage.store import Unit

LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)

LONGEST_DISPLAY_NAME = 100
LONGEST_NOTE = 2_000
MOST_FIELDS = 8


async def follow(
    node: Node,
    me: Account,
    target: Account,
    *,
    shares: bool = True,
    notify: bool = False,
    languages: Sequence[str] = (),
) -> None:
    """Ask to follow somebody; again, to change how. Raises NotFound, NotAllowed, Invalid.

    languages: of which alone something is wanted; none means all.
    """
    wanted = sorted({language.lower() for language in languages if language})
    if not all(map(LANGUAGE.fullmatch, wanted)):
        raise Invalid("languages", "ERR_INVALID", "Languages are codes such as fr or en")
    await node.store.write(_follow, me, target, shares=shares, notify=notify, languages=wanted)


async def unfollow(node: Node, me: Account, target: Account) -> None:
    """No longer follow somebody, or take the wish back."""
    await node.store.write(_unfollow, me, target)


async def block(node: Node, me: Account, target: Account) -> None:
    """Keep somebody away: neither sees the other's posts, and follows end both ways. They are not told."""
    if me.id == target.id:
        raise Invalid("id", "ERR_SELF", "You cannot block yourself")
    await node.store.write(_block, me, target)


async def unblock(node: Node, me: Account, target: Account) -> None:
    """Let somebody near again."""
    await node.store.write(relations.unblock, me.id, target.id)


async def mute(
    node: Node, me: Account, target: Account, *, notifications: bool = True, duration: timedelta | None = None
) -> None:
    """See no posts of somebody. notifications: hear nothing of what they do, either. duration: None means for good."""
    if me.id == target.id:
        raise Invalid("id", "ERR_SELF", "You cannot mute yourself")
    until = node.now() + duration if duration else None
    await node.store.write(relations.mute, me.id, target.id, notifications=notifications, until=until)


async def unmute(node: Node, me: Account, target: Account) -> None:
    """See somebody's posts again."""
    await node.store.write(relations.unmute, me.id, target.id)


async def accept_follower(node: Node, me: Account, follower: Account) -> None:
    """Grant a wish to follow. Raises NotFound when there is none."""
    await node.store.write(let_in, me, follower)


async def reject_follower(node: Node, me: Account, follower: Account) -> None:
    """Refuse a wish to follow. Raises NotFound when there is none."""
    await node.store.write(turn_away, me, follower)


async def remove_follower(node: Node, me: Account, follower: Account) -> None:
    """Have somebody follow no longer, if they do."""
    try:
        await node.store.write(turn_away, me, follower)
    except NotFound:
        return


async def change_profile(
    node: Node,
    me: Account,
    *,
    display_name: str,
    note: str,
    fields: list[tuple[str, str]] | None,
    locked: bool,
    discoverable: bool,
) -> Account:
    """Change what one's profile says; followers' nodes are told. Raises Invalid.

    note: Markdown.  fields: name and text, Markdown, of each line; None leaves the lines as they are.
    """
    if len(display_name) > LONGEST_DISPLAY_NAME:
        raise Invalid(
            "display_name", "ERR_TOO_LONG", f"Name is too long (maximum is {LONGEST_DISPLAY_NAME} characters)"
        )
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", "ERR_TOO_LONG", f"Note is too long (maximum is {LONGEST_NOTE} characters)")
    lines = me.named_fields if fields is None else _lines(fields)
    if len(lines) > MOST_FIELDS:
        raise Invalid("fields", "ERR_TOO_MANY", f"There can be at most {MOST_FIELDS} lines")
    changed = await node.store.write(
        accounts.change_profile,
        me.id,
        display_name=display_name,
        note=markup.render(note, mentions={}, tag_url=lambda tag: f"{node.base_url}/tags/{tag.lower()}"),
        note_source=note,
        fields=lines,
        locked=locked,
        discoverable=discoverable,
    )
    await tell_profile(node, changed)
    return changed


async def tell_profile(node: Node, me: Account) -> None:
    """Tell followers' nodes what one's profile says now."""
    await tell_followers(node.federation, me)


async def tell_followers(federation: Federation, me: Account) -> None:
    """The same, for whoever has no node that serves."""
    keys = await federation.keys.public(me, make_rsa=False)  # whoever needs one has asked for it
    await federation.store.write(_tell_profile, me, keys, domain=federation.place.account_domain)


def _lines(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, markup.render(value, mentions={}, tag_url=lambda _: "")) for name, value in fields if name]


async def find(
    node: Node, me: Account, text: str, *, resolve: bool, limit: int, offset: int = 0, following: bool = False
) -> list[Account]:
    """People whose name holds a text; with `resolve`, also somebody of another node by handle or address.

    following: only those whom one follows.

    Somebody who cannot be found, or whose node is not allowed, is simply not in the list.
    """
    wanted = text.strip()
    exact = await _exactly(node, wanted, resolve=resolve) if offset == 0 else None
    if exact is not None and (exact.gone_at is not None or (following and not await _follows(node, me, exact))):
        exact = None
    name = wanted.lstrip("@").partition("@")[0]
    follower = me.id if following else None
    found = (
        await node.store.read(directory.matching, name, limit=limit, offset=offset, followed_by=follower)
        if name
        else []
    )
    if exact is None:
        return found if "@" not in wanted.lstrip("@") else []
    return (
        [exact, *(account for account in found if account.id != exact.id)][:limit] if "@" not in wanted[1:] else [exact]
    )


async def _follows(node: Node, me: Account, other: Account) -> bool:
    known = await node.store.read(follows.between, me.id, other.id)
    return known is not None and known.accepted_at is not None


async def resolve_post(node: Node, me: Account, url: str, *, resolve: bool = True) -> PostId | None:
    """The post at an address, of this node or of another; None when there is none for this reader.

    resolve: fetch it from its node when it is not known here.
    """
    try:
        found = await (node.federation.thing(url) if resolve else node.federation.known(url))
    except FederationError:
        return None
    if isinstance(found, Account):
        return None
    seen = await node.store.read(posts.visible_among, [found.id], reader=me.id)
    return seen[0].id if seen else None


async def _exactly(node: Node, wanted: str, *, resolve: bool) -> Account | None:
    if wanted.startswith(("https://", "http://")):
        return await _at_address(node, wanted, resolve=resolve)
    handle = as_handle(wanted)
    if handle is None:
        return None
    try:
        if resolve:
            return await node.federation.person(handle.username, handle.host or "")
        where = node.federation.host_of_handle(handle.host or "")
    except Unreachable:
        return None
    return await node.store.read(accounts.by_handle, handle.username, where)


async def _at_address(node: Node, address: str, *, resolve: bool) -> Account | None:
    known = await node.store.read(accounts.by_address, address)
    if known is not None or not resolve:
        return known
    try:
        found = await node.federation.thing(address)
    except FederationError:
        return None
    return found if isinstance(found, Account) else None


def as_handle(text: str) -> Handle | None:
    """`name`, `@name`, `name@host` or `@name@host` as a handle; None when it is none."""
    found = markup.handles("@" + text.removeprefix("acct:").lstrip("@"))
    wanted = text.removeprefix("acct:").lstrip("@").lower()
    match found:
        case [handle] if wanted in (handle.username.lower(), f"{handle.username}@{handle.host}".lower()):
            return handle
        case _:
            return None


def _follow(unit: Unit, me: Account, target: Account, *, shares: bool, notify: bool, languages: Sequence[str]) -> None:
    known = follows.between(unit, me.id, target.id)
    if known is None:
        if is_banned(unit, me, target):
            sentence = "This community keeps you out: write to those who lead it if you do not know why"
            raise Invalid("id", "ERR_BANNED", sentence)
        uri = f"{me.uri}#follows/{unit.new_id()}"
        outbox.perform(unit, Follow.read(documents.act("Follow", me, target.uri, uri=uri, to=[target.uri])))
    follows.prefer(unit, me.id, target.id, shares=shares, notify=notify, languages=languages)


def _unfollow(unit: Unit, me: Account, target: Account) -> None:
    known = follows.between(unit, me.id, target.id)
    if known is not None:
        undone = documents.act("Follow", me, target.uri, uri=known.uri, to=[target.uri])
        outbox.perform(unit, undoing(me, undone, to=[target.uri], cc=[]))


def part(unit: Unit, me: Account, target: Account) -> None:
    """End the follows between two people, both ways; their nodes are told of that and of no more."""
    _unfollow(unit, me, target)
    known = follows.between(unit, target.id, me.id)
    if known is not None:
        outbox.perform(unit, refusal(unit, target, me, uri=known.uri))


def _block(unit: Unit, me: Account, target: Account) -> None:
    """The block itself stays here; what others may know is that the follows ended."""
    part(unit, me, target)
    relations.block(unit, me.id, target.id)


def join(unit: Unit, person: Account, community: Account) -> None:
    """Have somebody of this node be a member of one of its communities, whoever else would have decided it."""
    _follow(unit, person, community, shares=True, notify=False, languages=())
    if not communities.is_member(unit, community.id, person.id):
        let_in(unit, community, person)


def let_in(unit: Unit, me: Account, follower: Account) -> None:
    """Grant a wish to follow. Raises NotFound when there is none."""
    outbox.perform(unit, acceptance(unit, follower, me, uri=_asked(unit, me, follower).uri))
    follows.forget_asking(unit, follower.id, me.id)


def turn_away(unit: Unit, me: Account, follower: Account) -> None:
    """Refuse a wish to follow, or end a follow. Raises NotFound when there is none."""
    outbox.perform(unit, refusal(unit, follower, me, uri=_asked(unit, me, follower).uri))


def _asked(unit: Unit, me: Account, follower: Account) -> follows.Follow:
    known = follows.between(unit, follower.id, me.id)
    if known is None:
        raise NotFound
    return known


def _tell_profile(unit: Unit, me: Account, keys: OwnPublicKeys, *, domain: str) -> None:
    me = accounts.note_change(unit, me.id)
    led = communities.find(unit, me.id) if me.kind == communities.KIND else None
    actor = documents.actor(me, keys=keys, pictures=media.portraits(unit, me.id), domain=domain, led=led)
    inner = {name: value for name, value in actor.items() if name != "@context"}
    update = documents.act("Update", me, inner, uri=f"{me.uri}#updates/{unit.new_id()}", to=[me.followers_uri])
    outbox.perform(unit, Update.read(update))
