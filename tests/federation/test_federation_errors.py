"""What a refusal tells, and to whom."""

import inspect

import pytest

from federation import errors
from federation.errors import FederationError, Malformed, NotThere, Refused, TooManyRequests, Unauthenticated

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, FederationError)]


def test_each_kind_has_a_code_of_its_own_and_a_sentence() -> None:
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(codes)
    for kind in ALL:
        assert kind.code.replace("-", "").isalpha()
        assert kind.__doc__
        assert kind.__doc__.endswith(".")


def test_the_outline_names_every_kind() -> None:
    outline = errors.__doc__ or ""
    assert [kind.__name__ for kind in ALL if f" {kind.__name__} " not in f" {outline} ".replace("\n", " ")] == []


def test_a_refusal_says_one_thing_outside_and_another_inside() -> None:
    refusal = Unauthenticated("The digest is wrong.", code="digest-mismatch", internal="expected ab, found cd")
    assert (refusal.code, refusal.detail) == ("digest-mismatch", "The digest is wrong.")
    assert str(refusal) == "expected ab, found cd"


def test_a_refusal_without_words_takes_those_of_its_kind() -> None:
    refusal = Malformed()
    assert (refusal.code, refusal.detail) == ("malformed", "The request cannot be read.")
    assert str(refusal) == "malformed: The request cannot be read."
    assert Malformed.code == "malformed"


def test_facts_are_fields() -> None:
    assert TooManyRequests(retry_after=30).retry_after == 30
    assert errors.TemporarilyUnavailable(retry_after=5).retry_after == 5
    refusal = errors.NotAllowed("https://paris.example/a", "https://tokyo.example/b", "not-the-owner")
    assert (refusal.actor, refusal.object, refusal.rule) == (
        "https://paris.example/a",
        "https://tokyo.example/b",
        "not-the-owner",
    )
    assert errors.Ignored("unsolicited").code == "unsolicited"
    assert NotThere("https://paris.example/a", gone=True).gone
    assert "127.1" not in str(errors.BadHost("127.1", "This looks like an address."))


@pytest.mark.parametrize("temporary", [True, False])
def test_a_failed_fetch_knows_whether_it_may_be_tried_again(temporary: bool) -> None:
    assert errors.FetchFailed("https://paris.example/a", temporary=temporary).temporary is temporary


def test_other_failures_are_final() -> None:
    kinds = (errors.PeerNotAdmitted, errors.ForbiddenAddress, errors.BadDocument, errors.BudgetSpent)
    assert [kind("paris.example").temporary for kind in kinds] == [False] * 4


def test_what_peers_sent_and_what_we_asked_of_them_are_two_branches() -> None:
    assert [kind for kind in ALL if issubclass(kind, Refused) and issubclass(kind, errors.Unreachable)] == []
