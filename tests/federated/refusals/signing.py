"""Signatures that say exactly what a test wants them to say, well made or not."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import http_sf
from yarl import URL

from federation import hosts
from federation.signatures import components, content_digest, digests, freshness, keys
from federation.signatures.keys import PrivateKey

DRAFT_PARTS = ("(request-target)", "host", "date", "digest", "content-type")
PARTS = ("@method", "@target-uri", "content-digest", "content-type")
TYPE = "application/activity+json"


def draft(
    inbox: str,
    body: bytes,
    key: PrivateKey,
    *,
    covered: tuple[str, ...] = DRAFT_PARTS,
    algorithm: str = "rsa-sha256",
    target: str = "",
) -> dict[str, str]:
    """The headers of draft-cavage-12, of which the signature covers these parts alone. target: path and query, if not the inbox's."""
    url = URL(inbox)
    headers = {
        "Host": str(hosts.host_of(inbox)),
        "Date": freshness.http_date(datetime.now(UTC)),
        "Digest": digests.digest_of(body),
        "Content-Type": TYPE,
    }
    values = {
        "(request-target)": f"post {target or url.raw_path_qs}",
        **{name.lower(): text for name, text in headers.items()},
    }
    text = "\n".join(f"{name}: {values[name]}" for name in covered).encode()
    made = b64encode(keys.make_signature(key.material, text)).decode()
    parameters = f'keyId="{key.key_id}",algorithm="{algorithm}",headers="{" ".join(covered)}"'
    return {**headers, "Signature": f'{parameters},signature="{made}"'}


def modern(
    inbox: str,
    body: bytes,
    key: PrivateKey,
    *,
    covered: tuple[str, ...] = PARTS,
    made: datetime | None = None,
    good_for: timedelta = timedelta(minutes=5),
    algorithm: str = "",
    target: str = "",
    more: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """The headers of RFC 9421, of which the signature covers these components alone.

    target: path and query, if not the inbox's.  more: further components that it covers, with their values.
    """
    made = made or datetime.now(UTC)
    created, expires = int(made.timestamp()), int((made + good_for).timestamp())
    values = {
        "@method": "POST",
        "@target-uri": str(URL(inbox).origin()) + target if target else components.target_uri(URL(inbox)),
        "content-digest": content_digest.content_digest_of(body),
        "content-type": TYPE,
        **more,
    }
    covered = (*covered, *more)
    named = f';alg="{algorithm}"' if algorithm else ""
    parts = " ".join(f'"{name}"' for name in covered)
    claim = f'({parts});created={created};expires={expires};keyid="{key.key_id}"{named}'
    lines = [*(f'"{name}": {values[name]}' for name in covered), f'"@signature-params": {claim}']
    signature = keys.make_signature(key.material, "\n".join(lines).encode())
    return {
        "Host": str(hosts.host_of(inbox)),
        "Content-Type": TYPE,
        "Content-Digest": values["content-digest"],
        "Signature-Input": f"sig1={claim}",
        "Signature": http_sf.ser({"sig1": signature}),
    }
