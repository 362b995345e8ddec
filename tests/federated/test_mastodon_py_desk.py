"""What people keep for themselves, with a real client: lists, bookmarks, what waits, tags, notes, and what they hear of."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from mastodon import Mastodon, MastodonNotFoundError

from storage.sqlite import utc_now
from tests.federated.clients import Recorded, names_lead_here, signed_in  # noqa: F401  `names_lead_here` is a fixture
from tests.federated.conftest import FederationOf
from tests.node.api.used_by import AT_THE_DESK


@pytest.fixture
def engine() -> str:
    """What a client is told does not depend on the database: one is enough here."""
    return "sqlite"


async def test_a_desk_of_ones_own(federation_of: FederationOf) -> None:
    recorded = Recorded()
    (paris,) = await federation_of(1)
    for name in ("marie", "paul"):
        await paris.staff(name)
    marie, paul = [await asyncio.to_thread(signed_in, paris, name, recorded=recorded) for name in ("marie", "paul")]
    for at_the_desk in (read_about_the_node, find_people, keep_posts, keep_lists, write_for_later, look_at_tags):
        await asyncio.to_thread(at_the_desk, marie, paul)
    for at_the_desk in (put_words_aside, talk_apart, quote, vote, hear_together):
        await asyncio.to_thread(at_the_desk, marie, paul)
    assert AT_THE_DESK - recorded.used == set()


def read_about_the_node(marie: Mastodon, _: Mastodon) -> None:
    assert marie.instance_rules() == []
    assert marie.instance_peers() == []
    assert len(marie.instance_activity()) == 12
    assert marie.instance_extended_description().content == ""
    assert {each.code for each in marie.instance_languages()} == {"en", "fr"}


def find_people(marie: Mastodon, paul: Mastodon) -> None:
    (found,) = marie.account_search("paul")
    assert marie.account(found.id).acct == "paul"
    assert "paul" in [each.acct for each in marie.directory()]
    marie.suggestions_v2()
    marie.account_follow(found.id)
    assert marie.account_note_set(found.id, "Bureau B 204").note == "Bureau B 204"
    assert marie.account_endorse(found.id).endorsed
    assert [each.acct for each in marie.endorsements()] == ["paul"]
    assert not marie.account_unendorse(found.id).endorsed
    assert [each.acct for each in marie.account_following(marie.me().id)] == ["paul"]
    assert [each.id for each in marie.account_familiar_followers([found.id])] == [found.id]
    assert [each.acct for each in paul.account_followers(found.id)] == ["marie"]


def keep_posts(marie: Mastodon, paul: Mastodon) -> None:
    post = paul.status_post("À garder")
    assert marie.status_bookmark(post.id).bookmarked
    assert [each.id for each in marie.bookmarks()] == [post.id]
    assert not marie.status_unbookmark(post.id).bookmarked
    assert paul.status_mute(post.id).muted
    assert not paul.status_unmute(post.id).muted
    assert [each.id for each in marie.timeline_local()] == [post.id]


def keep_lists(marie: Mastodon, paul: Mastodon) -> None:
    made = marie.list_create("Presse", replies_policy="none")
    other = paul.me()
    marie.list_accounts_add(made.id, [other.id])
    assert [each.acct for each in marie.list_accounts(made.id)] == ["paul"]
    assert [each.title for each in marie.account_lists(other.id)] == ["Presse"]
    assert "À garder" in marie.timeline_list(made.id)[0].content
    assert marie.list_update(made.id, "Presse du matin", exclusive=True).exclusive
    assert [each.title for each in marie.lists()] == ["Presse du matin"]
    marie.list_accounts_delete(made.id, [other.id])
    marie.list_delete(made.id)
    with pytest.raises(MastodonNotFoundError):
        marie.list(made.id)


def write_for_later(marie: Mastodon, _: Mastodon) -> None:
    first = utc_now() + timedelta(hours=1)
    waiting: Any = marie.status_post("Demain", scheduled_at=first)
    assert [each.params.text for each in marie.scheduled_statuses()] == ["Demain"]
    moved = marie.scheduled_status_update(waiting.id, first + timedelta(hours=1))
    assert moved.scheduled_at > waiting.scheduled_at
    assert marie.scheduled_status(waiting.id).id == waiting.id
    marie.scheduled_status_delete(waiting.id)
    assert marie.scheduled_statuses() == []


def look_at_tags(marie: Mastodon, paul: Mastodon) -> None:
    assert marie.tag_follow("quito").following
    post = paul.status_post("Des nouvelles de #Quito")
    assert marie.tag("quito").name.lower() == "quito"
    assert [each.id for each in marie.timeline_hashtag("quito")] == [post.id]
    assert [each.name for each in marie.followed_tags()] == ["quito"]
    assert not marie.tag_unfollow("quito").following
    shown = paul.featured_tag_create("Quito")
    assert [each.id for each in paul.featured_tags()] == [shown.id]
    paul.featured_tag_delete(shown.id)
    marie.trending_tags()
    marie.trending_statuses()


def put_words_aside(marie: Mastodon, paul: Mastodon) -> None:
    words = [{"keyword": "cantine", "whole_word": True}]
    made = marie.create_filter_v2("Repas", ["home"], "warn", keywords_attributes=words)
    paul.status_post("La cantine ferme")
    assert [each.filter.title for each in marie.timeline_home()[0].filtered] == ["Repas"]
    assert [each.id for each in marie.filters_v2()] == [made.id]
    marie.delete_filter_v2(made.id)
    assert marie.timeline_home()[0].filtered == []


def talk_apart(marie: Mastodon, paul: Mastodon) -> None:
    paul.status_post("@marie Un mot", visibility="direct")
    (talk,) = marie.conversations()
    assert (talk.unread, [each.acct for each in talk.accounts]) == (True, ["paul"])
    assert not marie.conversations_read(talk.id).unread


def quote(marie: Mastodon, paul: Mastodon) -> None:
    post = paul.status_post("À citer")
    quoting = marie.status_post("Très juste", quoted_status_id=post.id)
    assert (quoting.quote.state, quoting.quote.quoted_status.id) == ("accepted", post.id)


def vote(marie: Mastodon, paul: Mastodon) -> None:
    poll = paul.status_post("Quand ?", poll=paul.make_poll(["Midi", "Soir"], expires_in=3600)).poll
    assert marie.poll_vote(poll, 1).own_votes == [1]
    assert [option.votes_count for option in paul.poll(poll).options] == [0, 1]


def hear_together(marie: Mastodon, paul: Mastodon) -> None:
    post = paul.status_post("@marie Bonjour")
    marie.status_favourite(post.id)
    (told,) = [each for each in paul.grouped_notifications().notification_groups if each.type == "favourite"]
    assert (told.notifications_count, told.status_id) == (1, post.id)
    assert paul.unread_grouped_notifications_count() > 0
    assert marie.notifications_unread_count().count > 0
    assert marie.notifications_policy().for_not_following == "accept"
    assert marie.update_notifications_policy(for_not_following="filter").for_not_following == "filter"
    assert list(marie.notification_requests()) == []
