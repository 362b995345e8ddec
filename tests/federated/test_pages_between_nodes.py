"""The main job on the pages: find somebody at another node, follow them, read them, answer, see the answer."""

import re
from html import unescape

from storage import peers
from storage.ids import Host
from storage.store import Unit
from tests import loopback
from tests.federated.conftest import PASSWORD, FederationOf, settled, until
from tests.node.web.browser import Browser


def _has_failed(unit: Unit, host: Host) -> bool:
    peer = peers.get(unit, host)
    return peer is not None and peer.failures > 0


async def test_people_of_two_nodes_read_and_answer_each_other(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    await paris.staff("marie")
    await tokyo.staff("ken")
    async with (
        loopback.session(base_url=paris.base_url) as at_paris,
        loopback.session(base_url=tokyo.base_url) as at_tokyo,
    ):
        marie, ken = Browser(at_paris), Browser(at_tokyo)
        await marie.sign_in("marie", PASSWORD)
        await ken.sign_in("ken", PASSWORD)

        found = await ken.open(f"/people?q=@marie@{paris.host}")
        assert "1 personne trouvée" in found.text
        await ken.send(found, found.action("/follow"))
        await settled(paris, tokyo)
        assert "Ken vous suit" in (await marie.open("/notifications")).text

        await marie.publish(f"Réunion à 15 h, @ken@{tokyo.host} #Asie", reach="followers")
        await settled(paris, tokyo)
        journal = await ken.open("/")
        assert "Réunion à 15 h" in journal.text
        assert "Lu par : Abonnés" in journal.text
        assert f'<a class="name" href="/@marie@{paris.host}"' in journal.html
        assert re.search(r'href="/@ken" class="u-url mention"', journal.html)
        assert 'href="/tags/asie" class="mention hashtag"' in journal.html

        reply = unescape(re.findall(r'href="(/compose\?reply_to=\d+)"', journal.html)[0])
        form = await ken.open(reply)
        assert f"@marie@{paris.host} </textarea>" in form.html
        await ken.send(form, "/posts", text=f"@marie@{paris.host} Bien reçu", reach="followers", language="fr")
        await settled(paris, tokyo)
        told = await marie.open("/notifications")
        assert "Ken vous a écrit" in told.text
        assert "Bien reçu" in told.text

        thread = await marie.open(unescape(re.findall(rf'href="(/@ken@{re.escape(tokyo.host)}/\d+)"', told.html)[0]))
        assert thread.text.index("Réunion à 15 h") < thread.text.index("Bien reçu")


async def test_an_administrator_reads_how_it_goes_with_each_node(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    await paris.staff("marie")
    await tokyo.staff("ken")
    async with (
        loopback.session(base_url=paris.base_url) as at_paris,
        loopback.session(base_url=tokyo.base_url) as at_tokyo,
    ):
        chief, ken = Browser(at_paris), Browser(at_tokyo)
        await chief.sign_in("chief.paris", PASSWORD)
        await ken.sign_in("ken", PASSWORD)
        found = await ken.open(f"/people?q=@chief.paris@{paris.host}")
        await ken.send(found, found.action("/follow"))
        await settled(paris, tokyo)
        assert "Tout est parti." in (await chief.open("/administration/nodes")).text
        await tokyo.stop()
        await chief.publish("Personne ne répond")
        await until(lambda: paris.running.node.store.read(_has_failed, tokyo.host))
        shown = await chief.open("/administration/nodes")
        assert "Hors d’atteinte" in shown.text
        assert "1 message attend." in shown.text
        await tokyo.start()
        await chief.press("/administration/nodes", "/try")
        await settled(paris, tokyo)
        assert "Personne ne répond" in (await ken.open("/")).text
