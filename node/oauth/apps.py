"""Apps make themselves known, and ask what they are known as."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from node.api import scopes
from node.api.answers import Answerable
from node.api.callers import APP, OPEN, Caller
from node.api.endpoints import endpoint
from node.api.errors import ApiError
from node.api.limits import Allowance
from node.api.parameters import Parameters, Several
from node.oauth import redirects
from node.oauth.errors import invalid_scope
from node.push.sender import push_key
from storage import oauth
from storage.oauth import App

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Registration(Parameters):
    """What an app says of itself.  redirect_uris: a list, or one text with an address in each line."""

    client_name: Name
    redirect_uris: Several[str] = Field(max_length=redirects.MOST)
    scopes: str = ""
    website: Annotated[str, StringConstraints(strip_whitespace=True, max_length=redirects.LONGEST)] = ""


class BadRedirect(ApiError):
    """An address to which nobody may be sent."""

    code = "bad-redirect"
    status = 422

    def __init__(self) -> None:
        complaint = {
            "error": "ERR_INVALID",
            "description": "must be https, http on this machine, or an app's own scheme",
        }
        super().__init__(
            f"Validation failed: Redirect uri {complaint['description']}", details={"redirect_uris": [complaint]}
        )


@endpoint("POST", "/api/v1/apps", scope=OPEN, rate=Allowance.REGISTRATIONS)
async def register(caller: Caller, query: Registration) -> Answerable:
    """Make an app known. Returns its id and its secret, which is told this once."""
    addresses = list(dict.fromkeys(line for text in query.redirect_uris for line in text.split()))
    if not addresses or len(addresses) > redirects.MOST or not all(map(redirects.is_good, addresses)):
        raise BadRedirect
    wanted = scopes.parse(query.scopes)
    if unknown := scopes.unknown(wanted):
        raise invalid_scope(unknown)
    app, secret = await caller.node.store.write(
        oauth.add_app,
        name=query.client_name,
        website=query.website if query.website.startswith(("https://", "http://")) else None,
        redirect_uris=addresses,
        scopes=scopes.unparse(wanted),
    )
    return entity(app, push_key(caller.request.app)) | {
        "client_id": app.client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


@endpoint("GET", "/api/v1/apps/verify_credentials", scope=APP)
async def verify(caller: Caller) -> Answerable:
    """What the app of this token is known as."""
    grant = caller.grant
    app = await caller.node.store.read(oauth.app_by_id, grant.app_id) if grant and grant.app_id else None
    key = push_key(caller.request.app)
    return entity(app, key) if app else entity_of_no_app(scopes.unparse(caller.scopes), key)


def entity(app: App, key: str) -> dict[str, Any]:
    """An app without its secrets."""
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": app.scopes.split(),
        "redirect_uri": app.redirect_uris,
        "redirect_uris": app.redirect_uris.split("\n"),
        "vapid_key": key,
    }


def entity_of_no_app(granted: str, key: str) -> dict[str, Any]:
    """What stands for an app where an administrator made the token by hand."""
    return {
        "id": "0",
        "name": "Legation",
        "website": None,
        "scopes": granted.split(),
        "redirect_uri": redirects.OUT_OF_BAND,
        "redirect_uris": [redirects.OUT_OF_BAND],
        "vapid_key": key,
    }
