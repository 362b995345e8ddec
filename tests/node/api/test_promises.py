"""What an app is shown from memory is what it would be shown without: each change is seen at the next look.

Every test looks often enough for the answer to come by the short road, has something happen, and looks again.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from node.actions import cards, people
from node.actions import reactions as acts
from storage import accounts, follows, oauth, posts, reactions, relations, staff, tombstones
from storage.accounts import Account, Profile
from storage.cards import Card
from storage.events import ChangedElsewhere
from storage.ids import Host, PostId
from storage.posts import Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.node.api.conftest import App, AppOf, Json
from tests.node.conftest import House

HOME = "/api/v1/timelines/home"


async def looked(app: App, path: str = HOME) -> Json:
    """What an app is shown, and shown again by the short road."""
    first = await app.get(path)
    answers = app.house.node.memory.answers
    before = answers.hits
    again = await app.get(path)
    assert answers.hits == before + 1
    assert again == first
    return first


async def fresh(app: App, path: str = HOME) -> Json:
    """What an app is shown now, which is what it is shown when nothing is remembered."""
    shown = await app.get(path)
    app.house.node.memory.forget_all()
    assert shown == await app.get(path)
    return shown


def ids(shown: Json) -> list[str]:
    return [one["id"] for one in shown]


@pytest.fixture
async def pair(app_of: AppOf) -> tuple[App, App]:
    """Paul, who follows Marie."""
    paul, marie = await app_of("paul"), await app_of("marie")
    await paul.towards(marie, "follow")
    return paul, marie


Pair = tuple[App, App]


async def test_a_new_post(pair: Pair) -> None:
    paul, marie = pair
    assert await looked(paul) == []
    for number in range(25):
        post = await marie.post(f"Note {number}")
        assert ids(await fresh(paul) if number % 8 == 0 else await paul.get(HOME))[0] == post["id"]
    assert len(await looked(paul)) == 20


async def test_an_edit(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    path = f"/api/v1/statuses/{post['id']}"
    await looked(paul)
    await looked(paul, path)
    await marie.ask("PUT", path, json={"status": "Bonsoir @paul #Quito"})
    for shown in (*await fresh(paul), await fresh(paul, path)):
        assert "Bonsoir" in shown["content"]
        assert (shown["mentions"][0]["acct"], shown["tags"][0]["name"]) == ("paul", "quito")
        assert shown["edited_at"] is not None


async def test_a_removal_of_a_post_and_of_its_sharings(pair: Pair, app_of: AppOf) -> None:
    paul, marie = pair
    zoe = await app_of("zoe")
    post = await zoe.post("Bonjour")
    sharing = await marie.act(post, "reblog")
    own = await marie.post("Bonsoir")
    path = f"/api/v1/statuses/{post['id']}"
    assert ids(await looked(paul)) == [own["id"], sharing["id"]]
    await looked(paul, path)
    await marie.ask("DELETE", f"/api/v1/statuses/{own['id']}")
    assert ids(await fresh(paul)) == [sharing["id"]]
    await looked(paul)
    await zoe.ask("DELETE", path)
    assert await fresh(paul) == []
    await paul.get(path, expect=404)


async def test_what_somebody_else_finds_useful_shares_and_answers(pair: Pair, app_of: AppOf) -> None:
    paul, marie = pair
    zoe = await app_of("zoe")
    post = await marie.post("Bonjour")
    path = f"/api/v1/statuses/{post['id']}"
    for verb, counted, number in (
        ("favourite", "favourites_count", 1),
        ("unfavourite", "favourites_count", 0),
        ("reblog", "reblogs_count", 1),
        ("unreblog", "reblogs_count", 0),
    ):
        await looked(paul)
        await looked(paul, path)
        await zoe.act(post, verb)
        assert [one[counted] for one in (*await fresh(paul), await fresh(paul, path))] == [number, number]
    answer = await zoe.post("Bonsoir", in_reply_to_id=post["id"])
    assert (await fresh(paul, path))["replies_count"] == 1
    await looked(paul, f"/api/v1/statuses/{answer['id']}")
    await zoe.ask("DELETE", f"/api/v1/statuses/{answer['id']}")
    assert (await fresh(paul))[0]["replies_count"] == 0


async def test_what_one_does_oneself(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    path = f"/api/v1/statuses/{post['id']}"
    for verb, field, value in (
        ("favourite", "favourited", True),
        ("unfavourite", "favourited", False),
        ("reblog", "reblogged", True),
        ("unreblog", "reblogged", False),
    ):
        await looked(paul)
        await looked(paul, path)
        await paul.act(post, verb)
        await marie.get(path)  # has it rendered again, for everybody
        shown = [one for one in (*await fresh(paul), await fresh(paul, path)) if one["id"] == post["id"]]
        assert [one[field] for one in shown] == [value, value]
        assert (await marie.get(path))[field] is False


async def test_a_parent_that_goes_takes_its_name_from_the_answers(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    answer = await marie.post("Encore", in_reply_to_id=post["id"])
    assert (await looked(paul))[0]["in_reply_to_id"] == post["id"]
    await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    shown = await fresh(paul)
    assert [(one["id"], one["in_reply_to_id"]) for one in shown] == [(answer["id"], None)]


@pytest.mark.parametrize(
    ("verb", "back"), [("unfollow", "follow"), ("block", "unblock"), ("mute", "unmute")], ids=lambda verb: verb
)
async def test_what_one_keeps_away(pair: Pair, verb: str, back: str) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    assert ids(await looked(paul)) == [post["id"]]
    await paul.towards(marie, verb)
    assert await fresh(paul) == []
    await looked(paul)
    await paul.towards(marie, back)
    await paul.towards(marie, "follow")
    assert ids(await fresh(paul)) == [post["id"]]


async def test_who_blocks_is_seen_no_more_by_the_blocked_one(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    path = f"/api/v1/statuses/{post['id']}"
    await looked(paul)
    await looked(paul, path)
    await marie.towards(paul, "block")
    assert await fresh(paul) == []
    await paul.get(path, expect=404)


async def test_a_sharing_by_a_friend_of_somebody_whom_one_then_mutes(pair: Pair, app_of: AppOf) -> None:
    paul, marie = pair
    zoe = await app_of("zoe")
    sharing = await marie.act(await zoe.post("Bonjour"), "reblog")
    assert ids(await looked(paul)) == [sharing["id"]]
    await paul.towards(zoe, "mute")
    assert await fresh(paul) == []


async def test_sharings_that_are_not_wanted(pair: Pair, app_of: AppOf) -> None:
    paul, marie = pair
    sharing = await marie.act(await (await app_of("zoe")).post("Bonjour"), "reblog")
    assert ids(await looked(paul)) == [sharing["id"]]
    await paul.towards(marie, "follow", json={"reblogs": False})
    assert await fresh(paul) == []


async def test_a_mute_that_ends(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    await paul.towards(marie, "mute", json={"duration": 3})
    assert await looked(paul) == []
    paul.house.clock.forward(seconds=3)
    assert ids(await fresh(paul)) == [post["id"]]


async def test_an_approved_follower_sees_what_is_for_followers(app_of: AppOf) -> None:
    paul, marie = await app_of("paul"), await app_of("marie")
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": True})
    post = await marie.post("Bonjour", visibility="private")
    await paul.towards(marie, "follow")
    assert await looked(paul) == []
    await marie.ask("POST", f"/api/v1/follow_requests/{paul.id}/authorize")
    assert ids(await fresh(paul)) == [post["id"]]
    path = f"/api/v1/statuses/{post['id']}"
    await looked(paul, path)
    await marie.ask("POST", f"/api/v1/accounts/{paul.id}/remove_from_followers")
    await paul.get(path, expect=404)
    assert await fresh(paul) == []


async def test_a_changed_name(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    path = f"/api/v1/statuses/{post['id']}"
    await looked(paul)
    await looked(paul, path)
    await looked(marie)
    federation = marie.house.node.federation
    await cards.describe(federation, "marie", display_name="Marie Curie", card=Card(), by="root", source="test")
    shown = [*await fresh(paul), await fresh(paul, path), *await fresh(marie)]
    assert {one["account"]["display_name"] for one in shown} == {"Marie Curie"}
    assert (await marie.get("/api/v1/accounts/verify_credentials"))["display_name"] == "Marie Curie"


async def test_somebody_elsewhere_changes_their_name_and_leaves(app_of: AppOf) -> None:
    paul = await app_of("paul")
    store = paul.house.node.store
    ken = await store.write(keep_ken, "Ken")
    await store.write(befriend, paul.account, ken)
    post = await store.write(write_of_ken, ken)
    sharer = await app_of("zoe")
    await paul.towards(sharer, "follow")
    await sharer.act({"id": str(post)}, "reblog")
    assert {one["account"]["display_name"] for one in await looked(paul)} == {"Ken", "Zoe"}
    await store.write(keep_ken, "Ken Sato")
    shown = await fresh(paul)
    assert [one["account"]["display_name"] for one in shown] == ["Zoe", "Ken Sato"]
    assert shown[0]["reblog"]["account"]["display_name"] == "Ken Sato"
    await looked(paul)
    await store.write(accounts.mark_gone, ken.id)
    assert [one["reblog"]["account"]["suspended"] for one in await fresh(paul)] == [True]
    await looked(paul)
    await store.write(tombstones.remove_all_of, ken.id)
    assert await fresh(paul) == []


def keep_ken(unit: Unit, name: str, username: str = "ken") -> Account:
    uri = "https://tokyo.example/users/ken"
    profile = Profile(
        username=username,
        display_name=name,
        note="",
        fields=(),
        url=uri,
        inbox=f"{uri}/inbox",
        shared_inbox=f"{uri}/inbox",
        outbox=f"{uri}/outbox",
        followers_uri=f"{uri}/followers",
        following_uri=f"{uri}/following",
        locked=False,
        discoverable=True,
    )
    return accounts.keep_remote(
        unit, uri=uri, host=Host("tokyo.example"), kind="Person", profile=profile, document="{}"
    )


def befriend(unit: Unit, one: Account, other: Account) -> None:
    follows.ask(unit, one.id, other.id, uri=f"{one.uri}#follow")
    follows.accept(unit, one.id, other.id)


def write_of_ken(unit: Unit, ken: Account) -> int:
    uri = f"{ken.uri}/1"
    writing = Writing("<p>Bonjour</p>", "", sensitive=False, language="fr", source=None)
    added = posts.add(
        unit,
        uri=uri,
        url=uri,
        author=ken.id,
        is_local=False,
        reach=Reach.ALL_NODES,
        writing=writing,
        published=unit.now,
    )
    return added.id


async def test_the_numbers_of_an_account(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    path = f"/api/v1/statuses/{post['id']}"
    assert (await looked(paul, path))["account"]["statuses_count"] == 1
    await marie.post("Encore", visibility="direct")
    assert (await fresh(paul, path))["account"]["statuses_count"] == 2
    await looked(paul, path)
    await marie.towards(paul, "follow")
    assert (await fresh(paul, path))["account"]["following_count"] == 1


async def test_somebody_who_is_named_and_takes_another_name(pair: Pair) -> None:
    paul, marie = pair
    store = paul.house.node.store
    ken = await store.write(keep_ken, "Ken")
    post = await marie.post("Bonjour @ken@tokyo.example")
    path = f"/api/v1/statuses/{post['id']}"
    assert (await looked(paul, path))["mentions"][0]["acct"] == ken.handle
    await store.write(keep_ken, "Ken", username="kensato")
    assert (await fresh(paul, path))["mentions"][0]["acct"] == "kensato@tokyo.example"


async def test_ones_own_numbers_are_as_they_are(pair: Pair) -> None:
    paul, marie = pair
    me = "/api/v1/accounts/verify_credentials"
    assert (await paul.get(me))["following_count"] == 1
    await paul.post("Bonjour")
    assert (await paul.get(me))["statuses_count"] == 1
    await marie.towards(paul, "follow")
    assert (await paul.get(me))["followers_count"] == 1
    await paul.towards(marie, "unfollow")
    assert (await paul.get(me))["following_count"] == 0


async def test_who_posts_again_is_not_looked_up_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    paul, _ = pair
    await paul.post("Bonjour")
    store, read = paul.house.node.store, list[str]()
    plain = store.read

    async def noted(unit: Any, *args: Any, **kwargs: Any) -> Any:
        read.append(unit.__name__)
        return await plain(unit, *args, **kwargs)

    monkeypatch.setattr(store, "read", noted)
    post = await paul.post("Bonsoir")
    assert read == ["gather"]  # for the answer, and nothing to know who asks
    assert (post["favourited"], post["reblogged"], post["account"]["statuses_count"]) == (False, False, 2)
    liked = await paul.act(post, "favourite")
    assert (await fresh(paul, f"/api/v1/statuses/{post['id']}"))["favourited"] == liked["favourited"] is True


async def test_what_nobody_knows_has_changed(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour")
    await looked(paul)
    memory = paul.house.node.memory
    memory.hear([ChangedElsewhere()])
    assert (len(memory.answers), len(memory.callers), len(memory.posts), len(memory.journals)) == (0, 0, 0, 0)
    assert ids(await fresh(paul)) == [post["id"]]


# ---- who may look ---------------------------------------------------------------------------------------------------

Change = Callable[[House, Account, str], Awaitable[Any]]


async def disable(house: House, who: Account, _: str) -> None:
    await house.node.store.write(staff.disable, who.id)


async def give_another_role(house: House, who: Account, _: str) -> None:
    await house.node.store.write(staff.set_role, who.id, staff.MODERATOR)


async def revoke(house: House, _: Account, token: str) -> None:
    await house.node.store.write(oauth.revoke, oauth.digest_of(token))


async def change_password(house: House, who: Account, _: str) -> None:
    await house.node.store.write(staff.set_password, who.id, "x")


@pytest.mark.parametrize("change", [disable, give_another_role, revoke, change_password], ids=lambda one: one.__name__)
async def test_whose_token_ends_is_shown_nothing_more(app_of: AppOf, change: Change) -> None:
    paul = await app_of("paul")
    post = await paul.post("Bonjour")
    await looked(paul)
    await looked(paul, f"/api/v1/statuses/{post['id']}")
    await change(paul.house, paul.account, paul._headers["Authorization"].removeprefix("Bearer "))
    await paul.get(HOME, expect=401)
    await paul.get(f"/api/v1/statuses/{post['id']}", expect=401)


async def test_another_language(app_of: AppOf) -> None:
    paul = await app_of("paul")
    path = "/api/v1/preferences"
    assert (await paul.get(path))["posting:default:language"] == "fr"
    await paul.house.node.store.write(staff.change_locale, paul.account.id, "en")
    assert (await paul.get(path))["posting:default:language"] == "en"


async def test_a_token_that_nobody_uses_ends_though_it_is_remembered(app_of: AppOf) -> None:
    paul = await app_of("paul")
    await looked(paul)
    paul.house.clock.forward(days=oauth.TOKEN_IDLE.days + 1)
    await paul.get(HOME, expect=401)


async def test_a_token_in_use_does_not_end(app_of: AppOf) -> None:
    paul = await app_of("paul")
    for _ in range(5):
        await looked(paul)
        paul.house.clock.forward(days=oauth.TOKEN_IDLE.days / 2)
    await looked(paul)


async def test_another_token_of_the_same_person_has_its_own_scopes(app_of: AppOf) -> None:
    paul = await app_of("paul")
    await looked(paul)
    narrow = await paul.house.token(paul.account, "write")
    await paul.ask("GET", HOME, headers=narrow, expect=403)


async def test_every_answer_is_for_one_reader(pair: Pair) -> None:
    paul, marie = pair
    post = await marie.post("Bonjour @paul", visibility="direct")
    path = f"/api/v1/statuses/{post['id']}"
    await looked(marie, path)
    await looked(paul, path)
    async with paul.house.client.get(f"{paul.house.url}{path}") as answer:
        assert answer.status == 401
    zoe = App(paul.house, await paul.house.staff("zoe"), await paul.house.token(None))
    await zoe.get(path, expect=422)


async def test_the_same_reactions_by_other_doors(pair: Pair) -> None:
    """Acts that come from the pages or from other nodes end in the same functions of storage."""
    paul, marie = pair
    node, store = paul.house.node, paul.house.node.store
    post = await marie.post("Bonjour")
    identifier = PostId(int(post["id"]))

    async def seen() -> tuple[bool, bool]:
        await marie.get(f"/api/v1/statuses/{post['id']}")  # has it rendered again, for everybody
        shown = await fresh(paul, f"/api/v1/statuses/{post['id']}")
        await looked(paul, f"/api/v1/statuses/{post['id']}")
        return shown["favourited"], shown["reblogged"]

    assert await seen() == (False, False)
    await store.write(reactions.add, paul.account.id, identifier, uri="urn:like")
    assert await seen() == (True, False)
    await acts.share(node, paul.account, identifier)
    assert await seen() == (True, True)
    await acts.unshare(node, paul.account, identifier)
    assert await seen() == (True, False)
    await store.write(reactions.remove, paul.account.id, identifier)
    assert await seen() == (False, False)


async def test_keeping_away_by_other_doors(pair: Pair) -> None:
    paul, marie = pair
    store = paul.house.node.store
    post = await marie.post("Bonjour")
    await looked(paul)
    later = paul.house.clock() + timedelta(hours=1)
    await store.write(relations.mute, paul.account.id, marie.account.id, notifications=False, until=later)
    assert await fresh(paul) == []
    await people.unmute(paul.house.node, paul.account, marie.account)
    assert ids(await fresh(paul)) == [post["id"]]
