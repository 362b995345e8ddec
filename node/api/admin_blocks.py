"""What administrators of open software block, and what takes its place here: lists that are empty, and stay so.

Whoever is not admitted is refused, nobody registers, and neither e-mails nor addresses are kept: there is nothing to block. Apps
that show these lists find them empty, and who adds to one is told what to do instead.
"""

from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import LongestPage
from node.api.registrations import Closed
from storage.errors import NotFound

INSTEAD = {
    "domain_blocks": "This node talks to admitted nodes alone: take a node off the allowlist instead",
    "ip_blocks": "Nobody registers here, and addresses are not kept: networks are closed in front of the node",
    "email_domain_blocks": "Nobody registers here: an administrator adds people",
    "canonical_email_blocks": "Nobody registers here: an administrator adds people",
}
"""What to do instead, by the kind of blocks."""


def _declare(kind: str, instead: str) -> None:
    path, read, write = f"/api/v1/admin/{kind}", f"admin:read:{kind}", f"admin:write:{kind}"

    @endpoint("GET", path, scope=read, administrators=True)
    async def several(caller: Caller, query: LongestPage) -> Answerable:
        """There are none, and cannot be."""
        del caller, query
        return []

    @endpoint("POST", path, scope=write, administrators=True)
    async def add(caller: Caller) -> Answerable:
        """Refused, with what to do instead."""
        del caller
        raise Closed(instead)

    @endpoint("GET", f"{path}/{{id}}", scope=read, administrators=True)
    async def one(caller: Caller, *, id: int) -> Answerable:
        """There are none."""
        del caller, id
        raise NotFound

    @endpoint("DELETE", f"{path}/{{id}}", scope=write, administrators=True)
    async def remove(caller: Caller, *, id: int) -> Answerable:
        """There are none."""
        del caller, id
        raise NotFound

    if kind == "canonical_email_blocks":
        return

    @endpoint("PUT", f"{path}/{{id}}", scope=write, administrators=True)
    async def change(caller: Caller, *, id: int) -> Answerable:
        """There are none."""
        del caller, id
        raise NotFound


for _kind, _instead in INSTEAD.items():
    _declare(_kind, _instead)


@endpoint(
    "POST", "/api/v1/admin/canonical_email_blocks/test", scope="admin:read:canonical_email_blocks", administrators=True
)
async def matching(caller: Caller) -> Answerable:
    """None matches."""
    del caller
    return []
