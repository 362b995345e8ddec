"""Who is signed in on the pages, and whether a form really comes from this node's own pages.

    cookie ──► session (only the digest of its secret is kept) ──► Visitor
    form ────► same origin, as the browser says  and  the token that belongs to the cookie

How a session begins: `node.web.signing_in`.

A form's token is made from the cookie's secret, so nothing is kept for it. Who is not signed in has no token: there the
browser's word about the origin is what protects the form of sign-in. Nothing here is for the API, which never looks at
cookies.  Source: OWASP ASVS 5.0, 3.5 and 7.
"""

import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from aiohttp import web
from yarl import URL

from node.context import NODE, Node
from node.memory import SignedIn, tags
from node.protection import ACCOUNT
from node.uploads import form_of
from storage import accounts, posting_defaults, second_factors, staff, welcomes
from storage.accounts import Account
from storage.errors import StorageTrouble
from storage.posting_defaults import Defaults
from storage.staff import Session
from storage.store import Unit

SECRET_BYTES = 32
LONGEST_SECRET = 100
TOKEN_BYTES = sha256().digest_size
LONGEST_PATH = 8_000

COOKIE = "legation"
COOKIE_SECONDS = int(max(staff.LONGEST.values()).total_seconds())


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in on the pages.

    role, locale: as they are now.  csrf: what each form of theirs must carry, masked (`csrf_of`).
    session: in which they are here.  must_enrol: whether the node demands a second factor of them that they do not have:
    nothing else is open until they do.
    owes_charter: whether they have yet to accept the charter as it stood when they signed in.
    defaults: how their posts begin.
    """

    account: Account
    role: str
    locale: str
    csrf: str
    session: Session
    must_enrol: bool
    owes_charter: bool
    defaults: Defaults

    @property
    def may_administer(self) -> bool:
        """Whether the person looks after this node."""
        return self.role == staff.ADMIN

    @property
    def may_moderate(self) -> bool:
        """Whether the person looks after reports."""
        return self.role in staff.MODERATING


VISITOR: web.RequestKey[Visitor | None] = web.RequestKey("visitor")


# ---- who is there ---------------------------------------------------------------------------------------------------


async def visitor_of(request: web.Request) -> Visitor | None:
    """Who is signed in in this browser, if anybody is. Asked once for each request."""
    if VISITOR not in request:
        request[VISITOR] = await _find(request)
    return request[VISITOR]


def present(request: web.Request) -> Visitor:
    """The person who is signed in, on pages that only such people reach."""
    visitor = request[VISITOR]
    assert visitor is not None
    return visitor


async def is_signed_in(request: web.Request) -> bool:
    """Whether somebody is signed in in this browser."""
    return await visitor_of(request) is not None


def digest_in(request: web.Request) -> str | None:
    """What is kept of the session that this browser names, good or not."""
    secret = secret_in(request)
    return None if secret is None else digest_of(secret)


async def _find(request: web.Request) -> Visitor | None:
    node, secret = request.app[NODE], secret_in(request)
    if secret is None:
        return None
    # Everything that is remembered for this request is asked for after this.
    await node.store.up_to_date()
    digest = digest_of(secret)
    found = node.memory.sessions.get(digest) or await _looked_up(node, digest)
    if found is None:
        return None
    request[ACCOUNT] = found.account.id
    demanded = node.settings.demands_second_factor(found.member.role)
    return Visitor(
        found.account,
        found.member.role,
        found.member.locale,
        _token_of(secret),
        found.session,
        must_enrol=demanded and not found.has_second_factor,
        owes_charter=found.owes_charter,
        defaults=found.defaults,
    )


async def _looked_up(node: Node, digest: str) -> SignedIn | None:
    """Whose session it is, from the database; remembered until its use is to be noted again, or it ends."""
    since = node.memory.changes.now
    found = await node.store.read(_session_and_person, digest)
    if found is None:
        return None
    session, member, account = found.session, found.member, found.account
    ends = min(session.seen_at + staff.IDLE[member.role], session.created_at + staff.LONGEST[member.role])
    is_use_due = node.now() - session.seen_at >= staff.SEEN_EVERY
    parts = (tags.staff, tags.profile, tags.numbers, tags.reader)
    node.memory.sessions.keep(
        digest,
        found,
        since=since,
        made_of=[part(account.id) for part in parts],
        until=min((node.now() if is_use_due else session.seen_at) + staff.SEEN_EVERY, ends),
    )
    if is_use_due:
        with suppress(StorageTrouble):  # a full disk must not stop anybody from reading
            await node.store.write(staff.touch_session, session)
    return found


def _session_and_person(unit: Unit, digest: str) -> SignedIn | None:
    found = staff.find_session(unit, digest)
    if found is None:
        return None
    session, member = found
    account = member.account_id
    return SignedIn(
        session,
        member,
        accounts.get(unit, account),
        second_factors.has_any(unit, account),
        welcomes.owes_charter(unit, account, since=session.created_at),
        posting_defaults.of(unit, account),
    )


# ---- in and out -----------------------------------------------------------------------------------------------------


async def end(request: web.Request) -> None:
    """End the session of this browser, if there is one."""
    digest = digest_in(request)
    if digest is not None:
        await request.app[NODE].store.write(staff.end_session, digest)


async def renew(request: web.Request) -> str:
    """Have the session of this browser go on under another id: after something about signing in has changed.

    Returns its secret, for the cookie (`remember`); forms of the answer carry the token that belongs to it.
    """
    visitor, secret = present(request), new_secret()
    digest = digest_of(secret)
    await request.app[NODE].store.write(staff.renew_session, visitor.session.digest, visitor.account.id, to=digest)
    request[VISITOR] = replace(visitor, csrf=_token_of(secret), session=replace(visitor.session, digest=digest))
    return secret


def remember(request: web.Request, answer: web.StreamResponse, secret: str) -> None:
    """Have the browser send a session's secret from now on."""
    answer.set_cookie(
        cookie_of(request.app[NODE]),
        secret,
        max_age=COOKIE_SECONDS,
        path="/",
        secure=request.app[NODE].settings.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def forget(request: web.Request, answer: web.StreamResponse) -> None:
    """Have the browser send it no more."""
    secure = request.app[NODE].settings.scheme == "https"
    answer.del_cookie(cookie_of(request.app[NODE]), path="/", secure=secure, httponly=True, samesite="Lax")


# ---- forms ----------------------------------------------------------------------------------------------------------


def csrf_of(request: web.Request) -> str:
    """What the forms of this answer carry: "" where nobody is signed in.

    Another text each time for the same token, so that nobody learns it from how well pages can be compressed.
    """
    visitor = request.get(VISITOR)
    if not visitor:
        return ""
    mask = secrets.token_bytes(TOKEN_BYTES)
    return mask.hex() + _xor(mask, bytes.fromhex(visitor.csrf)).hex()


async def require_csrf(request: web.Request) -> None:
    """Refuse a form that another site sent, or that was made for another session.  Raises HTTPForbidden."""
    visitor = await visitor_of(request)
    if not is_same_origin(request) or (visitor is not None and not _has_token(visitor, await form_of(request))):
        raise web.HTTPForbidden


def is_same_origin(request: web.Request) -> bool:
    """Whether the browser says that a page of this node sent the request; a program that says nothing is no browser.

    Source: Fetch Metadata; RFC 6454.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or origin == f"{request.app[NODE].settings.scheme}://{request.host.lower()}"


def _has_token(visitor: Visitor, form: Mapping[str, Any]) -> bool:
    try:
        given = bytes.fromhex(str(form.get("csrf", "")))
    except ValueError:
        return False
    mask, masked = given[:TOKEN_BYTES], given[TOKEN_BYTES:]
    return len(masked) == TOKEN_BYTES and hmac.compare_digest(bytes.fromhex(visitor.csrf), _xor(mask, masked))


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def safe_path(text: str, *, otherwise: str) -> str:
    """A place on this node to go to, built anew from its parts.

    text: from outside.  otherwise: what to use when it is anything but a path of this node.
    """
    if not text.startswith("/") or text[1:2] in {"/", "\\"} or len(text) > LONGEST_PATH or not text.isprintable():
        return otherwise
    try:
        url = URL(text)
    except ValueError:
        return otherwise
    rebuilt = str(URL.build(path=url.path, query=url.query, fragment=url.fragment))
    if url.absolute or not rebuilt.startswith("/") or rebuilt[1:2] in {"/", "\\"} or "\\" in rebuilt:
        return otherwise
    return rebuilt


# ---- secrets --------------------------------------------------------------------------------------------------------


def cookie_of(node: Node, name: str = COOKIE) -> str:
    """What a cookie is called: browsers take the `__Host-` name over https only, from nobody but this very host."""
    return f"__Host-{name}" if node.settings.scheme == "https" else name


def secret_in(request: web.Request, name: str = COOKIE) -> str | None:
    """The secret that a browser sends in a cookie of this name; None for what cannot be one."""
    secret = request.cookies.get(cookie_of(request.app[NODE], name), "")
    return secret if 0 < len(secret) <= LONGEST_SECRET and secret.isascii() else None


def new_secret() -> str:
    """What a browser is to have, and nobody else: 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of it: SHA-256, hexadecimal."""
    return sha256(secret.encode()).hexdigest()


def _token_of(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()
