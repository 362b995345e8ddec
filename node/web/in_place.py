"""Buttons that act where they stand: the script is answered with the part of the page that has changed.

    POST /posts/7/favourite        Legation-Part: post/7/9/2        →   200, the post as it is now, and a notice

What a button does is written once, in its page, which sends browsers back to where they came from. Where the script asked,
that answer is exchanged for the part; whoever has no script follows it. `scripts/act.js` is the other half.
"""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.web import session, wording
from node.web.addresses import number
from node.web.answers import language_of, render, with_notice
from storage import accounts
from storage.ids import AccountId, PostId

HEADER = "Legation-Part"

POST = re.compile(r"post/(?P<post>[0-9]+)/(?P<place>[0-9]+)/(?P<level>[2-4])(?P<alone>/alone)?")
"""post: what is acted on.  place: under which id it stands on the page, maybe of its sharing.  level: of its heading."""

PERSON = re.compile(r"person/(?P<person>[0-9]+)(?P<quiet>/quiet)?")
"""quiet: whether following is offered beside other things."""


async def instead(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """What a script is answered in place of being sent on; the same answer where no part was asked for, or none is known.

    Raises NotFound: what was acted on is not there any more.
    """
    wanted = request.headers.get(HEADER, "")
    if not wanted or answer.status != web.HTTPSeeOther.status_code or await session.visitor_of(request) is None:
        return answer
    shown = await _part(request, wanted)
    if shown is None:
        return answer
    back = urlsplit(answer.headers["Location"])
    done = parse_qs(back.query).get("done", [""])[0]
    here = with_notice(back._replace(fragment="").geturl(), "")
    notice = wording.notice(done, language_of(request, session.present(request)))
    return await render(request, "part.html", headers={HEADER: wanted}, here=here, notice=notice, **shown)


async def _part(request: web.Request, wanted: str) -> dict[str, Any] | None:
    """What `part.html` shows."""
    if asked := POST.fullmatch(wanted):
        return await _post(request, asked)
    if asked := PERSON.fullmatch(wanted):
        return await _person(request, asked)
    return None


async def _post(request: web.Request, asked: re.Match[str]) -> dict[str, Any]:
    node, me = request.app[NODE], session.present(request).account
    entity = await entities.status(node, me, PostId(number(asked["post"])))
    if asked["place"] != asked["post"]:
        entity = {"id": str(number(asked["place"])), "reblog": entity, "account": entity["account"]}
    return {"kind": "post", "entity": entity, "level": int(asked["level"]), "alone": asked["alone"] is not None}


async def _person(request: web.Request, asked: re.Match[str]) -> dict[str, Any]:
    node, me = request.app[NODE], session.present(request).account
    other = await node.store.read(accounts.get, AccountId(number(asked["person"])))
    (relation,) = await entities.relationships(node, me, [other.id])
    account = entities.account(node, other)
    return {"kind": "person", "account": account, "relation": relation, "is_quiet": asked["quiet"] is not None}
