"""What one keeps for oneself, with a real client, Mastodon.py: lists, filters, bookmarks, conversations, people."""

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import pytest
from mastodon import Mastodon, MastodonAPIError

from node.actions import caretaking
from node.actions import communities as acts
from node.actions.communities import Founding
from storage import accounts, communities
from storage.ids import AccountId
from tests.federated.clients import (  # noqa: F401  `names_lead_here` is a fixture
    Recorded,
    names_lead_here,
    signed_in,
)
from tests.federated.conftest import FederationOf, Place, settled, until
from tests.node.api.used_by import FOR_ONESELF

P = ParamSpec("P")
T = TypeVar("T")


@pytest.fixture
def engine() -> str:
    """What a client is told does not depend on the database: one is enough here."""
    return "sqlite"


async def done(act: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What a call of the client, which waits for its answer, comes to."""
    return await asyncio.to_thread(act, *given, **named)


async def test_what_one_keeps_for_oneself(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    here, there = await paris.staff("marie"), await tokyo.staff("ken")
    recorded = Recorded()
    marie, ken = [
        await done(signed_in, place, name, recorded=recorded) for place, name in ((paris, "marie"), (tokyo, "ken"))
    ]
    await here.follow(there)
    await there.follow(here)
    await done(ken.status_post, "La pluie à Tokyo")
    await done(ken.status_post, f"@marie@{paris.host} entre nous", visibility="direct")
    await settled(paris, tokyo)
    him = (await done(marie.search_v2, f"@ken@{tokyo.host}", result_type="accounts")).accounts[0].id
    await done(lists, marie, him)
    await done(posts, marie)
    await done(filters, marie)
    await done(people, marie, him)
    await join_and_leave_a_community(marie, ken, paris, tokyo)
    me = (await done(ken.search_v2, f"@marie@{paris.host}", result_type="accounts")).accounts[0].id
    assert not (await done(marie.account_remove_from_followers, him)).followed_by
    await until(lambda: done(lambda: not ken.account_relationships(me)[0].following))
    await done(marie.domain_block, str(tokyo.host))
    assert list(await done(marie.domain_blocks)) == [str(tokyo.host)]
    (between,) = await done(marie.account_relationships, him)
    assert (between.domain_blocking, between.following) == (True, False)
    assert await done(marie.timeline_home) == []
    await done(marie.domain_unblock, str(tokyo.host))
    assert not (await done(marie.account_relationships, him))[0].domain_blocking
    assert FOR_ONESELF - recorded.used == set()


def lists(marie: Mastodon, him: int) -> None:
    """Put somebody into a list that keeps them out of the journal, and back."""
    made = marie.list_create("Tokyo", replies_policy="followed", exclusive=True)
    assert (made.title, made.exclusive) == ("Tokyo", True)
    assert len(marie.timeline_home()) == 2
    marie.list_accounts_add(made, [him])
    assert marie.timeline_home() == []
    assert len(marie.timeline_list(made)) == 2
    assert [each.id for each in marie.list_accounts(made, limit=0)] == [him]
    assert [each.id for each in marie.account_lists(him)] == [made.id]
    assert marie.list_update(made, "Japon", exclusive=False).title == marie.list(made).title == "Japon"
    assert len(marie.timeline_home()) == 2
    marie.list_accounts_delete(made, [him])
    assert marie.timeline_list(made) == []
    marie.list_delete(made)
    assert marie.lists() == []


async def join_and_leave_a_community(marie: Mastodon, ken: Mastodon, paris: Place, tokyo: Place) -> None:
    """Find one of another node, follow it, read it as a list; lead it for a while, at the word of its node's administrator."""
    here, there = paris.running.node.store, tokyo.running.node.store
    founder, member = [await there.read(accounts.by_handle, *who) for who in (("ken", ""), ("marie", paris.host))]
    assert founder is not None
    assert member is not None
    wanted = Founding("presse", "Salle de presse", is_for_members=True)
    press = await acts.found(tokyo.running.node, founder, wanted, source="test")
    (group,) = (await done(marie.search_v2, f"@presse@{tokyo.host}", result_type="accounts")).accounts
    assert (group.group, group.bot, group.locked) == (True, False, False)
    await done(marie.account_follow, group.id)
    await until(lambda: done(lambda: marie.account_relationships(group.id)[0].following))
    await done(ken.status_post, "@presse Qui vient lundi ?")
    await settled(paris, tokyo)
    await done(read_as_a_list, marie, group.id)
    told = await done(marie.status_post, f"@presse@{tokyo.host} J’y serai", visibility="public")
    assert told.visibility == "private"  # all is for members there
    await done(marie.status_delete, told)
    for decide, leads in ((caretaking.appoint, True), (caretaking.dismiss, False)):
        await there.write(decide, press, member, by="x", source="x")
        await settled(paris, tokyo)
        known = AccountId(int(group.id)), AccountId(int((await done(marie.me)).id))
        assert await here.read(communities.is_manager, *known) is leads
        if leads:
            with pytest.raises(MastodonAPIError, match="You lead this community"):
                await done(marie.list_delete, group.id)
    await done(marie.list_delete, group.id)
    assert list(await done(marie.lists)) == []
    assert not (await done(marie.account_relationships, group.id))[0].following


def read_as_a_list(marie: Mastodon, group: Any) -> None:
    (found,) = marie.lists()
    assert (found.id, found.title, found.replies_policy, found.exclusive) == (group, "Salle de presse", "list", False)
    (post,) = marie.timeline_list(found)
    assert (post.account.id, "Qui vient lundi" in post.reblog.content) == (group, True)
    assert post.reblog.id in [each.id for each in marie.timeline_home()], "she follows who wrote it, and reads it once"
    assert marie.list_update(found, found.title, exclusive=True).exclusive
    with pytest.raises(MastodonAPIError, match="called as the community is"):
        marie.list_update(found, "Autre")
    with pytest.raises(MastodonAPIError, match="join and leave it themselves"):
        marie.list_accounts_add(found, [marie.me().id])
    assert [each.id for each in marie.list_accounts(found)] == [group]
    assert [each.id for each in marie.account_lists(group)] == [found.id]


def posts(marie: Mastodon) -> None:
    """Keep a post, be told no more of its conversation, read what was written to oneself."""
    (rain,) = [each for each in marie.timeline_home() if "pluie" in each.content]
    assert marie.status_bookmark(rain).bookmarked
    assert [each.id for each in marie.bookmarks()] == [rain.id]
    assert not marie.status_unbookmark(rain).bookmarked
    assert marie.status_mute(rain).muted
    assert not marie.status_unmute(rain).muted
    (talk,) = marie.conversations()
    assert (talk.unread, "entre nous" in talk.last_status.content) == (True, True)
    assert not marie.conversations_read(talk).unread


def filters(marie: Mastodon) -> None:
    """Be warned of a word, then not read it; in the way of older apps, too."""
    words = [{"keyword": "pluie", "whole_word": True}]
    made = marie.create_filter_v2("Météo", ["home"], "warn", keywords_attributes=words)
    (rain,) = [each for each in marie.timeline_home() if "pluie" in each.content]
    assert rain.filtered[0].keyword_matches == ["pluie"]
    marie.update_filter_v2(made, title="Météo", context=["home"], filter_action="hide")
    assert not [each for each in marie.timeline_home() if "pluie" in each.content]
    assert [each.phrase for each in marie.filters()] == ["pluie"]
    added = marie.add_filter_keyword_v2(made, "neige")
    marie.delete_filter_keyword_v2(added)
    named = marie.add_filter_status_v2(made, rain.id)
    marie.delete_filter_status_v2(named)
    marie.delete_filter_v2(made)
    where: Any = ["home"]  # Any: the client says that this is a text, and takes lists alone
    old = marie.filter_create("grêle", where, irreversible=True, expires_in=600)
    assert marie.filter_update(old, phrase="pluie", context=where).phrase == "pluie"
    assert not [each for each in marie.timeline_home() if "pluie" in each.content]
    marie.filter_delete(old)
    assert marie.filters_v2() == []


def people(marie: Mastodon, him: int) -> None:
    """Note something about somebody, recommend them, read them in one language."""
    assert marie.account_note_set(him, "Rencontré à Kyoto").note == "Rencontré à Kyoto"
    assert marie.account_endorse(him).endorsed
    assert [each.id for each in marie.endorsements()] == [him]
    assert not marie.account_unendorse(him).endorsed
    assert [each.id for each in marie.account_familiar_followers(him)] == [him]
    followed = marie.account_follow(him, reblogs=False, notify=True)
    assert (followed.showing_reblogs, followed.notifying) == (False, True)
