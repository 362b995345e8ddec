"""Our rows as ActivityStreams JSON: what this node says of its people, their posts and itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from federation import attachments, cards, communities, quote_terms
from federation.audience import addressing
from federation.hosts import origin_of
from federation.html import plain_text
from federation.quote_terms import Quoted
from federation.strict_json import JsonObject, JsonValue
from federation.terms import ACTOR_CONTEXT, CONTEXT, EVENT_TERMS, QUOTE_TERMS
from federation.vocabulary import as_list, types_of
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.communities import Community
from storage.conversations import CommunityAddress
from storage.media import Media, Place
from storage.polls import Offer
from storage.posts import Post
from storage.quote_policies import EVERYBODY, Policy
from storage.visibility import OPEN, Reach

PAGE_SIZE = 20
PREVIEW_LETTERS = 300
QUOTE_TYPES = frozenset({"QuoteRequest", "QuoteAuthorization"})


def timestamp(moment: datetime) -> str:
    """A moment as documents have it: UTC, with milliseconds, so that order survives the journey."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def in_context(document: JsonObject) -> JsonObject:
    """The same document with the names of its terms."""
    further: list[JsonValue] = [EVENT_TERMS] if _has_event(document) else []
    further += [QUOTE_TERMS] if _speaks_of_quotes(document) else []
    further += [cards.TERMS] if _has_card(document) else []
    further += [communities.TERMS] if _has_community(document) else []
    return {"@context": [*CONTEXT, *further], **document}


def _has_event(document: JsonObject) -> bool:
    inner = document.get("object")
    return document.get("type") == "Event" or (isinstance(inner, dict) and inner.get("type") == "Event")


def _has_card(document: JsonObject) -> bool:
    inner = [document.get("object"), *as_list(document.get("orderedItems"))]
    return any(isinstance(part, dict) and "visitingCard" in part for part in inner)


def _has_community(document: JsonObject) -> bool:
    inner = [document.get("object"), *as_list(document.get("orderedItems"))]
    return any(isinstance(part, dict) and "isForMembers" in part for part in inner)


def _speaks_of_quotes(document: JsonObject) -> bool:
    parts = (document, document.get("object"))
    return any("quote" in part or types_of(part) & QUOTE_TYPES for part in parts if isinstance(part, dict))


RFC_9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
IMPLEMENTS: list[JsonValue] = [
    {"href": RFC_9421, "name": "RFC-9421: HTTP Message Signatures"},
    {
        "href": f"{RFC_9421}#name-eddsa-using-curve-edwards25",
        "name": "RFC-9421 signatures using the Ed25519 algorithm",
    },
]
"""What the program can, for those who would else have to try. Source: FEP-844e."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The public half of a key of ours. text: PEM, or Multikey.  expires: when it will no longer be shown."""

    key_id: str
    text: str
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnPublicKeys:
    """The keys that an account of this node shows.

    rsa: for all other software, which reads one key and takes it for RSA; None where nobody has asked for it.
    ed25519: the one in use, and those before it for as long as what they signed is on its way.
    """

    rsa: OwnKey | None
    ed25519: Sequence[OwnKey]


def actor(
    account: Account,
    *,
    keys: OwnPublicKeys,
    pictures: Mapping[Place, Media],
    domain: str,
    led: Community | None = None,
) -> JsonObject:
    """What this node says of one of its accounts. domain: of its people's handles.  led: how, where it is a community.

    Source: ActivityPub 4.1, FEP-521a, FEP-844e, FEP-2c59.
    """
    card = account.visiting_card
    lines = [*((name, escape(text)) for name, text in cards.lines(card)), *account.named_fields]
    document: JsonObject = {
        "@context": [*ACTOR_CONTEXT, cards.TERMS] if card or account.kind == NODE_ACTOR_KIND else ACTOR_CONTEXT,
        **entry(account, pictures=pictures, domain=domain, led=led),
        "attachment": [{"type": "PropertyValue", "name": name, "value": value} for name, value in lines],
        "assertionMethod": [_multikey(account, key) for key in keys.ed25519],
    }
    if account.kind == NODE_ACTOR_KIND:
        document |= {"directory": f"{account.uri}/directory", "implements": IMPLEMENTS}
    else:
        document["generator"] = {"type": "Application", "id": f"{_node_of(account)}/actor", "implements": IMPLEMENTS}
    if led is not None:
        document["@context"] = [*ACTOR_CONTEXT, communities.TERMS]
    if account.aliases:
        document["alsoKnownAs"] = list[JsonValue](account.aliases)
    if account.moved_to:
        document["movedTo"] = account.moved_to
    if keys.rsa:
        document["publicKey"] = {"id": keys.rsa.key_id, "owner": account.uri, "publicKeyPem": keys.rsa.text}
    return document


def entry(
    account: Account, *, pictures: Mapping[Place, Media], domain: str, led: Community | None = None
) -> JsonObject:
    """The same as it stands in the directory of this node: without keys, and what only keys vouch for. led: as for `actor`."""
    document: JsonObject = {
        "id": account.uri,
        "type": account.kind,
        "preferredUsername": account.username,
        "webfinger": f"{account.username}@{domain}",
        "name": account.display_name,
        "summary": account.note,
        "url": account.url,
        "published": timestamp(account.created_at),
        "updated": timestamp(account.refreshed_at),
        "inbox": account.inbox,
        "outbox": account.outbox,
        "followers": account.followers_uri,
        "following": account.following_uri,
        "endpoints": {"sharedInbox": account.shared_inbox},
        "manuallyApprovesFollowers": account.locked,
        "discoverable": account.discoverable,
        "indexable": False,  # what is found here is found by the staff of nodes, not by search engines of others
    }
    if account.kind != NODE_ACTOR_KIND:
        document["featured"] = account.featured_uri
        document["featuredTags"] = tags_uri(account)
    if card := cards.said(account.visiting_card):
        document["visitingCard"] = card
    if led is not None:
        document |= communities.said(led)
    for name, place in (("icon", Place.AVATAR), ("image", Place.HEADER)):
        if place in pictures:
            document[name] = attachments.picture(pictures[place], base_url=_node_of(account))
    return document


def tags_uri(account: Account) -> str:
    """The id of the collection of tags that somebody of this node shows on their profile."""
    return f"{account.uri}/featured_tags"


def _node_of(account: Account) -> str:
    return str(origin_of(account.uri))


def _multikey(account: Account, key: OwnKey) -> JsonValue:
    shown: JsonObject = {
        "id": key.key_id,
        "type": "Multikey",
        "controller": account.uri,
        "publicKeyMultibase": key.text,
    }
    return shown | {"expires": timestamp(key.expires)} if key.expires else shown


@dataclass(frozen=True, slots=True)
class Words:
    """What a post says, ready to be sent.

    content: safe HTML.  source: what was typed, Markdown.  people: actor id and handle of each person it is addressed to
    by name.  communities: which it is for, those among them that are communities included.  tags: address and name, without the sign, of each hashtag.  title: what makes the post an article.
    poll: what readers may choose from.
    event: what makes it an event instead, as `federation.occasions` describes it.
    quoted: what it quotes.  policy: who may quote it.
    files: uploads of the author that hang on it.
    """

    content: str
    source: str
    summary: str = ""
    sensitive: bool = False
    language: str | None = None
    people: Sequence[tuple[str, str]] = ()
    communities: Sequence[CommunityAddress] = ()
    tags: Sequence[tuple[str, str]] = ()
    title: str = ""
    poll: Offer | None = None
    event: JsonObject | None = None
    quoted: Quoted | None = None
    policy: Policy = EVERYBODY
    files: Sequence[Media] = ()


def note(
    author: Account,
    words: Words,
    *,
    uri: str,
    url: str,
    reach: Reach,
    published: datetime,
    updated: datetime | None = None,
    in_reply_to: str | None = None,
    context: str | None = None,
) -> JsonObject:
    """A post as its author's node signs it: a question with a poll, an article with a title, a plain note otherwise.

    context: the id of the conversation that it is part of.
    What is for all, or for members, and names a community is for that community: it stands in `audience`; what is for named
    people alone is not told to a community. Source: FEP-b2b8, FEP-1b12.
    """
    communities = words.communities if reach in (*OPEN, Reach.COMMUNITY) else ()
    groups = {each.uri for each in words.communities} if reach is not Reach.FOLLOWERS else ()
    people = [person for person, _ in words.people if person not in groups]
    if words.quoted and words.quoted.author not in (author.uri, *people):
        people.append(words.quoted.author)  # they see who quotes them, whoever else does
    to, cc = addressing(author, reach, people=people, communities=communities)
    tags: list[JsonValue] = [
        {"type": "Mention", "href": person, "name": f"@{handle}"} for person, handle in words.people
    ]
    tags += [{"type": "Hashtag", "href": address, "name": f"#{name}"} for address, name in words.tags]
    content = words.content + (quote_terms.link_to(words.quoted) if words.quoted else "")
    document: JsonObject = {
        "id": uri,
        "type": "Note",
        "attributedTo": author.uri,
        "content": content,
        "source": {"content": words.source, "mediaType": "text/markdown"},
        "summary": words.summary or None,
        "sensitive": words.sensitive,
        "inReplyTo": in_reply_to,
        "replies": f"{uri}/replies",
        "published": timestamp(published),
        "url": url,
        "to": list[JsonValue](to),
        "cc": list[JsonValue](cc),
        "tag": tags,
        "interactionPolicy": quote_terms.policy_document(author, words.policy, reach),
    }
    document |= _attached(author, words.files)
    if words.language:
        document["contentMap"] = {words.language: content}
    if context:
        document["context"] = context
    if updated:
        document["updated"] = timestamp(updated)
    document |= in_audience(communities)
    if words.quoted:
        document |= quote_terms.terms_of(words.quoted)
    if words.poll:
        document |= {"type": "Question", **asked(words.poll)} | ({"name": words.title} if words.title else {})
    elif words.title:
        document |= {"type": "Article", "name": words.title, "preview": _preview(author, words, url=url)}
    if words.event is not None:
        document |= {"type": "Event", "attendees": f"{uri}/attendees", **words.event}
    return document


def _attached(author: Account, files: Sequence[Media]) -> JsonObject:
    """What hangs on a post; nothing is said where nothing does."""
    base_url = _node_of(author)
    return {"attachment": [attachments.file(each, base_url=base_url) for each in files]} if files else {}


def in_audience(communities: Sequence[CommunityAddress]) -> JsonObject:
    """The property that says which communities something is for; nothing where it is for none. Source: FEP-1b12."""
    uris: list[JsonValue] = [each.uri for each in communities]
    return {"audience": uris[0] if len(uris) == 1 else uris} if uris else {}


def asked(offer: Offer, totals: Sequence[int] = (), *, voters_count: int = 0) -> JsonObject:
    """What makes a post a question, and how its poll stands. Source: FEP-9967.

    totals: of each option, by position; they are not told while the poll hides them.
    """
    choices: list[JsonValue] = []
    for position, title in enumerate(offer.titles):
        choice: JsonObject = {"type": "Note", "name": title}
        if offer.closed_at is not None or not offer.hides_totals:
            choice["replies"] = {"type": "Collection", "totalItems": totals[position] if totals else 0}
        choices.append(choice)
    document: JsonObject = {"anyOf" if offer.multiple else "oneOf": choices, "votersCount": voters_count}
    if offer.ends_at:
        document["endTime"] = timestamp(offer.ends_at)
    if offer.closed_at:
        document["closed"] = timestamp(offer.closed_at)
    return document


def _preview(author: Account, words: Words, *, url: str) -> JsonObject:
    """What stands for an article where only short posts are shown. Source: FEP-b2b8."""
    lines = words.summary or " ".join(plain_text(words.content).split())
    beginning = lines if len(lines) <= PREVIEW_LETTERS else lines[:PREVIEW_LETTERS].rsplit(" ", 1)[0] + " …"
    page = escape(url)
    return {
        "type": "Note",
        "attributedTo": author.uri,
        "content": f"<p><strong>{escape(words.title)}</strong></p><p>{escape(beginning)}</p>"
        f'<p><a href="{page}">{page}</a></p>',
    }


def totals(post: Post) -> JsonObject:
    """How many like a post of this node and have shared it. Source: ActivityPub 5.7, 5.8."""
    counts = {"likes": post.favourites_count, "shares": post.shares_count}
    return {
        name: {"id": f"{post.uri}/{name}", "type": "Collection", "totalItems": total} for name, total in counts.items()
    }


def about(kind: str, account: Account, document: JsonObject, *, uri: str) -> JsonObject:
    """A Create or an Update of a post: the post inside, the same people addressed."""
    audience: JsonObject = {"audience": document["audience"]} if "audience" in document else {}
    return in_context(
        {
            "id": uri,
            "type": kind,
            "actor": account.uri,
            "published": document.get("updated") or document["published"],
            "to": document["to"],
            "cc": document["cc"],
            **audience,
            "object": document,
        }
    )


def act(
    kind: str, account: Account, target: JsonValue, *, uri: str, to: Sequence[str], cc: Sequence[str] = ()
) -> JsonObject:
    """Any other act: who does what to which thing, and who is told."""
    addressed: JsonObject = {"to": list[JsonValue](to)}
    if cc:
        addressed["cc"] = list[JsonValue](cc)
    return in_context({"id": uri, "type": kind, "actor": account.uri, **addressed, "object": target})


def tombstone(uri: str, *, at: datetime, of: str = "") -> JsonObject:
    """What is left of a removed post, or of somebody who has left. of: its type, where that is known. Source: ActivityPub 6.4."""
    former: JsonObject = {"formerType": of} if of else {}
    return in_context({"id": uri, "type": "Tombstone", **former, "deleted": timestamp(at)})


def collection(uri: str, *, total: int, first: str | None = None) -> JsonObject:
    """An ordered collection: how many there are, and where the first page is if others may read it."""
    document: JsonObject = {"id": uri, "type": "OrderedCollection", "totalItems": total}
    if first:
        document["first"] = first
    return in_context(document)


def whole_collection(uri: str, items: Sequence[JsonValue]) -> JsonObject:
    """An ordered collection that is short enough to be sent with all that is in it."""
    found: JsonObject = {
        "id": uri,
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": list(items),
    }
    return in_context(found)


def unordered_collection(uri: str, items: Sequence[JsonValue]) -> JsonObject:
    """The same where the order says nothing: Mastodon reads tags from such a one."""
    return in_context({"id": uri, "type": "Collection", "totalItems": len(items), "items": list(items)})


def collection_page(
    uri: str, *, part_of: str, items: Sequence[JsonValue], following: str | None, total: int | None = None
) -> JsonObject:
    """One page of an ordered collection. total: how many are in the whole collection, where that is told."""
    document: JsonObject = {"id": uri, "type": "OrderedCollectionPage", "partOf": part_of, "orderedItems": list(items)}
    if total is not None:
        document["totalItems"] = total
    if following:
        document["next"] = following
    return in_context(document)
