"""Conversations between three nodes: what is answered in one place is read where the question was read."""

from tests.federated.conftest import FederationOf, Json, Place, Staff, settled


async def thread(reader: Staff) -> list[str]:
    """The texts of the answers to the first post of somebody's journal."""
    root = (await reader.home())[-1]
    found: Json = await reader.ask("GET", f"/api/v1/statuses/{root['id']}/context")
    return [each["content"].removeprefix("<p>").removesuffix("</p>") for each in found["descendants"]]


async def question(federation_of: FederationOf) -> tuple[list[Place], Staff, Staff, Staff]:
    """Marie of Paris has asked something; Ken of Tokyo and Awa of Dakar have read it, and know nothing of each other."""
    places = await federation_of(3)
    paris, tokyo, dakar = places
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    for reader in (ken, awa):
        await reader.follow(marie)
    await marie.post("Question")
    await settled(*places)
    return places, marie, ken, awa


async def test_an_answer_from_tokyo_to_paris_is_read_changed_and_gone_in_dakar(federation_of: FederationOf) -> None:
    places, _, ken, awa = await question(federation_of)
    (read,) = await ken.home()
    answer = await ken.post("Answer", in_reply_to_id=read["id"])
    await settled(*places)
    assert await thread(awa) == ["Answer"]
    assert await awa.texts() == ["Question"]

    await ken.ask("PUT", f"/api/v1/statuses/{answer['id']}", json={"status": "Better answer"})
    await settled(*places)
    assert await thread(awa) == ["Better answer"]

    await ken.ask("DELETE", f"/api/v1/statuses/{answer['id']}")
    await settled(*places)
    assert await thread(awa) == []


async def test_an_answer_to_an_answer_comes_along_where_the_first_author_is_named(federation_of: FederationOf) -> None:
    places, marie, ken, awa = await question(federation_of)
    (read,) = await awa.home()
    await awa.post("From Dakar", in_reply_to_id=read["id"])
    await settled(*places)
    found = await ken.ask("GET", f"/api/v1/statuses/{(await ken.home())[0]['id']}/context")
    await ken.post(f"{marie.handle} and on", in_reply_to_id=found["descendants"][0]["id"])
    await settled(*places)
    assert [text.rpartition("</a></span> ")[2] for text in await thread(awa)] == ["From Dakar", "and on"]


async def test_what_is_not_for_all_goes_no_further(federation_of: FederationOf) -> None:
    places, marie, ken, awa = await question(federation_of)
    (read,) = await ken.home()
    for visibility in ("private", "direct"):
        await ken.post(f"{marie.handle} {visibility}", in_reply_to_id=read["id"], visibility=visibility)
    await settled(*places)
    assert await thread(awa) == []
    assert [await place.knows("private") for place in places] == [True, True, False]
    assert [await place.knows("direct") for place in places] == [True, True, False]


async def test_an_answer_of_somebody_who_is_blocked_is_not_passed_on(federation_of: FederationOf) -> None:
    places, marie, ken, awa = await question(federation_of)
    (read,) = await ken.home()
    await marie.ask("POST", f"/api/v1/accounts/{(await marie.find(ken))['id']}/block")
    await ken.post("All the same", in_reply_to_id=read["id"])
    await settled(*places)
    assert await thread(awa) == []
