"""Found a community and lead it."""

import pytest

from node.actions import communities as acts
from node.actions.communities import Founding
from node.errors import Invalid
from storage import communities
from tests.node.conftest import House


async def test_whoever_founds_a_community_leads_it_and_belongs_to_it(house: House) -> None:
    marie, store = await house.staff("marie"), house.node.store
    wanted = Founding("presse", " Salle de  presse ", purpose="Revue *du matin*", closed=True, is_for_members=True)
    made = await acts.found(house.node, marie, wanted, source="web")
    assert (made.kind, made.display_name, made.note, made.locked) == (
        "Group",
        "Salle de presse",
        "<p>Revue <em>du matin</em></p>",
        True,
    )
    assert [manager.id for manager in await store.read(communities.managers, made.id)] == [marie.id]
    assert await store.read(communities.is_member, made.id, marie.id)
    led = await store.read(communities.find, made.id)
    assert led is not None
    assert led.is_for_members
    assert led.managers_uri == f"{made.uri}/moderators"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Founding("marie", "Presse"), "username"),
        (Founding("admin", "Presse"), "username"),
        (Founding("p r", "Presse"), "username"),
        (Founding("presse", "  "), "name"),
        (Founding("presse", "x" * 101), "name"),
        (Founding("presse", "Presse", purpose="x" * 2_001), "purpose"),
    ],
)
async def test_a_community_that_cannot_be_is_refused_with_the_reason(
    house: House, wanted: Founding, field: str
) -> None:
    marie = await house.staff("marie")
    with pytest.raises(Invalid) as refused:
        await acts.found(house.node, marie, wanted, source="web")
    assert refused.value.field == field
    assert await house.node.store.read(communities.led_by, marie.id) == []
