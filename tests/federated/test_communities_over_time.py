"""Members of a community who come later, or whose node is cut off for a while, read what the others read; who left does not."""

import asyncio
import io

import pytest
from PIL import Image

from storage import posts
from tests.federated.conftest import FederationOf, Json, Staff, until, whole
from tests.federated.test_communities import press, text_of
from tests.federated.test_followers import does_follow, forget
from tests.federated.test_media import fetched, send
from tests.pictures import photograph


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # the other has it in `refusals`
async def test_who_comes_later_has_what_is_answered_and_its_files_from_the_communitys_node(
    federation_of: FederationOf,
) -> None:
    presse = await press(federation_of, is_for_members=True, awa_joins=False)
    dakar = presse.awa.place
    sent = await send(presse.ken, photograph(), description="The hall")
    mine = await presse.ken.post(f"{presse.handle} Before", visibility="direct", media_ids=[sent])
    await presse.settled()
    (root,) = await presse.shared(presse.marie)
    for who, of in ((presse.ken, mine), (presse.marie, root)):
        await who.post(f"Older, by {who.username}", in_reply_to_id=of["id"], visibility="private")
        await presse.settled()
    await presse.join(presse.awa)
    await presse.settled()
    assert await presse.awa.home() == []

    # Tokyo, where it was written, knows of no member at Dakar; Paris does.
    await presse.marie.post("After", in_reply_to_id=root["id"], visibility=root["visibility"])
    await presse.settled()
    found = await dakar.running.node.store.read(posts.by_uri, root["uri"])
    assert found is not None
    read = await presse.awa.ask("GET", f"/api/v1/statuses/{found.id}")
    assert text_of(read) == "Before"
    await presse.awa.ask("GET", f"/api/v1/statuses/{found.id}/context")  # the rest is asked for, of Paris too
    await whole(dakar)
    context = await presse.awa.ask("GET", f"/api/v1/statuses/{found.id}/context")
    assert {text_of(each) for each in context["descendants"]} == {"Older, by ken", "Older, by marie", "After"}
    (shown,) = read["media_attachments"]
    assert Image.open(io.BytesIO(await fetched(dakar, shown["url"]))).size == (60, 80)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_forty_posts_over_a_cut_are_read_alike_by_all_in_the_end(federation_of: FederationOf) -> None:
    presse = await press(federation_of, is_for_members=True)
    members, dakar = (presse.marie, presse.ken, presse.awa), presse.awa.place
    for who in members:
        await who.post(f"{presse.handle} Begun by {who.username}", visibility="direct")
    await presse.settled()

    async def roots(who: Staff) -> dict[str, Json]:
        return {text_of(each): each for each in await presse.shared(who)}

    async def takes_part(who: Staff) -> None:
        """Four answers in each conversation, one of which is regretted; and thanks for how it began."""
        for text, root in (await roots(who)).items():
            sent = {"in_reply_to_id": root["id"], "visibility": "private"}
            said = [await who.post(f"{who.username} {number} to {text}", **sent) for number in range(4)]
            await who.ask("DELETE", f"/api/v1/statuses/{said[0]['id']}")
            await who.ask("POST", f"/api/v1/statuses/{root['id']}/favourite")

    async def read_by(who: Staff) -> dict[str, tuple[int, list[str]]]:
        """Each conversation, by how it began: how many find that useful, and what is answered."""
        found = {}
        for text, root in (await roots(who)).items():
            context = await who.ask("GET", f"/api/v1/statuses/{root['id']}/context")
            found[text] = root["favourites_count"], sorted(text_of(each) for each in context["descendants"])
        return found

    await dakar.stop()
    await dakar.start_cut_off()
    await asyncio.gather(*(takes_part(who) for who in members))
    await presse.awa.post(f"{presse.handle} Begun by awa alone", visibility="direct")
    assert [len(await roots(who)) for who in members] == [3, 3, 3]  # hers is not the community's yet
    await dakar.stop()
    await dakar.start()
    await presse.settled()

    begun = ["Begun by marie", "Begun by ken", "Begun by awa"]
    whole = {
        text: (3, sorted(f"{who.username} {number} to {text}" for who in members for number in (1, 2, 3)))
        for text in begun
    }
    assert [await read_by(who) for who in members] == [whole | {"Begun by awa alone": (0, [])}] * 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_member_whom_only_one_node_knows_is_none_after_the_next_post(federation_of: FederationOf) -> None:
    presse = await press(federation_of, is_for_members=True)
    paris, tokyo, dakar = presse.places
    ken, awa = presse.ken, presse.awa
    yumi, group = await tokyo.staff("yumi"), Staff(paris, "presse", "")
    await presse.join(yumi)
    await presse.settled()
    await forget(paris, ken, group)
    await forget(dakar, awa, group)
    await presse.marie.post("@presse To members", visibility="direct")

    async def agree() -> bool:
        both = [
            [await does_follow(place, ken, group), await does_follow(place, yumi, group)] for place in (paris, tokyo)
        ]
        return both == [[False, True]] * 2 and not await does_follow(paris, awa, group)

    await until(agree)
    await presse.settled()
    assert [len(await who.home()) for who in (yumi, ken, awa)] == [1, 0, 0]
