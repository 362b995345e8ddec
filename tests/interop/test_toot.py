"""toot, a client for terminals: signs in with a code that is copied by hand, and does what people do all day."""

from pathlib import Path

from node.actions import communities
from node.actions.communities import Founding
from storage import accounts
from tests import pictures
from tests.federated.clients import names_lead_here  # noqa: F401  a fixture
from tests.federated.conftest import FederationOf, Place, settled
from tests.interop.clients import Judge, Toot
from tests.node.api.used_by import USED_BY


async def test_a_day_at_the_terminal(federation_of: FederationOf, tmp_path: Path) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    judge = Judge()
    toot = Toot(tmp_path, judge)
    await toot.sign_in(paris.base_url, "marie")
    assert "@marie" in await toot("whoami")
    assert "Paris" in await toot("instance")
    (tmp_path / "plan.jpg").write_bytes(pictures.picture())
    post = await toot.read("post", "Réunion à 15 h #terminal", "--media", "plan.jpg", "--description", "Le plan")
    poll = await toot.read("post", "Quand ?", "--poll-option", "Midi", "--poll-option", "Soir")
    assert [each["title"] for each in poll["poll"]["options"]] == ["Midi", "Soir"]
    await settled(paris, tokyo)
    read = next(each for each in await ken.home() if "15 h" in each["content"])
    await ken.post(f"{marie.handle} Bien reçu", in_reply_to_id=read["id"])
    await settled(paris, tokyo)
    assert "Bien reçu" in await toot("thread", post["id"])
    assert "Bien reçu" in await toot("notifications", "--mentions")
    assert "15 h" in await toot("timelines", "home", "--no-pager")
    assert "15 h" in await toot("status", post["id"])
    for word, back in (
        ("favourite", "unfavourite"),
        ("reblog", "unreblog"),
        ("pin", "unpin"),
        ("bookmark", "unbookmark"),
    ):
        await toot(word, post["id"])
        await toot(back, post["id"])
    assert "ken" in await toot("search", ken.handle, "--resolve", "--type", "accounts")
    await toot("follow", ken.handle[1:])
    await settled(paris, tokyo)
    assert "ken" in await toot("following", "marie")
    for word, back in (("mute", "unmute"), ("block", "unblock")):
        await toot(word, ken.handle[1:])
        await toot(back, ken.handle[1:])
    await in_a_community(toot, paris)
    await toot("delete", post["id"])
    await settled(paris, tokyo)
    assert [each for each in await ken.home() if "15 h" in each["content"]] == []
    assert USED_BY["toot"] - judge.used == set()


async def in_a_community(toot: Toot, paris: Place) -> None:
    """Write to one that one leads, find it among one's lists, and read it there."""
    node = paris.running.node
    marie = await node.store.read(accounts.by_handle, "marie")
    assert marie is not None
    await communities.found(node, marie, Founding("presse", "Salle de presse"), source="test")
    await toot("post", "@presse Qui vient lundi ?")
    assert "Salle de presse" in await toot("lists", "list")
    assert "lundi" in await toot("timelines", "list", "Salle de presse", "--no-pager")
