"""Lemmy on the other side: its people in a community of ours, and ours in one of its."""

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
        found = [each["reblog"] for each in await node.ask("GET", "/api/v1/timelines/home") if each["reblog"]]
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


async def test_what_happens_in_a_community_of_lemmy_is_read_by_ours(lemmy: Lemmy, make_peer: MakePeer) -> None:
    node, peer = lemmy.node, lemmy.peer
    group, jean = lemmy.community("atelier"), lemmy.person("jean")
    other = Lemmy(await make_peer("mons"))
    paul, moderator = other.person("paul"), lemmy.person("lea")
    account = await node.person(group)
    assert account is not None
    assert (account["group"], account["display_name"]) == (True, "Atelier")
    await node.ask("POST", f"/api/v1/accounts/{account['id']}/follow")
    await until(lambda: is_told(peer, "Follow", by=node.marie))
    (follow,) = told(peer, "Follow", by=node.marie)
    accept = lemmy.act("Accept", group, follow, group, to=[node.marie])
    assert await peer.outcome(accept) == "applied"

    async def sends(thing: object) -> str:
        return await peer.outcome(lemmy.announce(group, thing))

    async def journal() -> list[tuple[str, int]]:
        """What the community has brought into marie's journal: titles and thanks, newest first."""
        found = await node.ask("GET", "/api/v1/timelines/home")
        mine = [each["reblog"] for each in found if each["account"]["url"] == group]
        return [(each["legation"]["title"], each["favourites_count"]) for each in mine]

    page, afar = lemmy.page(jean, group, "De Lyon"), other.page(paul, group, "De Mons")
    assert await sends(lemmy.act("Create", jean, page, group)) == "applied"
    assert await sends(afar["id"]) != "applied"  # its own node does not show it
    other.peer.offers[str(afar["id"]).removeprefix(other.peer.base_url)] = afar
    await sends(other.act("Create", paul, afar, group))
    await sends(afar["id"])
    assert await journal() == [("De Mons", 0), ("De Lyon", 0)]

    assert await sends(lemmy.vote("Like", moderator, page["id"], group)) == "applied"
    changed = {**page, "name": "De Lyon encore", "updated": "2026-02-01T10:00:00.5Z"}
    assert await sends(lemmy.act("Update", jean, changed, group)) == "applied"
    assert await journal() == [("De Mons", 0), ("De Lyon encore", 1)]
    removal = lemmy.act("Delete", moderator, afar["id"], group, summary="hors sujet")
    assert await sends(removal) == "applied"
    assert await journal() == [("De Lyon encore", 1)]
