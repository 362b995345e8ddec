"""Posts: as they stand, and in their thread.

Each post and each account is rendered once, to JSON without what differs from reader to reader, and remembered until it
changes (`node.memory`). What is not remembered is gathered in one unit of work with a fixed number of queries, however much
it is. Then the bytes are put together: `_assembled`. Most faces look into entities (`entities()`); lists of the API are sent
as they are (`fragments()`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import orjson

from node.api.entities import emoji, files, filters, headings, marks, occasions, people, quotes
from node.api.entities import polls as poll_entities
from node.api.entities.gathered import Found, Missing, gather
from node.api.entities.parts import VISIBILITY, Entity, moment_or_none, text_or_none, timestamp
from node.api.entities.tags import tag_url
from node.context import Node
from node.memory import Memory, RenderedPost, wishes
from node.memory import tags as of
from node.memory.memory import MOST_MARKS, Marks
from node.memory.rendered import Reactions
from node.memory.tags import Tag
from node.memory.wishes import Wishes
from storage import posts as post_rows
from storage import threads
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.store import Unit

OVERHEAD = 600
"""What remembering something costs beside its bytes, about."""


@dataclass(frozen=True, slots=True)
class Written:
    """Posts as JSON, for one reader, in the order asked for.  made_of: everything that they were made from."""

    bodies: list[bytes]
    made_of: set[Tag]

    def entities(self) -> list[Entity]:
        """The same to look into."""
        return [orjson.loads(body) for body in self.bodies]

    def fragments(self) -> list[orjson.Fragment]:
        """The same as parts of an answer."""
        return [orjson.Fragment(body) for body in self.bodies]


@dataclass(slots=True)
class Known:
    """What is known of the posts of a list.

    marks: what the reader has done with each; of a shared post, with its original.
    readable: the quoted posts that the reader may see.  followed: whom the reader follows, where it matters.
    wishes: what the reader wants kept away.
    """

    posts: dict[PostId, RenderedPost]
    people: dict[AccountId, bytes]
    marks: Marks
    readable: set[PostId] = field(default_factory=set)
    followed: set[AccountId] = field(default_factory=set)
    wishes: Wishes = wishes.NONE


async def statuses(node: Node, reader: Account, ids: Iterable[PostId], *, where: str | None = None) -> list[Entity]:
    """Posts by their ids, in the order asked for; those that the reader may not see are left out.  where: see `chosen`."""
    return (await visible(node, reader, list(ids), where=where)).entities()


async def of_posts(node: Node, reader: Account, found: Sequence[Post], *, where: str | None = None) -> list[Entity]:
    """Posts that were read for this reader already, in their order.  where: see `chosen`."""
    return (await written(node, reader, found, where=where)).entities()


async def status(node: Node, reader: Account, identifier: PostId) -> Entity:
    """One post. Raises NotFound, alike for hidden and absent."""
    return (await one(node, reader, identifier)).entities()[0]


async def one(node: Node, reader: Account, identifier: PostId) -> Written:
    """One post. Raises NotFound, alike for hidden and absent, and for the sharing of a post that is."""
    found = await visible(node, reader, [identifier])
    if not found.bodies:
        raise NotFound
    return found


async def own(node: Node, author: Account, identifier: PostId) -> Written:
    """One post by the reader, who needs no leave to see it. Raises NotFound: it is gone."""
    found = await chosen(node, author, [identifier])
    if not found.bodies:
        raise NotFound
    return found


async def visible(node: Node, reader: Account, ids: Sequence[PostId], *, where: str | None = None) -> Written:
    """Posts by their ids; those that the reader may not see are left out.  where: see `chosen`."""
    return await _written(node, reader.id, ids, unchecked=ids, where=where)


async def written(node: Node, reader: Account, found: Sequence[Post], *, where: str | None = None) -> Written:
    """Posts that were read for this reader already; of shared ones, the original is looked at.  where: see `chosen`."""
    shares = [post.id for post in found if post.boost_of is not None]
    return await _written(node, reader.id, [post.id for post in found], unchecked=shares, where=where)


async def chosen(node: Node, reader: Account, ids: Sequence[PostId], *, where: str | None = None) -> Written:
    """Posts of which it is known that this reader may see them, and what they share.

    where: the list that they are for, one of `filters.CONTEXTS`; what the reader does not want to read there is left out.
    """
    return await _written(node, reader.id, ids, unchecked=(), where=where)


async def context(node: Node, reader: Account, identifier: PostId) -> Entity:
    """The thread around a post: what it answers, oldest first, and its answers in the order of the thread."""
    above, below = await node.store.read(_around, identifier, reader.id)
    entities = await of_posts(node, reader, [*above, *below])
    return {"ancestors": entities[: len(above)], "descendants": entities[len(above) :]}


async def _written(
    node: Node, reader: AccountId, ids: Sequence[PostId], *, unchecked: Sequence[PostId], where: str | None = None
) -> Written:
    known, hidden = await _known(node, reader, ids, unchecked=unchecked)
    if where is not None and known.wishes.filters:
        hidden = hidden | {each for each in ids if _is_unwanted(known, each, reader=reader, where=where)}
    return _assembled(node, reader, known, [identifier for identifier in ids if identifier not in hidden])


def _is_unwanted(known: Known, identifier: PostId, *, reader: AccountId, where: str) -> bool:
    post = known.posts.get(identifier)
    original = known.posts.get(post.original) if post is not None and post.original is not None else post
    return original is not None and filters.is_hidden(known.wishes, original, reader=reader, where=where)


async def learn(node: Node, ids: Sequence[PostId]) -> None:
    """Have posts rendered and remembered, for whoever asks for them next."""
    await _known(node, None, ids, unchecked=())


async def _known(
    node: Node, reader: AccountId | None, ids: Sequence[PostId], *, unchecked: Sequence[PostId]
) -> tuple[Known, set[PostId]]:
    """All there is to know of posts, and which of the unchecked ones this reader may not see."""
    memory = node.memory
    while True:
        since = memory.changes.now
        known, missing = _remembered(memory, reader, ids, unchecked)
        if not missing:
            return known, set()
        if not await memory.underway.awaited(missing.posts):
            break
    with memory.underway.announced(missing.posts):
        found = await node.store.read(gather, reader, missing)
        _learn(node, reader, known, found, since=since)
    return known, set(unchecked) - found.shown


def _remembered(
    memory: Memory, reader: AccountId | None, ids: Sequence[PostId], unchecked: Sequence[PostId]
) -> tuple[Known, Missing]:
    done = (memory.reactions.get(reader) or {}) if reader is not None else {}
    kept_away = memory.wishes.get(reader) if reader is not None else wishes.NONE
    known = Known({}, {}, dict(done), wishes=kept_away or wishes.NONE)
    missing = Missing(set(), set(), set(), set(), unchecked, wishes=kept_away is None, marked=known.marks.keys())
    waiting, top = list(ids), set(ids)
    for identifier in waiting:  # grows by the originals of shared posts, and by what is quoted
        post = memory.posts.get(identifier)
        if post is None:
            missing.posts.add(identifier)
            continue
        known.posts[identifier] = post
        if (author := memory.people.get(post.author)) is not None:
            known.people[post.author] = author
        else:
            missing.people.add(post.author)
        if post.quote is not None and post.quote.quoted is not None:
            missing.quoted.add(post.quote.quoted)
            if identifier in top:  # of what is quoted in what is quoted, no more is shown than that it is there
                waiting.append(post.quote.quoted)
        if quotes.asks_for_follow(post):
            missing.authors.add(post.author)
        if post.original is not None:
            waiting.append(post.original)
            top.add(post.original)
        elif reader is not None and identifier not in done:
            missing.marks.add(identifier)
            if post.poll:
                missing.polls.add(identifier)
    return known, missing


def _learn(node: Node, reader: AccountId | None, known: Known, found: Found, *, since: int) -> None:
    """Add what was read to what is known, and have it remembered. since: before it was read."""
    memory = node.memory
    for account in found.authors.values():
        successor, led = found.successors.get(account.id), found.led.get(account.id)
        known.people[account.id] = body = orjson.dumps(people.account(node, account, successor=successor, led=led))
        others = [*([successor] if successor else ()), *(led.managers if led else ())]
        made_of = (of.profile(account.id), of.numbers(account.id), *(of.profile(each.id) for each in others))
        memory.people.keep(account.id, body, since=since, made_of=made_of, size=len(body) + OVERHEAD)
    for post in found.posts.values():
        rendered = _rendered(node, found, post)
        if rendered is not None:
            known.posts[post.id] = rendered
            size = len(rendered.body) + OVERHEAD
            memory.posts.keep(post.id, rendered, since=since, made_of=rendered.made_of, size=size)
    known.marks |= found.marks
    known.readable, known.followed = found.shown, found.followed
    if reader is not None and found.wishes is not None:
        known.wishes = found.wishes
        memory.wishes.keep(reader, found.wishes, since=since, made_of=(of.wishes(reader),), until=found.wishes.until)
    if reader is not None and found.marks:
        is_much = len(known.marks) > MOST_MARKS  # then those of this list, and no others
        kept = {post: mark for post, mark in known.marks.items() if not is_much or post in known.posts}
        memory.reactions.keep(reader, kept, since=since, made_of=(of.reader(reader),))


def _rendered(node: Node, found: Found, post: Post) -> RenderedPost | None:
    """A post for all readers; None for the sharing of one that is gone."""
    written_by = found.posts.get(post.boost_of) if post.boost_of is not None else post
    if written_by is None:
        return None
    entity = _status(node, found, written_by)
    if written_by is not post:
        entity |= _sharing(post)
    named = (post.author_id, written_by.author_id, *found.mentioned.get(written_by.id, ()))
    quote = found.quotes.quotes.get(post.id)
    quoted = {of.post(quote.quoted)} if quote is not None and quote.quoted is not None else set()
    return RenderedPost(
        id=post.id,
        author=post.author_id,
        original=post.boost_of,
        reach=post.reach,
        is_answer=post.reply_to_uri is not None,
        answered=post.reply_to_author,
        thread=post.thread_id,
        application=post.application.encode() if post.application is not None else b"null",
        body=orjson.dumps(entity)[:-1],
        made_of={of.post(post.id), of.post(written_by.id), *quoted, *map(of.profile, named), *_emoji(found, post)},
        is_pinned=bool(post.holds & post_rows.Holds.PIN),
        reactions=found.reactions.get(post.id, ()),
        poll=_poll(node, found, post.id) if post.id in found.polls else b"",
        attending=found.attending.get(post.id),
        quote=quote,
        policy=quotes.policy_of(found.quotes, written_by),
        files=[files.attachment(each, base_url=node.base_url) for each in found.media.get(post.id, ())],
    )


def _poll(node: Node, found: Found, post: PostId) -> bytes:
    asked = found.polls[post]
    shown = emoji.among(found.emoji.get(post, ()), [option.title for option in asked.options])
    return poll_entities.body(asked, now=node.now(), custom=emoji.entities(shown, base_url=node.base_url))


def _emoji(found: Found, post: Post) -> set[Tag]:
    """The custom emoji that a post is shown with, in its text and under it."""
    if not found.emoji and not found.reactions:
        return set()
    shown = {each.id for each in found.emoji.get(post.boost_of or post.id, ())}
    reacted = {each.custom.id for each in found.reactions.get(post.id, ()) if each.custom is not None}
    return set(map(of.emoji, shown | reacted))


def _assembled(node: Node, reader: AccountId, known: Known, ids: Sequence[PostId]) -> Written:
    """Entities of what is known, with what differs for the reader put in."""
    bodies: list[bytes] = []
    made_of: set[Tag] = set()
    for identifier in ids:
        post = known.posts.get(identifier)
        original = known.posts.get(post.original) if post is not None and post.original is not None else post
        if post is None or original is None:  # removed since it was chosen
            continue
        made_of.update(post.made_of, (of.numbers(post.author), of.numbers(original.author)))
        if original.quote is not None and (quoted := known.posts.get(original.quote.quoted or PostId(0))):
            made_of.update(quoted.made_of, (of.numbers(quoted.author),))
        body = _entity(node, reader, known, original, original, reblog=b"null")
        bodies.append(body if post is original else _entity(node, reader, known, post, original, reblog=body))
    return Written(bodies, made_of)


def _quoted(node: Node, reader: AccountId, known: Known, identifier: PostId) -> bytes | None:
    quoted = known.posts.get(identifier)
    return None if quoted is None else _entity(node, reader, known, quoted, quoted, reblog=b"null", inside=True)


def _entity(
    node: Node,
    reader: AccountId,
    known: Known,
    post: RenderedPost,
    original: RenderedPost,
    *,
    reblog: bytes,
    inside: bool = False,
) -> bytes:
    """One entity.

    original: the post itself, or what it shares: what the reader did with that is said of both.  inside: whether it is quoted.
    """
    liked, shared, chosen, kept = known.marks[original.id]
    return b"".join(
        (
            post.body,
            b',"account":',
            known.people[post.author],
            b',"application":',
            post.application if post.author == reader else b"null",
            b',"favourited":true' if liked else b',"favourited":false',
            b',"reblogged":true' if shared else b',"reblogged":false',
            b',"bookmarked":true' if kept else b',"bookmarked":false',
            marks.kept_away(known.wishes, original, reader=reader),
            b',"pinned":true' if post.is_pinned and post.author == reader else b',"pinned":false',
            _reactions(node, reader, original.reactions) if original.reactions else b',"emoji_reactions":[]',
            poll_entities.for_reader(post.poll, chosen, is_own=post.author == reader) if post.poll else b',"poll":null',
            b"" if original.attending is None else occasions.attendance(reader, original.attending),
            quotes.for_reader(
                post, readable=known.readable, write=partial(_quoted, node, reader, known), inside=inside
            ),
            quotes.approval(original, reader=reader, followed=known.followed),
            _files(node, reader, original.files) if original.files else b',"media_attachments":[]',
            b',"reblog":',
            reblog,
            b"}",
        )
    )


def _reactions(node: Node, reader: AccountId, reactions: Sequence[Reactions]) -> bytes:
    """What stands under a post, and which of it is the reader's own."""
    shown = [emoji.reaction(each, mine=reader in each.here, base_url=node.base_url) for each in reactions]
    return b',"emoji_reactions":' + orjson.dumps(shown)


def _files(node: Node, reader: AccountId, shown: Sequence[Entity]) -> bytes:
    """The files of a post, with addresses that are this reader's."""
    return b',"media_attachments":' + orjson.dumps(files.for_reader(node.vault, reader, shown, now=node.now()))


def _sharing(post: Post) -> Entity:
    """What the sharing of a post says otherwise than the post."""
    return {
        "id": str(post.id),
        "created_at": timestamp(post.published_at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "visibility": VISIBILITY[post.reach],
        "uri": post.uri,
        "legation": {"reach": post.reach.name.lower(), "title": None, "event": None},
    }


def _status(node: Node, found: Found, post: Post) -> Entity:
    """What a post says to everybody who may see it; its account and what differs for the reader come later."""
    author, title = found.authors[post.author_id], found.titles.get(post.id)
    origin = node.base_url if author.is_local else "/".join(author.uri.split("/", 3)[:3])
    entity: Entity = {
        "id": str(post.id),
        "created_at": timestamp(post.published_at),
        "in_reply_to_id": text_or_none(post.reply_to),
        "in_reply_to_account_id": text_or_none(post.reply_to_author),
        "sensitive": post.sensitive or author.sensitized_at is not None,
        "spoiler_text": post.summary,
        "visibility": VISIBILITY[post.reach],
        "language": post.language,
        "uri": post.uri,
        "url": _page_of(node, post, author),
        "replies_count": post.replies_count,
        "reblogs_count": post.shares_count,
        "favourites_count": post.favourites_count,
        "quotes_count": found.quotes.totals.get(post.id, 0),
        "edited_at": moment_or_none(post.edited_at),
        "content": post.content,
        "mentions": [people.mention(found.authors[named]) for named in found.mentioned.get(post.id, ())],
        # Apps match these addresses with the links in the text, and those lead to the author's node.
        "tags": [{"name": name, "url": tag_url(origin, name)} for name in found.tags.get(post.id, ())],
        "emojis": emoji.entities(found.emoji.get(post.id, ()), base_url=node.base_url),
        "card": None,
        "legation": {
            "reach": post.reach.name.lower(),
            "title": title.title if title else None,
            "event": occasions.event(found.events.get(post.id)),
        },
    }
    if title or entity["legation"]["event"]:
        entity["content"] = headings.lead(entity) + post.content
    return entity


def _page_of(node: Node, post: Post, author: Account) -> str:
    return f"{node.base_url}/@{author.username}/{post.id}" if post.is_local else post.url


def _around(unit: Unit, identifier: PostId, reader: AccountId) -> tuple[list[Post], list[Post]]:
    post_rows.visible(unit, identifier, reader=reader)
    return threads.above(unit, identifier, reader=reader), threads.below(unit, identifier, reader=reader)
