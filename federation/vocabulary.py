"""ActivityStreams as typed models: tolerant in, exact out.

What arrives may spell one thing in many ways: a value or a list of one, an id or the object itself, a missing property
or a null. These models take all of them and give one form. JSON-LD is read as plain JSON: no context is fetched.
Source: ActivityStreams 2.0 Vocabulary; the spellings in `docs/explanation/protocol.md`.
"""

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from federation.errors import BadHost
from federation.hosts import origin_of

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PUBLIC_SPELLINGS = frozenset({PUBLIC, "as:Public", "Public"})

LONGEST_CONTENT = 100_000
LONGEST_SUMMARY = 5_000
LONGEST_TITLE = 500
MOST_MENTIONS = 50
MOST_TAGS = 50
MOST_ADDRESSEES = 2_000
MOST_OPTIONS = 20
MOST_COUNTED = 2**31 - 1
LARGEST_NUMBER = 2**31


def as_list(value: object) -> list[Any]:  # Any: whatever JSON holds
    """One value, a list of them, or nothing, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def value_or_id(value: object) -> object:
    """An id, or the id of an embedded object; a list of one counts as its one."""
    match value:
        case [only]:
            return value_or_id(only)
        case {"id": identifier} | {"href": identifier}:
            return identifier
        case _:
            return value


def _ids(value: object) -> list[str]:
    found = (value_or_id(part) for part in as_list(value)[:MOST_ADDRESSEES])
    return [PUBLIC if part in PUBLIC_SPELLINGS else part for part in found if isinstance(part, str)]


def _with_origin(uri: str) -> str:
    origin_of(uri)  # a BadHost is a ValueError, so pydantic names the field
    return uri


def _moment(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError as error:  # the first and the last day that there is, in some zones
        message = "this moment has no name in UTC"
        raise ValueError(message) from error


def _page(value: object) -> object:
    """The address of the page for people among the forms that `url` takes."""
    links = as_list(value)
    pages = [link for link in links if isinstance(link, dict) and link.get("mediaType") == "text/html"]
    for link in [*pages, *links]:
        address = value_or_id(link)
        if isinstance(address, str) and address.startswith(("https://", "http://")):
            return address
    return ""


def _file_address(value: object) -> object:
    """The address of a file among the forms that `url` takes: any link but one to a page."""
    for link in as_list(value):
        is_page = isinstance(link, dict) and link.get("mediaType") == "text/html"
        address = value_or_id(link)
        if not is_page and isinstance(address, str) and address.startswith(("https://", "http://")):
            return address
    return ""


def _words(value: object) -> object:
    """Text where it is text; what is beside the point of a file never makes its post unreadable."""
    found = _text(value)
    return found if isinstance(found, str) else ""


def _whole(value: object) -> object:
    """A number of pixels or bytes; 0 for what is none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0
    return int(value) if 0 <= value < LARGEST_NUMBER else 0


def _point(value: object) -> object:
    """Two numbers from −1 to 1; the middle for what is none."""
    match value:
        case [int() | float() as x, int() | float() as y] if -1 <= x <= 1 and -1 <= y <= 1:
            return float(x), float(y)
        case _:
            return 0.0, 0.0


def _text(value: object) -> object:
    match value:
        case [first, *_]:
            return _text(first)
        case {"@value": text}:
            return text
        case None:
            return ""
        case _:
            return value


Uri = Annotated[str, BeforeValidator(value_or_id), AfterValidator(_with_origin)]
"""The id of something: absolute, http or https, read in one way only."""

Uris = Annotated[tuple[str, ...], BeforeValidator(_ids)]
Moment = Annotated[datetime, AfterValidator(_moment)]
Text = Annotated[str, BeforeValidator(_text)]
PageAddress = Annotated[str, BeforeValidator(_page)]


def _embedded(value: object) -> object:
    match value:
        case [only]:
            return _embedded(only)
        case _:
            pass
    return value if isinstance(value, Mapping) else {"id": value_or_id(value)}


def _with_id(value: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(value.get("id"), str):
        message = "an object has one id"
        raise ValueError(message)  # noqa: TRY004  pydantic names the field of a ValueError
    return value


Embedded = Annotated[dict[str, Any], BeforeValidator(_embedded), AfterValidator(_with_id)]  # Any: kept as received
"""An object that may have been sent whole or by its id alone; it has an id in either case."""


def types_of(document: Mapping[str, Any]) -> frozenset[str]:  # Any: whatever JSON holds
    """The types of an object: one, several, or none that can be read."""
    return frozenset(_term(part) for part in as_list(document.get("type")) if isinstance(part, str))


PREFIXES = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "toot": "http://joinmastodon.org/ns#",
    "sec": "https://w3id.org/security#",
    "schema": "http://schema.org#",
}
"""How software that compacts documents anew writes the names of terms that no context of ours gave it."""


def _term(name: str) -> str:
    """A term of ActivityStreams by its plain name, however it was written."""
    return name.removeprefix("as:").removeprefix(PREFIXES["as"])


def _spelled(prefix: str, name: str) -> AliasChoices:
    """A property by its plain name, which counts first; with a prefix; or in full.

    Only of terms that say nothing of who speaks and of whom: those are looked at before anything is read into a model.
    """
    return AliasChoices(name, f"{prefix}:{name}", f"{PREFIXES[prefix]}{name}")


class Model(BaseModel):
    """What all models share: camel case outside, unknown properties ignored, never changed."""

    # Built when first used, not at every start.
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True, defer_build=True
    )


def _first_type(value: object) -> object:
    return next((_term(part) for part in as_list(value) if isinstance(part, str)), "")


def _text_if_any(value: object) -> str:
    found = _text(value)
    return found if isinstance(found, str) else ""


class Tag(Model):
    """A mention or a hashtag in a text; other kinds are passed over, and whatever is odd about them."""

    type: Annotated[str, BeforeValidator(_first_type)] = ""
    href: Annotated[str | None, BeforeValidator(_text_if_any)] = None
    name: Annotated[str, BeforeValidator(_text_if_any)] = ""


def _tags(value: object) -> list[Mapping[str, object]]:
    return [tag for tag in as_list(value) if isinstance(tag, Mapping)][: MOST_MENTIONS + MOST_TAGS]


class Source(Model):
    """What the author typed."""

    content: str = ""
    media_type: str = ""


MOST_ATTACHMENTS = 16
LONGEST_DESCRIPTION = 10_000
FILE_TYPES = frozenset({"Document", "Image", "Video", "Audio"})


class File(Model):
    """A file that hangs on a post, or a picture of an actor, by reference."""

    type: Annotated[str, BeforeValidator(_first_type)] = ""
    media_type: Annotated[str, BeforeValidator(_words)] = ""
    url: Annotated[str, BeforeValidator(_file_address)] = ""
    name: Annotated[str, BeforeValidator(_words)] = ""
    summary: Annotated[str, BeforeValidator(_words)] = ""
    blurhash: Annotated[str, BeforeValidator(_words)] = Field(default="", validation_alias=_spelled("toot", "blurhash"))
    width: Annotated[int, BeforeValidator(_whole)] = 0
    height: Annotated[int, BeforeValidator(_whole)] = 0
    size: Annotated[int, BeforeValidator(_whole)] = 0
    focal_point: Annotated[tuple[float, float], BeforeValidator(_point)] = Field(
        default=(0.0, 0.0), validation_alias=_spelled("toot", "focalPoint")
    )
    digest_multibase: Annotated[str, BeforeValidator(_words)] = ""


def _files(value: object) -> list[Mapping[str, object]]:
    found = (part for part in as_list(value) if isinstance(part, Mapping) and types_of(part) & FILE_TYPES)
    return list(itertools.islice(found, MOST_ATTACHMENTS))


def first_id(value: object) -> object:
    """The first id among several; None when there is none that can be read."""
    return next((found for found in map(value_or_id, as_list(value)) if isinstance(found, str)), None)


class Choice(Model):
    """Something that a poll offers. votes: how often it was chosen, None where that is not said."""

    name: str
    votes: int | None = None


def _choices(value: object) -> list[dict[str, object]]:
    offered = [part for part in as_list(value)[:MOST_OPTIONS] if isinstance(part, Mapping)]
    named = [(_text(part.get("name")), part.get("replies")) for part in offered]
    return [{"name": name, "votes": _total(replies)} for name, replies in named if isinstance(name, str)]


def _total(collection: object) -> int | None:
    total = collection.get("totalItems") if isinstance(collection, Mapping) else None
    return _number(total)


def _number(value: object) -> int | None:
    return min(value, MOST_COUNTED) if isinstance(value, int) and value >= 0 and not isinstance(value, bool) else None


def _moment_or_none(value: object) -> datetime | None:
    """A moment where there is one: what else stands there is no reason to refuse the post, which may be of any type."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError, OverflowError):
            return _moment(datetime.fromisoformat(value))
    return None


def _closed(value: object) -> object:
    """When a question was closed, or that it was: the property takes a moment, a truth, or any object."""
    match value:
        case [only]:
            return _closed(only)
        case bool() | None:
            return value
        case str():
            return _moment_or_none(value) or True
        case _:
            return isinstance(value, Mapping)


def _first_uri(value: object) -> object:
    """The same, if it has an origin."""
    found = first_id(value)
    if not isinstance(found, str):
        return None
    try:
        return _with_origin(found)
    except BadHost:
        return None


def _owners(value: object) -> list[object]:
    """Whose the collections are in which an object was made; nothing is known of one that is named by its id alone."""
    return [part.get("attributedTo") for part in as_list(value)[:MOST_TAGS] if isinstance(part, Mapping)]


class Note(Model):
    """A post in any of the types that carry one. target: the owners of the collections that it is made for (FEP-400e)."""

    id: Uri
    type: Annotated[str, BeforeValidator(_first_type)]
    attributed_to: Uri
    name: Text = ""
    content: Text = ""  # whatever its length: the rest is cut off where it is made safe
    content_map: dict[str, str] = Field(default_factory=dict)
    summary: Text = ""
    sensitive: bool = Field(default=False, validation_alias=_spelled("as", "sensitive"))
    in_reply_to: Annotated[str | None, BeforeValidator(first_id)] = None
    context: Annotated[str | None, BeforeValidator(first_id)] = None
    published: Moment | None = None
    updated: Moment | None = None
    url: PageAddress = ""
    to: Uris = ()
    cc: Uris = ()
    audience: Uris = ()
    target: Annotated[Uris, BeforeValidator(_owners)] = ()
    tag: Annotated[tuple[Tag, ...], BeforeValidator(_tags)] = ()
    attachment: Annotated[tuple[File, ...], BeforeValidator(_files)] = ()
    source: Annotated[Source | None, BeforeValidator(lambda value: value if isinstance(value, dict) else None)] = None
    one_of: Annotated[tuple[Choice, ...], BeforeValidator(_choices)] = ()
    any_of: Annotated[tuple[Choice, ...], BeforeValidator(_choices)] = ()
    end_time: Annotated[datetime | None, BeforeValidator(_moment_or_none)] = None
    closed: Annotated[datetime | bool | None, BeforeValidator(_closed)] = None
    voters_count: Annotated[int | None, BeforeValidator(_number)] = Field(
        default=None, validation_alias=_spelled("toot", "votersCount")
    )
    quote: Annotated[str | None, BeforeValidator(_first_uri)] = Field(
        default=None, validation_alias=AliasChoices("quote", "quoteUri", "quoteUrl", "_misskey_quote")
    )
    quote_authorization: Annotated[str | None, BeforeValidator(_first_uri)] = None
    interaction_policy: Annotated[
        dict[str, Any] | None, BeforeValidator(lambda value: value if isinstance(value, dict) else None)
    ] = None  # Any: whatever JSON holds

    @property
    def text(self) -> str:
        """The content as HTML, from whichever property has it."""
        return self.content or next(iter(self.content_map.values()), "")

    @property
    def language(self) -> str | None:
        """The language of the text, when the author named one."""
        return next(iter(self.content_map), None)

    @property
    def mentions(self) -> Sequence[str]:
        """The ids of the people whom the text names."""
        return [tag.href for tag in self.tag if tag.type == "Mention" and tag.href][:MOST_MENTIONS]

    @property
    def hashtags(self) -> Sequence[str]:
        """The tags of the text, without their sign."""
        return [tag.name.lstrip("#") for tag in self.tag if tag.type == "Hashtag" and tag.name.strip("#")][:MOST_TAGS]


POST_TYPES = frozenset({"Note", "Article", "Page", "Question", "Event"})


class Key(Model):
    """A public key with which an actor signs requests."""

    id: Uri
    owner: Uri
    public_key_pem: str = Field(validation_alias=_spelled("sec", "publicKeyPem"))


MOST_KEYS = 10

AnyKey = TypeVar("AnyKey", bound=Model)


def _keys(value: object) -> list[Key]:
    return _readable(Key, value)


class Multikey(Model):
    """A key that an actor has for vouching for documents, and for signing requests (FEP-521a)."""

    id: Uri
    type: Annotated[str, BeforeValidator(_first_type)]
    controller: Uri
    public_key_multibase: str = Field(validation_alias=_spelled("sec", "publicKeyMultibase"))
    expires: Moment | None = None
    revoked: Moment | None = None


def _multikeys(value: object) -> list[Multikey]:
    return _readable(Multikey, value)


def _readable(kind: type[AnyKey], value: object) -> list[AnyKey]:
    """The keys that can be read: ids alone, and verification methods of other kinds, may stand between them."""
    found = []
    for key in as_list(value)[:MOST_KEYS]:
        with contextlib.suppress(ValidationError):
            found.append(kind.model_validate(key))
    return found


class Endpoints(Model):
    """Where an actor's node takes what is for all its people."""

    shared_inbox: str | None = None


class PropertyValue(Model):
    """A line of a profile."""

    name: Annotated[str, BeforeValidator(_words)] = ""
    value: Annotated[str, BeforeValidator(_words)] = Field(default="", validation_alias=_spelled("schema", "value"))


LINE_SPELLINGS = frozenset({"PropertyValue", "schema:PropertyValue", f"{PREFIXES['schema']}PropertyValue"})
MOST_LINES = 16


def _lines(value: object) -> list[Mapping[str, object]]:
    """The lines of a profile; where none is written as most do it, those that are notes (FEP-fb2a)."""
    parts = [part for part in as_list(value) if isinstance(part, Mapping)]
    lines = [part for part in parts if types_of(part) & LINE_SPELLINGS]
    if not lines:
        lines = [{"name": part.get("name"), "value": part.get("content")} for part in parts if "Note" in types_of(part)]
    return lines[:MOST_LINES]


def _pictures(value: object) -> list[Mapping[str, object]]:
    """Pictures, which some give by their address alone."""
    as_files = ({"type": "Image", "url": part} if isinstance(part, str) else part for part in as_list(value))
    return _files([part for part in as_files if isinstance(part, Mapping)])


def _handle(value: object) -> str:
    """A handle, `name@host`, however it was written; nothing where it is none."""
    text = _first_type(value) if isinstance(value, list) else value
    written = text.removeprefix("acct:").removeprefix("@") if isinstance(text, str) else ""
    name, at, host = written.partition("@")
    return written if name and at and host and "@" not in host else ""


class Actor(Model):
    """Somebody who can act: a person, a group, an organisation, a node."""

    id: Uri
    type: Annotated[str, BeforeValidator(_first_type)]
    preferred_username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-:]{1,253}$")]
    webfinger: Annotated[str, BeforeValidator(_handle)] = ""
    name: Text = ""
    summary: Text = ""
    url: PageAddress = ""
    inbox: Uri
    outbox: Annotated[str, BeforeValidator(value_or_id)] = ""
    followers: Annotated[str, BeforeValidator(value_or_id)] = ""
    following: Annotated[str, BeforeValidator(value_or_id)] = ""
    endpoints: Endpoints = Endpoints()
    manually_approves_followers: bool = Field(
        default=False, validation_alias=_spelled("as", "manuallyApprovesFollowers")
    )
    discoverable: bool = Field(default=True, validation_alias=_spelled("toot", "discoverable"))
    featured: Annotated[str | None, BeforeValidator(first_id)] = Field(
        default=None, validation_alias=_spelled("toot", "featured")
    )
    attributed_to: Annotated[str | None, BeforeValidator(first_id)] = None
    posting_restricted_to_mods: Annotated[bool, BeforeValidator(lambda value: value is True)] = False
    is_for_members: Annotated[bool, BeforeValidator(lambda value: value is True)] = False
    closed_since: Annotated[datetime | None, BeforeValidator(_moment_or_none)] = None
    also_known_as: Uris = Field(default=(), validation_alias=_spelled("as", "alsoKnownAs"))
    moved_to: Annotated[str | None, BeforeValidator(first_id)] = Field(
        default=None, validation_alias=_spelled("as", "movedTo")
    )
    updated: Annotated[datetime | None, BeforeValidator(_moment_or_none)] = None
    attachment: Annotated[tuple[PropertyValue, ...], BeforeValidator(_lines)] = ()
    visiting_card: Annotated[
        dict[str, Any] | None, BeforeValidator(lambda value: value if isinstance(value, dict) else None)
    ] = None  # Any: whatever JSON holds
    icon: Annotated[tuple[File, ...], BeforeValidator(_pictures)] = ()
    image: Annotated[tuple[File, ...], BeforeValidator(_pictures)] = ()
    public_key: Annotated[tuple[Key, ...], BeforeValidator(_keys)] = ()
    assertion_method: Annotated[tuple[Multikey, ...], BeforeValidator(_multikeys)] = ()


ACTOR_TYPES = frozenset({"Person", "Group", "Organization", "Application", "Service"})
