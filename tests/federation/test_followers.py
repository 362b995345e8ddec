"""One list of followers at two nodes: what is told of it, and what is done where the two differ (FEP-8fcf)."""

from datetime import UTC, datetime

import pytest

from federation import collection_routes, collections, followers, signatures
from federation.client import Budget
from federation.events import FollowersReconciled
from federation.followers import Claim
from federation.signatures.keys import Kind
from federation.strict_json import JsonObject
from storage import accounts, follows
from storage.accounts import Account
from storage.ids import AccountId
from storage.store import Unit
from tests.federation.conftest import MakeRogue, Rogue, Side, until
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]

VECTOR = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
ALICE, BOB = "https://testing.example.org/users/1", "https://testing.example.org/users/2"


def test_the_digest_of_the_proposal() -> None:
    assert followers.digest_of([ALICE, BOB]) == followers.digest_of([BOB, ALICE]) == VECTOR
    assert followers.digest_of([]) == "0" * 64


def test_a_claim_is_read_as_it_is_written() -> None:
    claim = Claim("https://a.example/1/followers", "https://a.example/1/sync", VECTOR)
    assert followers.claim_in(str(claim)) == claim
    assert (
        followers.claim_in(f'url="{claim.url}",digest="{VECTOR.upper()}", collectionId="{claim.collection}"') == claim
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        f'digest="{VECTOR}"',
        'collectionId="a", url="b", digest="c33f"',
        f'collectionId=a, url="b", digest="{VECTOR}"',
        f'collectionId="a", url="b", digest="{VECTOR}", and="more"',
        "x" * 5000,
    ],
)
def test_anything_else_is_no_claim(value: str) -> None:
    assert followers.claim_in(value) is None


# ---- what a peer says of followers here -----------------------------------------------------------------------------


class Listed:
    """Eve's node says which people of this one follow her; marie does, here."""

    def __init__(self, scene: Scene, marie: Account) -> None:
        self.scene, self.marie = scene, marie
        self.path, self.sent = "/users/eve/sync", 0
        self.url = f"{scene.peer.base_url}{self.path}"

    async def says(self, *listed: str, claim: Claim | None = None, **offered: object) -> None:
        """Deliver something to followers; the list is offered under the address that goes with it."""
        document: JsonObject = {"id": self.url, "type": "OrderedCollection", "orderedItems": list(listed)}
        self.scene.peer.offers[self.path] = {**document, **offered}  # type: ignore[dict-item]
        told = claim or Claim(f"{self.scene.eve}/followers", self.url, followers.digest_of(listed))
        self.sent += 1
        document = activity("Create", self.scene.eve, note(self.scene.eve, str(self.sent)), str(self.sent))
        assert await self.scene.send(document, headers={followers.NAME: str(told)}) == 202

    async def follow(self) -> follows.Follow | None:
        eve = await self.scene.side.store.read(accounts.by_uri, self.scene.eve)
        assert eve is not None
        return await self.scene.side.store.read(follows.between, self.marie.id, eve.id)

    @property
    def asked(self) -> int:
        return self.scene.peer.asked.count(self.path)

    async def wait(self) -> None:
        async def is_asked() -> bool:
            return self.asked > 0

        await until(is_asked)


@pytest.fixture
async def listed(scene: Scene) -> Listed:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    return Listed(scene, marie)


async def test_where_both_agree_nothing_is_asked(listed: Listed) -> None:
    await listed.says(listed.marie.uri)
    await listed.says(listed.marie.uri)
    assert await listed.follow() is not None
    assert listed.asked == 0


async def test_who_is_not_listed_follows_no_more(listed: Listed) -> None:
    await listed.says()

    def reconciled() -> list[FollowersReconciled]:
        return [event for event in listed.scene.side.told if isinstance(event, FollowersReconciled)]

    async def has_ended() -> bool:
        return await listed.follow() is None and bool(reconciled())  # told a moment after others can read it

    await until(has_ended)
    (told,) = reconciled()
    assert (told.ended, told.granted, told.undone) == (1, 0, 0)


async def test_who_waits_and_is_listed_follows(listed: Listed) -> None:
    paul = await listed.scene.side.member("paul")
    await listed.scene.side.store.write(_ask, paul.id, listed.scene.eve)
    await listed.says(listed.marie.uri, paul.uri)

    async def is_granted() -> bool:
        eve = await listed.scene.side.store.read(accounts.by_uri, listed.scene.eve)
        assert eve is not None
        found = await listed.scene.side.store.read(follows.between, paul.id, eve.id)
        return found is not None and found.accepted_at is not None

    await until(is_granted)
    assert await listed.follow() is not None


async def test_a_list_that_is_not_the_one_that_was_told_ends_nothing(listed: Listed) -> None:
    """It has changed on its way, or is not whole: paul, who is on it, follows; marie, who is not, still does."""
    side, paul = listed.scene.side, await listed.scene.side.member("paul")
    await side.store.write(_ask, paul.id, listed.scene.eve)
    other = followers.digest_of([paul.uri, "http://paris.localhost/users/1"])
    await listed.says(paul.uri, claim=Claim(f"{listed.scene.eve}/followers", listed.url, other))

    async def is_told() -> bool:
        return any(isinstance(event, FollowersReconciled) for event in side.told)

    await until(is_told)
    assert await listed.follow() is not None


async def test_a_list_that_is_not_whole_changes_nothing(listed: Listed) -> None:
    await listed.says(totalItems=2)
    await listed.wait()
    await listed.scene.side.settled()
    assert await listed.follow() is not None


async def test_a_list_of_more_pages_than_are_read_changes_nothing(listed: Listed) -> None:
    """All of it is as it was told, and marie is not in it; but nobody reads so far."""
    many = collections.MOST_PAGES + 2
    uris = [f"{listed.scene.side.base_url}/users/{number}" for number in range(many)]
    for number, uri in enumerate(uris):
        page: JsonObject = {"id": f"{listed.url}/{number}", "type": "OrderedCollectionPage", "orderedItems": [uri]}
        following: JsonObject = {"next": f"{listed.url}/{number + 1}"} if number + 1 < many else {}
        listed.scene.peer.offers[f"{listed.path}/{number}"] = page | following
    told = Claim(f"{listed.scene.eve}/followers", listed.url, followers.digest_of(uris))
    await listed.says(claim=told, orderedItems=[], first=f"{listed.url}/0")

    def pages() -> int:
        return sum(path.startswith(f"{listed.path}/") for path in listed.scene.peer.asked)

    async def are_read() -> bool:
        return pages() >= collections.MOST_PAGES

    await until(are_read)
    await listed.says(claim=told, orderedItems=[], first=f"{listed.url}/0")
    await listed.scene.side.settled()
    assert pages() == collections.MOST_PAGES
    assert await listed.follow() is not None


async def test_a_list_is_asked_for_once_in_a_while(listed: Listed) -> None:
    await listed.says(totalItems=2)
    await listed.wait()
    await listed.says(totalItems=3)
    await listed.scene.side.settled()
    assert listed.asked == 1


async def test_nothing_is_asked_for_of_others(listed: Listed, rogue_peer: MakeRogue) -> None:
    """Another's collection, another origin's list, and what stands in a header that nobody has signed."""
    dakar = await rogue_peer("dakar")
    own, none = f"{listed.scene.eve}/followers", followers.digest_of([])
    await listed.says(claim=Claim(f"{listed.scene.peer.base_url}/users/mallory/followers", listed.url, none))
    await listed.says(claim=Claim(own, f"{dakar.base_url}/sync", none))
    eve, host = listed.scene.eve, listed.scene.peer.host
    signer = signatures.Signer(f"{eve}#k", eve, host, "rfc9421", ("@method",), Kind.ED25519, datetime.now(UTC))
    listed.scene.side.federation.synchronising.notice(str(Claim(own, listed.url, none)), signer)
    assert (listed.asked, dakar.asked) == (0, [])
    assert await listed.follow() is not None


def _ask(unit: Unit, follower: AccountId, followed: str) -> None:
    target = accounts.by_uri(unit, followed)
    assert target is not None
    follows.ask(unit, follower, target.id, uri=f"urn:{follower}")


# ---- what this node says --------------------------------------------------------------------------------------------


async def follow(side: Side, peer: Rogue, *names: str) -> Account:
    """People of a peer follow paul, who is here; paul."""
    paul = await side.store.read(accounts.by_handle, "paul") or await side.member("paul")
    for name in names:
        peer.actor(name)
        follower = await side.federation.gathering.actor(f"{peer.base_url}/users/{name}", budget=Budget())
        await side.store.write(_follow, follower.id, paul.id)
    return paul


def _follow(unit: Unit, follower: AccountId, followed: AccountId) -> None:
    follows.ask(unit, follower, followed, uri=f"urn:{follower}")
    follows.accept(unit, follower, followed)


async def test_each_node_is_shown_its_own_people_alone(scene: Scene, rogue_peer: MakeRogue) -> None:
    dakar, lima = await rogue_peer("dakar"), await rogue_peer("lima")
    paul = await follow(scene.side, dakar, "awa", "ali")
    lima.actor("eve")
    url = f"{paul.uri}/followers_synchronization"
    status, shown = await dakar.get(url, name="awa")
    assert (status, shown["orderedItems"]) == (200, [f"{dakar.base_url}/users/{name}" for name in ("awa", "ali")])
    status, shown = await lima.get(url)
    assert (status, shown["orderedItems"]) == (200, [])
    assert (await scene.peer.get(url + "?after=x"))[0] == 404


async def test_many_are_shown_page_by_page(
    scene: Scene, rogue_peer: MakeRogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection_routes, "FOLLOWERS_PAGE", 2)
    dakar = await rogue_peer("dakar")
    paul = await follow(scene.side, dakar, "a", "b", "c", "d", "e")
    _, first = await dakar.get(f"{paul.uri}/followers_synchronization", name="a")
    found, page = [], first["first"]
    assert (first["totalItems"], "orderedItems" in first) == (5, False)
    while isinstance(page, str):
        _, shown = await dakar.get(page, name="a")
        items = shown["orderedItems"]
        assert isinstance(items, list)
        found += items
        page = shown.get("next")
    assert found == [f"{dakar.base_url}/users/{name}" for name in "abcde"]
