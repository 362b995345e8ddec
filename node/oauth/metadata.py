"""What programs may read about signing in here, before anybody does.  Source: RFC 8414."""

from node.api import scopes
from node.api.answers import Answerable
from node.api.callers import OPEN, Caller
from node.api.endpoints import endpoint


@endpoint("GET", "/.well-known/oauth-authorization-server", scope=OPEN)
async def describe(caller: Caller) -> Answerable:
    """Where to authorize, and how."""
    base_url = caller.node.base_url
    return {
        "issuer": f"{base_url}/",
        "authorization_endpoint": f"{base_url}/oauth/authorize",
        "token_endpoint": f"{base_url}/oauth/token",
        "revocation_endpoint": f"{base_url}/oauth/revoke",
        "userinfo_endpoint": f"{base_url}/oauth/userinfo",
        "app_registration_endpoint": f"{base_url}/api/v1/apps",
        "service_documentation": f"{base_url}/",
        "scopes_supported": list(scopes.ALL),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }
