"""What one sent a moment ago, seen from the nodes it was sent to: how far it has got, and that it is taken back whole."""

import re

import pytest

from storage import peers
from tests import loopback
from tests.federated.conftest import PASSWORD, FederationOf, settled
from tests.node.web.browser import Browser


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # what differs is tried in tests/storage/test_drafts.py
async def test_a_post_says_how_far_it_has_got_and_is_taken_back_everywhere(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    async with loopback.session(base_url=paris.base_url) as at_paris:
        browser = Browser(at_paris)
        await browser.sign_in("marie", PASSWORD)
        await browser.publish("Reçu partout")
        await settled(paris, tokyo)
        assert "Reçu par 1 nœud sur 1" in (await browser.open("/")).text

        await tokyo.stop()
        published = await browser.publish("Trop vite")
        assert "En route vers 1 nœud" in published.text
        page = await browser.open(next(iter(re.findall(r'href="(/@marie/\d+)"', published.html))))
        assert "1 nœud ne l’a pas encore" in page.text
        assert f"Tokyo {tokyo.host}" in page.text

        back = await browser.send(published, published.action("/take-back"))
        assert ">Trop vite</textarea>" in back.html
        await tokyo.start()
        await paris.running.node.store.write(peers.try_now, tokyo.host)
        await settled(paris, tokyo)
        assert await ken.texts() == ["Reçu partout"]
        await browser.send(back, "/posts", text="Bien pesé", reach="all_nodes", language="fr")
        await settled(paris, tokyo)
        assert await ken.texts() == ["Bien pesé", "Reçu partout"]
