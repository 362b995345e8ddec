"""What somebody shows on their profile: posts they have pinned, and tags. Whose collection it is, and what may be in it.

Tags are put in and taken out by an Add and a Remove whose object is a Hashtag and whose target is the collection of pinned
posts, as Mastodon has it; where they are read is a collection of their own, `featuredTags`.
"""

from urllib.parse import quote

from federation.errors import Malformed, NotAllowed
from federation.hosts import origin_of
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import as_list, types_of
from storage import featured_tags, posts, tags
from storage.accounts import Account
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit
from storage.tags import Tag
from storage.visibility import Reach

OPEN = (Reach.ALL_NODES, Reach.UNLISTED)
LONGEST_TAG = 100


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
            name = thing.get("name")
            written = name.strip().lstrip("#") if isinstance(name, str) else ""
            if not written or len(written) > LONGEST_TAG or any(letter.isspace() for letter in written):
                raise Malformed("The property `object.name` is no hashtag.", code="bad-activity")
            return written
    return ""


def shown(unit: Unit, owner: Account, name: str) -> Tag | None:
    """The tag of this name, any case, if somebody shows it."""
    found = tags.find(unit, name)
    return found if found is not None and featured_tags.among(unit, owner.id, [found.id]) else None


def hashtag(owner: Account, name: str) -> JsonObject:
    """A tag that somebody of this node shows. name: as it is written, without its sign."""
    address = f"{origin_of(owner.uri)}/tags/{quote(name.lower())}"
    return {"type": "Hashtag", "href": address, "name": f"#{name}"}


def tags_of(unit: Unit, owner: Account) -> list[JsonValue]:
    """What somebody of this node shows, the latest first."""
    return [hashtag(owner, each.spelling) for each in featured_tags.of(unit, owner.id)]
