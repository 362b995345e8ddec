"""draft-cavage-http-signatures-12: what all other software speaks.

    Signature: keyId="…",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="…"

The signature covers a text with a line for each name in `headers`, and nothing else: so the names decide what it is
worth. A request counts as signed only if target, host, time and (with a body) digest are among them.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from yarl import URL

from federation import hosts
from federation.errors import BadHost, Unauthenticated
from federation.signatures import digests, freshness, keys
from federation.signatures.keys import PrivateKey, PublicKey
from federation.signatures.requests import NONE, KeyWanted, SignedRequest, Signer
from storage.ids import Host

NAME = "cavage-12"
ACTIVITY_JSON = "application/activity+json"
BODILESS_METHODS = frozenset({"GET", "HEAD"})

# hs2019 means: as the key is. An absent algorithm means the same.
ALGORITHMS: dict[str, tuple[type, ...]] = {
    "hs2019": (rsa.RSAPublicKey, ed25519.Ed25519PublicKey),
    "rsa-sha256": (rsa.RSAPublicKey,),
    "ed25519": (ed25519.Ed25519PublicKey,),
}

_SINGLE_HEADERS = ("Host", "Date", "Digest")
_PSEUDO_HEADERS = frozenset({"(request-target)", "(created)", "(expires)"})
_TIMES_OF_HS2019 = frozenset({"(created)", "(expires)"})
_SCHEME_PREFIX = re.compile(r"signature +", re.IGNORECASE | re.ASCII)
_PARAMETER = re.compile(r'([A-Za-z][A-Za-z0-9_-]*)=(?:"([^"\\]*)"|([0-9]+))[ \t]*(?:,[ \t]*(?=[A-Za-z])|\Z)', re.ASCII)
_COVERED_NAME = re.compile(r"\([a-z-]+\)|[!#$%&'*+.^_`|~0-9a-z-]+", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _SignatureHeader:
    key_id: str
    algorithm: str
    covered: tuple[str, ...]
    signature: bytes
    created: int | None
    expires: int | None


def is_announced(request: SignedRequest) -> bool:
    """Whether the request claims to be signed in this way, in `Signature` or in `Authorization`."""
    return bool(_header_values(request))


def key_id_of(request: SignedRequest) -> str:
    """The id of the key that the request claims, not verified.

    Raises Unauthenticated (`unsigned`, `two-signatures`, `bad-signature-header`, `unknown-algorithm`).
    """
    return _parsed(request).key_id


def sign(
    method: str,
    url: URL,
    body: bytes | None,
    key: PrivateKey,
    *,
    now: datetime,
    content_type: str = ACTIVITY_JSON,
    fields: Mapping[str, str] = NONE,
) -> dict[str, str]:
    """The headers that make a request a signed one.

    method: upper case.  url: what will be asked, path and query as they go out; a peer that answers 401 to a GET with
    a query may want the signature of the same URL without it.  body: the exact bytes sent, None for none.
    now: aware; sign anew for each attempt.  fields: further header fields to be signed.
    Returns Host, Date, Signature, and with a body Digest and Content-Type, and the further fields. Raises ValueError for a URL without a usable host.
    With an RSA key it takes 0.7 ms: call it in a thread.  See draft-cavage-12, 4.
    """
    headers = {"Host": hosts.host_of(str(url.origin())), "Date": freshness.http_date(now)}
    if body is not None:
        headers |= {"Digest": digests.digest_of(body), "Content-Type": content_type}
    headers |= fields
    lines = {"(request-target)": _request_target(method, url.raw_path_qs)}
    lines |= {name.lower(): value for name, value in headers.items()}
    signature = keys.make_signature(key.material, _signing_text(lines))
    algorithm = "rsa-sha256" if isinstance(key.material, rsa.RSAPrivateKey) else "hs2019"
    headers["Signature"] = (
        f'keyId="{key.key_id}",algorithm="{algorithm}",headers="{" ".join(lines)}",'
        f'signature="{b64encode(signature).decode("ascii")}"'
    )
    return headers


def verify(request: SignedRequest, *, now: datetime) -> Generator[KeyWanted, PublicKey, Signer]:
    """Who signed this request. Yields once, for the key, after everything that needs no key.

    now: aware.  Raises Unauthenticated, before or after the key, with one of the codes `unsigned`, `two-signatures`,
    `repeated-header`, `bad-signature-header`, `unknown-algorithm`, `not-covered`, `host-mismatch`, `bad-date`,
    `clock-skew`, `expired`, `digest-missing`, `digest-mismatch`; and after it `wrong-key`: the key is not the one
    asked for, fits neither its owner nor the algorithm, or did not make this signature. A newer copy may.
    """
    header = _parsed(request)
    _demand_single_headers(request)
    _demand_coverage(header, request)
    _demand_own_host(request)
    signed_at = _demand_time(header, request, now=now)
    if _has_body(request) or "Digest" in request.headers:
        digests.demand_digest(request)
    key = yield KeyWanted(header.key_id)
    _demand_fitting_key(header, key)
    _demand_signature(header, request, key)
    kind = keys.kind_of(key.material)
    return Signer(header.key_id, key.owner, _host_of_key(header.key_id), NAME, header.covered, kind, signed_at)


def _header_values(request: SignedRequest) -> list[str]:
    plain: list[str] = request.headers.getall("Signature", [])
    authorization: list[str] = request.headers.getall("Authorization", [])
    return plain + [value for value in authorization if _SCHEME_PREFIX.match(value)]


def _parsed(request: SignedRequest) -> _SignatureHeader:
    match _header_values(request):
        case []:
            raise Unauthenticated("The request is not signed.", code="unsigned")
        case [value]:
            return _signature_header(value)
        case _:
            raise Unauthenticated("The request has more than one signature.", code="two-signatures")


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None:
            raise _bad_header("The Signature header cannot be read.")
        name = match[1].lower()
        if name in parameters:
            raise _bad_header("The Signature header names a parameter twice.")
        parameters[name] = match[3] if match[2] is None else match[2]
        position = match.end()
    return parameters


# Read once for whose it claims to be and once to verify it, a moment later.
@lru_cache(maxsize=256)
def _signature_header(value: str) -> _SignatureHeader:
    parameters = _parameters(_SCHEME_PREFIX.sub("", value, count=1))
    if "keyid" not in parameters or "signature" not in parameters:
        raise _bad_header("The Signature header lacks keyId or signature.")
    algorithm = parameters.get("algorithm", "hs2019")
    if algorithm not in ALGORITHMS:
        raise Unauthenticated("This node knows the algorithms " + ", ".join(ALGORITHMS) + ".", code="unknown-algorithm")
    _host_of_key(parameters["keyid"])
    return _SignatureHeader(
        key_id=parameters["keyid"],
        algorithm=algorithm,
        covered=_covered_names(parameters.get("headers", "date"), algorithm),
        signature=_signature_bytes(parameters["signature"]),
        created=_seconds(parameters.get("created")),
        expires=_seconds(parameters.get("expires")),
    )


# A node signs all its requests alike.
@lru_cache(maxsize=256)
def _covered_names(text: str, algorithm: str) -> tuple[str, ...]:
    names = tuple(text.lower().split(" "))
    if len(set(names)) != len(names) or not all(_COVERED_NAME.fullmatch(name) for name in names):
        raise _bad_header("The parameter headers is not a list of different names.")
    if any(name.startswith("(") and name not in _PSEUDO_HEADERS for name in names):
        raise _bad_header("The signature covers something that this node does not know.")
    if algorithm != "hs2019" and not _TIMES_OF_HS2019.isdisjoint(names):
        raise _bad_header("Only hs2019 signatures may cover (created) and (expires).")
    return names


def _signature_bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise _bad_header("The signature is not base64.") from error


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise _bad_header("The times of a signature are whole seconds since 1970.")
    return int(text)


def _host_of_key(key_id: str) -> Host:
    try:
        return hosts.host_of(key_id)
    except BadHost as error:
        raise _bad_header("The keyId is not a URL of a key.") from error


def _demand_single_headers(request: SignedRequest) -> None:
    for name in _SINGLE_HEADERS:
        if len(request.headers.getall(name, [])) > 1:
            raise Unauthenticated(f"The request has more than one {name} header.", code="repeated-header")


def _demand_coverage(header: _SignatureHeader, request: SignedRequest) -> None:
    time = "(created)" if "(created)" in header.covered else "date"
    required = ["(request-target)", "host", time]
    if _has_body(request):
        required.append("digest")
    missing = [name for name in required if name not in header.covered]
    if missing:
        raise Unauthenticated("The signature does not cover " + ", ".join(missing) + ".", code="not-covered")
    absent = [name for name in header.covered if _value_of(name, header, request) is None]
    if absent:
        code = "digest-missing" if absent == ["digest"] else "not-covered"
        raise Unauthenticated("The request lacks what the signature covers: " + ", ".join(absent) + ".", code=code)


def _demand_own_host(request: SignedRequest) -> None:
    try:
        named = hosts.origin_at(request.target.scheme, request.headers["Host"])
        matches = named == hosts.origin_of(str(request.target.origin()))
    except BadHost:
        matches = False
    if not matches:
        raise Unauthenticated("The Host header names another host than this one.", code="host-mismatch")


def _demand_time(header: _SignatureHeader, request: SignedRequest, *, now: datetime) -> datetime:
    signed_at = now
    if "(created)" in header.covered and header.created is not None:
        freshness.demand_fresh(header.created, now=now)
        signed_at = datetime.fromtimestamp(header.created, UTC)
    if "date" in header.covered:
        signed_at = freshness.read_http_date(request.headers["Date"])
        freshness.demand_fresh(signed_at.timestamp(), now=now)
    freshness.demand_unexpired(header.expires, now=now)
    return signed_at


def _demand_fitting_key(header: _SignatureHeader, key: PublicKey) -> None:
    if key.key_id != header.key_id or not hosts.same_origin(key.key_id, key.owner):
        raise Unauthenticated("The key does not belong to an actor of its own host.", code="wrong-key")
    if not isinstance(key.material, ALGORITHMS[header.algorithm]):
        raise Unauthenticated("The signature's algorithm is not that of the key.", code="wrong-key")


def _demand_signature(header: _SignatureHeader, request: SignedRequest, key: PublicKey) -> None:
    for target in _targets(request):
        lines = {name: _value_of(name, header, request) or "" for name in header.covered}
        lines["(request-target)"] = target
        if keys.is_signature_of(key.material, _signing_text(lines), signature=header.signature):
            return
    raise Unauthenticated("The signature was not made with this key over this request.", code="wrong-key")


def _targets(request: SignedRequest) -> Iterator[str]:
    yield _request_target(request.method, request.target.raw_path_qs)
    if request.method in BODILESS_METHODS and request.target.raw_query_string:
        # Several kinds of software leave the query out when they sign.
        yield _request_target(request.method, request.target.raw_path)


def _value_of(name: str, header: _SignatureHeader, request: SignedRequest) -> str | None:
    match name:
        case "(request-target)":
            return _request_target(request.method, request.target.raw_path_qs)
        case "(created)":
            return None if header.created is None else str(header.created)
        case "(expires)":
            return None if header.expires is None else str(header.expires)
        case _:
            values = request.headers.getall(name, [])
            return ", ".join(value.strip(" \t") for value in values) if values else None


def _has_body(request: SignedRequest) -> bool:
    return request.method not in BODILESS_METHODS or bool(request.body)


def _request_target(method: str, path_and_query: str) -> str:
    return f"{method.lower()} {path_and_query}"


def _signing_text(lines: dict[str, str]) -> bytes:
    # aiohttp reads bytes that are not UTF-8 as surrogates; this gives them back as they were.
    return "\n".join(f"{name}: {value}" for name, value in lines.items()).encode(errors="surrogateescape")


def _bad_header(detail: str) -> Unauthenticated:
    return Unauthenticated(detail, code="bad-signature-header")
