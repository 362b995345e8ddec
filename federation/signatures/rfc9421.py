"""RFC 9421, HTTP Message Signatures: what our nodes speak with one another, and newer software of other kinds.

    Signature-Input: sig1=("@method" "@target-uri" "content-digest" "content-type");created=…;expires=…;keyid="…"
    Signature: sig1=:…:

The first header says what is covered, the second is the signature; both hold a member under the same label. A request
counts as signed only if method, target and (with a body) digest are covered and the time is told. There may be several
labels, as of a proxy or in an algorithm to come: exactly one of them must be a signature that this node can check.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import http_sf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA512
from http_sf.types import ItemType, ParamsType
from yarl import URL

from federation import hosts
from federation.errors import BadHost, Unauthenticated
from federation.signatures import components, content_digest, freshness, keys
from federation.signatures.keys import PrivateKey, PublicKey
from federation.signatures.requests import NONE, KeyWanted, SignedRequest, Signer

NAME = "rfc9421"
ACTIVITY_JSON = "application/activity+json"
BODILESS_METHODS = frozenset({"GET", "HEAD"})
LABEL = "sig1"
GOOD_FOR = timedelta(minutes=5)
LONGEST_CLAIMS = 4_096  # reading takes 1 ms for each thousand characters, before anybody is known to ask

ACCEPTED_SIGNATURE = 'sig1=("@method" "@target-uri" "content-digest");created'
"""The value of `Accept-Signature` that tells a peer how a request with a body would be accepted (RFC 9421, 5.1)."""

ED25519, RSA, RSA_PSS = "ed25519", "rsa-v1_5-sha256", "rsa-pss-sha512"

# Where no algorithm is named, the key decides; of the two with RSA it is then the one that everybody sends.
ALGORITHMS: dict[str, type[keys.PublicMaterial]] = {
    ED25519: ed25519.Ed25519PublicKey,
    RSA: rsa.RSAPublicKey,
    RSA_PSS: rsa.RSAPublicKey,
}

_PSS = PSS(mgf=MGF1(SHA512()), salt_length=64)
_WHOLE_TARGET = frozenset({components.AUTHORITY, components.PATH, components.QUERY})
_TYPE_OF_PARAMETER: dict[str, type] = {
    **dict.fromkeys(("created", "expires"), int),
    **dict.fromkeys(("keyid", "alg", "nonce", "tag"), str),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One member of `Signature-Input`: what a signature says of itself, before anybody has verified it.

    covered: names of components, in their order.  text: the member without its label, in the one form in which it is
    signed: components and parameters in the order in which they came, those that this node does not know too.
    created, expires: seconds since 1970.  algorithm: as named, '' if it is not.
    """

    label: str
    covered: tuple[str, ...]
    text: str
    created: int | None
    expires: int | None
    key_id: str
    algorithm: str


def is_announced(request: SignedRequest) -> bool:
    """Whether the request claims to be signed in this way: `Signature` alone belongs to the older draft."""
    return "Signature-Input" in request.headers


def key_id_of(request: SignedRequest) -> str:
    """The id of the key that the request claims, not verified.

    Raises Unauthenticated (`unsigned`, `two-signatures`, `bad-signature-header`, `unknown-algorithm`).
    """
    return _claimed(request)[0].key_id


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
    """The headers that make a request a signed one, for the next five minutes.

    method: upper case.  url: what will be asked, path and query as they go out.  body: the exact bytes sent, None for
    none.  now: aware; sign anew for each attempt.  fields: further header fields to be signed.
    Returns Host, Signature-Input, Signature, with a body Content-Digest and Content-Type, and the further fields. Raises ValueError for a
    URL without a usable host.  With an RSA key it takes 0.7 ms: call it in a thread.  See RFC 9421, 3.1.
    """
    of_body: dict[str, str] = {}
    if body is not None:
        of_body = {content_digest.NAME: content_digest.content_digest_of(body), "Content-Type": content_type}
    headers = {**of_body, **fields}
    lines = {components.METHOD: method, components.TARGET_URI: components.target_uri(url)}
    lines |= {name.lower(): value for name, value in headers.items()}
    claim = _own_claim(tuple(lines), key, int(now.timestamp()))
    signature = keys.make_signature(key.material, _text(lines, claim))
    signed = {"Signature-Input": f"{LABEL}={claim}", "Signature": http_sf.ser({LABEL: signature})}
    return {"Host": hosts.host_of(str(url.origin())), **headers, **signed}


def verify(request: SignedRequest, *, now: datetime) -> Generator[KeyWanted, PublicKey, Signer]:
    """Who signed this request. Yields once, for the key, after everything that needs no key.

    now: aware.  Raises Unauthenticated, before or after the key, with one of the codes `unsigned`, `two-signatures`,
    `repeated-header`, `bad-signature-header`, `unknown-algorithm`, `not-covered`, `bad-date`, `clock-skew`, `expired`,
    `digest-missing`, `digest-mismatch`; and after it `wrong-key`: the key is not the one asked for, fits neither its
    owner nor the algorithm, or did not make this signature. A newer copy may.  See RFC 9421, 3.2.
    """
    claim, signature = _claimed(request)
    _demand_coverage(claim, request)
    signed_at = _demand_time(claim, now=now)
    if _has_body(request) or content_digest.NAME in request.headers:
        content_digest.demand_content_digest(request)
    text = signed_text(claim, request)
    key = yield KeyWanted(claim.key_id)
    _demand_fitting_key(claim, key)
    if not is_signature(key.material, text, signature=signature, algorithm=claim.algorithm):
        raise Unauthenticated("The signature was not made with this key over this request.", code="wrong-key")
    kind = keys.kind_of(key.material)
    return Signer(claim.key_id, key.owner, hosts.host_of(claim.key_id), NAME, claim.covered, kind, signed_at)


# A node signs all requests of one second alike, but for the target.
@lru_cache(maxsize=256)
def claims_of(value: str) -> tuple[Claim, ...]:
    """What the signatures of a request say of themselves.

    value: of `Signature-Input`.  Raises Unauthenticated (`bad-signature-header`): not a dictionary of lists, a label, a
    parameter or a component twice, a component or a component's parameter that this node does not know.
    """
    if len(value) > LONGEST_CLAIMS:
        raise _bad_header("The Signature-Input header is longer than this node reads.")
    members = _dictionary(value, "Signature-Input")
    return tuple(_claim(label, member) for label, member in members.items())


def signed_text(claim: Claim, request: SignedRequest) -> bytes:
    """The text over which a signature was made. See RFC 9421, 2.5.

    Raises Unauthenticated (`not-covered`, `digest-missing`) if the request lacks what is covered.
    """
    values = {name: components.value_of(name, request) for name in claim.covered}
    absent = [name for name, value in values.items() if value is None]
    if absent:
        code = "digest-missing" if absent == ["content-digest"] else "not-covered"
        raise Unauthenticated("The request lacks what the signature covers: " + ", ".join(absent) + ".", code=code)
    return _text({name: value or "" for name, value in values.items()}, claim.text)


def is_signature(material: keys.PublicMaterial, text: bytes, *, signature: bytes, algorithm: str) -> bool:
    """Whether the private half of this key made this signature in this way. Never raises.

    algorithm: one of `ALGORITHMS` that fits the key, or '' for the usual one of the key.
    """
    if algorithm != RSA_PSS or not isinstance(material, rsa.RSAPublicKey):
        return keys.is_signature_of(material, text, signature=signature)
    try:
        material.verify(signature, text, _PSS, SHA512())
    except InvalidSignature:
        return False
    return True


# ---- the headers -----------------------------------------------------------------------------------------------------


def _claimed(request: SignedRequest) -> tuple[Claim, bytes]:
    """The one claim that this node can check, and its signature."""
    claims = claims_of(_only(request, "Signature-Input"))
    signatures = _signatures(_only(request, "Signature"))
    if {claim.label for claim in claims} != signatures.keys():
        raise _bad_header("Signature and Signature-Input have different labels.")
    refusals = [_refusal_of(claim) for claim in claims]
    usable = [claim for claim, refusal in zip(claims, refusals, strict=True) if refusal is None]
    if len(usable) > 1:
        raise Unauthenticated("The request has more than one signature.", code="two-signatures")
    if not usable:
        raise refusals[0] or _bad_header("Signature-Input names no signature.")
    return usable[0], signatures[usable[0].label]


def _only(request: SignedRequest, name: str) -> str:
    match request.headers.getall(name, []):
        case []:
            raise Unauthenticated(f"The request has no {name} header.", code="unsigned")
        case [value]:
            return str(value)
        case _:
            raise Unauthenticated(f"The request has more than one {name} header.", code="two-signatures")


def _dictionary(value: str, header: str) -> dict[str, object]:
    try:
        parsed = http_sf.parse(value.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_duplicate)
    except ValueError as error:
        raise _bad_header(f"The {header} header is not a structured field.") from error
    if not isinstance(parsed, dict) or not parsed:
        raise _bad_header(f"The {header} header is empty.")
    return dict(parsed)


def _refuse_duplicate(name: str, kind: str) -> None:
    raise _bad_header(f"A signature header has the {'label' if kind == 'dictionary' else kind} {name} twice.")


def _signatures(value: str) -> dict[str, bytes]:
    signatures: dict[str, bytes] = {}
    for label, member in _dictionary(value, "Signature").items():
        match member:
            case (bytes(signature), dict()):
                signatures[label] = signature
            case _:
                raise _bad_header("A member of Signature is not a byte sequence.")
    return signatures


def _claim(label: str, member: object) -> Claim:
    match member:
        case (list(items), dict(parameters)):
            pass
        case _:
            raise _bad_header("A member of Signature-Input is not a list of components.")
    for name, type_wanted in _TYPE_OF_PARAMETER.items():
        if name in parameters and type(parameters[name]) is not type_wanted:
            raise _bad_header(f"The parameter {name} is not of its type.")
    return Claim(
        label=label,
        covered=_covered(items),
        text=http_sf.ser([(items, parameters)]),
        created=parameters.get("created"),
        expires=parameters.get("expires"),
        key_id=parameters.get("keyid", ""),
        algorithm=parameters.get("alg", ""),
    )


def _covered(items: list[object]) -> tuple[str, ...]:
    names = []
    for item in items:
        match item:
            case (str(name), dict(parameters)) if not parameters and components.is_known(name):
                names.append(name)
            case _:
                raise _bad_header("The signature covers something that this node does not know.")
    if len(set(names)) != len(names):
        raise _bad_header("The signature covers a component twice.")
    return tuple(names)


def _refusal_of(claim: Claim) -> Unauthenticated | None:
    """Why this node cannot check a signature; None if it can."""
    if claim.algorithm and claim.algorithm not in ALGORITHMS:
        return Unauthenticated(
            "This node knows the algorithms " + ", ".join(ALGORITHMS) + ".", code="unknown-algorithm"
        )
    try:
        hosts.host_of(claim.key_id)
    except BadHost:
        return _bad_header("The keyid is not a URL of a key.")
    return None


# ---- what is demanded ------------------------------------------------------------------------------------------------


def _demand_coverage(claim: Claim, request: SignedRequest) -> None:
    covered = set(claim.covered)
    missing = [components.METHOD] if components.METHOD not in covered else []
    if components.TARGET_URI not in covered and not covered >= _WHOLE_TARGET:
        missing.append(components.TARGET_URI)
    if _has_body(request) and "content-digest" not in covered:
        missing.append("content-digest")
    if missing:
        raise Unauthenticated("The signature does not cover " + ", ".join(missing) + ".", code="not-covered")


def _demand_time(claim: Claim, *, now: datetime) -> datetime:
    if claim.created is None:
        raise Unauthenticated("The signature does not say when it was made: `created`.", code="bad-date")
    if claim.expires is not None and claim.expires < claim.created:
        raise Unauthenticated("The signature expired before it was made.", code="bad-date")
    freshness.demand_fresh(claim.created, now=now)
    freshness.demand_unexpired(claim.expires, now=now)
    return datetime.fromtimestamp(claim.created, UTC)


def _demand_fitting_key(claim: Claim, key: PublicKey) -> None:
    if key.key_id != claim.key_id or not hosts.same_origin(key.key_id, key.owner):
        raise Unauthenticated("The key does not belong to an actor of its own host.", code="wrong-key")
    if claim.algorithm and not isinstance(key.material, ALGORITHMS[claim.algorithm]):
        raise Unauthenticated("The signature's algorithm is not that of the key.", code="wrong-key")


# ---- texts -----------------------------------------------------------------------------------------------------------


def _own_claim(covered: tuple[str, ...], key: PrivateKey, created: int) -> str:
    parameters: ParamsType = {
        "created": created,
        "expires": created + int(GOOD_FOR.total_seconds()),
        "keyid": key.key_id,
        "alg": RSA if isinstance(key.material, rsa.RSAPrivateKey) else ED25519,
    }
    names: list[ItemType] = [*covered]
    return http_sf.ser([(names, parameters)])


def _text(lines: dict[str, str], claim: str) -> bytes:
    text = "".join(f'"{name}": {value}\n' for name, value in lines.items())
    return f'{text}"@signature-params": {claim}'.encode("ascii")


def _has_body(request: SignedRequest) -> bool:
    return request.method not in BODILESS_METHODS or bool(request.body)


def _bad_header(detail: str) -> Unauthenticated:
    return Unauthenticated(detail, code="bad-signature-header")
