"""The federation's HTTP endpoints, thin: bytes to calls, answers to bytes, refusals to statuses.

Everything but the node's own actor, NodeInfo and host-meta is for allowed peers with a good signature. A thing that a
peer may not see and a thing that is not there answer alike. Refusals are problem documents (RFC 9457, FEP-c180).
"""

import re
from collections.abc import Awaitable, Callable
from html import escape

import orjson
from aiohttp import web

from federation import audience, collection_routes, discovery, documents, questions, quoting
from federation.asking import (
    DEPENDS_ON_SIGNER,
    FEDERATION,
    IS_SIGNED_IN,
    STORE,
    arrival_of,
    asking_peer,
    document_answer,
    local_account,
    sent_on,
    shown_account,
    wants_page,
)
from federation.errors import (
    FederationError,
    GoneHere,
    Malformed,
    NotAdmitted,
    NotFoundHere,
    Refused,
    TemporarilyUnavailable,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    UnsupportedType,
)
from federation.events import RequestRefused
from federation.signatures import Signer, rfc9421
from federation.signatures.keys import Kind
from federation.strict_json import JsonObject
from storage import accounts, communities, media, posts, quote_stamps, tombstones
from storage.accounts import Account
from storage.errors import StorageError, StorageTrouble
from storage.ids import AccountId, parsed
from storage.store import Unit

STATUS: dict[type[Refused], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    NotAdmitted: 403,
    NotFoundHere: 404,
    GoneHere: 410,
    TooLarge: 413,
    UnsupportedType: 415,
    TooManyRequests: 429,
    TemporarilyUnavailable: 503,
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

RESOURCE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
"""Any URI: it begins with its scheme."""


def refusing(handler: Handler) -> Handler:
    """Turn what a handler refuses into the answer that a peer understands."""

    async def refuse(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refusal:
            _tell_refused(request, refusal.code, refusal)
            answer = problem(STATUS[type(refusal)], refusal)
            if isinstance(refusal, Unauthenticated) and request.method == "POST":
                answer.headers["Accept-Signature"] = rfc9421.ACCEPTED_SIGNATURE
            return answer
        except StorageTrouble as trouble:
            _tell_refused(request, trouble.code, trouble)
            return problem(503, TemporarilyUnavailable("This node cannot keep anything just now.", code=trouble.code))
        except (FederationError, StorageError) as error:  # lawful nowhere, and nobody's fault here
            _tell_refused(request, error.code, error)
            return problem(400, Malformed(code=error.code))

    return refuse


def _tell_refused(request: web.Request, code: str, error: Exception) -> None:
    is_told = request.method == "POST"  # inboxes are all that peers post to
    request.app[FEDERATION].tell(RequestRefused(request.remote or "", code, str(error), inbox=is_told))


def problem(status: int, refusal: Refused) -> web.Response:
    """A refusal as a problem document."""
    body = {"type": f"about:legation/{refusal.code}", "title": refusal.code, "status": status, "detail": refusal.detail}
    headers = dict(DEPENDS_ON_SIGNER)
    if isinstance(refusal, TooManyRequests | TemporarilyUnavailable):
        headers["Retry-After"] = str(refusal.retry_after)
    return web.Response(
        status=status, body=orjson.dumps(body), content_type="application/problem+json", headers=headers
    )


def routes() -> list[web.RouteDef]:
    """Every endpoint that peers use."""
    return [
        web.get("/actor", node_actor),
        web.post("/actor/inbox", refusing(post_inbox)),
        web.post("/inbox", refusing(post_inbox)),
        web.post(r"/users/{account:\d+}/inbox", refusing(post_inbox)),
        web.get(r"/users/{account:\d+}", refusing(get_actor)),
        web.get(r"/users/{account:\d+}/outbox", refusing(collection_routes.get_outbox)),
        web.get(r"/users/{account:\d+}/{collection:followers|following}", refusing(collection_routes.get_relations)),
        web.get(r"/users/{account:\d+}/followers_synchronization", refusing(collection_routes.get_followers_there)),
        web.get(r"/users/{account:\d+}/featured", refusing(collection_routes.get_featured)),
        web.get(r"/users/{account:\d+}/featured_tags", refusing(collection_routes.get_featured_tags)),
        web.get(r"/users/{account:\d+}/moderators", refusing(collection_routes.get_managers)),
        web.get(r"/users/{account:\d+}/posts", refusing(get_copy)),
        web.get(r"/users/{account:\d+}/conversation", refusing(collection_routes.get_conversation_of_members)),
        web.get(r"/users/{account:\d+}/posts/{post:\d+}", refusing(get_post)),
        web.get(r"/users/{account:\d+}/posts/{post:\d+}/replies", refusing(collection_routes.get_replies)),
        web.get(r"/users/{account:\d+}/posts/{post:\d+}/{what:likes|shares}", refusing(collection_routes.get_total)),
        web.get(r"/users/{account:\d+}/posts/{post:\d+}/attendees", refusing(collection_routes.get_attendees)),
        web.get(r"/contexts/{thread:\d+}", refusing(collection_routes.get_conversation)),
        web.get(r"/users/{account:\d+}/quotes/{stamp:\d+}", refusing(get_stamp)),
        web.get("/actor/directory", refusing(collection_routes.get_directory)),
        web.get("/actor/{collection:outbox|followers|following}", refusing(collection_routes.get_empty)),
        web.get("/.well-known/webfinger", refusing(webfinger)),
        web.get("/.well-known/nodeinfo", nodeinfo_links),
        web.get("/nodeinfo/{version:2\\.[01]}", refusing(nodeinfo)),
        web.get("/.well-known/host-meta", host_meta),
    ]


async def post_inbox(request: web.Request) -> web.Response:
    """A peer tells something: 202 once it is kept. Whom it concerns it says itself, whoever's inbox it was sent to."""
    await request.app[FEDERATION].inbox.receive(await arrival_of(request))
    return web.Response(status=202)


async def node_actor(request: web.Request) -> web.Response:
    """The node itself: open to all, since two nodes that know nothing of each other begin here."""
    federation = request.app[FEDERATION]
    account = await request.app[STORE].read(accounts.node_actor)
    if "Signature" in request.headers:
        # Verified beside the answer, not before it: two nodes that start together would wait for each other's key.
        federation.notice(await arrival_of(request))
    keys = await federation.keys.public(account)
    return document_answer(documents.actor(account, keys=keys, pictures={}, domain=federation.place.account_domain))


async def get_actor(request: web.Request) -> web.StreamResponse:
    """A person of this node, what is left of one who has left; browsers are sent on to their page."""
    if wants_page(request):
        return await sent_on(request)
    signer = await asking_peer(request)
    account = await local_account(request)
    if account.gone_at is not None:
        return document_answer(documents.tombstone(account.uri, at=account.gone_at, of=account.kind), status=410)
    federation = request.app[FEDERATION]
    keys = await federation.keys.public(account, make_rsa=signer.kind is Kind.RSA)
    pictures = await request.app[STORE].read(media.portraits, account.id)
    led = await request.app[STORE].read(communities.find, account.id) if account.kind == communities.KIND else None
    domain = federation.place.account_domain
    return document_answer(documents.actor(account, keys=keys, pictures=pictures, domain=domain, led=led))


async def get_post(request: web.Request) -> web.StreamResponse:
    """A post of this node, for those peers that may read it; what is left of it, when it was removed."""
    if wants_page(request):
        return await sent_on(request, f"/{request.match_info['post']}")
    signer = await asking_peer(request)
    account = await shown_account(request)
    uri = f"{account.uri}/posts/{request.match_info['post']}"
    kept, tombstone = await request.app[STORE].read(_post_for_peer, uri, signer)
    if tombstone is not None:
        return document_answer(documents.tombstone(uri, at=tombstone.at), status=410)
    if kept is None:
        raise NotFoundHere
    return document_answer(documents.in_context(kept))


async def get_copy(request: web.Request) -> web.Response:
    """A post that a member elsewhere wrote for the others in a community of this node, as they have proven it.

    ?id=: of the post.  For nodes where other members are, which its own node does not know.
    """
    signer = await asking_peer(request)
    community = await shown_account(request)
    act = await request.app[STORE].read(_copy_for_peer, community, request.query.get("id", ""), signer)
    if act is None:
        raise NotFoundHere
    return document_answer(act)


async def get_stamp(request: web.Request) -> web.Response:
    """Leave that somebody of this node gave to quote a post, for those peers that may read the post. Source: FEP-044f."""
    signer = await asking_peer(request)
    account = await local_account(request)
    number = parsed(request.match_info["stamp"])
    if number is None:
        raise NotFoundHere
    stamp = await request.app[STORE].read(_stamp_for_peer, account, number, signer)
    if stamp is None:
        raise NotFoundHere
    return document_answer(documents.in_context(stamp))


async def webfinger(request: web.Request) -> web.Response:
    """Who is behind a handle of this node: for allowed peers and people who are signed in, or for all, as the node is set.

    Source: RFC 7033, 4.2, 5 and 9.
    """
    federation = request.app[FEDERATION]
    resources = request.query.getall("resource", [])
    if len(resources) != 1 or not RESOURCE.match(resources[0]):
        raise Malformed("Ask for one resource, as ?resource=acct:name@host.", code="no-resource")
    resource = resources[0]
    base_url = federation.place.base_url
    if resource.rstrip("/") == base_url:
        return _jrd(discovery.webfinger_of_node(base_url, f"{base_url}/actor"))
    if not federation.place.open_webfinger:
        await _demand_known_asker(request)
    domains = [federation.place.account_domain, federation.place.host]
    name = discovery.handle_in(resource, domains=domains, base_url=base_url)
    if name is None:
        raise NotFoundHere
    account = await request.app[STORE].read(_by_name, name)
    if account is None or account.gone_at is not None:
        raise NotFoundHere
    return _jrd(discovery.webfinger(account, domain=federation.place.account_domain))


async def nodeinfo_links(request: web.Request) -> web.Response:
    """Where this node's descriptions are."""
    base_url = request.app[FEDERATION].place.base_url
    return _open_json(discovery.nodeinfo_links(base_url, f"{base_url}/actor"))


async def nodeinfo(request: web.Request) -> web.Response:
    """What this node is: to whoever asks; how many work here, and which version exactly it runs, to peers that sign.

    Raises Refused: a signature that is no peer's, or not valid. Source: NodeInfo 2.1; FEP-0151.
    """
    place, version = request.app[FEDERATION].place, request.match_info["version"]
    if "Signature" not in request.headers:
        return _open_json(
            discovery.nodeinfo(version, software=discovery.without_details(place.version), name=place.name)
        )
    await asking_peer(request)
    usage = await request.app[STORE].read(_usage)
    found = discovery.nodeinfo(version, software=place.version, usage=usage, name=place.name)
    return web.json_response(body=orjson.dumps(found), headers=DEPENDS_ON_SIGNER)


async def host_meta(request: web.Request) -> web.Response:
    """Where WebFinger is."""
    text = discovery.host_meta(escape(request.app[FEDERATION].place.base_url))
    return web.Response(text=text, content_type="application/xrd+xml", headers={"Access-Control-Allow-Origin": "*"})


# ---- from requests, to answers --------------------------------------------------------------------------------------


async def _demand_known_asker(request: web.Request) -> None:
    if "Signature" in request.headers:
        await asking_peer(request)
    elif not await request.app[IS_SIGNED_IN](request):
        raise Unauthenticated("Only allowed peers and people who are signed in may ask.", code="unsigned")


def _by_name(unit: Unit, name: str) -> Account | None:
    if name.startswith("id:"):
        identifier = parsed(name.removeprefix("id:"))
        found = accounts.by_id(unit, AccountId(identifier)) if identifier is not None else None
        return found if found and found.is_local else None
    return accounts.by_handle(unit, name)


def _post_for_peer(unit: Unit, uri: str, signer: Signer) -> tuple[JsonObject | None, tombstones.Tombstone | None]:
    post = posts.by_uri(unit, uri)
    if post is None:
        return None, tombstones.find(unit, uri)
    if post.boost_of is not None or not audience.peer_may_read(unit, post, host=signer.host):
        return None, None
    kept = posts.document(unit, post.id)
    if kept is None:
        return None, None
    return questions.as_it_stands(unit, post, orjson.loads(kept)) | documents.totals(post), None


def _copy_for_peer(unit: Unit, community: Account, uri: str, signer: Signer) -> JsonObject | None:
    post = posts.by_uri(unit, uri)
    if post is None or not audience.is_given_to(unit, post, community, host=signer.host):
        return None
    kept = communities.proven(unit, post.id)
    return orjson.loads(kept) if kept is not None else None


def _stamp_for_peer(unit: Unit, owner: Account, number: int, signer: Signer) -> JsonObject | None:
    stamp = quote_stamps.by_id(unit, number)
    post = posts.get(unit, stamp.post_id) if stamp is not None else None
    if stamp is None or post is None or stamp.revoked_at is not None or post.author_id != owner.id:
        return None
    if not audience.peer_may_read(unit, post, host=signer.host):
        return None
    uri = quoting.stamp_uri(owner, number)
    return quoting.stamp_document(owner, uri, quoted_uri=post.uri, quoting_uri=stamp.quoting_uri)


def _usage(unit: Unit) -> JsonObject:
    staff = unit.one(int, "select count(*) from staff where disabled_at is null") or 0
    written = unit.one(int, "select count(*) from posts where is_local = 1 and boost_of is null") or 0
    return {"users": {"total": staff}, "localPosts": written}


def _jrd(document: JsonObject) -> web.Response:
    return web.Response(body=orjson.dumps(document), content_type="application/jrd+json", headers=DEPENDS_ON_SIGNER)


def _open_json(document: JsonObject) -> web.Response:
    return web.json_response(
        body=orjson.dumps(document),
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=300", "Vary": DEPENDS_ON_SIGNER["Vary"]},
    )
