"""Requests that were taken already: which ones are known, and for how long."""

from dataclasses import replace

import pytest
from multidict import CIMultiDict
from yarl import URL

from federation.signatures import SignedRequest
from federation.signatures.replays import REMEMBERED_FOR, Replays


class Seconds:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def request(number: int = 0) -> SignedRequest:
    headers = CIMultiDict({"Signature": f"sig1=:{number:08}:", "Signature-Input": "sig1=()", "Date": "today"})
    return SignedRequest("POST", URL("https://peer.example/inbox"), headers, b"{}")


def test_a_request_is_known_once_it_was_remembered() -> None:
    replays = Replays()
    assert not replays.is_known(request())
    replays.remember(request())
    assert replays.is_known(request())
    assert not replays.is_known(request(1))


@pytest.mark.parametrize(
    "other",
    [
        replace(request(), method="PUT"),
        replace(request(), target=URL("https://peer.example/users/7/inbox")),
        replace(request(), body=b"{ }"),
        replace(request(), headers=CIMultiDict({"Signature": "sig1=:00000000:", "Signature-Input": "sig2=()"})),
        replace(request(), headers=CIMultiDict({"Signature": "sig1=:00000000:"})),
        replace(request(), headers=CIMultiDict({"Signature-Input": "sig1=()", "Authorization": "sig1=:00000000:"})),
    ],
)
def test_only_the_very_same_request_is_known(other: SignedRequest) -> None:
    replays = Replays()
    replays.remember(request())
    assert not replays.is_known(other)


def test_headers_that_no_signature_is_in_do_not_matter() -> None:
    replays = Replays()
    replays.remember(request())
    headers = CIMultiDict(request().headers)
    headers["User-Agent"] = "another"
    assert replays.is_known(replace(request(), headers=headers))


def test_bytes_that_are_no_text_are_compared_as_well() -> None:
    odd = replace(request(), headers=CIMultiDict({"Signature": "\udcff"}))
    replays = Replays()
    replays.remember(odd)
    assert replays.is_known(odd)


def test_a_request_is_known_as_long_as_its_signature_may_be_good() -> None:
    seconds = Seconds()
    replays = Replays(seconds=seconds)
    seconds.now += REMEMBERED_FOR - 1
    replays.remember(request())
    seconds.now += REMEMBERED_FOR - 1
    assert replays.is_known(request())


@pytest.mark.parametrize("looks", [1, 2, 5])
def test_a_request_is_forgotten_in_the_end(looks: int) -> None:
    seconds = Seconds()
    replays = Replays(seconds=seconds)
    replays.remember(request())
    for _ in range(looks):
        seconds.now += 3 * REMEMBERED_FOR / looks
        replays.is_known(request(1))
    assert not replays.is_known(request())


def test_however_many_come_only_so_many_are_remembered() -> None:
    replays = Replays(most=100)
    for number in range(1_000):
        replays.remember(request(number))
    known = [number for number in range(1_000) if replays.is_known(request(number))]
    assert known == list(range(1_000 - len(known), 1_000))
    assert 100 <= len(known) <= 200


def test_the_same_request_again_takes_no_room() -> None:
    replays = Replays(most=2)
    replays.remember(request(0))
    for _ in range(10):
        replays.remember(request(1))
    assert replays.is_known(request(0))
