"""What somebody shows on their profile: posts they have pinned, and tags. Whose collection it is, and what may be in it.

Tags are put in and taken out by an Add and a Remove whose object is a Hashtag and whose target is the collection of pinned
posts, as Mastodon has it; where they are read is a collection of their own, `featuredTags`.
"""

import itertools
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from federation.errors import Malformed, NotAllowed
from federation.hosts import origin_of
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import as_list, types_of
from storage import featured_tags, pins, posts, tags
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId
from storage.posts import Post
from storage.store import Unit
from storage.tags import Tag
from storage.visibility import Reach

OPEN = (Reach.ALL_NODES, Reach.UNLISTED)
LONGEST_TAG = 100
MOST_TAGS = 20
MOST_PINS = 20
"""Of somebody elsewhere; other software lets people show a handful."""


def demand_collection(owner: Account, target: str) -> None:
    """Only one's own collection. Raises NotAllowed."""
    if not owner.featured_uri or target != owner.featured_uri:
        raise NotAllowed(owner.uri, target, "not-your-collection")


def demand_own(unit: Unit, owner: Account, *, target: str, post: str) -> Post:
    """The post, if it is the owner's and the collection too.

    target, post: ids.  Raises NotFound, NotAllowed.
    """
    demand_collection(owner, target)
    found = posts.by_uri(unit, post)
    if found is None or found.boost_of is not None:
        raise NotFound
    if found.author_id != owner.id:
        raise NotAllowed(owner.uri, post, "not-the-owner")
    return found


def demand_open(owner: Account, post: Post) -> None:
    """Only what all nodes may read is shown first. Raises NotAllowed."""
    if post.reach not in OPEN:
        raise NotAllowed(owner.uri, post.uri, "not-open-to-all")


def tag_in(document: JsonObject) -> str:
    """The tag that an Add or a Remove is about, as it is written, without its sign; '' where it is about a post.

    Raises Malformed: a Hashtag without a name that could be one.
    """
    for thing in as_list(document.get("object"))[:1]:
        if isinstance(thing, dict) and "Hashtag" in types_of(thing):
            written = _name_of(thing)
            if not written:
                raise Malformed("The property `object.name` is no hashtag.", code="bad-activity")
            return written
    return ""


def _name_of(hashtag: Mapping[str, object]) -> str:
    """What a Hashtag is called, without its sign; '' for what could be none."""
    name = hashtag.get("name")
    written = name.strip().lstrip("#") if isinstance(name, str) else ""
    is_one = len(written) <= LONGEST_TAG and not any(letter.isspace() for letter in written)
    return written if is_one else ""


def shown(unit: Unit, owner: Account, name: str) -> Tag | None:
    """The tag of this name, any case, if somebody shows it."""
    found = tags.find(unit, name)
    return found if found is not None and featured_tags.among(unit, owner.id, [found.id]) else None


def keep_tags(unit: Unit, owner: AccountId, things: Iterable[object], *, is_whole: bool) -> None:
    """Have somebody elsewhere show the tags that their collection has, the first of them first.

    things: what is in it, as it was received.  is_whole: whether that is all; if not, no tag is taken away.
    """
    found = (_name_of(thing) for thing in things if isinstance(thing, dict) and "Hashtag" in types_of(thing))
    spelt: dict[str, str] = {}
    for name in found:
        if name and len(spelt) < MOST_TAGS:
            spelt.setdefault(name.lower(), name)
    known = {each.name: each.tag for each in featured_tags.of(unit, owner)}
    if is_whole:
        for name in known.keys() - spelt.keys():
            featured_tags.remove(unit, owner, known[name])
    for name in reversed([name for name in spelt if name not in known]):
        featured_tags.add(unit, owner, tags.named(unit, spelt[name]).id)


def keep_pins(unit: Unit, owner: AccountId, uris: Iterable[str], *, is_whole: bool) -> None:
    """The same for what they have pinned, as far as it is here, theirs, and for all to read. uris: ids of posts."""
    known = {post.uri: post for post in pins.pinned(unit, owner)}
    wanted = list(itertools.islice(dict.fromkeys(uris), MOST_PINS))
    if is_whole:
        for uri in known.keys() - set(wanted):
            pins.remove(unit, owner, known[uri].id)
    for uri in reversed([uri for uri in wanted if uri not in known]):
        post = posts.by_uri(unit, uri)
        if post is not None and post.author_id == owner and post.reach in OPEN and post.boost_of is None:
            pins.add(unit, owner, post.id)


def hashtag(owner: Account, name: str) -> JsonObject:
    """A tag that somebody of this node shows. name: as it is written, without its sign."""
    address = f"{origin_of(owner.uri)}/tags/{quote(name.lower())}"
    return {"type": "Hashtag", "href": address, "name": f"#{name}"}


def tags_of(unit: Unit, owner: Account) -> list[JsonValue]:
    """What somebody of this node shows, the latest first."""
    return [hashtag(owner, each.spelling) for each in featured_tags.of(unit, owner.id)]
