"""What posts are made of, read in one unit of work with a fixed number of queries, however many they are.

`posts.py` says what is missing in memory (`Missing`), and makes entities of what is found (`Found`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from node.api.entities import communities, marks, occasions, quotes
from node.api.entities import emoji as emoji_entities
from node.api.entities import polls as poll_entities
from node.memory.memory import Marks
from node.memory.rendered import Reactions
from node.memory.wishes import Wishes
from storage import accounts as account_rows
from storage import emoji_reactions, media, moves, post_people, quote_policies
from storage import occasions as occasion_rows
from storage import posts as post_rows
from storage import titles as title_rows
from storage.accounts import Account
from storage.community_life import Leading
from storage.custom_emoji import Emoji
from storage.ids import AccountId, PostId
from storage.media import Media
from storage.occasions import KeptOccasion
from storage.posts import Holds, Post
from storage.store import Unit
from storage.titles import Title


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not known yet.

    marked: posts of which it is remembered what the reader did with them, also where the post itself is not.
    polls: those of `marks` that have one.  unchecked: posts of which it is not known whether this reader may see them.
    quoted: the same, of posts that are quoted.
    authors: of whom it is not known whether the reader follows them, and it matters.  wishes: what the reader wants kept away.
    """

    posts: set[PostId]
    people: set[AccountId]
    marks: set[PostId]
    polls: set[PostId]
    unchecked: Sequence[PostId]
    quoted: set[PostId] = field(default_factory=set)
    authors: set[AccountId] = field(default_factory=set)
    wishes: bool = False
    marked: Collection[PostId] = ()

    def __bool__(self) -> bool:
        of_posts = self.posts or self.people or self.marks or self.unchecked or self.quoted or self.authors
        return bool(of_posts or self.wishes)


@dataclass(frozen=True, slots=True)
class Found:
    """The same, read. shown: those of the unchecked ones, and of the quoted ones, that the reader may see.

    emoji: custom ones, in the texts of posts.
    """

    posts: Mapping[PostId, Post]
    authors: Mapping[AccountId, Account]
    successors: Mapping[AccountId, Account]
    led: Mapping[AccountId, Leading]
    mentioned: Mapping[PostId, Sequence[AccountId]]
    tags: Mapping[PostId, Sequence[str]]
    titles: Mapping[PostId, Title]
    marks: Marks
    shown: set[PostId]
    reactions: Mapping[PostId, Sequence[Reactions]]
    polls: Mapping[PostId, poll_entities.Asked]
    events: Mapping[PostId, KeptOccasion]
    attending: Mapping[PostId, Mapping[AccountId, str]]
    quotes: quotes.Gathered
    followed: set[AccountId]
    media: Mapping[PostId, Sequence[Media]]
    emoji: Mapping[PostId, Sequence[Emoji]]
    wishes: Wishes | None


def gather(unit: Unit, reader: AccountId | None, missing: Missing) -> Found:
    """Read what is missing: a fixed number of queries, however much it is. reader: None when it is for nobody yet."""
    found = {post.id: post for post in post_rows.by_ids(unit, missing.posts)} if missing.posts else {}
    shared = {post.boost_of for post in found.values() if post.boost_of is not None}.difference(found)
    found |= {post.id: post for post in post_rows.by_ids(unit, shared)} if shared else {}
    of_quotes = quotes.gather(unit, found) if found else quotes.Gathered()
    mentioned: dict[PostId, list[AccountId]] = {}
    tags: dict[PostId, list[str]] = {}
    if found:
        for named in post_people.mentions_of(unit, found):
            mentioned.setdefault(named.post_id, []).append(named.account_id)
        for tagged in post_rows.tags_of(unit, found):
            tags.setdefault(tagged.post_id, []).append(tagged.name)
    reacted, asking = _holding(Holds.REACTIONS, found), _holding(Holds.POLL, found)
    wanted = missing.people.union((post.author_id for post in found.values()), *mentioned.values())
    unchecked = {*missing.unchecked, *missing.quoted, *of_quotes.quoted}
    doubtful = missing.authors.union(found[post].author_id for post in of_quotes.policies)
    unmarked = missing.marks.union(post.id for post in found.values() if post.boost_of is None).difference(
        missing.marked
    )
    authors = account_rows.by_ids(unit, wanted) if wanted else {}
    titles = title_rows.of(unit, entitled) if (entitled := _holding(Holds.TITLE, found)) else {}
    polls = poll_entities.asked(unit, asking) if asking else {}
    have_moved = any(account.moved_to for account in authors.values())
    return Found(
        posts=found,
        authors=authors,
        successors=moves.successors(unit, authors.values()) if have_moved else {},
        led=communities.leading_among(unit, authors.values()),
        mentioned=mentioned,
        tags=tags,
        titles=titles,
        marks=marks.read(unit, reader, unmarked, polls_among=missing.polls.union(asking))
        if reader is not None and unmarked
        else {},
        shown=set(post_rows.shown_among(unit, unchecked, reader=reader)) if reader is not None and unchecked else set(),
        reactions=_reactions(unit, reacted) if reacted else {},
        polls=polls,
        events=occasion_rows.of(unit, events) if (events := _holding(Holds.EVENT, found)) else {},
        attending=occasions.attending(unit, events) if events else {},
        quotes=of_quotes,
        wishes=marks.wishes_of(unit, reader) if reader is not None and missing.wishes else None,
        followed=quote_policies.followed_among(unit, doubtful, reader=reader)
        if reader is not None and doubtful
        else set(),
        media=media.of(unit, illustrated) if (illustrated := _holding(Holds.MEDIA, found)) else {},
        emoji=_emoji(unit, found, authors, titles, polls) if _holding(Holds.EMOJI, found) else {},
    )


def _holding(what: Holds, found: Mapping[PostId, Post]) -> list[PostId]:
    return [post.id for post in found.values() if post.holds & what]


def _emoji(
    unit: Unit,
    found: Mapping[PostId, Post],
    authors: Mapping[AccountId, Account],
    titles: Mapping[PostId, Title],
    polls: Mapping[PostId, poll_entities.Asked],
) -> dict[PostId, list[Emoji]]:
    more = {post: [title.title] for post, title in titles.items()}
    for post, asked in polls.items():
        more.setdefault(post, []).extend(option.title for option in asked.options)
    return emoji_entities.of_posts(unit, found.values(), authors, more)


def _reactions(unit: Unit, ids: Sequence[PostId]) -> dict[PostId, list[Reactions]]:
    here: dict[tuple[PostId, str], set[AccountId]] = {}
    for own in emoji_reactions.of_people_here(unit, ids):
        here.setdefault((own.post, own.emoji), set()).add(own.account)
    found: dict[PostId, list[Reactions]] = {}
    totals = emoji_reactions.totals(unit, ids)
    custom = emoji_entities.of_reactions(unit, {total.emoji for total in totals})
    for total in totals:
        people_here = frozenset(here.get((total.post, total.emoji), ()))
        shown = Reactions(total.emoji, total.count, people_here, custom.get(total.emoji))
        found.setdefault(total.post, []).append(shown)
    return found
