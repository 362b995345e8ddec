"""A community of a peer sends on what its members did: believed by their proofs, else asked of their own nodes (FEP-1b12)."""

from collections.abc import Callable

import pytest
from aiohttp import web

from federation.strict_json import JsonObject
from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import PUBLIC, HandMade, MakePeer
from tests.federated.refusals.test_proofs import proven


class Community:
    """A group at a peer, which marie follows, and a member at another peer."""

    def __init__(self, home: HandMade, member: HandMade) -> None:
        self.home, self.member, self.node = home, member, home.node
        self.uri = home.add("group", type="Group")
        self.sent = 0

    async def followed(self, by: str = "marie") -> None:
        account = await self.node.person(self.uri, by=by)
        assert account is not None
        before = sum(each["type"] == "Follow" for each in self.home.posted)
        await self.node.ask("POST", f"/api/v1/accounts/{account['id']}/follow", by=by)
        follow = await self.told("Follow", nth=before)
        assert await self.home.outcome(self.home.act("Accept", follow, f"accept-{before}", actor=self.uri)) == "applied"

    async def told(self, kind: str, *, nth: int = 0) -> Json:
        """What the group's node was told of this type, once it was."""

        async def is_told() -> bool:
            return sum(each["type"] == kind for each in self.home.posted) > nth

        await until(is_told)
        return [each for each in self.home.posted if each["type"] == kind][nth]

    def for_members(self, name: str = "1", /, **changes: object) -> JsonObject:
        """Eve writes something for the members alone."""
        return self.post(name, **{"to": [self.uri, f"{self.uri}/followers"], "cc": [], **changes})

    def post(self, name: str = "1", /, **changes: object) -> JsonObject:
        """Eve of the member's node writes something for the community."""
        eve = self.member.eve
        addressed = {"to": [PUBLIC, self.uri], "cc": [f"{eve}/followers"], "tag": [], "audience": self.uri}
        return self.member.note("", name, **{**addressed, **changes})

    async def sends(self, act: JsonObject) -> str:
        """The group sends an activity on; returns what became of it."""
        self.sent += 1
        followers = f"{self.uri}/followers"
        announce = self.home.act("Announce", act, str(self.sent), actor=self.uri, to=[PUBLIC], cc=[followers])
        return await self.home.outcome(announce)

    async def begun(self) -> JsonObject:
        """A first post has been sent on, with a proof."""
        create = proven(self.member, self.member.act("Create", self.post()))
        assert await self.sends(create) == "applied"
        return create

    async def shown(self) -> list[str]:
        return await self.node.shown(self.member)


@pytest.fixture
async def community(make_peer: MakePeer) -> Community:
    made = Community(await make_peer("dakar"), await make_peer("tokyo"))
    await made.followed()
    return made


async def journal(community: Community) -> list[Json]:
    """What the group has brought into marie's journal, newest first."""
    found = await community.node.journal()
    return [each for each in found if each["account"]["url"] == community.uri]


async def test_a_new_post_with_a_proof_is_read_by_those_who_follow_the_group(community: Community) -> None:
    await community.begun()
    assert await community.shown() == ["Note 1"]
    assert [each["reblog"]["content"] for each in await journal(community)] == ["<p>Note 1</p>"]
    assert community.member.asked.count("/users/eve/notes/1") == 0  # the proof is enough

    plain = community.home.act("Announce", community.post()["id"], "plain", actor=community.uri, to=[PUBLIC])
    assert "shared-already" in await community.home.outcome(plain)


async def test_a_change_thanks_and_a_removal_have_their_effect(community: Community) -> None:
    member, path = community.member, f"{community.member.eve}/notes/1"
    await community.begun()
    answer = community.post("2", inReplyTo=path)
    assert await community.sends(proven(member, member.act("Create", answer, "2"))) == "applied"
    assert len(await journal(community)) == 1  # an answer is read with what it answers
    assert set(await community.shown()) == {"Note 1", "Note 2"}

    newer = community.post(content="<p>newer</p>", updated="2026-02-01T10:00:00Z")
    assert await community.sends(proven(member, member.act("Update", newer))) == "applied"
    like = proven(member, member.act("Like", path))
    assert await community.sends(like) == "applied"
    (seen,) = await journal(community)
    assert (seen["reblog"]["content"], seen["reblog"]["favourites_count"]) == ("<p>newer</p>", 1)
    assert await community.sends(proven(member, member.act("Undo", like))) == "applied"
    assert (await journal(community))[0]["reblog"]["favourites_count"] == 0
    assert await community.sends(proven(member, member.act("Delete", path))) == "applied"
    assert await journal(community) == []


async def test_the_groups_own_people_need_no_proof(community: Community) -> None:
    own = community.home.add("lea")
    note = {**community.home.note(own), "to": [PUBLIC], "cc": [community.uri], "tag": []}
    assert await community.sends(community.home.act("Create", note, actor=own)) == "applied"
    assert await community.node.shown(community.home) == ["Note 1"]


async def test_an_update_without_a_proof_is_read_at_its_own_node(community: Community) -> None:
    await community.begun()
    forged = community.post(content="<p>forged</p>", updated="2026-02-01T10:00:00Z")
    true = community.post(content="<p>true</p>", updated="2026-02-01T10:00:00Z")
    community.member.offers["/users/eve/notes/1"] = true
    assert "asked-of-its-own-node" in await community.sends(community.member.act("Update", forged))
    assert await community.shown() == ["true"]
    assert community.member.asked.count("/users/eve/notes/1") == 1


async def test_a_post_without_a_proof_is_read_at_its_own_node(community: Community) -> None:
    community.member.offers["/users/eve/notes/1"] = community.post(content="<p>true</p>")
    forged = community.post(content="<p>forged</p>")
    assert await community.sends(community.member.act("Create", forged)) == "applied"
    assert [each["reblog"]["content"] for each in await journal(community)] == ["<p>true</p>"]


async def test_a_removal_without_a_proof_counts_when_its_own_node_says_so(community: Community) -> None:
    await community.begun()
    path = "/users/eve/notes/1"
    community.member.offers[path] = community.post()
    gone = community.member.act("Delete", f"{community.member.eve}/notes/1")
    await community.sends(gone)
    assert await community.shown() == ["Note 1"]
    community.member.bare[path] = lambda: web.Response(status=410)
    await community.sends(gone)
    assert await community.shown() == []


async def test_what_moderators_of_the_group_remove_is_gone_from_it(community: Community) -> None:
    member, home, eve = community.member, community.home, community.member.eve
    await community.begun()
    answer = community.post("2", inReplyTo=f"{eve}/notes/1")
    assert await community.sends(proven(member, member.act("Create", answer, "2"))) == "applied"
    aside = member.note("", "3", inReplyTo=f"{eve}/notes/1", tag=[])  # in the conversation, and not for the group
    assert await member.outcome(member.act("Create", aside, "3")) == "applied"
    moderator = home.add("lea")
    for name in ("2", "3"):
        removal = home.act("Delete", f"{eve}/notes/{name}", name, actor=moderator, audience=community.uri)
        await community.sends(removal)
    assert set(await community.shown()) == {"Note 1", "Note 3"}
    first = home.act("Delete", f"{eve}/notes/1", "first", actor=moderator, audience=community.uri)
    assert await community.sends(first) == "applied"
    assert await journal(community) == []
    assert "Note 1" in await community.shown()  # it is still eve's, for all to read
    assert await home.outcome(home.act("Delete", f"{eve}/notes/1", "direct", actor=moderator)) != "applied"
    assert member.asked == [path for path in member.asked if "/notes/" not in path]


async def test_what_moderators_put_back_is_there_again(community: Community) -> None:
    member, home, eve, group = community.member, community.home, community.member.eve, community.uri
    await community.begun()
    answers = {name: community.post(name, inReplyTo=f"{eve}/notes/1") for name in ("2", "3", "4")}
    for name, answer in answers.items():
        assert await community.sends(proven(member, member.act("Create", answer, name))) == "applied"
    lea = home.add("lea")
    removals = {
        name: home.act("Delete", f"{eve}/notes/{name}", name, actor=lea, audience=group, summary="off topic")
        for name in ("1", *answers)
    }
    for removal in removals.values():
        assert await community.sends(removal) == "applied"
    assert (await journal(community), await community.shown()) == ([], ["Note 1"])

    member.offers["/users/eve/notes/2"] = {**answers["2"], "content": "<p>Note 2, edited since</p>"}
    member.offers["/users/eve/notes/3"] = member.note("", "3", inReplyTo=f"{eve}/notes/1")  # no longer for the group
    member.bare["/users/eve/notes/4"] = lambda: web.Response(status=410)
    became = {
        name: await community.sends(home.act("Undo", removal, name, actor=lea, audience=group))
        for name, removal in removals.items()
    }
    assert [became["1"], became["2"]] == ["applied", "applied"]
    assert "not-to-be-had" in became["3"]
    assert "not-to-be-had" in became["4"]
    assert [each["reblog"]["content"] for each in await journal(community)] == ["<p>Note 1</p>"]
    assert set(await community.shown()) == {"Note 1", "Note 2, edited since"}


async def test_what_its_author_removed_is_not_put_back(community: Community) -> None:
    member, home, eve = community.member, community.home, community.member.eve
    await community.begun()
    answer = community.post("2", inReplyTo=f"{eve}/notes/1")
    assert await community.sends(proven(member, member.act("Create", answer, "2"))) == "applied"
    gone = proven(member, member.act("Delete", f"{eve}/notes/2"))
    assert await community.sends(gone) == "applied"
    lea = home.add("lea")
    removal = home.act("Delete", f"{eve}/notes/2", "mod", actor=lea, audience=community.uri)
    for undo in (
        home.act("Undo", removal, actor=lea, audience=community.uri),
        proven(member, member.act("Undo", gone, audience=community.uri)),
    ):
        await community.sends(undo)
    assert await community.shown() == ["Note 1"]
    assert "/users/eve/notes/2" not in member.asked


async def test_thanks_without_a_proof_count_as_their_own_node_shows_them(community: Community) -> None:
    await community.begun()
    member = community.member
    like = {**member.act("Like", f"{member.eve}/notes/1"), "id": f"{member.base_url}/likes/1"}
    await community.sends(like)  # its own node shows nothing
    assert (await journal(community))[0]["reblog"]["favourites_count"] == 0
    member.offers["/likes/1"] = like
    await community.sends(like)
    assert (await journal(community))[0]["reblog"]["favourites_count"] == 1


Try = Callable[[Community], JsonObject]


def forged(community: Community) -> JsonObject:
    """A good proof, and another text."""
    told = proven(community.member, community.member.act("Create", community.post()))
    return {**told, "object": community.post(content="<p>forged</p>")}


def elsewhere(community: Community) -> JsonObject:
    """A good proof, for another audience."""
    note = community.post(to=[PUBLIC], audience=f"{community.home.base_url}/users/other")
    return proven(community.member, community.member.act("Create", note))


def in_anothers_name(community: Community) -> JsonObject:
    """The group's node proves what eve of tokyo did."""
    return proven(community.home, community.member.act("Create", community.post()))


WITHOUT_EFFECT: dict[str, Try] = {
    "its proof is wrong": forged,
    "it is for another community": elsewhere,
    "the group has proven it, not its author": in_anothers_name,
    "its own node does not show it": lambda c: c.member.act("Create", c.post()),
    "it says that marie wrote it": lambda c: c.member.act(
        "Create", c.post(attributedTo=c.node.marie), actor=c.node.marie
    ),
}


@pytest.mark.parametrize("case", WITHOUT_EFFECT)
async def test_the_group_is_not_believed_for_its_members(community: Community, case: str) -> None:
    assert await community.sends(WITHOUT_EFFECT[case](community)) != "applied"
    assert (await community.shown(), await journal(community)) == ([], [])


async def test_a_member_whose_node_is_no_peer_is_not_believed(community: Community, make_peer: MakePeer) -> None:
    stranger = await make_peer("outside", listed=False)
    community.member = stranger
    assert await community.sends(proven(stranger, stranger.act("Create", community.post()))) != "applied"
    assert (stranger.asked, await community.shown()) == ([], [])


async def test_who_is_no_group_or_is_not_followed_sends_on_nothing(peer: HandMade, make_peer: MakePeer) -> None:
    community = Community(peer, await make_peer("lima"))
    create = proven(community.member, community.member.act("Create", community.post()))
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"  # the node knows eve
    assert "unsolicited" in await peer.outcome(peer.act("Announce", create, to=[PUBLIC]))
    assert await community.shown() == []


async def test_a_post_that_names_a_community_is_for_it(community: Community) -> None:
    node, group = community.node, community.uri
    name = f"@group@{community.home.host}"
    await node.ask("POST", "/api/v1/statuses", json={"status": f"{name} a question", "visibility": "public"})

    async def has_come() -> bool:
        return any(each["type"] == "Create" for each in community.home.posted)

    await until(has_come)
    create: Json = next(each for each in community.home.posted if each["type"] == "Create")
    for said in (create, create["object"]):
        assert (said["audience"], said["to"], said["cc"]) == (group, [PUBLIC, group], [f"{node.marie}/followers"])

    assert (
        await community.sends(create) == "applied"
    )  # it comes back: the group shows it, and marie reads it once, as her own
    account = await node.person(group)
    assert account is not None
    shared = await node.ask("GET", f"/api/v1/accounts/{account['id']}/statuses")
    assert [each["reblog"]["account"]["username"] for each in shared] == ["marie"]
    assert await journal(community) == []


async def test_an_answer_is_for_the_community_of_its_conversation(community: Community) -> None:
    await community.begun()
    (begun,) = await journal(community)
    sent = {"status": "An answer", "in_reply_to_id": begun["reblog"]["id"]}
    answer = await community.node.ask("POST", "/api/v1/statuses", json=sent)
    await community.node.ask("PUT", f"/api/v1/statuses/{answer['id']}", json={"status": "Better"})

    async def has_come() -> bool:
        return {"Create", "Update"} <= {str(each["type"]) for each in community.home.posted}

    await until(has_come)
    told: list[Json] = [each for each in community.home.posted if each["type"] in ("Create", "Update")]
    assert [(each["audience"], each["object"]["audience"]) for each in told] == [(community.uri, community.uri)] * 2
    assert all(community.uri in each["to"] for each in told)


async def test_thanks_are_told_to_the_community(community: Community) -> None:
    await community.begun()
    ((seen,), node) = await journal(community), community.node
    path = f"/api/v1/statuses/{seen['reblog']['id']}"
    await node.ask("POST", f"{path}/favourite")
    like = await community.told("Like")
    told = {"to": [community.member.eve], "cc": [community.uri], "audience": community.uri}
    assert {name: like[name] for name in told} == told
    await node.ask("POST", f"{path}/unfavourite")
    undo = await community.told("Undo")
    assert ({name: undo[name] for name in told}, undo["object"]["id"]) == (told, like["id"])
    await node.ask("PUT", f"/api/v1/pleroma/statuses/{seen['reblog']['id']}/reactions/👍")
    reaction = await community.told("Like", nth=1)
    assert (reaction["content"], reaction["audience"]) == ("👍", community.uri)


# ---- for members alone -----------------------------------------------------------------------------------------------


async def test_what_is_for_members_is_read_by_them_alone(community: Community) -> None:
    node, member = community.node, community.member
    assert await community.sends(proven(member, member.act("Create", community.for_members()))) == "applied"
    (seen,) = await journal(community)
    post = seen["reblog"]
    assert (post["content"], post["visibility"], post["legation"]["reach"]) == ("<p>Note 1</p>", "private", "community")
    path = f"/api/v1/statuses/{post['id']}"
    for hidden in (path, f"/api/v1/statuses/{seen['id']}"):  # the community says that all may read it: they may not
        await node.ask("GET", hidden, by="lea", expect=404)
    await node.ask("POST", f"{path}/reblog", expect=422)
    assert await community.shown() == []  # nor does it stand among what is for all

    await community.followed(by="lea")
    assert (await node.ask("GET", path, by="lea"))["content"] == "<p>Note 1</p>"
    group = await node.person(community.uri, by="lea")
    assert group is not None
    await node.ask("POST", f"/api/v1/accounts/{group['id']}/unfollow", by="lea")
    await node.ask("GET", path, by="lea", expect=404)
    await node.ask("GET", path)


async def test_a_community_shows_its_members_nothing_of_others(community: Community) -> None:
    alone = community.for_members(to=[f"{community.member.eve}/followers"], audience=community.uri)
    told = await community.sends(proven(community.member, community.member.act("Create", alone)))
    assert (told, await journal(community)) == ("applied", [])


async def test_what_is_written_for_members_goes_to_their_community(community: Community) -> None:
    node, group, member = community.node, community.uri, community.member
    written = {"status": f"@group@{community.home.host} for us", "visibility": "direct"}
    post = await node.ask("POST", "/api/v1/statuses", json=written)
    assert post["legation"]["reach"] == "community"
    members = [group, f"{group}/followers"]
    create = await community.told("Create")
    for said in (create, create["object"]):
        assert (said["to"], said["cc"], said["audience"]) == (members, [], group)
    assert "proof" in create  # the members' nodes get it from the community's
    assert (await community.home.get(create["object"]["id"]))[0] == 200
    assert (await member.get(create["object"]["id"]))[0] == 404

    answer = community.for_members("2", inReplyTo=create["object"]["id"])
    assert await community.sends(proven(member, member.act("Create", answer, "2"))) == "applied"
    context = await node.ask("GET", f"/api/v1/statuses/{post['id']}/context")
    (answered,) = context["descendants"]
    assert answered["legation"]["reach"] == "community"
    wider = {"status": "Thanks", "in_reply_to_id": answered["id"], "visibility": "private"}
    mine = await node.ask("POST", "/api/v1/statuses", json=wider)
    await node.ask("PUT", f"/api/v1/statuses/{mine['id']}", json={"status": "Thank you"})
    await node.ask("DELETE", f"/api/v1/statuses/{mine['id']}")
    for told in (await community.told("Create", nth=1), await community.told("Update"), await community.told("Delete")):
        assert (told["to"], told["audience"]) == (members, group)
    assert [each["type"] for each in member.posted if each["type"] in ("Update", "Delete")] == []
    aside = {"status": "Between us", "in_reply_to_id": answered["id"], "visibility": "direct"}
    assert (await node.ask("POST", "/api/v1/statuses", json=aside))["legation"]["reach"] == "mentioned"


async def test_a_post_on_the_wall_of_a_community_is_for_it(community: Community) -> None:
    """As Smithereen has it: what names the collection of a community in which it was made (FEP-400e)."""
    member, wall = community.member, f"{community.uri}/wall"
    made_in = {"type": "Collection", "id": wall, "attributedTo": community.uri}
    for name, target in (("1", made_in), ("2", wall), ("3", {**made_in, "attributedTo": member.eve})):
        written = community.post(name, to=[PUBLIC], cc=[], audience=None, target=target)
        create = proven(member, member.act("Create", written, name))
        said = await community.sends(create)
        assert (said == "applied") is (name == "1"), said
    (seen,) = await journal(community)
    assert seen["reblog"]["content"] == "<p>Note 1</p>"

    await community.node.ask("POST", f"/api/v1/statuses/{seen['reblog']['id']}/favourite")
    assert (await community.told("Like"))["audience"] == community.uri
    lea = community.home.add("lea")
    gone = community.home.act("Delete", f"{member.eve}/notes/1", actor=lea, audience=community.uri)
    assert await community.sends(gone) == "applied"
    assert await journal(community) == []


async def test_what_is_written_on_behalf_of_a_group_is_by_who_wrote_it(community: Community) -> None:
    """As Mobilizon has it: the group in `attributedTo`, who writes in `actor`, and nobody announces anything."""
    home, group = community.home, community.uri
    lea = home.add("lea")

    def event(name: str, **changes: object) -> JsonObject:
        planned = {"type": "Event", "startTime": "2082-12-01T09:00:00Z", "name": f"Réunion {name}", "tag": []}
        signed = {"actor": lea, "attributedTo": group, "to": [PUBLIC], "cc": [f"{group}/followers"]}
        return home.note(lea, name, **{**planned, **signed, **changes})

    forms: dict[str, dict[str, object]] = {
        "1": {},
        "2": {"attributedTo": [lea, group]},
        "3": {"to": [group], "cc": []},
    }
    for name, changes in forms.items():
        assert await home.outcome(home.act("Create", event(name, **changes), name, actor=lea)) == "applied"
    shown = await journal(community)
    assert [each["reblog"]["account"]["url"] for each in shown] == [lea, lea, lea]
    assert [each["reblog"]["legation"]["title"] for each in shown] == ["Réunion 3", "Réunion 2", "Réunion 1"]
    assert [each["reblog"]["legation"]["reach"] for each in shown] == ["community", "all_nodes", "all_nodes"]
    announced = home.act("Announce", f"{lea}/notes/1", "late", actor=group, to=[PUBLIC])
    assert "shared-already" in await home.outcome(announced)

    # Nobody writes on behalf of a group of another node, and nobody in another's name.
    tokyo = community.member
    for peer, written in (
        (tokyo, event("4", id=f"{tokyo.eve}/notes/4", actor=tokyo.eve)),
        (home, event("5", id=f"{home.eve}/notes/5")),
    ):
        assert await peer.outcome(peer.act("Create", written, "x")) != "applied"
    assert len(await journal(community)) == 3

    newer = event("1", content="<p>moved</p>", updated="2026-02-01T10:00:00Z")
    assert await home.outcome(home.act("Update", newer, actor=lea)) == "applied"
    assert await home.outcome(home.act("Delete", f"{lea}/notes/2", actor=lea)) == "applied"
    assert ["moved" in each["reblog"]["content"] for each in await journal(community)] == [False, True]
