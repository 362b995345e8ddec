"""A post that is for fewer than before: who reads it still, what goes with it, and what is told of that."""

import pytest

from storage import accounts, communities, follows, narrowing, notifications, pins, post_people, posts
from storage.accounts import Account
from storage.events import Event, PostEdited, PostRemoved
from storage.ids import AccountId
from storage.posts import Post, Writing
from storage.store import Store, Unit
from storage.visibility import Reach, may_see

WORDS = Writing("<p>Bonjour</p>", summary="", sensitive=False, language=None, source=None, tags=["visa"])


def _somebody(unit: Unit, name: str, kind: str = "Person") -> Account:
    return accounts.add_local(unit, username=name, display_name=name, base_url="http://paris.example", kind=kind)


def _written(unit: Unit, author: Account, reach: Reach, people: list[AccountId]) -> Post:
    return posts.add(
        unit,
        uri=f"{author.uri}/notes/1",
        url="",
        author=author.id,
        is_local=False,
        reach=reach,
        writing=WORDS,
        published=unit.now,
        people=people,
        mentioned=people[:1],
    )


@pytest.mark.parametrize("is_kept", [True, False])
async def test_what_is_for_members_now_is_shared_by_their_community_alone(store: Store, *, is_kept: bool) -> None:
    """is_kept: whether the community is among those whom it is for."""

    def scene(unit: Unit) -> tuple[Post, list[int], dict[str, bool]]:
        eve, marie, lea = (_somebody(unit, name) for name in ("eve", "marie", "lea"))
        group = _somebody(unit, "presse", communities.KIND)
        follows.ask(unit, marie.id, group.id, uri="urn:1")
        follows.accept(unit, marie.id, group.id)
        post = _written(unit, eve, Reach.ALL_NODES, [lea.id])
        pins.add(unit, eve.id, post.id)
        notifications.tell(unit, lea.id, "mention", by=eve.id, post=post.id)
        for who in (lea, group):
            posts.share(
                unit,
                uri=f"{who.uri}/shares/1",
                author=who.id,
                is_local=True,
                post=post,
                reach=Reach.ALL_NODES,
                published=unit.now,
            )
        people = [group.id] if is_kept else [marie.id]
        reach = Reach.COMMUNITY if is_kept else Reach.MENTIONED
        narrowing.narrow(unit, posts.get(unit, post.id), reach, people=people, let_go=True)
        seen = {who.username: may_see(unit, post.id, reader=who.id) for who in (eve, marie, lea)}
        shares = unit.all(int, "select reach from posts where boost_of = :post", post=post.id)
        assert post_people.addressed(unit, post.id) == people
        assert not pins.is_pinned(unit, post.id)
        assert unit.all(int, "select id from notifications where post_id = :post", post=post.id) == []
        return posts.get(unit, post.id), shares, seen

    post, shares, seen = await store.write(scene)
    assert seen == {"eve": True, "marie": True, "lea": False}
    assert shares == ([int(Reach.FOLLOWERS)] if is_kept else [])
    assert post.shares_count == len(shares)


async def test_who_listens_hears_that_it_is_gone_and_then_what_it_says(store: Store) -> None:
    told: list[Event] = []
    store.listen(told.extend)

    def first(unit: Unit) -> Post:
        eve, lea = _somebody(unit, "eve"), _somebody(unit, "lea")
        return _written(unit, eve, Reach.UNLISTED, [lea.id])

    post = await store.write(first)
    lea = (await store.read(post_people.addressed, post.id))[0]
    told.clear()
    await store.write(narrowing.narrow, post, Reach.UNLISTED, people=[], let_go=False)
    assert told == []
    await store.write(narrowing.narrow, post, Reach.FOLLOWERS, people=[], let_go=False)
    assert told == [
        PostRemoved(post.id, post.author_id, int(Reach.UNLISTED), False, False, people=(lea,), tags=("visa",)),
        PostEdited(post.id, post.author_id),
    ]
    assert await store.read(may_see, post.id, reader=lea)
    now = await store.read(posts.get, post.id)
    await store.write(narrowing.narrow, now, Reach.FOLLOWERS, people=[], let_go=True)
    assert not await store.read(may_see, post.id, reader=lea)
