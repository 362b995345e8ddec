"""Collections of this node: what somebody wrote, pinned and shows, who follows, who comes, what was answered. For peers that sign.

Who follows whom is told as a number; names are told to the node whose people they are.
"""

from collections.abc import Callable

from aiohttp import web

from federation import audience, collections, directories, documents, featured, outboxes, synchronising
from federation import communities as terms
from federation.asking import FEDERATION, STORE, asking_peer, document_answer, local_account, shown_account
from federation.errors import NotFoundHere
from federation.signatures import Signer
from federation.strict_json import JsonValue
from storage import attendances, communities, contexts, followers, occasions, pins, posts
from storage.accounts import Account
from storage.contexts import Listed
from storage.ids import PostId, parsed
from storage.store import Unit, Value

FOLLOWERS_PAGE = 1_000

LISTED_AT_ONCE = 50
"""Ids on a page of a conversation."""


async def get_outbox(request: web.Request) -> web.Response:
    """What somebody wrote and shared for all nodes, newest first."""
    await asking_peer(request)
    account = await shown_account(request)
    before = request.query.get("before")
    if before is None:
        total = await request.app[STORE].read(outboxes.total, account.id)
        return document_answer(documents.collection(account.outbox, total=total, first=f"{account.outbox}?before=0"))
    last_seen = parsed(before)
    if last_seen is None:
        raise NotFoundHere
    part = await request.app[STORE].read(outboxes.part, account, before=PostId(last_seen) if last_seen else None)
    following = f"{account.outbox}?before={part.last}" if part.last else None
    uri = f"{account.outbox}?before={before}"
    return document_answer(
        documents.collection_page(uri, part_of=account.outbox, items=part.items, following=following)
    )


async def get_relations(request: web.Request) -> web.Response:
    """How many followers somebody has, or follows; who they are is nobody else's affair."""
    await asking_peer(request)
    account = await local_account(request)
    name = request.match_info["collection"]
    total = account.followers_count if name == "followers" else account.following_count
    return document_answer(documents.collection(f"{account.uri}/{name}", total=total))


async def get_followers_there(request: web.Request) -> web.Response:
    """Who at the asking node follows somebody, the oldest follow first: its own people, and nobody else's. Source: FEP-8fcf."""
    signer = await asking_peer(request)
    account = await local_account(request)
    after = parsed(request.query.get("after", "0"))
    if after is None:
        raise NotFoundHere
    uri = synchronising.partial_uri(account.uri)
    limit = FOLLOWERS_PAGE + 1
    found = await request.app[STORE].read(followers.at, account.id, signer.host, after=after, limit=limit)
    shown: list[JsonValue] = [follower.uri for follower in found[:FOLLOWERS_PAGE]]
    if not after and len(found) <= FOLLOWERS_PAGE:
        return document_answer(documents.whole_collection(uri, shown))
    following = f"{uri}?after={found[FOLLOWERS_PAGE - 1].relation}" if len(found) > FOLLOWERS_PAGE else None
    if "after" in request.query:
        here = f"{uri}?after={after}"
        return document_answer(documents.collection_page(here, part_of=uri, items=shown, following=following))
    total = await request.app[STORE].read(followers.count_at, account.id, signer.host)
    return document_answer(documents.collection(uri, total=total, first=f"{uri}?after=0"))


async def get_featured(request: web.Request) -> web.Response:
    """What somebody has pinned, as far as the peer may read it."""
    signer = await asking_peer(request)
    account = await shown_account(request)
    found = await request.app[STORE].read(_pinned_for_peer, account, signer)
    return document_answer(documents.whole_collection(account.featured_uri, found))


async def get_featured_tags(request: web.Request) -> web.Response:
    """Which tags somebody shows on their profile. Source: Mastodon's `featuredTags`."""
    await asking_peer(request)
    account = await shown_account(request)
    found = await request.app[STORE].read(featured.tags_of, account)
    return document_answer(documents.unordered_collection(documents.tags_uri(account), found))


async def get_managers(request: web.Request) -> web.Response:
    """Who leads a community of this node, the longest first. Source: FEP-1b12, as Lemmy has it."""
    await asking_peer(request)
    account = await shown_account(request)
    if account.kind != communities.KIND:
        raise NotFoundHere
    found = await request.app[STORE].read(communities.managers, account.id)
    shown: list[JsonValue] = [manager.uri for manager in found]
    return document_answer(documents.whole_collection(terms.managers_uri(account), shown))


async def get_empty(request: web.Request) -> web.Response:
    """The node itself writes nothing and follows nobody."""
    base_url = request.app[FEDERATION].place.base_url
    return document_answer(documents.collection(f"{base_url}/actor/{request.match_info['collection']}", total=0))


async def get_directory(request: web.Request) -> web.Response:
    """The people of this node who want to be found, as they changed; see `federation.directories`."""
    await asking_peer(request)
    place, after = request.app[FEDERATION].place, request.query.get("after")
    found = await request.app[STORE].read(directories.shown, place.base_url, after, domain=place.account_domain)
    return document_answer(found)


async def get_replies(request: web.Request) -> web.Response:
    """The answers to a post of this node, as far as the peer may know of them. Source: ActivityStreams 2.0, `replies`."""
    signer = await asking_peer(request)
    account = await local_account(request)
    uri = f"{account.uri}/posts/{request.match_info['post']}"
    post = await request.app[STORE].read(_readable, uri, signer)
    if post is None:
        raise NotFoundHere
    return await _listing(request, f"{uri}/replies", post, contexts.answers, contexts.answers_count, host=signer.host)


async def get_conversation(request: web.Request) -> web.Response:
    """All posts of a conversation that began here, the oldest first, as far as the peer may know of them. Source: FEP-f228."""
    signer = await asking_peer(request)
    base_url = request.app[FEDERATION].place.base_url
    number = parsed(request.match_info["thread"])
    thread = None
    if number is not None:
        thread = await request.app[STORE].read(contexts.first_here, number, below=f"{base_url}/users/")
    if thread is None or not await request.app[STORE].read(contexts.count, thread, host=signer.host):
        raise NotFoundHere
    uri = f"{base_url}/contexts/{thread}"
    return await _listing(request, uri, thread, contexts.listed, contexts.count, host=signer.host)


async def get_conversation_of_members(request: web.Request) -> web.Response:
    """The posts of a conversation that are for the members of a community of this node, the oldest first; for their nodes.

    ?of=: the id of one of them.
    """
    signer = await asking_peer(request)
    community, of = await shown_account(request), request.query.get("of", "")
    found = await request.app[STORE].read(_for_members, community, of, signer)
    if not found:
        raise NotFoundHere
    return document_answer(documents.whole_collection(terms.conversation_uri(community.uri, of), found))


async def get_total(request: web.Request) -> web.Response:
    """How many like or have shared a post of this node, for those peers that may read it; who they are is not told."""
    signer = await asking_peer(request)
    account = await shown_account(request)
    uri = f"{account.uri}/posts/{request.match_info['post']}"
    post = await request.app[STORE].read(posts.by_uri, uri)
    if post is None or await request.app[STORE].read(_readable, uri, signer) is None:
        raise NotFoundHere
    total = documents.totals(post)[request.match_info["what"]]
    assert isinstance(total, dict)
    return document_answer(documents.in_context(total))


async def get_attendees(request: web.Request) -> web.Response:
    """Who comes to an event of this node, for those peers that may read it. Source: FEP-8a8e, `attendees`."""
    signer = await asking_peer(request)
    account = await shown_account(request)
    uri = f"{account.uri}/posts/{request.match_info['post']}"
    post = await request.app[STORE].read(_readable, uri, signer)
    if post is None or await request.app[STORE].read(occasions.find, post) is None:
        raise NotFoundHere
    return await _listing(request, f"{uri}/attendees", post, attendances.listed, attendances.listed_count)


async def _listing(
    request: web.Request,
    uri: str,
    of: PostId,
    read: Callable[..., list[Listed]],
    count: Callable[..., int],
    **values: Value,
) -> web.Response:
    """A collection of posts or of people, or a page of it. read, count: of rows.  values: what they also want to know."""
    store = request.app[STORE]
    after = request.query.get("after")
    if after is None:
        total = await store.read(count, of, **values)
        return document_answer(documents.collection(uri, total=total, first=f"{uri}?after=0" if total else None))
    last_seen = parsed(after)
    if last_seen is None:
        raise NotFoundHere
    found = await store.read(read, of, **values, after=last_seen, limit=LISTED_AT_ONCE + 1)
    page = found[:LISTED_AT_ONCE]
    following = f"{uri}?after={page[-1].id}" if len(found) > LISTED_AT_ONCE else None
    items: list[JsonValue] = [one.uri for one in page]
    return document_answer(
        documents.collection_page(f"{uri}?after={after}", part_of=uri, items=items, following=following)
    )


def _for_members(unit: Unit, community: Account, of: str, signer: Signer) -> list[JsonValue]:
    post = posts.by_uri(unit, of)
    if post is None or not audience.is_given_to(unit, post, community, host=signer.host):
        return []
    return [*contexts.for_members(unit, post.thread_id, community=community.id, limit=collections.MOST_ITEMS)]


def _readable(unit: Unit, uri: str, signer: Signer) -> PostId | None:
    post = posts.by_uri(unit, uri)
    if post is None or post.boost_of is not None or not audience.peer_may_read(unit, post, host=signer.host):
        return None
    return post.id


def _pinned_for_peer(unit: Unit, author: Account, signer: Signer) -> list[JsonValue]:
    found = pins.pinned(unit, author.id)
    return [post.uri for post in found if audience.peer_may_read(unit, post, host=signer.host)]
