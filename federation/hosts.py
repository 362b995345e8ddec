"""Names of hosts in the one form in which they are compared.

Every door asks the same question, "is this peer on the list?", and answers it by equality. So a host has exactly one
spelling here: lower case, A-labels, no trailing dot, the port only where it is not the scheme's own. Only this module
makes a `Host`. What two programs could read differently (user names, percent signs, backslashes, control characters,
odd spellings of addresses) is refused, not repaired.

A URI may name an address, as `http://127.0.0.2:8001` does in development: it has a `Host` as any other, and whether
that one is a peer is decided by the list. Whether a list may hold addresses is `canonical_host`'s `allow_addresses`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna
from yarl import URL

from federation.errors import BadHost
from storage.ids import Host

DEFAULT_PORTS = {"https": 443, "http": 80}

LONGEST_AUTHORITY = 1_000
LONGEST_URI = 2_048

_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_HTTP_URI = re.compile(r"(https?)://([^/?#]*)", re.ASCII | re.IGNORECASE)
_NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*", re.ASCII)

# Zero-width joiners have their lawful places in Persian and Sinhala labels, and IDNA knows them.
_JOINERS = frozenset("\u200c\u200d")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
_AUTHORITY_DELIMITERS = frozenset("/?#@\\%")

_WRITING_SYSTEMS = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
_SCRIPT_OF_FIRST_WORD = {"IDEOGRAPHIC": "CJK", "KATAKANA-HIRAGANA": "KATAKANA"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answers for a URI: scheme, host and port. Two URIs have one owner only if their origins are equal."""

    scheme: str
    host: Host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


def canonical_host(text: str, *, allow_addresses: bool = False) -> Host:
    """The one spelling of a host, with its port unless that is 443.

    text: a name or `name:port`, as an administrator types it.  allow_addresses: take `127.0.0.2` and `[::1]` too.
    Raises BadHost.  See IDNA 2008 and UTS 46, non-transitional, with the STD3 rules.
    """
    host, is_address = _canonical(text, DEFAULT_PORTS["https"])
    if is_address and not allow_addresses:
        raise BadHost(text, "A peer has a name; this is an address.")
    return host


@lru_cache(maxsize=1024)  # the few addresses of one activity are asked about a dozen times
def origin_of(uri: str) -> Origin:
    """The origin of an http or https URI; the fragment does not matter.

    uri: absolute, at most 2,048 characters.  Raises BadHost: another scheme, a user name, a backslash, white space,
    control characters, no host, or a host that two programs could read differently.
    """
    if len(uri) > LONGEST_URI:
        raise BadHost(uri[:LONGEST_URI], "The URI is longer than 2,048 characters.")
    match = _HTTP_URI.match(uri)
    if match is None:
        raise BadHost(uri, "The URI does not begin with https:// or http:// and a host.")
    if "\\" in uri or _has_unseen_characters(uri):
        raise BadHost(uri, "The URI contains a backslash, white space or control characters.")
    origin = origin_at(match[1].lower(), match[2])
    if _origin_by_parser(uri) != origin:
        raise BadHost(uri, "The host of the URI can be read in two ways.")
    return origin


def origin_at(scheme: str, authority: str) -> Origin:
    """The origin of a scheme and the text of a `Host` header.

    scheme: `https` or `http`.  authority: `host` or `host:port`.  Raises BadHost.
    """
    if scheme not in DEFAULT_PORTS:
        raise BadHost(authority, "Nodes speak https, or http in development.")
    host, _ = _canonical(authority, DEFAULT_PORTS[scheme])
    return Origin(scheme, host)


def host_of(uri: str) -> Host:
    """The host that answers for an http or https URI, as it would stand on the list of peers.

    Raises BadHost, as `origin_of`.
    """
    return origin_of(uri).host


def same_origin(first: str, second: str) -> bool:
    """Whether two URIs have one owner: equal scheme, host and port. A URI without a usable host shares with nobody.

    Never raises.  See FEP-fe34.
    """
    try:
        return origin_of(first) == origin_of(second)
    except BadHost:
        return False


def unicode_form(host: Host) -> str:
    """The host as people write it: `xn--strae-oqa.example` is shown as `straße.example`. The port stays."""
    name, colon, port = _split_port(host)
    return (name if name.startswith("[") else idna.decode(name)) + colon + port


def is_mixed_script(host: Host) -> bool:
    """Whether one label mixes writing systems, as a Cyrillic letter among Latin ones: look twice.

    Japanese, Korean and Chinese labels may use all of their own scripts; Latin letters beside them count as mixed.
    """
    name, _, _ = _split_port(host)
    return not name.startswith("[") and any(_mixes_scripts(label) for label in idna.decode(name).split("."))


def _canonical(text: str, default_port: int) -> tuple[Host, bool]:
    if len(text) > LONGEST_AUTHORITY:
        raise BadHost(text[:LONGEST_AUTHORITY], "The name of a host has at most 253 bytes.")
    return _canonical_short(text, default_port)


# Its keys are the hosts that people and peers name; the same few come with every request.
@lru_cache(maxsize=4_096)
def _canonical_short(text: str, default_port: int) -> tuple[Host, bool]:
    _demand_plain(text)
    name, colon, port = _split_port(text)
    if colon and not (_PORT.fullmatch(port) and int(port) < 2**16):
        raise BadHost(text, "A port is a number from 1 to 65535.")
    address = _address(name) if name.startswith("[") else None
    canonical = address or _a_labels(name)
    if address is None and _NUMERIC_LABEL.fullmatch(canonical.rpartition(".")[2]):
        address = canonical = _address(canonical)
    suffix = f":{port}" if port and int(port) != default_port else ""
    return Host(canonical + suffix), address is not None


def _demand_plain(text: str) -> None:
    if not text:
        raise BadHost(text, "The name of the host is missing.")
    if not _AUTHORITY_DELIMITERS.isdisjoint(text):
        raise BadHost(text, "The name of a host contains no user name, path, percent sign or backslash.")
    if _has_unseen_characters(text):
        raise BadHost(text, "The name of a host contains no white space, control characters or invisible characters.")


def _has_unseen_characters(text: str) -> bool:
    if text.isascii():
        return not text.isprintable() or " " in text
    return any(unicodedata.category(char) in _UNSEEN_CATEGORIES and char not in _JOINERS for char in text)


def _split_port(text: str) -> tuple[str, str, str]:
    if text.startswith("["):
        name, bracket, rest = text.partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadHost(text, "An IPv6 address stands in brackets, as [2001:db8::1].")
        return name + bracket, rest[:1], rest[1:]
    return text.partition(":")


def _a_labels(name: str) -> str:
    try:
        # The mapping of UTS 46 includes NFC and lower case; lengths of labels and of the name are checked as well.
        return idna.encode(name, uts46=True, std3_rules=True).decode("ascii").removesuffix(".")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadHost(name, "This is not the name of a host by the rules of IDNA 2008.") from error


def _address(name: str) -> str:
    try:
        if name.startswith("["):
            return f"[{IPv6Address(name[1:-1])}]"
        return str(IPv4Address(name))
    except AddressValueError as error:
        # 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 for some programs and names for others.
        raise BadHost(name, "This looks like an address and is not one in its usual spelling.") from error


def _origin_by_parser(uri: str) -> Origin:
    try:
        url = URL(uri)
        name = url.raw_host or ""
        port = "" if url.explicit_port is None else f":{url.explicit_port}"
    except ValueError as error:
        raise BadHost(uri, "The URI cannot be read.") from error
    return origin_at(url.scheme, (f"[{name}]" if ":" in name else name) + port)


def _mixes_scripts(label: str) -> bool:
    scripts = {_script_of(char) for char in label if char.isalpha()}
    return len(scripts) > 1 and not any(scripts <= system for system in _WRITING_SYSTEMS)


def _script_of(char: str) -> str:
    # Python knows no scripts, but the name of each letter begins with its own.
    first_word = unicodedata.name(char, "UNKNOWN").partition(" ")[0]
    return _SCRIPT_OF_FIRST_WORD.get(first_word, first_word)
