"""`legation community`."""

from tests.node.command.conftest import Place
from tests.node.command.test_doctor import change, sentence

FULL = (
    *("--name", "Salle de presse", "--purpose", "Revue du *matin*"),
    *("--closed", "--members-only", "--managers-write-only"),
)
LONG_AGO = "update accounts set created_at = 0 where username = 'presse'"
PAUL_ASKS = """
insert into follows (id, follower_id, followed_id, uri, created_at)
select 1, p.id, g.id, 'urn:ask', 0 from accounts p join accounts g on g.username = 'presse' where p.username = 'paul'
"""


def with_paul(place: Place) -> None:
    place.did("staff", "add", "paul", "--name", "Paul Girard", "--password-stdin", stdin="quatre mots bien choisis")


def test_a_community_is_founded_listed_and_shown(place: Place) -> None:
    assert place.did("community", "list").out.startswith("There is no community here yet.")
    with_paul(place)
    said = place.did("community", "add", "presse", "--manager", "marie", *FULL).out
    assert said == f"Salle de presse (@presse) is at http://{place.domain}/@presse.\n"
    place.did("community", "add", "archives", "--manager", "paul", "--manager", "marie")
    for statement in (LONG_AGO, PAUL_ASKS):
        change(place, statement)
    archives, press = place.did("community", "list", "--json").json
    assert (archives["name"], archives["members"], archives["sleeping_since"]) == ("archives", 2, None)
    assert (press["members"], press["sleeping_since"], press["closed_at"]) == (1, press["founded_at"], None)
    heading, *lines = place.did("community", "list").out.splitlines()
    assert heading.split("  ")[0] == "NAME"
    assert [line.split()[0] for line in lines] == ["archives", "presse"]
    shown = place.did("community", "show", "@Presse", "--json").json
    assert shown == press | {"managers": ["marie"], "waiting": 1}
    assert (shown["full_name"], shown["closed_membership"], shown["for_members"], shown["managers_write_only"]) == (
        "Salle de presse",
        True,
        True,
        True,
    )
    assert "managers            marie\n" in place.did("community", "show", "presse").out


def test_who_leads_it_is_added_and_removed_and_one_stays(place: Place) -> None:
    with_paul(place)
    place.did("community", "add", "presse", "--manager", "marie")

    def managers() -> list[str]:
        found: list[str] = place.did("community", "show", "presse", "--json").json["managers"]
        return found

    assert place.did("community", "manager", "add", "presse", "@paul").out == "paul leads presse.\n"
    assert place.did("community", "manager", "add", "presse", "paul").out == "paul led already presse.\n"
    assert managers() == ["marie", "paul"]
    assert place.did("community", "manager", "remove", "presse", "marie").out == "marie no longer leads presse.\n"
    assert managers() == ["paul"]
    assert "Nobody else leads presse" in place.refused("community", "manager", "remove", "presse", "paul")
    assert "does not lead presse" in place.refused("community", "manager", "remove", "presse", "marie")
    assert place.did("staff", "disable", "paul").out.endswith(
        "Nobody leads presse any more. Choose somebody: legation community manager add presse PERSON\n"
    )
    assert sentence(place.did("doctor", "--json"), "communities").startswith("Nobody leads presse any more")


def test_it_is_closed_and_opened_again(place: Place) -> None:
    place.did("community", "add", "presse", "--manager", "marie")
    assert place.did("community", "close", "presse").out == "presse is closed.\n"
    assert place.did("community", "close", "presse").out == "presse was closed already.\n"
    (found,) = place.did("community", "list", "--json").json
    assert found["closed_at"] is not None
    assert place.did("community", "reopen", "presse").out == "presse is open again.\n"
    assert place.did("community", "reopen", "presse").out == "presse was open.\n"


def test_what_cannot_be_is_refused_with_what_to_do(place: Place) -> None:
    place.did("community", "add", "presse", "--manager", "marie")
    assert "is taken" in place.refused("community", "add", "presse", "--manager", "marie")
    assert "Nobody here is called zoe" in place.refused("community", "add", "visas", "--manager", "zoe")
    for call in (("show", "visas"), ("close", "marie"), ("reopen", "visas"), ("manager", "add", "visas", "marie")):
        assert "`legation community list` shows which there are" in place.refused("community", *call)
    assert "is not found" in place.refused("community", "manager", "add", "presse", "zoe")
    assert "cannot lead" in place.refused("community", "manager", "add", "presse", "presse")
