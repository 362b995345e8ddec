"""Buttons for the script: the part of the page that has changed, where others are sent back to the whole page."""

import re

from aiohttp import ClientResponse
from multidict import CIMultiDictProxy

from storage import accounts, follows
from tests.node.conftest import House
from tests.node.web.browser import Browser, Shown
from tests.node.web.test_pages import Visit
from tests.node.web.test_pages import marie as marie  # noqa: PLC0414  a fixture
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture
from tests.storage.conftest import elsewhere

HEADER = "Legation-Part"

Answer = tuple[Shown, CIMultiDictProxy[str]]


async def press(browser: Browser, page: Shown, ending: str, part: str, **fields: str) -> Answer:
    """Press a button as the script does, without following where it leads."""
    action = page.action(ending)
    sent = {**page.hidden(action), **fields}
    async with browser.client.post(action, data=sent, headers={HEADER: part}, allow_redirects=False) as answer:
        return await shown(answer), answer.headers


async def shown(answer: ClientResponse) -> Shown:
    return Shown(answer.status, answer.real_url, await answer.text())


def part_in(page: Shown, kind: str) -> str:
    found = re.search(rf'data-part="({kind}/[^"]+)"', page.html)
    assert found
    return found[1]


async def test_a_post_comes_back_as_it_is_now(marie: Browser, visit: Visit) -> None:
    await marie.publish("Utile à tous")
    paul = await visit("paul")
    page = await paul.open("/all-nodes?x=1")
    part = part_in(page, "post")
    now, headers = await press(paul, page, "/favourite", part)
    assert (now.status, headers[HEADER]) == (200, part)
    assert "<html" not in now.html
    assert now.html.count("<article") == 1
    # What is pressed next is sent from where the page is, and undoes it.
    assert now.hidden(now.action("/unfavourite"))["back"].startswith("/all-nodes?x=1#post-")
    assert re.search(r'aria-pressed="true".*?Utile.*?<span class="count">1</span>', now.html, re.DOTALL)
    assert "/unfavourite" in (await paul.open("/all-nodes")).html


async def test_a_shared_post_keeps_its_place(marie: Browser, visit: Visit) -> None:
    await marie.publish("À partager")
    paul, ken = await visit("paul"), await visit("ken")
    await paul.press("/all-nodes", "/share")
    await ken.press("/@paul", "/follow")
    page = await ken.open("/")
    post, place = part_in(page, "post").split("/")[1:3]
    assert post != place
    now, _ = await press(ken, page, "/favourite", part_in(page, "post"))
    assert f'id="post-{place}"' in now.html
    assert f'action="/posts/{post}/unfavourite"' in now.html


async def test_following_is_answered_with_its_button_and_a_word(marie: Browser, visit: Visit) -> None:
    await visit("paul")
    page = await marie.open("/people")
    refused, headers = await press(marie, page, "/follow", part_in(page, "person"), csrf="0" * 128)
    assert (refused.status, HEADER in headers) == (403, False)
    assert "/unfollow" not in (await marie.open("/people")).html
    now, _ = await press(marie, page, "/follow", part_in(page, "person"))
    assert now.status == 200
    assert now.action("/unfollow")
    assert "<p data-notice>Vous suivez maintenant cette personne" in now.html.replace("\u00a0", " ")


async def test_following_somebody_elsewhere_reads_right_before_and_after_the_answer(
    house: House, marie: Browser
) -> None:
    yuki = await house.node.store.write(elsewhere, "yuki", "tokyo.example")
    for is_answered in (False, True):
        if is_answered:
            me = await house.node.store.read(accounts.by_handle, "marie", "")
            assert me is not None
            await house.node.store.write(follows.accept, me.id, yuki.id)
            page = await marie.open("/@yuki@tokyo.example")
        else:
            page = await marie.press("/@yuki@tokyo.example", "/follow")
            assert "arriveront dans votre journal dès que son nœud aura répondu." in page.text
            assert "Son nœud n’a pas encore répondu." in page.text
        assert page.action("/unfollow")
        assert ("Ne plus suivre" in page.text, "Retirer la demande" in page.text) == (True, False)


async def test_what_is_no_part_is_answered_as_ever_and_what_is_gone_is_a_refusal(marie: Browser, visit: Visit) -> None:
    await visit("paul")
    page = await marie.open("/people")
    for part in ("post/1", "post/a/b/2", "post/1/1/9", "person/", "what", "post/1/1/2/alone/more"):
        now, headers = await press(marie, page, "/follow", part)
        assert (part, now.status, headers["Location"]) == (part, 303, "/people?done=followed")
        assert HEADER not in headers
    for part in ("post/999999/999999/2", f"person/{10**18}", f"post/{10**30}/1/2", f"person/{10**30}"):
        now, _ = await press(marie, page, "/follow", part)
        assert (part, now.status, "Ce contenu n’est plus là" in now.text) == (part, 404, True)


async def test_nobody_reads_a_part_of_what_is_not_for_them(marie: Browser, visit: Visit) -> None:
    await marie.publish("Pour mes yeux", reach="mentioned")
    secret = part_in(await marie.open("/"), "post")
    paul = await visit("paul")
    page = await paul.open("/people")
    now, _ = await press(paul, page, "/follow", secret)
    assert (now.status, "Pour mes yeux" in now.html) == (404, False)
