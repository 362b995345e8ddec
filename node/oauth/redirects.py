"""Where people may be sent with a code: to an address that the app registered, letter by letter the same.

Good addresses are https, http on this very machine with any port, and schemes of apps' own (`tusky://…`). Whatever a
browser would run or open by itself is none.  Source: RFC 8252 sections 7 and 8, RFC 9700 section 4.1.
"""

import re
from urllib.parse import urlencode, urlsplit

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""No address: the code is shown, and the person copies it."""

LONGEST = 2_000
MOST = 20
PLACE = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
NEVER = frozenset(
    {
        *("javascript", "data", "vbscript", "blob", "file", "filesystem", "about", "view-source", "jar", "mailto"),
        *("ftp", "ws", "wss", "urn", "intent", "chrome", "resource"),
    }
)


def is_good(uri: str) -> bool:
    """Whether an app may register this address."""
    if uri == OUT_OF_BAND:
        return True
    return _is_clean(uri) and _leads_to_an_app(uri)


def _is_clean(uri: str) -> bool:
    return uri.isascii() and uri.isprintable() and not set(uri) & set(' #\\"<>') and len(uri) <= LONGEST


def _leads_to_an_app(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not SCHEME.fullmatch(parts.scheme) or parts.scheme in NEVER or "@" in parts.netloc:
        return False
    if parts.scheme in {"https", "http"}:
        return PLACE.fullmatch(parts.netloc) is not None and (parts.scheme == "https" or _is_here(host))
    return True


def _is_here(host: str) -> bool:
    return host in LOOPBACK or host.endswith(".localhost")


def with_answer(uri: str, answer: dict[str, str]) -> str:
    """An address with more parameters in its query; what it has stays as it is."""
    base, mark, query = uri.partition("?")
    joined = "&".join(part for part in (query if mark else "", urlencode(answer)) if part)
    return f"{base}?{joined}"


def source_of(uri: str) -> str:
    """What `form-action` must name so that a browser follows the redirect: an origin, a scheme, or nothing."""
    if uri == OUT_OF_BAND:
        return ""
    parts = urlsplit(uri)
    # The policy's grammar knows no IPv6 addresses.
    by_origin = parts.scheme in {"https", "http"} and not parts.netloc.startswith("[")
    return f"{parts.scheme}://{parts.netloc}" if by_origin else f"{parts.scheme}:"


def place_of(uri: str) -> str:
    """What a person is told about where they will be sent."""
    parts = urlsplit(uri)
    return parts.netloc if parts.scheme in {"https", "http"} else f"{parts.scheme}:"
