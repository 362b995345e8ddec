"""Custom emoji as peers send them: in posts, in names and profiles, and as reactions; each from its own node, and within bounds."""

from federation.client import Budget
from federation.strict_json import JsonObject
from storage import accounts, custom_emoji, emoji_reactions, media, posts
from storage.custom_emoji import MOST_OF_A_NODE, Emoji
from storage.events import AccountChanged, EmojiChanged, Event
from storage.media import Place, State
from storage.posts import Holds
from storage.store import Unit
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def tag(scene: Scene, name: str = "blob", file: str = "blob.png", **changes: str) -> JsonObject:
    """As Mastodon sends one."""
    icon: JsonObject = {"type": "Image", "mediaType": "image/png", "url": f"{scene.peer.base_url}/emoji/{file}"}
    said: JsonObject = {"id": f"{scene.peer.base_url}/emojis/1", "type": "Emoji", "name": f":{name}:", "icon": icon}
    return {**said, **changes}


async def kept(scene: Scene, *names: str) -> dict[str, Emoji]:
    found = await scene.side.store.read(custom_emoji.named, [scene.peer.host], names)
    return {emoji.shortcode: emoji for emoji in found.values()}


async def writes(scene: Scene, name: str, *tags: object) -> posts.Post:
    await scene.send(activity("Create", scene.eve, note(scene.eve, name, tag=list(tags)), name))
    found = await scene.side.store.read(posts.by_uri, f"{scene.eve}/notes/{name}")
    assert found is not None
    return found


async def test_what_a_post_names_is_kept_once_for_its_node_and_nothing_is_fetched(scene: Scene) -> None:
    first = await writes(scene, "1", tag(scene), {"type": "toot:Emoji", **tag(scene, "cat") | {"type": "toot:Emoji"}})
    second = await writes(scene, "2", tag(scene))
    plain = await writes(scene, "3", {"type": "Hashtag", "name": "#visa"})
    assert [bool(post.holds & Holds.EMOJI) for post in (first, second, plain)] == [True, True, False]
    found = await kept(scene, "blob", "cat")
    assert sorted(found) == ["blob", "cat"]
    row = await scene.side.store.read(media.by_name, found["blob"].file)
    assert row is not None
    assert (row.place, row.state, row.remote_url) == (Place.EMOJI, State.ELSEWHERE, found["blob"].url)
    assert await scene.side.store.read(lambda unit: unit.one(int, "select count(*) from media")) == 2


NONE: list[JsonObject] = [
    {"name": ":a b:"},
    {"name": ":<b>:"},
    {"name": f":{'x' * 65}:"},
    {"icon": None},
    {"icon": {"type": "Image", "url": "https://elsewhere.example/blob.png"}},
    {"icon": {"type": "Image", "url": "not an address"}},
    {"icon": {"type": "Image", "url": "http://[/blob.png"}},
    {"type": "Note"},
]


async def test_what_is_none_of_its_node_stays_text_and_nobody_names_more_than_there_is_room_for(scene: Scene) -> None:
    post = await writes(scene, "0", *(tag(scene) | changes for changes in NONE))
    assert not post.holds & Holds.EMOJI
    assert await scene.side.store.read(lambda unit: unit.one(int, "select count(*) from custom_emoji")) == 0

    await writes(scene, "1", *(tag(scene, f"e{number}") for number in range(70)))
    count = "select count(*) from custom_emoji"
    assert await scene.side.store.read(lambda unit: unit.one(int, count)) == 64

    def fill(unit: Unit) -> None:
        row = "insert into custom_emoji (id, host, shortcode, url, file, created_at) values (:id, :host, :name, '', '', 0)"
        host = scene.peer.host
        unit.each(row, ({"id": each, "host": host, "name": f"f{each}"} for each in range(MOST_OF_A_NODE - 65)))

    await scene.side.store.write(fill)
    await writes(scene, "2", tag(scene, "last"), tag(scene, "beyond"))
    assert sorted(await kept(scene, "last", "beyond")) == ["last"]


async def test_another_picture_takes_the_place_of_the_one_before_everywhere_and_an_older_one_does_not(
    scene: Scene,
) -> None:
    scene.peer.actor("eve", summary="<p>:blob:</p>", tag=[tag(scene, updated=EARLY)])
    await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    await writes(scene, "1", tag(scene, updated=EARLY))
    before = (await kept(scene, "blob"))["blob"]
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    assert eve.shown_emoji == {"blob": before.file}

    heard: list[Event] = []
    scene.side.store.listen(heard.extend)
    await writes(scene, "2", tag(scene, file="new.png", updated=LATE))
    await writes(scene, "3", tag(scene, file="old.png", updated=EARLY))
    await writes(scene, "4", tag(scene, file="old.png"))
    now = (await kept(scene, "blob"))["blob"]
    assert (now.id, now.url.rpartition("/")[2]) == (before.id, "new.png")
    assert {EmojiChanged(now.id), AccountChanged(eve.id)} <= set(heard)
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    assert eve.shown_emoji == {"blob": now.file}
    swept = await scene.side.store.read(media.to_be_swept)
    assert [row.name for row in swept] == [before.file]

    scene.peer.actor("eve")
    eve = await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    eve = await scene.side.store.read(accounts.get, eve.id)
    assert eve.shown_emoji == {}


async def test_a_reaction_says_whose_it_is_and_is_taken_back_by_its_name(scene: Scene) -> None:
    post = await writes(scene, "1")
    sent = activity("Like", scene.eve, post.uri, "r", content=":blob:", tag=[tag(scene)])
    broken = [{"type": "Emoji", "name": 7}, None, "x"]
    odd = activity("EmojiReact", scene.eve, post.uri, "o", content=":odd:", tag=broken)
    for reaction in (sent, odd):
        assert await scene.send(reaction) == 202

    async def under() -> list[str]:
        return [total.emoji for total in await scene.side.store.read(emoji_reactions.totals, [post.id])]

    assert await under() == [f":blob@{scene.peer.host}:", f":odd@{scene.peer.host}:"]
    assert sorted(await kept(scene, "blob", "odd")) == ["blob"]
    unnamed = {name: value for name, value in sent.items() if name != "id"} | {"id": f"{scene.eve}#never-seen"}
    await scene.send(activity("Undo", scene.eve, unnamed, "u"))
    assert await under() == [f":odd@{scene.peer.host}:"]
