"""What a signature of RFC 9421 may cover: parts of the request, and header fields.

Every component is a line of the text that is signed: `"name": value`. What this node does not know, it cannot see the
meaning of, so a signature that covers it is refused; component parameters (`;sf`, `;bs`, `;req`, `@query-param;name=…`)
are among the unknown, since nobody between nodes sends them.

Source: RFC 9421, 2.1 and 2.2.
"""

import re
from collections.abc import Callable

from yarl import URL

from federation import hosts
from federation.signatures.requests import SignedRequest

METHOD, TARGET_URI, AUTHORITY = "@method", "@target-uri", "@authority"
SCHEME, REQUEST_TARGET, PATH, QUERY = "@scheme", "@request-target", "@path", "@query"

_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+", re.ASCII)
_VALUE = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?", re.ASCII)


def target_uri(url: URL) -> str:
    """A URL as its signer writes it: lower-case host, no port that goes without saying, path and query as they are.

    Raises BadHost.
    """
    return f"{url.scheme}://{_authority(url)}{url.raw_path_qs}"


def _authority(url: URL) -> str:
    return hosts.host_of(str(url.origin()))


_DERIVED: dict[str, Callable[[SignedRequest], str]] = {
    METHOD: lambda request: request.method,
    TARGET_URI: lambda request: target_uri(request.target),
    AUTHORITY: lambda request: _authority(request.target),
    SCHEME: lambda request: request.target.scheme,
    REQUEST_TARGET: lambda request: request.target.raw_path_qs,
    PATH: lambda request: request.target.raw_path,
    QUERY: lambda request: f"?{request.target.raw_query_string}",
}


def is_known(name: str) -> bool:
    """Whether a signature may cover this: a part of the request, or a header field in lower case."""
    return name in _DERIVED or _FIELD_NAME.fullmatch(name) is not None


def value_of(name: str, request: SignedRequest) -> str | None:
    """The value of a component; None if the request has no such field, or nothing that can be signed.

    name: `is_known`.  Fields of several lines are joined; control characters and what is not ASCII cannot be signed.
    """
    derived = _DERIVED.get(name)
    lines = [derived(request)] if derived else request.headers.getall(name, [])
    value = ", ".join(line.strip(" \t") for line in lines)
    return value if lines and _VALUE.fullmatch(value) else None
