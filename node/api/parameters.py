"""What apps send, however they send it: query, form, multipart and JSON become one tree, and the tree a typed model.

    a=1                      {"a": "1"}
    ids[]=1&ids[]=2          {"ids": ["1", "2"]}
    ids[0]=1&ids[1]=2        {"ids": ["1", "2"]}          also {"ids": {"0": …}} in JSON
    poll[options][]=x        {"poll": {"options": ["x"]}}
    fields[][name]=a         {"fields": [{"name": "a"}]}

A model is a subclass of `Parameters`; a file arrives as aiohttp's `FileField`, or as an `Upload` at endpoints that take files
as they come. What is null, or empty where no text is
wanted, counts as not sent: apps send both for fields that nobody filled in. Unknown parameters are ignored.
"""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, TypeVar, cast, get_args

from aiohttp import BodyPartReader, MultipartReader, StreamReader, hdrs, web
from aiohttp.web import FileField
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from federation import strict_json
from federation.errors import Malformed
from node import uploads
from node.api.errors import BadRequest, InvalidParameters
from node.media.settings import Media
from storage import pages
from storage.pages import NEWEST

T = TypeVar("T")

Tree = dict[str, Any]  # Any: what apps send is known only after a model has read it

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
BRACKETS = re.compile(r"\[([^\[\]]*)\]")
MOST_DEPTH = 6
LONGEST_INDEX = 4
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


Several = Annotated[list[T], BeforeValidator(_as_list)]
"""A list that may also come as one plain value."""

Id = Annotated[int, Field(ge=0, le=NEWEST)]
"""The id of anything."""


def _takes_text(annotation: Any) -> bool:  # Any: a type hint can be anything
    return annotation is str or any(_takes_text(part) for part in get_args(annotation) if part is not annotation)


class Parameters(BaseModel):
    """What an endpoint takes. Subclass it with the fields of the endpoint; see the module."""

    # Built when first used: all of them together take a tenth of a second, which every start would wait.
    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        arbitrary_types_allowed=True,
        populate_by_name=True,
        defer_build=True,
    )

    texts: ClassVar[frozenset[str]] = frozenset()
    """The fields for which an empty text says something."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        found = {name: field for name, field in cls.model_fields.items() if _takes_text(field.annotation)}
        cls.texts = frozenset({*found, *(field.alias for field in found.values() if field.alias)})

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_was_not_filled_in(cls, sent: object) -> object:
        if not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if value is not None and (value != "" or name in cls.texts)}


class Limited(Parameters):
    """How many of a list are wanted: `limit`, never more than the endpoint's maximum.

    A subclass says `default = 40` and `maximum = 80` where these are other numbers.
    """

    default: ClassVar[int] = 20
    maximum: ClassVar[int] = 40

    limit: int = 0

    @model_validator(mode="after")
    def _keep_within_bounds(self) -> Self:
        wanted = min(abs(self.limit), self.maximum) or self.default
        # The one moment at which a frozen model is still being made.
        self.__dict__["limit"] = wanted
        return self


class Page(Limited):
    """Which part of a list is wanted, by ids: 20 unless said, at most 40."""

    max_id: Id | None = None
    since_id: Id | None = None
    min_id: Id | None = None

    @property
    def part(self) -> pages.Page:
        """The same in the terms of storage."""
        return pages.Page(self.limit, max_id=self.max_id, since_id=self.since_id, min_id=self.min_id)


class LongPage(Page):
    """The same, for lists of people and notifications: 40 unless said, at most 80."""

    default = 40
    maximum = 80


class LongestPage(Page):
    """The same, for lists of tags and for administrators: 100 unless said, at most 200."""

    default = 100
    maximum = 200


class Offset(Limited):
    """Which part of a ranked list is wanted, by position."""

    offset: int = 0

    @field_validator("offset")
    @classmethod
    def _within_reason(cls, offset: int) -> int:
        return min(max(offset, 0), NEWEST)


# ---- from a request -------------------------------------------------------------------------------------------------


Model = TypeVar("Model", bound=Parameters)


async def read(request: web.Request, model: type[Model]) -> Model:
    """What a request says, as a model.  Raises BadRequest: unreadable; InvalidParameters: a field does not fit."""
    says_nothing = not request.query_string and not request.body_exists
    if says_nothing and model in _of_nothing:
        return cast("Model", _of_nothing[model])
    tree = await gathered(request)
    try:
        found = model.model_validate(tree)
    except ValidationError as error:
        raise InvalidParameters.of(error) from None
    if says_nothing:
        _of_nothing[model] = found
    return found


async def read_with_files(request: web.Request, model: type[Model], folder: Path, limits: Media) -> Model:
    """What a request says whose body nobody has read yet; files lie in a folder.  Raises as `read`, and 413, 408."""
    if request.content_type != "multipart/form-data":
        await uploads.read_plain(request)
        return await read(request, model)
    most_bytes = limits.file_bytes + limits.picture_bytes + MOST_BESIDE_FILES
    pairs = await uploads.received(request, folder, most_bytes=most_bytes, most_of_a_file=limits.file_bytes)
    try:
        return model.model_validate(nested([*request.query.items(), *pairs]))
    except ValidationError as error:
        raise InvalidParameters.of(error) from None


MOST_BESIDE_FILES = 1024 * 1024

_of_nothing: dict[type[Parameters], Parameters] = {}
"""What each model says when nothing was sent; models cannot be changed, so all may have the same."""


async def gathered(request: web.Request) -> Tree:
    """Everything that a request says, as one tree; the body has the last word."""
    tree = nested(request.query.items())
    if not request.body_exists:
        return tree
    if request.content_type in FORMS:
        return nested([*request.query.items(), *(await _form(request))])
    if request.content_type == "application/json" or request.content_type.endswith("+json"):
        return tree | await _json(request)
    return tree


async def _form(request: web.Request) -> list[tuple[str, str | FileField]]:
    try:
        if request.content_type == "multipart/form-data":
            return await _parts(request)
        form = await request.post()
    except (ValueError, AssertionError, LookupError) as error:  # broken boundaries, unknown charsets
        raise BadRequest("The form cannot be read") from error
    return [(name, value) for name, value in form.items() if isinstance(value, str | FileField)]


async def _parts(request: web.Request) -> list[tuple[str, str | FileField]]:
    """The parts of a multipart form. The body is here as a whole already, so `request.post()` would find nothing."""
    body = await request.read()
    stream = StreamReader(request.protocol, limit=len(body))
    stream.feed_data(body)
    stream.feed_eof()
    found: list[tuple[str, str | FileField]] = []
    async for part in MultipartReader(request.headers, stream):
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise BadRequest("The form cannot be read")
        found.append((part.name, await _part(part, part.name)))
    return found


async def _part(part: BodyPartReader, name: str) -> str | FileField:
    content = bytes(await part.read(decode=True))
    if not part.filename:
        return content.decode(part.get_charset("utf-8"))
    kind = part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
    return FileField(name, part.filename, io.BytesIO(content), kind, part.headers)


async def _json(request: web.Request) -> Tree:
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        found = strict_json.loads(raw)
    except Malformed as error:
        raise BadRequest(error.detail) from None
    return {name: _listed(value) for name, value in found.items()}


# ---- from pairs to a tree -------------------------------------------------------------------------------------------


def nested(pairs: Iterable[tuple[str, Any]]) -> Tree:
    """The tree that names with brackets describe.  Raises BadRequest for text that cannot be kept."""
    tree: Tree = {}
    for name, value in pairs:
        _demand_text(name)
        if isinstance(value, str):
            _demand_text(value)
        matched = NAME.fullmatch(name)
        steps = BRACKETS.findall(matched[2]) if matched else []
        if matched is None or len(steps) > MOST_DEPTH:
            tree[name] = value
        else:
            _put(tree, matched[1], steps, value)
    return {name: _listed(value) for name, value in tree.items()}


def _put(branch: Tree, name: str, steps: Sequence[str], value: object) -> None:
    if not steps:
        branch[name] = value
    elif steps[0] == "":
        _append(_grown(branch, name, list), steps[1:], value)
    else:
        _put(_grown(branch, name, dict), steps[0], steps[1:], value)


def _append(items: list[Any], steps: Sequence[str], value: object) -> None:
    if not steps:
        items.append(value)
        return
    name, rest = steps[0], steps[1:]
    # `a[][x]=1&a[][y]=2&a[][x]=3` are two things: a name that comes again begins the next.
    if not items or not isinstance(items[-1], dict) or (name in items[-1] and not rest):
        items.append({})
    _put(items[-1], name, rest, value)


def _grown(branch: Tree, name: str, kind: Callable[[], T]) -> T:
    if not isinstance(branch.get(name), type(kind())):
        branch[name] = kind()
    grown: T = branch[name]
    return grown


def _listed(value: Any) -> Any:
    """A hash whose keys are numbers is a list: `fields_attributes[0][name]`, `{"0": …}`."""
    match value:
        case dict() if value and all(map(_is_index, value)):
            return [_listed(value[index]) for index in sorted(value, key=int)]
        case dict():
            return {name: _listed(inner) for name, inner in value.items()}
        case list():
            return [_listed(inner) for inner in value]
        case _:
            return value


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) <= LONGEST_INDEX


def _demand_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadRequest("A text contains NUL or half of a character")
