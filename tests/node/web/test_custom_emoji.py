"""Custom emoji of other nodes on the pages: small pictures of this node, with their names for who does not see them."""

import re

from tests.node.conftest import House
from tests.node.emoji_of_tokyo import tokyo_of
from tests.node.web.browser import Browser
from tests.node.web.test_pages import marie as marie  # noqa: PLC0414  a fixture
from tests.node.web.test_pages import visit as visit  # noqa: PLC0414  a fixture

PICTURE = re.compile(
    r'<img class="emoji" src="(?P<at>[^"]*)" width="20" height="20" alt="(:\w+:)" title="\2" loading="lazy">'
)


async def test_emoji_stand_in_texts_names_choices_and_under_posts_and_never_inside_a_tag(
    house: House, marie: Browser
) -> None:
    async with tokyo_of(house) as tokyo:
        post = await tokyo.asks()
        await tokyo.reacts(f"{tokyo.ken}/notes/1", ":blob:", tokyo.tag("blob", "blob.png"))
        await tokyo.reacts(f"{tokyo.ken}/notes/1", ":odd:")
        place = f"/@ken@{tokyo.base_url.partition('//')[2]}"
        page = await marie.open(f"{place}/{post}")
        shown = PICTURE.sub(r"[\2]", page.html)
        assert {found["at"].startswith(f"{house.url}/media/") for found in PICTURE.finditer(page.html)} == {True}
        assert "Avis [:cat:]" in shown
        assert "<bdi>Ken &lt;b&gt; [:blob:]</bdi>" in shown
        assert '<p>Bon [:blob:] <a href="https://tokyo.example/:blob:"' in shown
        assert "lien</a> :nobody: [:blob:]</p>" in shown
        assert '<span dir="auto">Oui [:blob:]</span>' in shown
        assert re.search(r'<span class="reaction reaction-elsewhere">.*?\[:blob:\] <span class="count">1</span>', shown)
        assert re.search(r'<span class="reaction reaction-elsewhere">.*?:odd: <span class="count">1</span>', shown)
        profile = PICTURE.sub(r"[\2]", (await marie.open(place)).html)
        assert "<h1><bdi>Ken &lt;b&gt; [:blob:]</bdi></h1>" in profile
        assert "<p>À Tokyo [:cat:]</p>" in profile
        assert tokyo.asked == []

        await marie.send(await marie.open("/settings/language"), "/light", light="yes")
        assert "Bon :blob: " in (await marie.open(f"{place}/{post}")).html
