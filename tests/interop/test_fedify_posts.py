"""Posts that travel between a node of ours and one of theirs: written, corrected, removed, answered, liked, shared."""

from dataclasses import dataclass

import pytest

from node.actions import cards
from storage.cards import Card
from tests.federated.conftest import Json, Staff, settled
from tests.interop.conftest import Meeting, follow, id_of
from tests.interop.peers import FedifyPerson


@dataclass
class Acquaintance:
    """Two people who follow each other."""

    meeting: Meeting
    marie: Staff
    marie_id: str
    jean: FedifyPerson

    async def settled(self) -> None:
        await settled(self.meeting.paris)

    async def told(self, kind: str) -> Json:
        """The one activity of this type that we have told them, which they have verified."""
        (heard,) = await self.meeting.lyon.heard(kind)
        assert heard.status == 202
        assert kind in await self.meeting.lyon.taken()
        assert await self.meeting.lyon.trouble() == []
        return heard.activity


@pytest.fixture
async def friends(meeting: Meeting) -> Acquaintance:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await follow(marie, jean)
    await jean.do("follow", whom=await id_of(marie))
    await settled(meeting.paris)
    return Acquaintance(meeting, marie, await id_of(marie), jean)


# ---- from them to us ------------------------------------------------------------------------------------------------


async def test_their_post_is_in_the_journal_of_a_follower(friends: Acquaintance) -> None:
    written = await friends.jean.do("post", text="Bonjour de Lyon")
    await friends.settled()
    (post,) = await friends.marie.home()
    assert (post["uri"], post["content"], post["visibility"]) == (written, "<p>Bonjour de Lyon</p>", "public")
    assert post["account"]["acct"] == f"jean@{friends.meeting.lyon.host}"


async def test_their_correction_replaces_the_text_and_keeps_the_earlier_one(friends: Acquaintance) -> None:
    written = await friends.jean.do("post", text="Avant")
    await friends.settled()
    await friends.jean.do("edit", post=written, text="Après")
    await friends.settled()
    (post,) = await friends.marie.home()
    history = await friends.marie.ask("GET", f"/api/v1/statuses/{post['id']}/history")
    assert post["content"] == "<p>Après</p>"
    assert post["edited_at"] is not None
    assert [each["content"] for each in history] == ["<p>Avant</p>", "<p>Après</p>"]


async def test_their_removal_removes(friends: Acquaintance) -> None:
    written = await friends.jean.do("post", text="À oublier")
    await friends.settled()
    (post,) = await friends.marie.home()
    await friends.jean.do("remove", post=written)
    await friends.settled()
    assert await friends.marie.home() == []
    await friends.marie.ask("GET", f"/api/v1/statuses/{post['id']}", expect=404)


async def test_they_name_somebody(friends: Acquaintance) -> None:
    await friends.jean.do("post", text="Qu’en dites-vous ?", whom=friends.marie_id)
    await friends.settled()
    assert ("mention", "jean") in await friends.marie.notifications()


async def test_they_write_to_one_person_alone(friends: Acquaintance) -> None:
    luc = await friends.meeting.paris.staff("luc")
    written = await friends.jean.do("post", text="Pour vous seule", whom=friends.marie_id, reach="direct")
    await friends.settled()
    (notice,) = await friends.marie.ask("GET", "/api/v1/notifications", params={"types[]": "mention"})
    assert (notice["status"]["uri"], notice["status"]["visibility"]) == (written, "direct")
    await luc.ask("GET", f"/api/v1/statuses/{notice['status']['id']}", expect=404)


async def test_they_answer(friends: Acquaintance) -> None:
    question = await friends.marie.post("Une question")
    await friends.jean.do("post", text="Une réponse", whom=friends.marie_id, answering=question["uri"])
    await friends.settled()
    thread = await friends.marie.ask("GET", f"/api/v1/statuses/{question['id']}/context")
    assert [post["content"] for post in thread["descendants"]] == ["<p>Une réponse</p>"]


async def test_they_like_and_think_better_of_it(friends: Acquaintance) -> None:
    post = await friends.marie.post("Utile")
    given = await friends.jean.do("like", post=post["uri"], author=friends.marie_id)
    await friends.settled()
    assert ("favourite", "jean") in await friends.marie.notifications()
    assert (await friends.marie.ask("GET", f"/api/v1/statuses/{post['id']}"))["favourites_count"] == 1
    await friends.jean.do("unlike", post=post["uri"], author=friends.marie_id, like=given)
    await friends.settled()
    assert (await friends.marie.ask("GET", f"/api/v1/statuses/{post['id']}"))["favourites_count"] == 0


async def test_they_share_our_post_and_take_it_back(friends: Acquaintance) -> None:
    post = await friends.marie.post("À diffuser")
    given = await friends.jean.do("share", post=post["uri"])
    await friends.settled()
    assert ("reblog", "jean") in await friends.marie.notifications()
    assert (await friends.marie.ask("GET", f"/api/v1/statuses/{post['id']}"))["reblogs_count"] == 1
    await friends.jean.do("unshare", post=post["uri"], share=given)
    await friends.settled()
    assert (await friends.marie.ask("GET", f"/api/v1/statuses/{post['id']}"))["reblogs_count"] == 0


async def test_they_share_a_post_that_we_did_not_have(friends: Acquaintance) -> None:
    """It is fetched from where it was written, with a signed request."""
    paul = await friends.meeting.lyon.person("paul")
    written = await paul.do("post", text="Personne à Paris ne me suit")
    await friends.jean.do("share", post=written)
    await friends.settled()
    (share,) = await friends.marie.home()
    assert (share["reblog"]["uri"], share["reblog"]["account"]["username"]) == (written, "paul")
    fetched = [each for each in await friends.meeting.lyon.heard() if each.path.startswith("/users/paul/posts/")]
    assert [each.status for each in fetched] == [200]


async def test_their_new_name_arrives(friends: Acquaintance) -> None:
    await friends.jean.do("rename", displayName="Jean Moulin")
    await friends.settled()
    await friends.jean.do("post", text="Sous un autre nom")
    await friends.settled()
    (post,) = await friends.marie.home()
    assert post["account"]["display_name"] == "Jean Moulin"


async def test_who_leaves_takes_everything_along(friends: Acquaintance) -> None:
    await friends.jean.do("post", text="Adieu")
    await friends.settled()
    await friends.jean.do("leave")
    await friends.settled()
    assert await friends.marie.home() == []


# ---- from us to them ------------------------------------------------------------------------------------------------


async def test_our_post_arrives(friends: Acquaintance) -> None:
    post = await friends.marie.post("Bonjour de Paris", language="fr")
    await friends.settled()
    create = await friends.told("Create")
    assert (create["object"]["id"], create["object"]["content"]) == (post["uri"], "<p>Bonjour de Paris</p>")


async def test_our_correction_arrives(friends: Acquaintance) -> None:
    post = await friends.marie.post("Avant")
    await friends.settled()
    await friends.marie.ask("PUT", f"/api/v1/statuses/{post['id']}", json={"status": "Après"})
    await friends.settled()
    update = await friends.told("Update")
    assert (update["object"]["id"], update["object"]["content"]) == (post["uri"], "<p>Après</p>")


async def test_our_removal_arrives(friends: Acquaintance) -> None:
    post = await friends.marie.post("À oublier")
    await friends.settled()
    await friends.marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    await friends.settled()
    delete = await friends.told("Delete")
    removed = delete["object"]
    assert (removed if isinstance(removed, str) else removed["id"]) == post["uri"]
    assert await friends.jean.cannot("lookUp", address=post["uri"])


async def test_we_name_somebody(friends: Acquaintance) -> None:
    await friends.marie.post(f"Bonjour {friends.jean.handle}", visibility="direct")
    await friends.settled()
    create = await friends.told("Create")
    assert create["to"] == [friends.jean.uri]
    assert [tag["href"] for tag in create["object"]["tag"]] == [friends.jean.uri]


async def test_we_answer(friends: Acquaintance) -> None:
    written = await friends.jean.do("post", text="Une question")
    await friends.settled()
    (question,) = await friends.marie.home()
    await friends.marie.post(f"{friends.jean.handle} Une réponse", in_reply_to_id=question["id"])
    await friends.settled()
    assert (await friends.told("Create"))["object"]["inReplyTo"] == written


async def test_we_like_and_think_better_of_it(friends: Acquaintance) -> None:
    written = await friends.jean.do("post", text="Utile")
    await friends.settled()
    (post,) = await friends.marie.home()
    await friends.marie.ask("POST", f"/api/v1/statuses/{post['id']}/favourite")
    await friends.settled()
    like = await friends.told("Like")
    assert like["object"] == written
    await friends.marie.ask("POST", f"/api/v1/statuses/{post['id']}/unfavourite")
    await friends.settled()
    undone = (await friends.told("Undo"))["object"]
    assert (undone if isinstance(undone, str) else undone["id"]) == like["id"]


async def test_we_share_and_take_it_back(friends: Acquaintance) -> None:
    written = await friends.jean.do("post", text="À diffuser")
    await friends.settled()
    (post,) = await friends.marie.home()
    await friends.marie.ask("POST", f"/api/v1/statuses/{post['id']}/reblog")
    await friends.settled()
    share = await friends.told("Announce")
    assert share["object"] == written
    await friends.marie.ask("POST", f"/api/v1/statuses/{post['id']}/unreblog")
    await friends.settled()
    undone = (await friends.told("Undo"))["object"]
    assert (undone if isinstance(undone, str) else undone["id"]) == share["id"]


async def test_our_new_name_arrives(friends: Acquaintance) -> None:
    federation = friends.meeting.paris.running.node.federation
    await cards.describe(federation, "marie", display_name="Marie Durand", card=Card(), by="root", source="test")
    await friends.settled()
    assert (await friends.told("Update"))["object"]["name"] == "Marie Durand"
    assert (await friends.jean.do("lookUp", address=friends.marie_id))["name"] == "Marie Durand"
