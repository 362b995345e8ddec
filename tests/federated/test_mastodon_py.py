"""A real client, Mastodon.py: register, sign in by code with PKCE, read, post, reply, follow, favourite, share, delete."""

import asyncio

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from tests.federated.clients import names_lead_here, signed_in, signed_in_without_challenge  # noqa: F401  a fixture
from tests.federated.conftest import FederationOf, settled, until


async def test_the_main_job_with_a_real_client(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    await paris.staff("marie")
    await tokyo.staff("ken")
    marie = await asyncio.to_thread(signed_in, paris, "marie")
    ken = await asyncio.to_thread(signed_in_without_challenge, tokyo, "ken")

    def follow() -> int:
        found = ken.search_v2(f"@marie@{paris.host}", resolve=True, result_type="accounts").accounts[0]
        ken.account_follow(found.id)
        return int(found.id)

    account = await asyncio.to_thread(follow)
    await until(lambda: asyncio.to_thread(lambda: ken.account_relationships(account)[0].following))
    posted = await asyncio.to_thread(marie.status_post, "Réunion à 15 h #ordre_du_jour")
    await settled(paris, tokyo)

    (read,) = await asyncio.to_thread(ken.timeline_home)
    assert "Réunion à 15 h" in read.content
    assert read.account.acct == f"marie@{paris.host}"
    assert [tag.name for tag in read.tags] == ["ordre_du_jour"]
    await asyncio.to_thread(ken.status_reply, read, "Bien reçu")
    await asyncio.to_thread(ken.status_favourite, read.id)
    await asyncio.to_thread(ken.status_reblog, read.id)
    await settled(paris, tokyo)

    told = await asyncio.to_thread(marie.notifications)
    assert {each.type for each in told} == {"follow", "mention", "favourite", "reblog"}
    thread = await asyncio.to_thread(marie.status_context, posted.id)
    assert [each.account.acct for each in thread.descendants] == [f"ken@{tokyo.host}"]

    await asyncio.to_thread(marie.status_delete, posted.id)
    await settled(paris, tokyo)
    with pytest.raises(MastodonNotFoundError):
        await asyncio.to_thread(ken.status, read.id)


async def test_a_poll_with_a_real_client(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    here, there = await paris.staff("marie"), await tokyo.staff("ken")
    marie = await asyncio.to_thread(signed_in, paris, "marie")
    ken = await asyncio.to_thread(signed_in_without_challenge, tokyo, "ken")
    await there.follow(here)
    poll = marie.make_poll(["Midi", "Soir", "Jamais"], expires_in=3600, multiple=True)
    posted = await asyncio.to_thread(marie.status_post, "Quand ?", poll=poll)
    await settled(paris, tokyo)

    (read,) = await asyncio.to_thread(ken.timeline_home)
    assert [option.title for option in read.poll.options] == ["Midi", "Soir", "Jamais"]
    voted = await asyncio.to_thread(ken.poll_vote, read.poll, [0, 2])
    assert (voted.voted, voted.own_votes) == (True, [0, 2])
    await settled(paris, tokyo)
    counted = await asyncio.to_thread(marie.poll, posted.poll)
    assert ([option.votes_count for option in counted.options], counted.voters_count) == ([1, 0, 1], 1)
    with pytest.raises(MastodonAPIError, match="You have already voted on this poll"):
        await asyncio.to_thread(ken.poll_vote, read.poll, 0)


async def test_administrators_keep_the_allowlist_and_nobody_else(federation_of: FederationOf) -> None:
    (paris,) = await federation_of(1)
    chief, colleague = await paris.staff("claire", role="admin"), await paris.staff("paul")
    allowed = await chief.ask("POST", "/api/v1/admin/domain_allows", json={"domain": "lima.localhost:9009"})
    listed = await chief.ask("GET", "/api/v1/admin/domain_allows")
    assert [each["domain"] for each in listed] == ["lima.localhost:9009"]
    await colleague.ask("GET", "/api/v1/admin/domain_allows", expect=403)
    await chief.ask("DELETE", f"/api/v1/admin/domain_allows/{allowed['id']}")
    assert await chief.ask("GET", "/api/v1/admin/domain_allows") == []
