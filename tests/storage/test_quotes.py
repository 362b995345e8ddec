"""Quotes, the leave for them, and who may quote."""

import pytest

from storage import posts, quote_policies, quote_stamps, quotes, tombstones
from storage.events import Event, PostAltered
from storage.pages import Page
from storage.posts import Holds
from storage.quote_policies import EVERYBODY, NONE, Policy
from storage.store import Store
from storage.visibility import Reach
from tests.storage.conftest import Person, Write


async def test_a_quote_counts_and_is_listed_while_it_is_accepted(store: Store, person: Person, write: Write) -> None:
    marie, paul, ken = await person("marie"), await person("paul"), await person("ken@tokyo.example")
    post, by = await write(marie), await write(ken, reach=Reach.FOLLOWERS, to=(marie,))
    heard: list[Event] = []
    store.listen(heard.extend)
    await store.write(quotes.put, by.id, post.uri, state=quotes.PENDING)
    assert set(heard) == {PostAltered(by.id), PostAltered(post.id)}
    assert await store.read(quotes.totals, [post.id, by.id]) == {}
    quote = await store.read(quotes.find, by.id)
    assert quote is not None
    await store.write(quotes.settle, quote, quotes.ACCEPTED, stamp_uri="https://paris.example/stamp")
    assert await store.read(quotes.totals, [post.id, by.id]) == {post.id: 1}
    assert await store.read(quotes.of, [post.id, by.id]) == {by.id: quotes.Shown(by.id, "accepted", post.id)}
    assert [(await store.read(posts.get, each.id)).holds for each in (by, post)] == [Holds.QUOTE, Holds.QUOTED]
    for reader, listed in ((marie, [by.id]), (paul, [])):
        found = await store.read(quotes.quoting, post, Page(20), reader=reader.id)
        assert [each.id for each in found] == listed
    found_by_stamp = await store.read(quotes.by_stamp, "https://paris.example/stamp")
    assert found_by_stamp is not None
    await store.write(quotes.remove, found_by_stamp)
    assert await store.read(quotes.find, by.id) is None
    assert (await store.read(posts.get, by.id)).holds == Holds(0)


async def test_what_is_quoted_may_be_gone(store: Store, person: Person, write: Write) -> None:
    marie = await person("marie")
    post, by = await write(marie), await write(marie)
    await store.write(quotes.put, by.id, post.uri, state=quotes.ACCEPTED)
    await store.write(tombstones.remove, post, owner_uri=marie.uri)
    assert await store.read(quotes.of, [by.id]) == {by.id: quotes.Shown(by.id, "accepted", None)}


async def test_leave_that_was_taken_back_is_not_given_again(store: Store, person: Person, write: Write) -> None:
    marie = await person("marie")
    post = await write(marie)
    await store.write(quote_stamps.give, post.id, "urn:by", actor="urn:ken", identifier=77)
    await store.write(quote_stamps.revoke, post.id, "urn:by")
    await store.write(quote_stamps.give, post.id, "urn:by", actor="urn:ken", identifier=78)
    stamp = await store.read(quote_stamps.find, post.id, "urn:by")
    assert stamp is not None
    assert (stamp.id, stamp.revoked_at is not None) == (77, True)
    assert await store.read(quote_stamps.by_id, 78) is None


@pytest.mark.parametrize("reach", Reach)
async def test_who_may_quote_is_everybody_until_it_is_said_and_nobody_where_few_read(
    store: Store, person: Person, write: Write, reach: Reach
) -> None:
    post = await write(await person("marie"), reach=reach)
    is_open = reach in quote_policies.QUOTABLE
    assert await store.read(quote_policies.find, post) == (EVERYBODY if is_open else NONE)
    policy = quote_policies.policy_of("followers", "public")
    await store.write(quote_policies.put, post.id, policy)
    said = await store.read(posts.get, post.id)
    assert await store.read(quote_policies.find, said) == (policy if is_open else NONE)
    assert await store.read(quote_policies.of, [post.id]) == {post.id: Policy("followers", "public")}


def test_what_is_granted_at_once_needs_no_asking() -> None:
    assert quote_policies.policy_of("public", "followers") == EVERYBODY
    assert quote_policies.policy_of("nobody", "followers").as_kept == "nobody/followers"
