"""Lemmy on the other side: its people in a community of ours, and ours in one of its."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from federation.strict_json import JsonObject
from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import HandMade, MakePeer
from tests.federated.refusals.lemmy import Lemmy


def sent_on(peer: HandMade, group: str) -> list[Json]:
    """What a community of ours has sent on to a peer: activities as documents, posts by their ids."""
    return [each["object"] for each in told(peer, "Announce", by=group)]


def told(peer: HandMade, kind: str, *, by: str) -> list[Json]:
    """What a peer was told of this kind by somebody of ours."""
    return [each for each in peer.posted if (each["type"], each["actor"]) == (kind, by)]


@pytest.fixture
async def lemmy(peer: HandMade) -> Lemmy:
    return Lemmy(peer)


async def joined(lemmy: Lemmy, name: str) -> str:
    """Somebody of Lemmy becomes a member of the salon; returns the id."""
    jean = lemmy.person(name)
    follow = lemmy.follow(jean, lemmy.node.salon)
    assert await lemmy.peer.outcome(follow) == "applied"

    await until(lambda: is_told(lemmy.peer, "Accept", by=lemmy.node.salon))
    (accept,) = told(lemmy.peer, "Accept", by=lemmy.node.salon)
    assert accept["object"]["id"] == follow["id"]
    return jean


async def is_told(peer: HandMade, kind: str, *, by: str) -> bool:
    return bool(told(peer, kind, by=by))


async def test_what_people_of_lemmy_do_in_our_community_comes_back_as_it_was(lemmy: Lemmy) -> None:
    node, peer, salon = lemmy.node, lemmy.peer, lemmy.node.salon
    jean = await joined(lemmy, "jean")
    page = lemmy.page(jean, salon, "Une question de Lyon")
    comment = lemmy.comment(jean, salon, "Personne ?", to=page)
    like, acts = lemmy.vote("Like", jean, page["id"], salon), list[JsonObject]()

    async def does(act: JsonObject) -> None:
        acts.append(act)
        assert await peer.outcome(act) == "applied"

        async def is_back() -> bool:
            return act in sent_on(peer, salon)

        await until(is_back)

    async def begun() -> Json:
        """What begins the conversation, in marie's journal."""
        found = [each["reblog"] for each in await node.journal() if each["reblog"]]
        (post,) = [each for each in found if each["uri"] == page["id"]]
        return post

    async def shown() -> tuple[str, int, list[str]]:
        """The conversation as marie reads it: its title, thanks, answers."""
        post = await begun()
        below = (await node.ask("GET", f"/api/v1/statuses/{post['id']}/context"))["descendants"]
        return post["legation"]["title"], post["favourites_count"], [each["content"] for each in below]

    await does(lemmy.act("Create", jean, page, salon))
    await does(lemmy.act("Create", jean, comment, salon))
    await does(like)
    assert await shown() == ("Une question de Lyon", 1, ["<p>Personne ?</p>\n"])
    await does(lemmy.vote("Undo", jean, {**like}, salon))
    await does(lemmy.act("Update", jean, {**page, "name": "Lyon demande", "updated": "2026-02-01T10:00:00.5Z"}, salon))
    await does(lemmy.act("Delete", jean, comment["id"], salon))
    assert await shown() == ("Lyon demande", 0, [])
    post = (await begun())["id"]
    await node.ask("POST", f"/api/v1/statuses/{post}/favourite")
    answer = {"status": "Ici, nous savons.", "in_reply_to_id": post}
    await node.ask("POST", "/api/v1/statuses", json=answer)
    await until(lambda: have_come(peer, salon, [("Like", node.marie), ("Create", node.marie)]))
    await does(lemmy.act("Delete", jean, page["id"], salon))

    await until(lambda: is_told(peer, "Undo", by=salon))

    # In its order, each once; the post by its id too, for whoever reads no activity inside.
    back = [each for each in sent_on(peer, salon) if isinstance(each, str) or each["actor"] == jean]
    assert back == [acts[0], page["id"], *acts[1:]]
    (ended,) = told(peer, "Undo", by=salon)
    assert ended["object"]["object"] == page["id"]
    theirs = [each for each in sent_on(peer, salon) if isinstance(each, dict) and each["actor"] == node.marie]
    assert [(each["type"], "proof" in each) for each in theirs] == [("Like", True), ("Create", True)]
    inside = [each for each in told(peer, "Announce", by=salon) if isinstance(each["object"], dict)]
    assert [
        each for each in inside if "proof" in each
    ] == []  # the one inside is what counts, and may be of another version


async def have_come(peer: HandMade, group: str, wanted: list[tuple[str, str]]) -> bool:
    """Whether a community has sent on these: kind and actor."""
    come = [(each["type"], each["actor"]) for each in sent_on(peer, group) if isinstance(each, dict)]
    return set(wanted) <= set(come)


@dataclass
class Atelier:
    """A community of Lemmy, led by lea, of which marie is a member."""

    lemmy: Lemmy
    uri: str
    lea: str

    async def join(self) -> Json:
        """Marie becomes a member; returns the account that the community has here."""
        node, peer = self.lemmy.node, self.lemmy.peer
        account, before = await node.person(self.uri), len(told(peer, "Follow", by=node.marie))
        assert account is not None
        await node.ask("POST", f"/api/v1/accounts/{account['id']}/follow")

        async def has_come() -> bool:
            return len(told(peer, "Follow", by=node.marie)) > before

        await until(has_come)
        follow = told(peer, "Follow", by=node.marie)[before]
        assert await peer.outcome(self.lemmy.act("Accept", self.uri, follow, self.uri, to=[node.marie])) == "applied"
        return account

    async def sends(self, thing: object) -> str:
        """The community sends something on; returns what became of it."""
        return await self.lemmy.peer.outcome(self.lemmy.announce(self.uri, thing))

    async def shared(self) -> list[Json]:
        """What the community has brought into marie's journal, newest first."""
        found = await self.lemmy.node.journal()
        return [each["reblog"] for each in found if each["account"]["url"] == self.uri]

    async def titles(self) -> list[tuple[str, int]]:
        """The same in short: titles and thanks."""
        return [(each["legation"]["title"], each["favourites_count"]) for each in await self.shared()]


@pytest.fixture
async def atelier(lemmy: Lemmy) -> Atelier:
    peer = lemmy.peer
    made = Atelier(lemmy, lemmy.community("atelier"), lemmy.person("lea"))
    peer.offers["/c/atelier/moderators"] = lemmy.listed(f"{made.uri}/moderators", made.lea)
    peer.offers["/c/atelier/featured"] = lemmy.listed(f"{made.uri}/featured")
    account = await made.join()
    assert (account["group"], account["display_name"]) == (True, "Atelier")
    return made


async def test_what_happens_in_a_community_of_lemmy_is_read_by_ours(atelier: Atelier, make_peer: MakePeer) -> None:
    lemmy, group = atelier.lemmy, atelier.uri
    other = Lemmy(await make_peer("mons"))
    jean, paul = lemmy.person("jean"), other.person("paul")
    page, afar = lemmy.page(jean, group, "De Lyon"), other.page(paul, group, "De Mons")
    assert await atelier.sends(lemmy.act("Create", jean, page, group)) == "applied"
    assert await atelier.sends(afar["id"]) != "applied"  # its own node does not show it
    other.peer.offers[str(afar["id"]).removeprefix(other.peer.base_url)] = afar
    await atelier.sends(other.act("Create", paul, afar, group))
    await atelier.sends(afar["id"])
    assert await atelier.titles() == [("De Mons", 0), ("De Lyon", 0)]

    assert await atelier.sends(lemmy.vote("Like", atelier.lea, page["id"], group)) == "applied"
    changed = {**page, "name": "De Lyon encore", "updated": "2026-02-01T10:00:00.5Z"}
    assert await atelier.sends(lemmy.act("Update", jean, changed, group)) == "applied"
    assert await atelier.titles() == [("De Mons", 0), ("De Lyon encore", 1)]
    removal = lemmy.act("Delete", atelier.lea, afar["id"], group, summary="hors sujet")
    assert await atelier.sends(removal) == "applied"
    assert await atelier.titles() == [("De Lyon encore", 1)]


async def test_what_moderators_of_lemmy_decide_counts_here(atelier: Atelier) -> None:
    lemmy, group, node = atelier.lemmy, atelier.uri, atelier.lemmy.node
    jean = lemmy.person("jean")
    page = lemmy.page(jean, group, "De Lyon")
    assert await atelier.sends(lemmy.act("Create", jean, page, group)) == "applied"
    (post,) = await atelier.shared()
    answer = {"status": "Une réponse", "in_reply_to_id": post["id"]}

    lock = lemmy.act("Lock", atelier.lea, page["id"], group, summary="tout est dit")
    assert await atelier.sends(lock) == "applied"
    refused = await node.ask("POST", "/api/v1/statuses", json=answer, expect=422)
    assert "locked" in refused["error"]
    assert await atelier.sends(lemmy.act("Undo", atelier.lea, lock, group)) == "applied"

    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    more = {"target": group, "removeData": False, "summary": "trop vite", "endTime": ends}
    block = lemmy.act("Block", atelier.lea, node.marie, group, **more)
    assert await atelier.sends(block) == "applied"
    assert "error" in await node.ask("POST", "/api/v1/statuses", json=answer, expect=422)
    account = await atelier.join()  # and is let in again
    await node.ask("POST", "/api/v1/statuses", json=answer)

    pin = lemmy.act("Add", atelier.lea, page["id"], group, target=f"{group}/featured")
    assert await atelier.sends(pin) == "applied"
    pinned = await node.ask("GET", f"/api/v1/accounts/{account['id']}/statuses", params={"pinned": "true"})
    assert [each["uri"] for each in pinned] == [page["id"]]
    manager = lemmy.act("Add", atelier.lea, node.marie, group, target=f"{group}/moderators")
    assert await atelier.sends(manager) == "applied"
