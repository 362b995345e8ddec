"""People: oneself, others, and what stands between the two."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from node.actions import defaults, leading, people, portraits
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, LongPage, Offset, Page, Parameters, Several
from node.api.statuses import REACHES
from node.errors import Invalid
from node.protection import streams_its_body
from node.uploads import Upload
from storage import accounts, communities, follows, pages, pins, posting_defaults, relations, staff, timelines
from storage.accounts import Account
from storage.errors import NotFound
from storage.follows import Related
from storage.ids import AccountId
from storage.media import Place
from storage.posting_defaults import Defaults
from storage.relations import Relationship
from storage.staff import Member
from storage.store import Unit
from storage.visibility import Reach


class Field(Parameters):
    """A line of the profile."""

    name: str = ""
    value: str = ""


class Beginning(Parameters):
    """How one's posts begin, where apps say nothing else; what is not said stays."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None


class Changes(Parameters):
    """What may be changed of one's profile, and what apps try to change and cannot."""

    display_name: str | None = None
    note: str | None = None
    locked: bool | None = None
    discoverable: bool | None = None
    fields_attributes: Several[Field] | None = None
    avatar: Upload | str | None = None
    header: Upload | str | None = None
    bot: bool = False
    hide_collections: bool = False
    indexable: bool = False
    source: Beginning = Beginning()


class Wanted(Parameters):
    """Accounts by their ids."""

    id: Several[Id] = []  # noqa: RUF012  pydantic copies defaults


class Name(Parameters):
    """A handle."""

    acct: str


class Query(Offset):
    """What people are looked for by."""

    default = 40
    maximum = 80

    q: str
    resolve: bool = False
    following: bool = False


class Written(Page):
    """Which posts of somebody are wanted."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: str | None = None


class How(Parameters):
    """How somebody is to be followed; what is not said stays as it is, or begins with what they share, untold."""

    reblogs: bool | None = None
    notify: bool | None = None
    languages: Several[str] | None = None


class Quiet(Parameters):
    """How somebody is to be muted. duration: seconds, 0 for good."""

    notifications: bool = True
    duration: int = 0


@endpoint("GET", "/api/v1/accounts/verify_credentials", scope=("profile", "read:accounts"))
async def verify_credentials(caller: Caller) -> Answerable:
    """Oneself."""
    return await _oneself(caller)


@endpoint("PATCH", "/api/v1/accounts/update_credentials", scope="write:accounts")
@streams_its_body
async def update_credentials(caller: Caller, changes: Changes) -> Answerable:
    """Change one's profile. What cannot be changed here is said, and then nothing is."""
    _demand_what_is_kept(changes, caller.me)
    me = caller.me
    begin = await _beginning(caller, changes.source.model_dump(exclude_none=True))
    sent = changes.fields_attributes
    await people.change_profile(
        caller.node,
        me,
        display_name=me.display_name,
        note=me.note_source if changes.note is None else changes.note,
        fields=None if sent is None else [(field.name, field.value) for field in sent],
        locked=me.locked if changes.locked is None else changes.locked,
        discoverable=me.discoverable if changes.discoverable is None else changes.discoverable,
    )
    if begin is not None:
        await caller.node.store.write(posting_defaults.choose, me.id, begin)
    for place, picture in ((Place.AVATAR, changes.avatar), (Place.HEADER, changes.header)):
        if isinstance(picture, Upload):
            await portraits.show(caller.node, me, place, picture.path)
    return await _oneself(caller)


@endpoint("DELETE", "/api/v1/profile/avatar", scope="write:accounts")
async def remove_avatar(caller: Caller) -> Answerable:
    """Be shown by no picture beside one's name."""
    await portraits.remove(caller.node, caller.me, Place.AVATAR)
    return await _oneself(caller)


@endpoint("DELETE", "/api/v1/profile/header", scope="write:accounts")
async def remove_header(caller: Caller) -> Answerable:
    """Be shown by no picture above one's profile."""
    await portraits.remove(caller.node, caller.me, Place.HEADER)
    return await _oneself(caller)


@endpoint("GET", "/api/v1/accounts/lookup", scope="read:accounts")
async def lookup(caller: Caller, name: Name) -> Answerable:
    """Somebody known here, by handle."""
    handle = people.as_handle(name.acct.strip())
    if handle is None:
        raise NotFound
    host = caller.node.federation.host_of_handle(handle.host or "")
    found = await caller.node.store.read(accounts.by_handle, handle.username, host)
    if found is None or found.gone_at is not None:
        raise NotFound
    return await _shown(caller, found)


@endpoint("GET", "/api/v1/accounts/search", scope="read:accounts")
async def search(caller: Caller, query: Query) -> Answerable:
    """People by a part of their name; with `resolve`, also at other nodes by handle."""
    found = await people.find(
        caller.node,
        caller.me,
        query.q,
        resolve=query.resolve,
        limit=query.limit,
        offset=query.offset,
        following=query.following,
    )
    return await entities.accounts(caller.node, caller.me, found)


@endpoint("GET", "/api/v1/accounts/relationships", scope="read:follows")
async def relationships(caller: Caller, wanted: Wanted) -> Answerable:
    """What stands between oneself and others, in the order asked for."""
    return await entities.relationships(caller.node, caller.me, [AccountId(each) for each in wanted.id])


@endpoint("GET", "/api/v1/accounts", scope="read:accounts")
async def several(caller: Caller, wanted: Wanted) -> Answerable:
    """People by their ids; unknown ones are left out."""
    ids = [AccountId(each) for each in wanted.id]
    found = await caller.node.store.read(accounts.by_ids, ids)
    return await entities.accounts(caller.node, caller.me, [found[each] for each in ids if each in found])


@endpoint("GET", "/api/v1/accounts/{id}", scope="read:accounts")
async def one(caller: Caller, *, id: AccountId) -> Answerable:
    """Somebody."""
    found = await caller.node.store.read(accounts.get, id)
    caller.node.federation.profiles.look(found)
    return await _shown(caller, found)


@endpoint("GET", "/api/v1/accounts/{id}/statuses", scope="read:statuses")
async def statuses(caller: Caller, wanted: Written, *, id: AccountId) -> Answerable:
    """What somebody wrote and shared, as far as one may see it."""
    author = await caller.node.store.read(accounts.get, id)
    if wanted.pinned:
        pinned = await caller.node.store.read(pins.of, author.id, reader=caller.me.id)
        return Paged((await entities.written(caller.node, caller.me, pinned)).fragments())
    found = await caller.node.store.read(
        timelines.by_author,
        author.id,
        wanted.part,
        reader=caller.me.id,
        replies=not wanted.exclude_replies,
        shares=not wanted.exclude_reblogs,
        tag=wanted.tagged or "",
        only_media=wanted.only_media,
    )
    shown = await entities.written(caller.node, caller.me, found, where="account")
    return Paged.by(shown.fragments(), [post.id for post in found])


@endpoint("GET", "/api/v1/accounts/{id}/followers", scope="read:accounts")
async def followers(caller: Caller, query: LongPage, *, id: AccountId) -> Answerable:
    """Who follows somebody, the newest follower first; who belongs to a community is told to those who do."""
    return await _related(caller, partial(follows.followers, reader=caller.me.id), id, query)


@endpoint("GET", "/api/v1/accounts/{id}/following", scope="read:accounts")
async def following(caller: Caller, query: LongPage, *, id: AccountId) -> Answerable:
    """Whom somebody follows, the latest first; of communities, those to which one belongs oneself."""
    return await _related(caller, partial(follows.following, reader=caller.me.id), id, query)


@endpoint("POST", "/api/v1/accounts/{id}/follow", scope="write:follows")
async def follow(caller: Caller, how: How, *, id: AccountId) -> Answerable:
    """Ask to follow somebody; again, to change how."""
    target = await _other(caller, id)
    known = await caller.node.store.read(follows.between, caller.me.id, id)
    shares, notify = (known.shares, known.notify) if known else (True, False)
    await people.follow(
        caller.node,
        caller.me,
        target,
        shares=shares if how.reblogs is None else how.reblogs,
        notify=notify if how.notify is None else how.notify,
        languages=(known.wanted_languages if known else []) if how.languages is None else how.languages,
    )
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/unfollow", scope="write:follows")
async def unfollow(caller: Caller, *, id: AccountId) -> Answerable:
    """No longer follow somebody."""
    await people.unfollow(caller.node, caller.me, await caller.node.store.read(accounts.get, id))
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/block", scope="write:blocks")
async def block(caller: Caller, *, id: AccountId) -> Answerable:
    """Keep somebody away."""
    await people.block(caller.node, caller.me, await caller.node.store.read(accounts.get, id))
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/unblock", scope="write:blocks")
async def unblock(caller: Caller, *, id: AccountId) -> Answerable:
    """Let somebody near again."""
    await people.unblock(caller.node, caller.me, await caller.node.store.read(accounts.get, id))
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/mute", scope="write:mutes")
async def mute(caller: Caller, quiet: Quiet, *, id: AccountId) -> Answerable:
    """See no posts of somebody, for a time or for good."""
    target = await caller.node.store.read(accounts.get, id)
    duration = timedelta(seconds=quiet.duration) if quiet.duration > 0 else None
    await people.mute(caller.node, caller.me, target, notifications=quiet.notifications, duration=duration)
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/unmute", scope="write:mutes")
async def unmute(caller: Caller, *, id: AccountId) -> Answerable:
    """See somebody's posts again."""
    await people.unmute(caller.node, caller.me, await caller.node.store.read(accounts.get, id))
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/remove_from_followers", scope="write:follows")
async def remove_from_followers(caller: Caller, *, id: AccountId) -> Answerable:
    """Have somebody follow no longer."""
    await people.remove_follower(caller.node, caller.me, await caller.node.store.read(accounts.get, id))
    return await _between(caller, id)


@endpoint("GET", "/api/v1/follow_requests", scope="read:follows")
async def follow_requests(caller: Caller, query: LongPage) -> Answerable:
    """Who waits for leave to follow, or to belong to a community that one leads."""
    return await _related(caller, follows.requests_to_decide, caller.me.id, query)


@endpoint("POST", "/api/v1/follow_requests/{id}/authorize", scope="write:follows")
async def authorize(caller: Caller, *, id: AccountId) -> Answerable:
    """Let somebody follow, or belong to a community that one leads: whichever they ask for."""
    asking, community = await caller.node.store.read(_asking, caller.me.id, id)
    if community is None:
        await people.accept_follower(caller.node, caller.me, asking)
    else:
        await leading.accept(caller.node, caller.me, community, id, source="api")
    return await _between(caller, id)


@endpoint("POST", "/api/v1/follow_requests/{id}/reject", scope="write:follows")
async def reject(caller: Caller, *, id: AccountId) -> Answerable:
    """Do not let somebody follow, or belong to a community that one leads."""
    asking, community = await caller.node.store.read(_asking, caller.me.id, id)
    if community is None:
        await people.reject_follower(caller.node, caller.me, asking)
    else:
        await leading.refuse(caller.node, caller.me, community, id, source="api")
    return await _between(caller, id)


@endpoint("GET", "/api/v1/mutes", scope="read:mutes")
async def mutes(caller: Caller, query: LongPage) -> Answerable:
    """Whom one has muted, and until when."""
    rows = await caller.node.store.read(relations.muted, caller.me.id, query.part)
    found = await _people_of(caller, rows)
    between = await caller.node.store.read(relations.of_each, caller.me.id, [each.account for each in rows])
    return Paged.by([_muted(entity, between) for entity in found], [each.relation for each in rows])


@endpoint("GET", "/api/v1/blocks", scope="read:blocks")
async def blocks(caller: Caller, query: LongPage) -> Answerable:
    """Whom one has blocked."""
    rows = await caller.node.store.read(relations.blocked, caller.me.id, query.part)
    return Paged.by(await _people_of(caller, rows), [each.relation for each in rows])


async def _shown(caller: Caller, found: Account) -> entities.Entity:
    (entity,) = await entities.accounts(caller.node, caller.me, [found])
    return entity


async def _oneself(caller: Caller) -> Answerable:
    me, member, waiting, begin = await caller.node.store.read(_standing, caller.me.id)
    role, locale = (member.role, member.locale) if member else (staff.STAFF, None)
    begin = replace(begin, language=begin.language or locale)
    return entities.own_account(await _shown(caller, me), me, role=role, defaults=begin, requests=waiting)


async def _beginning(caller: Caller, begin: dict[str, Any]) -> Defaults | None:
    """How one's posts are to begin, as far as it is said; None where that changes nothing. Raises Invalid."""
    chosen = await caller.node.store.read(posting_defaults.of, caller.me.id)
    language = begin.get("language", chosen.language or "")
    # Apps send back what they were told: who never chose a language goes on following that of the pages.
    if chosen.language is None and caller.grant is not None and language == caller.grant.locale:
        language = ""
    wanted = Defaults(
        reach=REACHES.get(begin["privacy"], Reach.MENTIONED) if begin.get("privacy") else chosen.reach,
        sensitive=begin.get("sensitive", chosen.sensitive),
        language=language or None,
        quotable=begin.get("quote_policy") or chosen.quotable,
    )
    return None if wanted == chosen else defaults.checked(wanted)


def _demand_what_is_kept(changes: Changes, me: Account) -> None:
    """A wish that cannot be kept is refused, not passed over: somebody may rely on it."""
    name = me.display_name if changes.display_name is None else changes.display_name
    refused = {
        # Most apps send the whole profile back with what was changed in it, the name as it was: that is no wish.
        "display_name": (
            name.split() != me.display_name.split(),
            "Names come from the directory: an administrator of this node can change yours",
        ),
        "avatar": (isinstance(changes.avatar, str), "A picture is sent as a file"),
        "header": (isinstance(changes.header, str), "A picture is sent as a file"),
        "bot": (changes.bot, "Accounts of people cannot be marked as automated on this node"),
        "hide_collections": (changes.hide_collections, "This node cannot hide who follows whom"),
        "indexable": (changes.indexable, "This node offers no posts to search engines"),
    }
    for field, (value, sentence) in refused.items():
        if value:
            raise Invalid(field, "ERR_INVALID", sentence)


def _standing(unit: Unit, account: AccountId) -> tuple[Account, Member | None, int, Defaults]:
    waiting, begin = follows.requests_count(unit, account), posting_defaults.of(unit, account)
    return accounts.get(unit, account), staff.by_account(unit, account), waiting, begin


async def _other(caller: Caller, identifier: AccountId) -> Account:
    if identifier == caller.me.id:
        raise Invalid("id", "ERR_SELF", "You cannot follow yourself")
    return await caller.node.store.read(accounts.get, identifier)


def _asking(unit: Unit, me: AccountId, other: AccountId) -> tuple[Account, AccountId | None]:
    """Somebody who waits for leave to follow; and the community, where it is one that they ask for. Raises NotFound."""
    known = follows.between(unit, other, me)
    if known is not None and known.accepted_at is None:
        return accounts.get(unit, other), None
    community = communities.asked_by(unit, me, other)
    if community is None:
        raise NotFound
    return accounts.get(unit, other), community


async def _between(caller: Caller, identifier: AccountId) -> Answerable:
    (found,) = await entities.relationships(caller.node, caller.me, [identifier])
    return found


ReadRelated = Callable[[Unit, AccountId, pages.Page], Sequence[Related]]


async def _related(caller: Caller, read: ReadRelated, account: AccountId, query: LongPage) -> Paged:
    await caller.node.store.read(accounts.get, account)
    rows = await caller.node.store.read(read, account, query.part)
    return Paged.by(await _people_of(caller, rows), [each.relation for each in rows])


async def _people_of(caller: Caller, rows: Sequence[Related]) -> list[entities.Entity]:
    found = await caller.node.store.read(accounts.by_ids, [each.account for each in rows])
    return await entities.accounts(caller.node, caller.me, [found[each.account] for each in rows])


def _muted(entity: entities.Entity, between: dict[AccountId, Relationship]) -> entities.Entity:
    expires = between[AccountId(int(entity["id"]))].mute_expires_at
    return {**entity, "mute_expires_at": entities.timestamp(expires) if expires else None}
