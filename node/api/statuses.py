"""Posts: write, read, edit, remove, react."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from node.actions import compose, defaults, occasions, pins, polls, reactions, scheduling, threads
from node.actions.compose import Draft
from node.actions.files import About, focus_in
from node.actions.polls import PollDraft
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.entities import Entity
from node.api.lasting import again
from node.api.limits import Allowance
from node.api.parameters import Id, LongPage, Page, Parameters, Several
from node.errors import Invalid
from storage import accounts, media, oauth, pages, posts, titles
from storage import occasions as occasion_rows
from storage import reactions as reaction_rows
from storage.contexts import Gap
from storage.errors import NotFound
from storage.follows import Related
from storage.ids import AccountId, PostId
from storage.occasions import KeptOccasion, Occasion
from storage.posting_defaults import Defaults
from storage.posts import Post
from storage.store import Unit
from storage.titles import Title
from storage.visibility import Reach

REACHES = {
    "public": Reach.ALL_NODES,
    "unlisted": Reach.UNLISTED,
    "private": Reach.FOLLOWERS,
    "direct": Reach.MENTIONED,
}


class Poll(Parameters):
    """A poll. expires_in: seconds from now."""

    options: Several[str] = []  # noqa: RUF012  pydantic copies defaults
    expires_in: int | None = None
    multiple: bool | None = None
    hide_totals: bool | None = None


class Event(Parameters):
    """When and where something takes place, as `node.actions.occasions.planned` takes it. status: `cancelled` calls it off."""

    starts_at: str | None = None
    ends_at: str | None = None
    timezone: str | None = None
    place: str | None = None
    join_mode: str | None = None
    capacity: str | None = None
    status: str | None = None


class Extension(Parameters):
    """What only this house knows.

    title: makes the post an article; an empty one makes it a plain post again.  event: makes it an event.
    """

    title: str | None = None
    event: Event | None = None


class Writing(Parameters):
    """What is to be posted.

    scheduled_at: when, ISO 8601, if not now.  legation_reach: `node` keeps it on this node, whatever `visibility` says.
    """

    scheduled_at: str | None = None

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: str | None = None
    visibility: str | None = None
    in_reply_to_id: Id | None = None
    legation_reach: str | None = None
    poll: Poll | None = None
    quoted_status_id: Id | None = None
    quote_approval_policy: str | None = None
    legation: Extension = Extension()
    media_ids: Several[Id] = []  # noqa: RUF012  pydantic copies defaults


class Described(Parameters):
    """What is said of a file from now on."""

    id: Id
    description: str | None = None
    focus: str | None = None


class Editing(Parameters):
    """What a post is to say; what is not said stays as it is. A poll without options is none."""

    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    poll: Poll | None = None
    quote_approval_policy: str | None = None
    legation: Extension = Extension()
    media_ids: Several[Id] | None = None
    media_attributes: Several[Described] = []  # noqa: RUF012  pydantic copies defaults


class Removing(Parameters):
    """Whether the files of a post go at once, or stay a day for writing it anew."""

    delete_media: bool = False


class Sharing(Parameters):
    """How a post is to be shared."""

    visibility: str | None = None


class Wanted(Parameters):
    """Posts by their ids."""

    id: Several[Id] = []  # noqa: RUF012  pydantic copies defaults


@endpoint("POST", "/api/v1/statuses", scope="write:statuses", rate=Allowance.POSTS)
async def create(caller: Caller, writing: Writing) -> Answerable:
    """Post, now or later. The same Idempotency-Key gives the first post again."""
    key = caller.request.headers.get("Idempotency-Key")
    if writing.scheduled_at:
        return await _put_off(caller, writing, key[:200] if key else None)
    new = await compose.post(
        caller.node,
        caller.me,
        await _drafted(caller, writing),
        idempotency_key=key[:200] if key else None,
        application=await _application(caller),
    )
    return (await entities.own(caller.node, caller.me, new)).fragments()[0]


@endpoint("GET", "/api/v1/statuses", scope="read:statuses")
async def several(caller: Caller, wanted: Wanted) -> Answerable:
    """Posts by their ids; hidden and unknown ones are left out."""
    return (await entities.visible(caller.node, caller.me, [PostId(each) for each in wanted.id])).fragments()


@endpoint("GET", "/api/v1/statuses/{id}", scope="read:statuses")
async def one(caller: Caller, *, id: PostId) -> Answerable:
    """A post."""
    since = caller.node.memory.changes.now
    found = await entities.one(caller.node, caller.me, id)
    return again(caller, found.fragments()[0], made_of=found.made_of, since=since)


@endpoint("PUT", "/api/v1/statuses/{id}", scope="write:statuses")
async def edit(caller: Caller, editing: Editing, *, id: PostId) -> Answerable:
    """Replace what a post of one's own says."""
    kept = await caller.node.store.read(_kept, id, caller.me.id)
    own = await caller.node.store.read(media.of, [id])
    files = [row.id for row in own.get(id, ())] if editing.media_ids is None else editing.media_ids
    await compose.edit(caller.node, caller.me, id, replace(_edited(kept, editing), files=files))
    return await entities.status(caller.node, caller.me, id)


@endpoint("DELETE", "/api/v1/statuses/{id}", scope="write:statuses", rate=Allowance.DELETIONS)
async def remove(caller: Caller, removing: Removing, *, id: PostId) -> Answerable:
    """Take a post of one's own back; its text comes with the answer, for writing it anew."""
    entity = await entities.status(caller.node, caller.me, id)
    post = await caller.node.store.read(posts.get, id)
    await compose.remove(caller.node, caller.me, id, with_files=removing.delete_media)
    return {**entity, "text": post.source or ""}


@endpoint("GET", "/api/v1/statuses/{id}/context", scope="read:statuses")
async def context(caller: Caller, *, id: PostId) -> Answerable:
    """The thread around a post, as far as it is here; what may be missing is fetched meanwhile."""
    around = await entities.context(caller.node, caller.me, id)
    gaps = await threads.open_whole(caller.node, id)
    return {**around, "legation": {"missing": [_gap(each) for each in gaps]}}


@endpoint("GET", "/api/v1/statuses/{id}/source", scope="read:statuses")
async def source(caller: Caller, *, id: PostId) -> Answerable:
    """What its author typed."""
    post = await caller.node.store.read(posts.visible, id, reader=caller.me.id)
    if post.author_id != caller.me.id:
        raise NotFound
    return entities.source(post)


@endpoint("GET", "/api/v1/statuses/{id}/history", scope="read:statuses")
async def history(caller: Caller, *, id: PostId) -> Answerable:
    """What a post said, first to present."""
    return await entities.history(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/statuses/{id}/favourite", scope="write:favourites")
async def favourite(caller: Caller, *, id: PostId) -> Answerable:
    """Find a post useful."""
    await reactions.favourite(caller.node, caller.me, id)
    return await entities.status(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/statuses/{id}/unfavourite", scope="write:favourites")
async def unfavourite(caller: Caller, *, id: PostId) -> Answerable:
    """Take that back."""
    await reactions.unfavourite(caller.node, caller.me, id)
    return await entities.status(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/statuses/{id}/reblog", scope="write:statuses")
async def reblog(caller: Caller, sharing: Sharing, *, id: PostId) -> Answerable:
    """Share a post; the answer is the sharing, with the post in it."""
    post = await caller.node.store.read(posts.visible, id, reader=caller.me.id)
    if sharing.visibility not in (None, "", "public", entities.VISIBILITY[post.reach]):
        sentence = "A shared post goes as far as the post itself, and no less far"
        raise Invalid("visibility", "ERR_INCLUSION", sentence)
    return await entities.status(caller.node, caller.me, await reactions.share(caller.node, caller.me, id))


@endpoint("POST", "/api/v1/statuses/{id}/unreblog", scope="write:statuses")
async def unreblog(caller: Caller, *, id: PostId) -> Answerable:
    """No longer share a post; the answer is the post."""
    original = await _original(caller, id)
    await reactions.unshare(caller.node, caller.me, original)
    return await entities.status(caller.node, caller.me, original)


@endpoint("POST", "/api/v1/statuses/{id}/pin", scope="write:accounts")
async def pin(caller: Caller, *, id: PostId) -> Answerable:
    """Show a post of one's own first on one's profile."""
    await pins.pin(caller.node, caller.me, id)
    return await entities.status(caller.node, caller.me, id)


@endpoint("POST", "/api/v1/statuses/{id}/unpin", scope="write:accounts")
async def unpin(caller: Caller, *, id: PostId) -> Answerable:
    """Show it among the others again."""
    await pins.unpin(caller.node, caller.me, id)
    return await entities.status(caller.node, caller.me, id)


@endpoint("GET", "/api/v1/statuses/{id}/favourited_by", scope="read:statuses")
async def favourited_by(caller: Caller, query: LongPage, *, id: PostId) -> Answerable:
    """Who finds a post useful."""
    return await _people(caller, reaction_rows.favourited_by, id, query)


@endpoint("GET", "/api/v1/statuses/{id}/reblogged_by", scope="read:statuses")
async def reblogged_by(caller: Caller, query: LongPage, *, id: PostId) -> Answerable:
    """Who has shared a post."""
    return await _people(caller, reaction_rows.shared_by, id, query)


@endpoint("GET", "/api/v1/favourites", scope="read:favourites")
async def favourites(caller: Caller, query: Page) -> Answerable:
    """What one found useful, the latest first."""
    store = caller.node.store
    rows = await store.read(reaction_rows.favourites_of, caller.me.id, query.part)
    shown = await entities.statuses(caller.node, caller.me, [each.post for each in rows])
    return Paged.by(shown, [each.relation for each in rows])


def _gap(gap: Gap) -> Entity:
    """Posts of a conversation that could not be fetched. count: null where nobody knows how many."""
    return {"node": gap.host, "count": None if gap.is_list else gap.number, "reason": gap.reason}


async def _drafted(caller: Caller, writing: Writing) -> Draft:
    """The post to be: what the app says, and for the rest what the person's posts begin with. Raises Invalid."""
    return _draft(writing, await defaults.of(caller.node, caller.me))


def _draft(writing: Writing, begin: Defaults) -> Draft:
    return Draft(
        text=writing.status,
        summary=writing.spoiler_text,
        sensitive=begin.sensitive if writing.sensitive is None else writing.sensitive,
        language=writing.language or begin.language,
        reach=_reach(writing, begin),
        reply_to=PostId(writing.in_reply_to_id) if writing.in_reply_to_id is not None else None,
        title=writing.legation.title or "",
        poll=_poll(writing.poll, None) if writing.poll is not None and writing.poll.model_fields_set else None,
        event=_event(writing.legation.event, None),
        quoted=PostId(writing.quoted_status_id) if writing.quoted_status_id is not None else None,
        quotable=writing.quote_approval_policy or begin.quotable,
        files=writing.media_ids,
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A post that is to be edited, with what it holds."""

    post: Post
    title: Title | None
    poll: PollDraft | None
    event: KeptOccasion | None


def _kept(unit: Unit, identifier: PostId, reader: AccountId) -> Kept:
    post = posts.visible(unit, identifier, reader=reader)
    drafted, event = polls.as_drafted(unit, post), occasion_rows.find(unit, identifier)
    return Kept(post, titles.find(unit, identifier), drafted, event)


def _poll(sent: Poll, before: PollDraft | None) -> PollDraft:
    return PollDraft(
        options=sent.options,
        multiple=(before is not None and before.multiple) if sent.multiple is None else sent.multiple,
        hides_totals=(before is not None and before.hides_totals) if sent.hide_totals is None else sent.hide_totals,
        seconds=sent.expires_in,
    )


def _event(sent: Event | None, known: KeptOccasion | None) -> Occasion | None:
    """The event that a post is to be: what was sent, beside what it was."""
    if sent is None:
        return known.occasion if known else None
    before = known.occasion if known else None
    return occasions.planned(**{**_as_text(before), **sent.model_dump(exclude_none=True)})


def _as_text(before: Occasion | None) -> dict[str, str]:
    if before is None:
        return {"starts_at": ""}
    return {
        "starts_at": before.starts_at.isoformat(),
        "ends_at": before.ends_at.isoformat() if before.ends_at else "",
        "timezone": before.timezone or "",
        "place": before.place,
        "join_mode": before.join_mode,
        "capacity": str(before.capacity or ""),
        "status": before.status,
    }


def _edited(kept: Kept, editing: Editing) -> Draft:
    post, title, poll = kept.post, kept.title, kept.poll
    if editing.poll is not None and editing.poll.model_fields_set:
        poll = _poll(editing.poll, kept.poll) if any(map(str.strip, editing.poll.options)) else None
    return Draft(
        text=(post.source or "") if editing.status is None else editing.status,
        summary=post.summary if editing.spoiler_text is None else editing.spoiler_text,
        sensitive=post.sensitive if editing.sensitive is None else editing.sensitive,
        language=editing.language or post.language,
        reach=post.reach,
        reply_to=post.reply_to,
        title=(title.title if title else "") if editing.legation.title is None else editing.legation.title,
        poll=poll,
        event=_event(editing.legation.event, kept.event),
        quotable=editing.quote_approval_policy or None,
        about={
            each.id: About(each.description, focus_in(each.focus) if each.focus else None)
            for each in editing.media_attributes
        },
    )


def _reach(writing: Writing, begin: Defaults) -> Reach:
    if writing.legation_reach == "node":
        return Reach.NODE
    if not writing.visibility:
        return begin.reach
    try:
        return REACHES[writing.visibility]
    except KeyError as error:
        raise Invalid("visibility", "ERR_INCLUSION", "Visibility is not included in the list") from error


async def _put_off(caller: Caller, writing: Writing, key: str | None) -> Answerable:
    due = scheduling.time_in(writing.scheduled_at or "", now=caller.node.now())
    kept = await scheduling.schedule(
        caller.node,
        caller.me,
        await _drafted(caller, writing),
        due=due,
        idempotency_key=key,
        application=await _application(caller),
        app=caller.grant.app_id if caller.grant else None,
    )
    return (await entities.scheduled(caller.node, caller.me, [kept]))[0]


async def _application(caller: Caller) -> str | None:
    """The app that a post is written with."""
    if caller.grant is None or caller.grant.app_id is None:
        return None
    app = await caller.node.store.read(oauth.app_by_id, caller.grant.app_id)
    return None if app is None else orjson.dumps({"name": app.name, "website": app.website}).decode()


async def _original(caller: Caller, identifier: PostId) -> PostId:
    found: Post = await caller.node.store.read(posts.visible, identifier, reader=caller.me.id)
    return found.boost_of if found.boost_of is not None else found.id


async def _people(
    caller: Caller, read: Callable[[Unit, PostId, pages.Page], Sequence[Related]], identifier: PostId, query: LongPage
) -> Paged:
    original = await _original(caller, identifier)
    rows = await caller.node.store.read(read, original, query.part)
    found = await caller.node.store.read(accounts.by_ids, [each.account for each in rows])
    shown = await entities.accounts(caller.node, caller.me, [found[each.account] for each in rows])
    return Paged.by(shown, [each.relation for each in rows])
