"""Finding people of other nodes by their handle, and being found: WebFinger both ways, NodeInfo, host-meta.

A handle is proved in both directions: the WebFinger of its host leads to an actor on that host, and the actor leads
back to the handle. Source: RFC 7033; SWICG ActivityPub and WebFinger; CVE class of WebFinger spoofing, 2024.
"""

from collections.abc import Mapping, Sequence

from federation.actors import read
from federation.client import Budget, Client
from federation.errors import BadDocument, BadHost, NotThere
from federation.hosts import host_of, origin_of
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import as_list
from storage.accounts import Account
from storage.ids import Host

ACTIVITY_JSON = "application/activity+json"
NODEINFO = "http://nodeinfo.diaspora.software/ns/schema"
APPLICATION_ACTOR = "https://www.w3.org/ns/activitystreams#Application"
SERVICE_ACTOR = "https://www.w3.org/ns/activitystreams#Service"


async def actor_of_handle(client: Client, username: str, host: Host, *, budget: Budget) -> JsonObject:
    """The actor document behind `username@host`, proved both ways.

    Raises Unreachable: not on the allowlist, no such person, or the two directions disagree. Source: RFC 7033, FEP-2c59.
    """
    resource = f"acct:{username}@{host}"
    description = await client.get_jrd(host, resource, budget=budget)
    uri = _self_link(description, resource)
    if host_of(uri) != host:
        # The names of that domain live on another host: it must know them under the same handle.
        again = await client.get_jrd(host_of(uri), resource, budget=budget)
        if _self_link(again, resource) != uri:
            raise BadDocument(resource, code="handle-not-proved")
    document = (await client.get_document(uri, budget=budget)).json
    actor = read(document)
    named = actor.webfinger or f"{actor.preferred_username}@{host}"
    if actor.preferred_username.lower() != username.lower() or named.lower() != f"{username}@{host}".lower():
        raise BadDocument(resource, code="handle-not-proved")
    return document


def _self_link(description: JsonObject, resource: str) -> str:
    subject = description.get("subject")  # may be left out; the actor that it leads to must have the name anyway
    if subject is not None and str(subject).lower() != resource.lower():
        raise BadDocument(resource, code="another-subject", internal=str(subject))
    for link in as_list(description.get("links")):
        if isinstance(link, Mapping) and link.get("rel") == "self" and _is_activity(link.get("type")):
            uri = link.get("href")
            if isinstance(uri, str):
                return _address(uri, resource)
    raise NotThere(resource)


def _address(uri: str, resource: str) -> str:
    try:
        origin_of(uri)
    except BadHost as error:
        raise BadDocument(resource, code="bad-link", internal=error.reason) from error
    return uri


def _is_activity(media_type: object) -> bool:
    return isinstance(media_type, str) and media_type.split(";")[0].strip() in (ACTIVITY_JSON, "application/ld+json")


def webfinger(account: Account, *, domain: str) -> JsonObject:
    """What this node answers about one of its people. Source: RFC 7033."""
    return {
        "subject": f"acct:{account.username}@{domain}",
        "aliases": [account.url, account.uri],
        "links": [
            {"rel": "self", "type": ACTIVITY_JSON, "href": account.uri},
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": account.url},
        ],
    }


def webfinger_of_node(base_url: str, actor_uri: str) -> JsonObject:
    """What this node answers about itself. Source: FEP-d556."""
    return {
        "subject": f"{base_url}/",
        "links": [{"rel": SERVICE_ACTOR, "type": ACTIVITY_JSON, "href": actor_uri}],
    }


def nodeinfo_links(base_url: str, actor_uri: str) -> JsonObject:
    """Where the descriptions of this node are. Source: NodeInfo 2.1; FEP-2677."""
    links: list[JsonValue] = [
        {"rel": f"{NODEINFO}/{version}", "href": f"{base_url}/nodeinfo/{version}"} for version in ("2.0", "2.1")
    ]
    links.append({"rel": APPLICATION_ACTOR, "href": actor_uri})
    return {"links": links}


def without_details(version: str) -> str:
    """As much of a version of this software as strangers learn: `1` of `1.2.3`, so that nobody looks up what was mended since."""
    return version.partition(".")[0]


def nodeinfo(version: str, *, software: str, name: str, usage: JsonObject | None = None) -> JsonObject:
    """What this node is. Source: NodeInfo 2.1; FEP-f1d5; FEP-0151 for leaving out what is not for everybody.

    version: of NodeInfo.  software: the version of this software.  usage: how many work and have been written here, if that is told.
    """
    return {
        "version": version,
        "software": {"name": "legation", "version": software},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": usage or {"users": {}},
        # Apps that know Legation by name only look here for what it behaves like.
        "metadata": {"nodeName": name, "upstream": {"name": "mastodon"}},
    }


def host_meta(base_url: str) -> str:
    """Where WebFinger is, for software that still asks. Source: RFC 6415."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="application/jrd+json" template="{base_url}/.well-known/webfinger?resource={{uri}}"/>\n'
        "</XRD>\n"
    )


def handle_in(resource: str, *, domains: Sequence[str], base_url: str) -> str | None:
    """The local name that a WebFinger resource asks for: `acct:name@domain`, or the address of a profile or an actor.

    domains: the domains whose names are ours.  Returns `name`, `id:<number>` for an actor id, or None.
    """
    if resource.startswith("acct:"):
        name, at, domain = resource.removeprefix("acct:").lstrip("@").partition("@")
        return name.lower() if at and domain.lower() in domains else None
    if resource.startswith(f"{base_url}/@"):
        return resource.removeprefix(f"{base_url}/@").lower()
    if resource.startswith(f"{base_url}/users/"):
        return f"id:{resource.removeprefix(f'{base_url}/users/')}"
    return None
