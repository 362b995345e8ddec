"""A Note becomes a post: the same for what a person here writes and for what a peer tells of."""

import re
from collections.abc import Sequence

import orjson
from pydantic import ValidationError

from federation import attachments, custom_emoji, on_behalf, questions, quoting, totals
from federation import occasions as event_documents
from federation.audience import GROUP, TO_NAMED, narrower, reach_of
from federation.errors import Malformed, NotAllowed
from federation.hosts import same_origin
from federation.html import plain, plain_text, sanitise
from federation.strict_json import JsonObject
from federation.vocabulary import LONGEST_CONTENT, LONGEST_SUMMARY, LONGEST_TITLE, POST_TYPES, PUBLIC, Note
from storage import accounts, follows, narrowing, notifications, occasions, posts, titles
from storage.accounts import Account
from storage.ids import AccountId, PostId
from storage.posts import Holds, Post, Writing
from storage.store import Unit
from storage.visibility import Reach, may_see

LONGEST_LANGUAGE = 16
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def read(document: JsonObject) -> Note:
    """The post in a document. Raises Malformed."""
    try:
        note = Note.model_validate(on_behalf.by_one(document))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Malformed(
            f"The property `object.{where}` is missing or not what it should be.", code="bad-object"
        ) from error
    if note.type not in POST_TYPES:
        raise Malformed(f"The type {note.type} is not a post.", code="not-a-post")
    return note


def demand_own(note: Note, actor: str) -> None:
    """A post is told by its author, from its author's node. Raises NotAllowed. Source: FEP-fe34."""
    if note.attributed_to != actor:
        raise NotAllowed(actor, note.id, "not-the-author")
    if not same_origin(note.id, actor):
        raise NotAllowed(actor, note.id, "foreign-object")


def keep(unit: Unit, note: Note, document: JsonObject, author: Account, *, is_listened_to: bool = True) -> Post:
    """Keep a new post of this author, and tell those whom it names or answers, and those who want to be told of each.

    document: the same note as it was received, or will be sent.  is_listened_to: False when it is known that nobody does.
    """
    addressed = people_of(unit, note, author)
    reach = reach_of(author, to=note.to, cc=note.cc, people=addressed)
    mentioned = [addressed[uri].id for uri in note.mentions if uri in addressed]
    post = posts.add(
        unit,
        uri=note.id,
        url=_page_of(note),
        author=author.id,
        is_local=author.is_local,
        reach=reach,
        writing=writing_of(note),
        published=note.published or unit.now,
        people=[account.id for account in addressed.values()] if reach is not Reach.NODE else mentioned,
        mentioned=mentioned,
        reply_to_uri=note.in_reply_to,
        identifier=local_id(note.id) if author.is_local else None,
        document=as_kept(document),
    )
    if note.updated is not None and note.updated > post.published_at:
        posts.set_edited(unit, post.id, note.updated)
    keep_title(unit, post, note)
    questions.keep(unit, post, note)
    keep_occasion(unit, post, note, document)
    quoting.keep(unit, post, note, author)
    attachments.keep(unit, post, note, author)
    custom_emoji.keep_of_post(unit, post, document, author)
    totals.keep(unit, post, document)
    tell(unit, post, mentioned)
    if is_listened_to and reach not in TO_NAMED and note.in_reply_to is None:
        for follower in follows.listening(unit, author.id, since=post.published_at):
            if follower not in mentioned:
                notifications.tell(unit, follower, "status", by=author.id, post=post.id)
    return post


def reach_now(unit: Unit, post: Post, note: Note, author: Account) -> Reach:
    """For whom a post is after this edit of it: for no more than before. What names nobody at all says nothing of that."""
    if not (note.to or note.cc):
        return post.reach
    named = people_of(unit, note, author)
    return narrower(post.reach, reach_of(author, to=note.to, cc=note.cc, people=named))


def narrow(unit: Unit, post: Post, note: Note, author: Account) -> None:
    """Have a post be for fewer than before, if its author says so now; never for more."""
    if not (note.to or note.cc):
        return
    named = people_of(unit, note, author)
    said = reach_of(author, to=note.to, cc=note.cc, people=named)
    people = [account.id for account in named.values()]
    let_go = said is post.reach or said in TO_NAMED
    narrowing.narrow(unit, post, narrower(post.reach, said), people=people, let_go=let_go)


def keep_title(unit: Unit, post: Post, note: Note) -> None:
    """Keep what an article, a page or an event is called now; a plain note has no title, whatever its name."""
    title = title_of(note)
    if title:
        titles.put(unit, post.id, title, type=note.type)
    elif post.holds & Holds.TITLE:
        titles.remove(unit, post.id)


def keep_occasion(unit: Unit, post: Post, note: Note, document: JsonObject) -> None:
    """Keep when and where an event takes place now; what is no event, or says no time, has none."""
    found = event_documents.read(document) if note.type == "Event" else None
    if found is not None:
        # Of events of this node, it is here that it is known who comes.
        occasions.put(unit, post.id, found[0], attending=None if post.is_local else found[1])
    elif post.holds & Holds.EVENT:
        occasions.remove(unit, post.id)


def title_of(note: Note) -> str:
    """The title of a post, as text on one line; nothing for a plain note."""
    return "" if note.type == "Note" else plain(note.name, longest=LONGEST_TITLE)


def says_the_same(unit: Unit, post: Post, note: Note) -> bool:
    """Whether a note has the words that the post has already."""
    said, title = writing_of(note), titles.find(unit, post.id) if post.holds & Holds.TITLE else None
    return (said.content, said.summary, said.sensitive, title_of(note)) == (
        post.content,
        post.summary,
        post.sensitive,
        title.title if title else "",
    )


def tell(unit: Unit, post: Post, mentioned: Sequence[AccountId]) -> None:
    """Tell the people of this node whom a post names or answers."""
    for account in mentioned:
        notifications.tell(unit, account, "mention", by=post.author_id, post=post.id)
    answered = post.reply_to_author
    if answered is not None and answered not in mentioned and may_see(unit, post.id, reader=answered):
        notifications.tell(unit, answered, "mention", by=post.author_id, post=post.id)


def people_of(unit: Unit, note: Note, author: Account) -> dict[str, Account]:
    """The people, known here, to whom this author's post is addressed by name; by actor id. Communities that it is for, too.

    A mention counts only with its addressing, as Mastodon has it: naming somebody is not telling them.
    """
    return named_by(unit, note, followers=author.followers_uri)


def named_by(unit: Unit, note: Note, *, followers: str) -> dict[str, Account]:
    """The same of a post whose author need not be known. followers: the id of the author's followers, '' for none."""
    addressed = {*note.to, *note.cc}.difference((PUBLIC, followers))
    beside = {*note.audience, *note.target}
    found = accounts.by_uris(unit, addressed | beside) if addressed or beside else {}
    return {uri: account for uri, account in found.items() if uri in addressed or account.kind == GROUP}


def writing_of(note: Note) -> Writing:
    """What a post says, made safe."""
    typed = note.source.content[:LONGEST_CONTENT] if note.source and note.source.media_type == "text/markdown" else None
    return Writing(
        content=sanitise(note.text),
        summary=plain(_without_markup(note.summary), longest=LONGEST_SUMMARY),
        sensitive=note.sensitive or bool(note.summary),
        language=note.language[:LONGEST_LANGUAGE] if note.language else None,
        source=typed,
        tags=note.hashtags,
    )


def _without_markup(summary: str) -> str:
    """A summary is HTML to some and plain text to others: what looks like a tag is taken for one."""
    return plain_text(summary) if TAG.search(summary) else summary


def as_kept(document: JsonObject) -> str:
    """A document as it is kept: JSON, nothing changed in it."""
    return orjson.dumps(document).decode()


def local_id(uri: str) -> PostId:
    """The id in the address of a post of this node."""
    return PostId(int(uri.rpartition("/")[2]))


def _page_of(note: Note) -> str:
    return note.url if note.url and same_origin(note.url, note.id) else note.id
