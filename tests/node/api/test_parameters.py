"""However an app sends its parameters, they mean the same (client API 1.1)."""

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, FormData, web
from aiohttp.web import FileField
from pydantic import Field as Default
from pydantic import ValidationError

from node.api.errors import BadRequest, InvalidParameters
from node.api.parameters import Id, LongPage, Offset, Page, Parameters, Several, nested, read
from tests import loopback


class Choice(Parameters):
    options: Several[str] = Default(default_factory=list)
    multiple: bool = False


class Field(Parameters):
    name: str = ""
    value: str = ""


class Everything(Parameters):
    status: str = ""
    sensitive: bool = False
    in_reply_to_id: Id | None = None
    media_ids: Several[Id] = Default(default_factory=list)
    poll: Choice | None = None
    fields_attributes: list[Field] = Default(default_factory=list)
    language: str | None = None


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("ids[]", "1"), ("ids[]", "2")], {"ids": ["1", "2"]}),
        ([("ids[1]", "b"), ("ids[0]", "a")], {"ids": ["a", "b"]}),
        ([("ids[10]", "k"), ("ids[9]", "j")], {"ids": ["j", "k"]}),
        ([("poll[options][]", "x"), ("poll[options][]", "y")], {"poll": {"options": ["x", "y"]}}),
        (
            [("f[0][name]", "a"), ("f[0][value]", "b"), ("f[1][name]", "c")],
            {"f": [{"name": "a", "value": "b"}, {"name": "c"}]},
        ),
        ([("k[][w]", "a"), ("k[][x]", "1"), ("k[][w]", "b")], {"k": [{"w": "a", "x": "1"}, {"w": "b"}]}),
        ([("data[alerts][mention]", "true")], {"data": {"alerts": {"mention": "true"}}}),
        ([("a[b", "1"), ("]", "2"), ("[]", "3")], {"a[b": "1", "]": "2", "[]": "3"}),
        ([("a", "1"), ("a[]", "2")], {"a": ["2"]}),
        ([("a[]", "1"), ("a[b]", "2")], {"a": {"b": "2"}}),
        ([("a" + "[b]" * 7, "1")], {"a" + "[b]" * 7: "1"}),
    ],
)
def test_names_with_brackets(pairs: list[tuple[str, str]], tree: dict[str, Any]) -> None:
    assert nested(pairs) == tree


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_no_database_keeps(text: str) -> None:
    for pair in [("status", text), (text, "x")]:
        with pytest.raises(BadRequest):
            nested([pair])


@pytest.mark.parametrize("yes", [True, "true", "1", 1, "on", "True"])
@pytest.mark.parametrize("no", [False, "false", "0", 0, "off", "", None])
def test_booleans(yes: object, no: object) -> None:
    assert Everything.model_validate({"sensitive": yes}).sensitive is True
    assert Everything.model_validate({"sensitive": no}).sensitive is False


def test_numbers_as_text_and_text_as_numbers() -> None:
    found = Everything.model_validate({"in_reply_to_id": "115", "status": 42, "media_ids": "7"})
    assert (found.in_reply_to_id, found.status, found.media_ids) == (115, "42", [7])


def test_what_is_empty_was_not_filled_in() -> None:
    sent = {"in_reply_to_id": "", "status": None, "language": "", "poll": None, "unknown": "x", "media_ids": [""]}
    with pytest.raises(ValidationError):
        Everything.model_validate(sent)
    found = Everything.model_validate(sent | {"media_ids": None})
    assert (found.in_reply_to_id, found.status, found.language, found.poll) == (None, "", "", None)


def test_what_does_not_fit_names_its_field() -> None:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate({"in_reply_to_id": str(2**63), "poll": {"multiple": "perhaps"}})
    error = InvalidParameters.of(caught.value)
    assert set(error.body()["details"]) == {"in_reply_to_id", "poll.multiple"}
    assert error.text.startswith("Validation failed: In reply to id is invalid")


@pytest.mark.parametrize(
    ("sent", "limit"), [({}, 20), ({"limit": "5"}, 5), ({"limit": 4000}, 40), ({"limit": "0"}, 20), ({"limit": -3}, 3)]
)
def test_a_limit_is_never_an_error(sent: dict[str, Any], limit: int) -> None:
    assert Page.model_validate(sent).limit == limit


def test_parts_of_lists() -> None:
    part = LongPage.model_validate({"max_id": "9", "min_id": "", "since_id": "3"}).part
    assert (part.limit, part.max_id, part.since_id, part.min_id) == (40, 9, 3, None)
    assert LongPage.model_validate({"limit": 100}).limit == 80
    assert Offset.model_validate({"offset": "-5"}).offset == 0


class Upload(Parameters):
    file: FileField
    description: str = ""


async def echo(request: web.Request) -> web.Response:
    found = await read(request, Everything)
    return web.json_response(found.model_dump())


async def weigh(request: web.Request) -> web.Response:
    found = await read(request, Upload)
    return web.json_response([found.file.filename, found.file.file.read().decode(), found.description])


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    app = web.Application()
    app.add_routes([web.post("/echo", echo), web.post("/weigh", weigh)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with loopback.session(base_url=f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


PAIRS = [
    *(
        ("status", "Bonjour é"),
        ("sensitive", "1"),
        ("in_reply_to_id", "12"),
        ("media_ids[]", "3"),
        ("media_ids[]", "4"),
    ),
    *(("poll[options][]", "oui"), ("poll[multiple]", "true"), ("fields_attributes[0][name]", "Bureau")),
]
TREE = {
    "status": "Bonjour é",
    "sensitive": "1",
    "in_reply_to_id": "12",
    "media_ids": [3, "4"],
    "poll": {"options": ["oui"], "multiple": True},
    "fields_attributes": {"0": {"name": "Bureau"}},
}


async def test_four_ways_to_say_the_same(client: ClientSession) -> None:
    with_parts = FormData(PAIRS, default_to_multipart=True)
    said = []
    ways: list[dict[str, Any]] = [{"params": PAIRS}, {"data": FormData(PAIRS)}, {"data": with_parts}, {"json": TREE}]
    for sent in ways:
        async with client.post("/echo", **sent) as response:
            assert response.status == 200
            said.append(await response.json())
    assert said[0]["media_ids"] == [3, 4]
    assert said[0]["fields_attributes"] == [{"name": "Bureau", "value": ""}]
    assert said[0] == said[1] == said[2] == said[3]


async def test_the_body_has_the_last_word(client: ClientSession) -> None:
    bodies: list[dict[str, Any]] = [{"json": {"status": "body"}}, {"data": {"status": "body"}}]
    for body in bodies:
        async with client.post("/echo", params={"status": "query", "language": "fr"}, **body) as response:
            said = await response.json()
            assert (said["status"], said["language"]) == ("body", "fr")


async def test_a_file_comes_as_a_file(client: ClientSession) -> None:
    form = FormData([("description", "Plan")])
    form.add_field("file", io.BytesIO(b"bytes"), filename="plan.txt")
    async with client.post("/weigh", data=form) as response:
        assert await response.json() == ["plan.txt", "bytes", "Plan"]
