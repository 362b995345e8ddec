"""`legation staff` and `legation token`: the people of a node, and who acts for them; each act stands in the audit."""

import sqlite3
from contextlib import closing

import pytest

from node.settings import FILE
from tests.node.command.conftest import PASSWORD, Place


def audited(place: Place) -> list[tuple[str, str, str]]:
    """Act, subject and details of all entries, oldest first."""
    with closing(sqlite3.connect(place.database)) as opened:
        found = opened.execute("select act, subject, detail from audit order by id").fetchall()
    return [(act, subject, detail) for act, subject, detail in found]


def people(place: Place) -> list[object]:
    with closing(sqlite3.connect(place.database)) as opened:
        return opened.execute("select * from staff order by account_id").fetchall()


def add(place: Place, name: str, *more: str) -> None:
    place.did("staff", "add", name, *more, "--password-stdin", stdin=PASSWORD + "\n")


def roles(place: Place) -> dict[str, str]:
    return {each["username"]: each["role"] for each in place.did("staff", "list", "--json").json}


def test_a_newcomer_is_listed_and_audited(place: Place) -> None:
    said = place.did(
        *("staff", "add", "Ken", "--name", "大使館 Ken Sato", "--role", "moderator", "--password-stdin"), stdin=PASSWORD
    )
    assert said.out == f"大使館 Ken Sato (@ken) can sign in at http://{place.domain}.\n"
    assert roles(place) == {"ken": "moderator", "marie": "admin"}
    assert audited(place)[-1] == ("staff.add", "ken", '{"role":"moderator"}')
    heading, ken, marie = place.did("staff", "list").out.splitlines()
    assert heading.split() == ["NAME", "FULL", "NAME", "ROLE", "LAST", "SEEN", "STATE"]
    assert ken.split() == ["ken", "大使館", "Ken", "Sato", "moderator", "-", "active"]
    assert marie.split() == ["marie", "marie", "admin", "-", "active"]


def test_what_the_directory_says_is_taken_over_and_changed(place: Place) -> None:
    add(place, "ken", "--name", "Ken Sato", "--function", "Attaché naval", "--post", "Tokyo")
    assert place.did("staff", "describe", "ken").out == "Ken Sato, Attaché naval, Tokyo\n"
    said = place.did("staff", "describe", "@ken", "--department", "Mission militaire", "--post", "")
    assert said.out == "Ken Sato, Attaché naval, Mission militaire\n"
    assert place.did("staff", "describe", "ken", "--name", "Ken Satō").out.startswith("Ken Satō, Attaché")
    assert audited(place)[-1] == ("staff.describe", "ken", "{}")
    assert "100 characters at most" in place.refused("staff", "describe", "ken", "--function", "x" * 101)
    assert "A name has" in place.refused("staff", "describe", "ken", "--name", " ")
    assert "Nobody here is called" in place.refused("staff", "describe", "zoe")


def test_a_role_changes_and_both_stand_in_the_audit(place: Place) -> None:
    add(place, "ken")
    assert place.did("staff", "role", "ken", "admin").out == "ken is now admin.\n"
    assert roles(place)["ken"] == "admin"
    assert audited(place)[-1] == ("staff.role", "ken", '{"after":"admin","before":"staff"}')


def test_who_left_is_shown_as_such_and_may_come_back(place: Place) -> None:
    add(place, "ken")
    place.did("staff", "disable", "ken")
    assert place.did("staff", "list").out.splitlines()[1].split()[-1] == "left"
    place.did("staff", "enable", "@ken")
    assert place.did("staff", "list").out.splitlines()[1].split()[-1] == "active"
    assert [act for act, _, _ in audited(place)[-2:]] == ["staff.disable", "staff.enable"]


def test_a_new_password_ends_sessions_and_tokens(place: Place) -> None:
    add(place, "ken")
    place.did("token", "ken")
    place.did("staff", "password", "ken", "--password-stdin", stdin="cinq autres mots encore plus longs")
    with closing(sqlite3.connect(place.database)) as opened:
        assert opened.execute("select count(*) from oauth_tokens").fetchone() == (0,)
    assert audited(place)[-1][:2] == ("staff.password", "ken")


def test_the_second_step_of_somebody_who_has_lost_it_is_removed(place: Place) -> None:
    assert place.did("staff", "second-factor", "marie").out == "marie signs in with the password alone.\n"
    with closing(sqlite3.connect(place.database)) as opened:
        (account,) = opened.execute("select account_id from staff").fetchone()
        opened.execute("insert into code_secrets values (?, x'00', 1, 1, 1)", (account,))
        opened.execute("insert into recovery_codes values (?, 'mark', null)", (account,))
        opened.execute("insert into passkeys values (1, ?, 'abc', x'00', 0, '', 'Key', 1, null)", (account,))
        opened.commit()
    place.did("token", "marie")
    assert place.did("staff", "second-factor", "@marie", "--json").json == {"app": True, "passkeys": 1, "recovery": 1}
    place.did("staff", "second-factor", "marie", "--remove")
    with closing(sqlite3.connect(place.database)) as opened:
        left = [
            opened.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("code_secrets", "recovery_codes", "passkeys", "oauth_tokens")
        ]
    assert left == [0, 0, 0, 0]
    assert audited(place)[-1] == ("second-factor.reset", "marie", "{}")


def test_a_token_is_all_that_is_printed_and_is_not_kept(place: Place) -> None:
    said = place.did("token", "marie", "--scope", "read write follow push")
    token = said.out.removesuffix("\n")
    assert len(token) == 43
    assert token.replace("-", "").replace("_", "").isalnum()
    assert all(token.encode() not in path.read_bytes() for path in place.data.iterdir())
    assert audited(place)[-1] == ("token.add", "marie", '{"scope":"read write follow push"}')


def test_a_token_of_somebody_who_owes_a_second_step_comes_with_a_word_about_it(place: Place) -> None:
    add(place, "ken")
    settings = place.data / FILE
    settings.write_text('second_factor = "moderators"\n' + settings.read_text())  # before the first table
    assert "until marie has set up a second step" in place.run_here("token", "marie").err
    place.did("token", "ken")  # without a word


@pytest.mark.parametrize(
    ("call", "stdin", "sentence"),
    [
        (["staff", "add", "marie", "--password-stdin"], PASSWORD, "The name marie is taken"),
        (["staff", "add", "MARIE", "--password-stdin"], PASSWORD, "The name marie is taken"),
        (["staff", "add", "root", "--password-stdin"], PASSWORD, "The name root is kept for the node itself"),
        (["staff", "add", "a b", "--password-stdin"], PASSWORD, "A user name has 1 to 30 letters"),
        (["staff", "add", "k" * 31, "--password-stdin"], PASSWORD, "A user name has 1 to 30 letters"),
        (["staff", "add", "ken", "--password-stdin"], "court", "A password has at least 12 characters"),
        (["staff", "add", "ken", "--password-stdin"], "mot " * 40, "A password has at most 128 characters"),
        (["staff", "add", "ken", "--password-stdin"], "\n" + " " * 20, "among the first that are tried"),
        (["staff", "add", "ken"], "", "Use --password-stdin"),
        (["staff", "password", "ken", "--password-stdin"], PASSWORD, "Nobody here is called ken"),
        (["staff", "password", "marie", "--password-stdin"], "court", "A password has at least 12 characters"),
        (["staff", "role", "ken", "admin"], "", "Nobody here is called ken"),
        (["staff", "disable", "ken"], "", "Nobody here is called ken"),
        (["staff", "enable", "ken"], "", "Nobody here is called ken"),
        (["staff", "role", "marie", "staff"], "", "marie is the only administrator"),
        (["staff", "disable", "marie"], "", "marie is the only administrator"),
        (["staff", "second-factor", "ken"], "", "Nobody here is called ken"),
        (["staff", "second-factor", "marie", "--remove"], "", "marie signs in with the password alone"),
        (["staff", "arrives", "ken", "--from", "@ken@tokyo.localhost:1"], "", "Nobody here is called ken"),
        (["staff", "arrives", "marie", "--from", "ken"], "", "ken is no full address"),
        (
            ["staff", "moves", "marie", "--to", "@ken@tokyo.localhost:1"],
            "",
            "could not be asked for (peer-not-admitted)",
        ),
        (["token", "ken"], "", "Nobody called ken can sign in here"),
        (["token", "marie", "--scope", "read wrote"], "", "There is no scope wrote"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(
    place: Place, call: list[str], stdin: str, sentence: str
) -> None:
    before = (audited(place), people(place))
    assert sentence in place.refused(*call, stdin=stdin)
    assert (audited(place), people(place)) == before


def test_who_left_gets_no_token(place: Place) -> None:
    add(place, "ken")
    place.did("staff", "disable", "ken")
    assert "Nobody called ken can sign in here" in place.run("token", "ken").sentence


def test_the_audit_says_who_ran_the_command(place: Place) -> None:
    assert place.run("staff", "role", "marie", "admin", SUDO_USER="jean").code == 0
    with closing(sqlite3.connect(place.database)) as opened:
        assert opened.execute("select who, source from audit order by id desc").fetchone() == ("jean", "command")
