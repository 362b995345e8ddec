"""One spelling for each host: what is taken, what it becomes, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import hosts
from federation.errors import BadHost
from storage.ids import Host

CANONICAL = [
    ("paris.example", "paris.example"),
    ("PARIS.Example", "paris.example"),
    ("paris.example.", "paris.example"),
    ("paris.example:443", "paris.example"),
    ("paris.example.:443", "paris.example"),
    ("paris.example:8001", "paris.example:8001"),
    ("paris.example:80", "paris.example:80"),
    ("localhost", "localhost"),
    ("localhost:8001", "localhost:8001"),
    ("paris.localhost:8001", "paris.localhost:8001"),
    ("intranet", "intranet"),
    ("straße.example", "xn--strae-oqa.example"),
    ("STRASSE.example", "strasse.example"),
    ("xn--strae-oqa.example", "xn--strae-oqa.example"),
    ("XN--STRAE-OQA.example", "xn--strae-oqa.example"),
    ("école.example", "xn--cole-9oa.example"),
    ("e\u0301cole.example", "xn--cole-9oa.example"),
    ("ÉCOLE.example", "xn--cole-9oa.example"),
    ("東京。example", "xn--1lqs71d.example"),
    ("ｐａｒｉｓ.example", "paris.example"),
    ("1-2.example", "1-2.example"),
    ("7.example", "7.example"),
    ("a" * 63 + ".example", "a" * 63 + ".example"),
    (".".join(["a" * 49] * 5) + ".abc", ".".join(["a" * 49] * 5) + ".abc"),
]

ADDRESSES = [
    ("127.0.0.2", "127.0.0.2"),
    ("127.0.0.2:8001", "127.0.0.2:8001"),
    ("127.0.0.2:443", "127.0.0.2"),
    ("１２７.0.0.1", "127.0.0.1"),
    ("[::1]", "[::1]"),
    ("[::1]:8001", "[::1]:8001"),
    ("[0:0:0:0:0:0:0:1]:443", "[::1]"),
    ("[2001:DB8::A]", "[2001:db8::a]"),
    ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
]

REFUSED = [
    "",
    ".",
    ":8001",
    ".example",
    "paris..example",
    "paris.example..",
    "。paris.example",
    "a" * 64 + ".example",
    ".".join(["a" * 49] * 5) + ".abcd",
    "a." * 5_000 + "example",
    "anna@paris.example",
    "@paris.example",
    "anna:secret@paris.example",
    "paris.example/",
    "paris.example/inbox",
    "https://paris.example",
    "paris.example?",
    "paris.example#",
    "par%69s.example",
    "paris.example\\@evil.example",
    "paris example",
    " paris.example",
    "paris.example\n",
    "par\tis.example",
    "paris\0.example",
    "paris\u00a0.example",
    "paris\u200b.example",
    "par\u00adis.example",
    "paris\u202e.example",
    "paris\ud800.example",
    "par\u200dis.example",
    "par_is.example",
    "-paris.example",
    "paris-.example",
    "pa--ris.example",
    "xn--99999999.example",
    "xn--.example",
    "☃.example",
    "*.example",
    "paris.example:",
    "paris.example:0",
    "paris.example:0443",
    "paris.example:65536",
    "paris.example:+80",
    "paris.example:8O",
    "paris.example:８０",
    "paris.example:80:80",
    "paris：80",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.0.256",
    "127.0.0.1.5",
    "paris.123",
    "paris.0x1f",
    "::1",
    "[::1",
    "[]",
    "[::1]8001",
    "[::1]:",
    "[fe80::1%eth0]",
    "[paris.example]",
    "[127.0.0.1]",
]


@pytest.mark.parametrize(("text", "host"), CANONICAL)
def test_a_name_has_one_spelling(text: str, host: str) -> None:
    assert hosts.canonical_host(text) == host
    assert hosts.canonical_host(host) == host


@pytest.mark.parametrize(("text", "host"), ADDRESSES)
def test_an_address_is_a_host_only_where_the_list_may_hold_addresses(text: str, host: str) -> None:
    assert hosts.canonical_host(text, allow_addresses=True) == host
    assert hosts.canonical_host(host, allow_addresses=True) == host
    with pytest.raises(BadHost):
        hosts.canonical_host(text)


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_what_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(BadHost) as refusal:
        hosts.canonical_host(text, allow_addresses=True)
    assert str(refusal.value).endswith(".")


def test_a_long_text_is_neither_read_nor_kept() -> None:
    with pytest.raises(BadHost) as refusal:
        hosts.canonical_host("a." * 500_000)
    assert len(refusal.value.text) == hosts.LONGEST_AUTHORITY


@given(st.text())
def test_any_text_is_a_host_with_one_spelling_or_none(text: str) -> None:
    try:
        host = hosts.canonical_host(text, allow_addresses=True)
    except BadHost:
        return
    assert hosts.canonical_host(host, allow_addresses=True) == host
    assert host.isascii()
    assert hosts.unicode_form(host)
    assert isinstance(hosts.is_mixed_script(host), bool)


ORIGINS = [
    ("https://paris.example/users/1", "https", "paris.example"),
    ("https://paris.example", "https", "paris.example"),
    ("https://paris.example/users/1#main-key", "https", "paris.example"),
    ("https://paris.example#main-key", "https", "paris.example"),
    ("https://paris.example?x=https://evil.example/", "https", "paris.example"),
    ("https://paris.example/#@evil.example/", "https", "paris.example"),
    ("https://paris.example/@anna", "https", "paris.example"),
    ("HTTPS://Paris.Example:443/Users/1", "https", "paris.example"),
    ("https://paris.example./x", "https", "paris.example"),
    ("https://paris.example:80/", "https", "paris.example:80"),
    ("https://straße.example/é", "https", "xn--strae-oqa.example"),
    ("http://paris.localhost:8001/inbox", "http", "paris.localhost:8001"),
    ("http://localhost:80/", "http", "localhost"),
    ("http://localhost:443/", "http", "localhost:443"),
    ("http://127.0.0.2:8001/actor", "http", "127.0.0.2:8001"),
    ("http://[::1]:8001/actor", "http", "[::1]:8001"),
]

BAD_URIS = [
    "",
    "paris.example",
    "//paris.example/x",
    "ftp://paris.example/",
    "javascript:alert(1)",
    "acct:anna@paris.example",
    "urn:uuid:9c7c",
    "https:paris.example",
    "https:/paris.example/",
    "https:///paris.example",
    "https://",
    "https://#x",
    "https://:443/",
    "https://anna@paris.example/",
    "https://@paris.example/",
    "https://anna:secret@paris.example/",
    "https://paris.example\\@evil.example/",
    "https://paris.example/\\evil",
    "https:\\\\paris.example\\",
    " https://paris.example/",
    "https://paris.example/a b",
    "https://paris.example/\n",
    "https://par\tis.example/",
    "ht\ntps://paris.example/",
    "https://paris.example\0/",
    "https://paris.example/\ud800",
    "https://paris.example/\u202eabc",
    "https://par%69s.example/",
    "https://paris.example%2f@evil.example/",
    "https://paris.example:/",
    "https://paris.example:0443/",
    "https://paris.example:99999/",
    "https://paris.example:-1/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://127.1/",
    "https://0x7f000001/",
    "https://☃.example/",
    "https://paris..example/",
    "https://paris.example/" + "a" * 2_048,
]


@pytest.mark.parametrize(("uri", "scheme", "host"), ORIGINS)
def test_a_uri_belongs_to_one_origin(uri: str, scheme: str, host: str) -> None:
    assert hosts.origin_of(uri) == hosts.Origin(scheme, Host(host))
    assert hosts.host_of(uri) == host
    assert hosts.same_origin(uri, f"{scheme}://{host}/another")


@pytest.mark.parametrize("uri", BAD_URIS, ids=ascii)
def test_a_uri_without_a_certain_host_belongs_to_nobody(uri: str) -> None:
    with pytest.raises(BadHost):
        hosts.origin_of(uri)
    assert not hosts.same_origin(uri, uri)


@pytest.mark.parametrize(
    "other",
    [
        "http://paris.example/",
        "https://paris.example:8443/",
        "https://evil.paris.example/",
        "https://paris.example.evil/",
        "https://evil-paris.example/",
        "https://paris.exampl/",
        "https://pаris.example/",  # the second letter is Cyrillic
        "https://user@paris.example/",
        "paris.example",
    ],
)
def test_look_alikes_have_another_origin(other: str) -> None:
    assert not hosts.same_origin("https://paris.example/", other)
    assert not hosts.same_origin(other, "https://paris.example/")


@given(st.text(alphabet=st.sampled_from("https:/@\\.#?%[]:a1é。 \t０"), max_size=24))
def test_no_uri_makes_the_parser_fall(tail: str) -> None:
    uri = "https://" + tail
    try:
        host = hosts.host_of(uri)
    except BadHost:
        return
    assert hosts.canonical_host(host, allow_addresses=True) == host


@pytest.mark.parametrize("scheme", ["", "ftp", "HTTPS", "javascript"])
def test_an_origin_has_one_of_two_schemes(scheme: str) -> None:
    with pytest.raises(BadHost):
        hosts.origin_at(scheme, "paris.example")


@pytest.mark.parametrize("authority", ["paris.example/x", "anna@paris.example", "", "paris.example?", "a, b"])
def test_a_host_header_holds_a_host_and_nothing_else(authority: str) -> None:
    with pytest.raises(BadHost):
        hosts.origin_at("https", authority)


@pytest.mark.parametrize(
    ("text", "shown", "mixed"),
    [
        ("paris.example", "paris.example", False),
        ("straße.example:8001", "straße.example:8001", False),
        ("école-1.example", "école-1.example", False),
        ("pаris.example", "pаris.example", True),  # the second letter is Cyrillic
        ("xn--pris-53d.example", "pаris.example", True),
        ("москва.example", "москва.example", False),
        ("東京.example", "東京.example", False),
        ("ひらカタ漢々ー.example", "ひらカタ漢々ー.example", False),
        ("서울京.example", "서울京.example", False),
        ("東京tokyo.example", "東京tokyo.example", True),
        ("αb.example", "αb.example", True),
    ],
)
def test_an_administrator_sees_the_written_form_and_is_warned(text: str, shown: str, mixed: bool) -> None:
    host = hosts.canonical_host(text)
    assert hosts.unicode_form(host) == shown
    assert hosts.is_mixed_script(host) is mixed


@pytest.mark.parametrize("text", ["127.0.0.2:8001", "[::1]:8001"])
def test_an_address_is_shown_as_it_is(text: str) -> None:
    host = hosts.canonical_host(text, allow_addresses=True)
    assert hosts.unicode_form(host) == text
    assert not hosts.is_mixed_script(host)
