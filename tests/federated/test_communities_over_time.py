"""Members of a community who come later, or whose node is cut off for a while, read what the others read."""

import io

from PIL import Image

from storage import posts
from tests.federated.conftest import FederationOf
from tests.federated.test_communities import press, text_of
from tests.federated.test_media import fetched, send
from tests.pictures import photograph


async def test_who_comes_later_has_what_is_answered_and_its_files_from_the_communitys_node(
    federation_of: FederationOf,
) -> None:
    presse = await press(federation_of, is_for_members=True, awa_joins=False)
    dakar = presse.awa.place
    sent = await send(presse.ken, photograph(), description="The hall")
    await presse.ken.post(f"{presse.handle} Before", visibility="direct", media_ids=[sent])
    await presse.settled()
    (root,) = await presse.shared(presse.marie)
    await presse.join(presse.awa)
    await presse.settled()
    assert await presse.awa.home() == []

    # Tokyo, where it was written, knows of no member at Dakar; Paris does.
    await presse.marie.post("After", in_reply_to_id=root["id"], visibility=root["visibility"])
    await presse.settled()
    found = await dakar.running.node.store.read(posts.by_uri, root["uri"])
    assert found is not None
    read = await presse.awa.ask("GET", f"/api/v1/statuses/{found.id}")
    context = await presse.awa.ask("GET", f"/api/v1/statuses/{found.id}/context")
    assert (text_of(read), [text_of(each) for each in context["descendants"]]) == ("Before", ["After"])
    (shown,) = read["media_attachments"]
    assert Image.open(io.BytesIO(await fetched(dakar, shown["url"]))).size == (60, 80)
