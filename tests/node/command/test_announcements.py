"""`legation announcements`."""

from tests.node.command.conftest import Place


def test_an_announcement_is_published_listed_and_withdrawn(place: Place) -> None:
    said = place.did("announcements", "publish", "Coupure\nlundi", "--last-day", "2999-12-31").out
    assert said.endswith("stands above the journals now.\n")
    (listed,) = place.did("announcements", "list", "--json").json
    assert (listed["text"], listed["ends_at"]) == ("Coupure\nlundi", "3000-01-01T00:00:00+00:00")
    assert "Coupure lundi" in place.did("announcements", "list").out
    assert place.did("announcements", "withdraw", listed["id"]).out == f"Announcement {listed['id']} is withdrawn.\n"
    assert place.did("announcements", "list").out == "Nothing is announced.\n"
    refused = place.run("announcements", "publish", "x", "--last-day", "demain")
    assert (refused.code, refused.err) == (1, "legation: A day is written year-month-day, such as 2027-01-31\n")
