"""Write, edit and remove posts.

text ─► mentions resolved (the only part that may use the network) ─► one transaction:
Note ─► Create ─► outbox.perform ─► post, notifications, deliveries
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from federation import conversations, documents, outbox, questions
from federation import occasions as event_documents
from federation.activities.create import Create
from federation.activities.delete import Delete
from federation.activities.update import Update
from federation.audience import GROUP, TO_NAMED, addressing
from federation.documents import Words
from federation.errors import Unreachable
from federation.hosts import origin_of
from federation.html import plain
from federation.vocabulary import PUBLIC
from node.actions import files, markup, memberships, polls, quotes
from node.actions.files import About
from node.actions.markup import Handle, Mention
from node.actions.polls import PollDraft
from node.context import Node
from node.errors import Invalid
from storage import (
    attendances,
    communities,
    deliveries,
    drafts,
    idempotency,
    posts,
    quote_policies,
    scheduled,
    sendings,
    staff,
)
from storage.accounts import Account
from storage.conversations import CommunityAddress, communities_concerned, communities_named, communities_of
from storage.errors import NotFound
from storage.ids import PostId
from storage.occasions import Occasion
from storage.posts import Post
from storage.quote_policies import EVERYBODY, Policy, policy_of
from storage.scheduled import Scheduled
from storage.store import Unit
from storage.visibility import OPEN, Reach

LONGEST_LANGUAGE = 16
LONGEST_TITLE = 200
MENTION_PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to post.

    text: Markdown.  summary: shown instead of the text until the reader opens it.  reach: the audience.
    reply_to: what it answers.  language: ISO 639, None when not said.  title: makes it an article.
    poll: what readers may choose from.
    event: makes it an event.
    quoted: what it quotes.  quotable: who may quote it, `public`, `followers` or `nobody`; None leaves that as it is.
    files: ids of the author's uploads.  about: what is said of some of them, by id.
    """

    text: str
    summary: str = ""
    sensitive: bool = False
    language: str | None = None
    reach: Reach = Reach.ALL_NODES
    reply_to: PostId | None = None
    title: str = ""
    poll: PollDraft | None = None
    event: Occasion | None = None
    quoted: PostId | None = None
    quotable: str | None = None
    files: Sequence[int] = ()
    about: Mapping[int, About] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Addressed:
    """The people whom a text names: by handle as typed, and as accounts."""

    mentions: Mapping[Handle, Mention]
    people: tuple[Account, ...]


async def post(
    node: Node, author: Account, draft: Draft, *, idempotency_key: str | None = None, application: str | None = None
) -> PostId:
    """Post a draft. The same key within a day gives the first post again, and posts nothing.

    application: what it was written with, JSON, shown to the author's readers here.
    Raises Invalid: empty or too long, or with files that cannot hang on it; NotFound: what it answers or quotes is not there for
    this author.
    """
    demand_fitting(author, draft)
    if idempotency_key:
        known = await node.store.read(idempotency.find, author.id, idempotency_key)
        if known is not None:
            return known
    addressed = await _resolve(node, author, draft.text)
    words = _words(node.base_url, author, draft, addressed)
    return await node.store.write(
        _post,
        author,
        draft,
        words,
        addressed.people,
        idempotency_key=idempotency_key,
        application=application,
        most_files=node.settings.media.per_post,
    )


async def post_due(node: Node, author: Account, draft: Draft, *, kept: Scheduled) -> None:
    """Post a draft whose time has come, and take it off the list in the same transaction. Nothing happens where it is taken already.

    Raises Invalid, NotFound: as `post`.
    """
    demand_fitting(author, draft)
    addressed = await _resolve(node, author, draft.text)
    words = _words(node.base_url, author, draft, addressed)
    most = node.settings.media.per_post
    await node.store.write(_post_due, author, draft, words, addressed.people, kept=kept, most_files=most)


async def edit(node: Node, author: Account, identifier: PostId, draft: Draft) -> None:
    """Replace what a post of one's own says; its audience and what it answers stay.

    Raises Invalid; NotFound: no such post of this author.
    """
    _demand_text(draft)
    polls.demand_fitting(draft.poll)
    quotes.demand_group(draft.quotable)
    addressed = await _resolve(node, author, draft.text)
    words = _words(node.base_url, author, draft, addressed)
    await node.store.write(_edit, author, identifier, draft, words, most_files=node.settings.media.per_post)


async def remove(node: Node, author: Account, identifier: PostId, *, with_files: bool = False) -> None:
    """Take back a post of one's own, here and at every peer that has it. Raises NotFound.

    with_files: its files go at once; else they stay for a day, so that it can be written anew.
    """
    own = await node.store.read(files.of_own_post, identifier, author.id) if with_files else []
    await node.store.write(_remove, author, identifier)
    await node.library.discard(own)


@dataclass(frozen=True, slots=True)
class Preview:
    """How a draft will look. content: safe HTML.  people: whom it names.  nobody: handles that lead nowhere, as typed."""

    content: str
    people: Sequence[Account]
    nobody: Sequence[str]


async def preview(node: Node, author: Account, text: str) -> Preview:
    """How a text will look: people are looked up, as when it is posted."""
    addressed = await _resolve(node, author, text)
    strangers = [handle for handle in markup.handles(text) if handle not in addressed.mentions]
    return Preview(
        _content(node.base_url, text, addressed),
        addressed.people,
        [f"@{handle.username}" + (f"@{handle.host}" if handle.host else "") for handle in strangers],
    )


def _content(base_url: str, text: str, addressed: _Addressed) -> str:
    return markup.render(text, mentions=addressed.mentions, tag_url=lambda tag: tag_url(base_url, tag))


def tag_url(base_url: str, tag: str) -> str:
    """The page of a tag."""
    return f"{base_url}/tags/{quote(tag.lower())}"


def demand_fitting(author: Account, draft: Draft) -> None:
    """What can be judged of a draft without looking anything up. Raises Invalid."""
    demand_present(author)
    _demand_text(draft)
    polls.demand_fitting(draft.poll)
    quotes.demand_group(draft.quotable)


def demand_present(author: Account) -> None:
    """Whoever works at another node now writes there. Raises Invalid."""
    if author.moved_to:
        sentence = "You work at another node now: write there, with the account that your profile names"
        raise Invalid("text", "ERR_MOVED", sentence)


def _demand_text(draft: Draft) -> None:
    if not draft.text.strip() and not draft.files:
        raise Invalid("text", "ERR_BLANK", "Text can't be blank")
    if markup.length(draft.text) + len(draft.summary) > markup.LONGEST_POST:
        raise Invalid("text", "ERR_TOO_LONG", f"Text is too long (maximum is {markup.LONGEST_POST} characters)")
    if draft.event is not None and draft.poll is not None:
        raise Invalid("options", "ERR_EVENT", "An event holds no poll: ask in a post of its own")
    if draft.event is not None and not draft.title.strip():
        raise Invalid("title", "ERR_BLANK", "An event has a title")
    if len(draft.title.strip()) > LONGEST_TITLE:
        raise Invalid("title", "ERR_TOO_LONG", f"Title is too long (maximum is {LONGEST_TITLE} characters)")


async def _resolve(node: Node, author: Account, text: str) -> _Addressed:
    """The people named in a text; a handle that leads nowhere stays plain text."""
    handles = markup.handles(text)
    found = await asyncio.gather(*(_person(node, handle) for handle in handles))
    known = {handle: account for handle, account in zip(handles, found, strict=True) if account is not None}
    mentions = {handle: Mention(handle, url=account.url, uri=account.uri) for handle, account in known.items()}
    people = {account.id: account for account in known.values() if account.id != author.id}
    return _Addressed(mentions, tuple(people.values()))


async def _person(node: Node, handle: Handle) -> Account | None:
    try:
        async with asyncio.timeout(MENTION_PATIENCE_SECONDS):
            return await node.federation.person(handle.username, handle.host or "")
    except (Unreachable, TimeoutError):
        return None


def _post(
    unit: Unit,
    author: Account,
    draft: Draft,
    words: Words,
    people: Sequence[Account],
    *,
    idempotency_key: str | None,
    application: str | None,
    most_files: int,
) -> PostId:
    if idempotency_key and (known := idempotency.find_alone(unit, author.id, idempotency_key)) is not None:
        return known
    parent = posts.visible(unit, draft.reply_to, reader=author.id) if draft.reply_to else None
    reach = _within(parent, _for_members(unit, author, draft.reach, words, parent))
    quoted = quotes.quotable(unit, author, draft.quoted) if draft.quoted is not None else None
    if quoted is not None:
        reach = quotes.within(quoted, reach, author=author, people=people)
        words = replace(words, quoted=quotes.said_of(unit, quoted))
    words = _in_communities(unit, words, parent)
    memberships.demand_taken(unit, author, words.communities, reach=reach, parent=parent)
    words = replace(words, poll=polls.offer_of(unit, draft.poll))
    new = PostId(unit.new_id())
    base_url = str(origin_of(author.uri))
    note = documents.note(
        author,
        _with_files(unit, author, draft, words, most=most_files),
        uri=f"{author.uri}/posts/{new}",
        url=f"{author.url}/{new}",
        reach=reach,
        published=unit.now,
        in_reply_to=parent.uri if parent else None,
        context=conversations.of_answer(unit, parent) if parent else conversations.address(base_url, new),
    )
    create = documents.about("Create", author, note, uri=f"{note['id']}/activity")
    nodes = outbox.perform(unit, Create.read(create))
    if reach is not Reach.NODE:
        sendings.note(unit, new, nodes=nodes)
    if quoted is not None:
        quotes.ask(unit, author, quoted, note)
    if application:
        posts.set_application(unit, new, application)
    if idempotency_key:
        idempotency.keep(unit, author.id, idempotency_key, post=new)
    return new


def _post_due(
    unit: Unit,
    author: Account,
    draft: Draft,
    words: Words,
    people: Sequence[Account],
    *,
    kept: Scheduled,
    most_files: int,
) -> None:
    if scheduled.take(unit, kept.id):
        key, application = kept.key, kept.application
        _post(unit, author, draft, words, people, idempotency_key=key, application=application, most_files=most_files)


def _within(parent: Post | None, reach: Reach) -> Reach:
    """An answer never goes further than what it answers, nor than its author chose: doubt means the stricter choice."""
    if parent is None:
        return reach
    if Reach.COMMUNITY in (parent.reach, reach):
        # To apps, followers and members are one word, `private`: who answers members with it means the members.
        meant = reach not in (Reach.NODE, Reach.MENTIONED)
        return Reach.COMMUNITY if meant and parent.reach in (*OPEN, Reach.COMMUNITY) else Reach.MENTIONED
    if Reach.NODE not in (parent.reach, reach):
        return max(parent.reach, reach)
    other = reach if parent.reach is Reach.NODE else parent.reach
    # Of those who follow somebody some work elsewhere, and of those who work here some do not follow them.
    return Reach.NODE if other in (*OPEN, Reach.NODE) else Reach.MENTIONED


def _for_members(unit: Unit, author: Account, reach: Reach, words: Words, parent: Post | None) -> Reach:
    """What names a community, and is for those whom it names, or is written by a member where all is for members, is for members."""
    if reach not in TO_NAMED:
        # Apps know no reach of communities: whoever writes to one that is for its members means them, whatever the app says.
        named = [each.id for each in words.communities] if parent is None and reach is not Reach.NODE else []
        return Reach.COMMUNITY if named and communities.are_for_members(unit, named, among=author.id) else reach
    answers_members = parent is not None and parent.reach is Reach.COMMUNITY and reach is Reach.COMMUNITY
    return Reach.COMMUNITY if words.communities or answers_members else Reach.MENTIONED


def _with_files(
    unit: Unit, author: Account, draft: Draft, words: Words, *, post: PostId | None = None, most: int
) -> Words:
    """The same words, with the uploads that shall hang on the post."""
    if not draft.files:
        return words
    found = files.for_post(unit, author.id, draft.files, post=post, most=most)
    for row in found:
        if row.id in draft.about:
            files.describe(unit, row, draft.about[row.id])
    return replace(words, files=files.for_post(unit, author.id, draft.files, post=post, most=most))


def _edit(unit: Unit, author: Account, identifier: PostId, draft: Draft, words: Words, *, most_files: int) -> None:
    known = _own(unit, author, identifier)
    parent_uri = known.reply_to_uri
    offer = polls.offer_of(unit, draft.poll, edited=identifier)
    if words.event is not None:
        words = replace(words, event={**words.event, "participantCount": attendances.coming(unit, known.id)})
    words = replace(words, quoted=quotes.standing(unit, known), policy=_policy(unit, known, draft.quotable))
    note = documents.note(
        author,
        _with_files(
            unit,
            author,
            draft,
            replace(_still_in_communities(unit, words, known), poll=offer),
            post=known.id,
            most=most_files,
        ),
        uri=known.uri,
        url=known.url,
        reach=known.reach,
        published=known.published_at,
        updated=unit.now,
        in_reply_to=parent_uri,
        context=conversations.claimed(unit, known),
    )
    if offer is not None:
        note = questions.still_asked(unit, known, note, offer)
    update = documents.about("Update", author, note, uri=f"{known.uri}#updates/{unit.new_id()}")
    outbox.perform(unit, Update.read(update))


def _policy(unit: Unit, known: Post, quotable: str | None) -> Policy:
    return quote_policies.find(unit, known) if quotable is None else policy_of(quotable)


def _remove(unit: Unit, author: Account, identifier: PostId) -> None:
    outbox.perform(unit, removal(unit, author, _own(unit, author, identifier)))


def withdraw(unit: Unit, author: Account, identifier: PostId) -> None:
    """Take back a post of one's own that may still be on its way: who was not sent it yet never is. Raises NotFound."""
    known = _own(unit, author, identifier)
    deliveries.withdraw(unit, f"{known.uri}/activity")
    outbox.perform(unit, removal(unit, author, known))


def depart(unit: Unit, author: Account) -> None:
    """Have an account of this node take leave for good: all that it wrote goes, here and wherever somebody follows it."""
    staff.disable(unit, author.id)
    drafts.forget_all(unit, author.id)
    scheduled.forget_all(unit, author.id)
    uri = f"{author.uri}#delete"
    outbox.perform(unit, Delete.read(documents.act("Delete", author, author.uri, uri=uri, to=[PUBLIC])))


def removal(unit: Unit, author: Account, known: Post) -> Delete:
    """What takes back a post of somebody of this node, everywhere."""
    concerned = communities_concerned(unit, known)
    to = [PUBLIC] if known.reach in OPEN else [author.followers_uri]
    cc = [each.uri for each in concerned]
    if known.reach is Reach.COMMUNITY:
        to, cc = addressing(author, known.reach, people=[], communities=concerned)
    buried = {"id": known.uri, "type": "Tombstone"}
    delete = documents.act("Delete", author, dict(buried), uri=f"{known.uri}#delete", to=to, cc=cc)
    return Delete.read(delete | documents.in_audience(concerned))


def _own(unit: Unit, author: Account, identifier: PostId) -> Post:
    known = posts.get(unit, identifier)
    if known.author_id != author.id or known.boost_of is not None:
        raise NotFound
    return known


def _words(base_url: str, author: Account, draft: Draft, addressed: _Addressed) -> Words:
    return Words(
        content=_content(base_url, draft.text, addressed),
        source=draft.text,
        summary=draft.summary.strip(),
        sensitive=draft.sensitive,
        language=draft.language[:LONGEST_LANGUAGE] if draft.language else None,
        people=[(account.uri, account.handle) for account in addressed.people],
        communities=[
            CommunityAddress(account.id, account.uri, account.followers_uri)
            for account in addressed.people
            if account.kind == GROUP
        ],
        tags=_tags(base_url, markup.hashtags(draft.text)),
        title=plain(draft.title, longest=LONGEST_TITLE),
        event=event_documents.described(draft.event, organiser=author.uri, attending=0) if draft.event else None,
        policy=EVERYBODY if draft.quotable is None else policy_of(draft.quotable),
    )


def _in_communities(unit: Unit, words: Words, parent: Post | None) -> Words:
    """An answer is for the communities in which its conversation takes place, also where it does not name them.

    What answers something for members is for those communities, and no other.
    """
    if parent is None:
        return words
    if parent.reach is Reach.COMMUNITY:
        return replace(words, communities=communities_named(unit, parent.id))
    return replace(words, communities=_together(words.communities, communities_of(unit, parent.thread_id)))


def _still_in_communities(unit: Unit, words: Words, known: Post) -> Words:
    """An edited post is for the communities that it was for."""
    if known.reach is Reach.COMMUNITY:
        return replace(words, communities=communities_named(unit, known.id))
    if known.reply_to_uri is None:
        return words
    return replace(words, communities=_together(words.communities, communities_of(unit, known.thread_id)))


def _together(some: Sequence[CommunityAddress], others: Sequence[CommunityAddress]) -> list[CommunityAddress]:
    return list({each.id: each for each in (*some, *others)}.values())


def _tags(base_url: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(tag_url(base_url, name), name) for name in names]
