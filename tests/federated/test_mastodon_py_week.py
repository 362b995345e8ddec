"""A week of work with a real client, Mastodon.py: all that it can do here, each answer as strict apps decode it."""

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import pytest
import requests
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError, StreamListener

from node.push.encryption import point
from node.settings_values import Push
from storage.ids import Host
from storage.sqlite import utc_now
from tests import loopback, pictures
from tests.federated.clients import (  # noqa: F401  `names_lead_here` is a fixture
    Recorded,
    names_lead_here,
    signed_in,
    signed_in_without_challenge,
)
from tests.federated.conftest import FederationOf, Place, settled, until
from tests.node.api.used_by import IN_A_WEEK
from tests.receiver import Service

ALL = ["read", "write", "follow", "push", "admin:read", "admin:write"]
P = ParamSpec("P")
T = TypeVar("T")


@pytest.fixture
def engine() -> str:
    """What a client is told does not depend on the database: one is enough here."""
    return "sqlite"


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    found = Service(loopback.free_port())
    runner = await found.start()
    yield found
    await runner.cleanup()


async def done(act: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What a call of the client, which waits for its answer, comes to."""
    return await asyncio.to_thread(act, *given, **named)


class Listener(StreamListener):
    """What a stream has told so far."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.told: list[tuple[str, str]] = []

    def on_update(self, status: Any) -> None:
        self.told.append(("update", status.content))

    def on_status_update(self, status: Any) -> None:
        self.told.append(("status.update", status.content))

    def on_delete(self, status_id: Any) -> None:
        self.told.append(("delete", str(status_id)))

    def on_notification(self, notification: Any) -> None:
        self.told.append((notification.type, notification.account.acct))

    def handle_heartbeat(self) -> None:
        self.opened.set()

    async def has_told(self, wanted: Sequence[tuple[str, str]]) -> None:
        async def is_so() -> bool:
            return all(any(kind == each[0] and text in each[1] for each in self.told) for kind, text in wanted)

        await until(is_so)


async def push_through(place: Place, service: Service) -> None:
    """Have a node push to this service."""
    place.settings = place.settings.model_copy(update={"push": Push(allow=frozenset({Host(service.host)}))})
    await place.stop()
    await place.start()


async def test_a_week_of_work(federation_of: FederationOf, service: Service, recorded: Recorded) -> None:
    paris, tokyo = await federation_of(2)
    await push_through(paris, service)
    for name, role in (("marie", "staff"), ("anne", "admin")):
        await paris.staff(name, role=role)
    await tokyo.staff("ken")
    marie, anne, ken = [
        await done(signed_in, place, name, scopes=ALL, recorded=recorded)
        for place, name in ((paris, "marie"), (paris, "anne"), (tokyo, "ken"))
    ]
    await begin(marie, paris)
    await work_with_an_open_stream(marie, ken, service, paris, tokyo)
    await done(no_more_pushes, marie, paris)
    await keep_people_apart(marie, ken, anne, tokyo)
    await moderate(marie, anne, ken)
    await done(look_after_the_allowlist, anne, paris)
    assert IN_A_WEEK - recorded.used == set()


async def work_with_an_open_stream(
    marie: Mastodon, ken: Mastodon, service: Service, paris: Place, tokyo: Place
) -> None:
    listener, reading = Listener(), await done(signed_in_without_challenge, paris, "marie")
    stream = await done(reading.stream_user, listener, run_async=True)
    try:
        assert await done(listener.opened.wait, 10)
        await be_told_when_closed(marie, service)
        post = await write_and_be_read(marie, ken, paris, tokyo)
        said = service.read(*await service.next())
        assert (said["notification_type"], "Bien reçu" in said["body"]) == ("mention", True)
        await listener.has_told([("update", "Réunion"), ("mention", f"ken@{tokyo.host}"), ("status.update", "16 h")])
        await tidy(marie, ken, paris, tokyo, post)
        await listener.has_told([("delete", str(post.id))])
    finally:
        # Closing it from here would wait for the next heartbeat: the node parts with whoever signs out.
        await done(reading.revoke_access_token, allow_http=True)
    await until(lambda: done(lambda: not stream.is_alive()))


def no_more_pushes(client: Mastodon, place: Place) -> None:
    requests.delete(
        f"{place.base_url}/api/v1/push/subscription",
        headers={"Authorization": f"Bearer {client.access_token}"},
        timeout=10,
    ).raise_for_status()
    with pytest.raises(MastodonNotFoundError):
        client.push_subscription()


async def begin(marie: Mastodon, paris: Place) -> None:
    """What an app asks first."""
    assert (await done(marie.instance_v2)).title == "Paris"
    assert (await done(marie.instance_v1)).uri == paris.host
    assert (await done(marie.account_verify_credentials)).acct == "marie"
    assert (await done(marie.app_verify_credentials)).name == "Petit client"
    assert (await done(marie.preferences))["posting:default:visibility"] == "public"
    for empty in (marie.custom_emojis, marie.announcements, marie.notifications, marie.timeline_home):
        assert await done(empty) == []
    changed = await done(marie.account_update_credentials, display_name="Marie", fields=[("Bureau", "B 204")])
    assert (changed.display_name, changed.fields[0].name) == ("Marie", "Bureau")


async def be_told_when_closed(marie: Mastodon, service: Service) -> None:
    keys = {"pubkey": point(service.key), "auth": service.auth}
    made = await done(
        marie.push_subscription_set, f"http://{service.host}/to/1", keys, mention_events=True, follow_events=False
    )
    assert (made.alerts.mention, made.alerts.follow) == (True, False)
    assert (await done(marie.push_subscription)).endpoint == f"http://{service.host}/to/1"


async def write_and_be_read(marie: Mastodon, ken: Mastodon, paris: Place, tokyo: Place) -> Any:
    found = (await done(ken.search_v2, f"@marie@{paris.host}", resolve=True)).accounts[0]
    await done(ken.account_follow, found.id)
    await until(lambda: done(lambda: ken.account_relationships(found.id)[0].following))
    picture = await done(marie.media_post, io.BytesIO(pictures.picture()), "image/jpeg", description="Le plan")
    post = await done(
        marie.status_post, "Réunion à 15 h #ordre_du_jour", media_ids=[picture], idempotency_key="k1", language="fr"
    )
    again = await done(marie.status_post, "Réunion à 15 h #ordre_du_jour", media_ids=[picture], idempotency_key="k1")
    assert again.id == post.id
    await settled(paris, tokyo)
    (read,) = await done(ken.timeline_home)
    assert (read.media_attachments[0].description, read.tags[0].name) == ("Le plan", "ordre_du_jour")
    assert (await done(ken.search_v2, read.uri, resolve=True)).statuses[0].id == read.id
    await done(ken.status_reply, read, "Bien reçu")
    for act in (ken.status_favourite, ken.status_reblog):
        await done(act, read.id)
    await done(marie.status_update, post.id, "Réunion à 16 h #ordre_du_jour")
    await settled(paris, tokyo)
    assert "16 h" in (await done(ken.status, read.id)).content
    assert len(await done(ken.status_history, read.id)) == 2
    assert (await done(marie.status_source, post.id)).text == "Réunion à 16 h #ordre_du_jour"
    assert [each.acct for each in await done(marie.status_favourited_by, post.id)] == [f"ken@{tokyo.host}"]
    assert [each.acct for each in await done(marie.status_reblogged_by, post.id)] == [f"ken@{tokyo.host}"]
    return post


async def tidy(marie: Mastodon, ken: Mastodon, paris: Place, tokyo: Place, post: Any) -> None:
    thread = await done(marie.status_context, post.id)
    assert [each.account.acct for each in thread.descendants] == [f"ken@{tokyo.host}"]
    told = await done(marie.notifications)
    assert {each.type for each in told} == {"follow", "mention", "favourite", "reblog"}
    await done(marie.markers_set, "notifications", told[0].id)
    assert (await done(marie.markers_get, "notifications"))["notifications"].last_read_id == str(told[0].id)
    await done(marie.notifications_dismiss, told[0].id)
    await done(marie.notifications_clear)
    assert await done(marie.notifications) == []
    (favourite,) = await done(ken.favourites)
    assert not (await done(ken.status_unfavourite, favourite.id)).favourited
    assert not (await done(ken.status_unreblog, favourite.id)).reblogged
    assert (await done(marie.status_pin, post.id)).pinned
    mine = await done(marie.account_verify_credentials)
    assert [each.id for each in await done(marie.account_statuses, mine.id, pinned=True)] == [post.id]
    await page_through(marie)
    await done(marie.status_delete, post.id)
    await settled(paris, tokyo)
    with pytest.raises(MastodonNotFoundError):
        await done(ken.status, favourite.id)


async def page_through(marie: Mastodon) -> None:
    """The client takes the next page from the Link header of the last."""
    written = [(await done(marie.status_post, f"Note {number}", visibility="private")).id for number in range(3)]
    first = await done(marie.timeline_home, limit=2)
    second = await done(marie.fetch_next, first) or []
    assert [each.id for each in [*first, *second]][:3] == written[::-1]
    assert [each.id for each in await done(marie.fetch_previous, second) or []] == written[:0:-1]


async def keep_people_apart(marie: Mastodon, ken: Mastodon, anne: Mastodon, tokyo: Place) -> None:
    found = await done(marie.account_lookup, f"ken@{tokyo.host}")
    assert (await done(marie.account_mute, found.id)).muting
    assert [each.id for each in await done(marie.mutes)] == [found.id]
    assert not (await done(marie.account_unmute, found.id)).muting
    assert (await done(marie.account_block, found.id)).blocking
    assert [each.id for each in await done(marie.blocks)] == [found.id]
    assert not (await done(marie.account_unblock, found.id)).blocking
    await done(marie.account_update_credentials, locked=True)
    mine = await done(marie.account_verify_credentials)
    assert (await done(anne.account_follow, mine.id)).requested
    (asking,) = await done(marie.follow_requests)
    assert (await done(marie.follow_request_authorize, asking.id)).followed_by
    assert [each.acct for each in await done(marie.account_followers, mine.id)] == ["anne"]
    assert not (await done(anne.account_unfollow, mine.id)).following
    assert ken.access_token != anne.access_token


async def moderate(marie: Mastodon, anne: Mastodon, ken: Mastodon) -> None:
    """Anne looks after reports; what she decides acts at once, and she may take it back."""
    told = await done(marie.status_post, "Trop fort")
    target = told.account
    made = await done(anne.report, target.id, [told.id], comment="Ce ton !", category="violation")
    assert (made.action_taken, made.comment) == (False, "Ce ton !")
    (listed,) = [each for each in await done(anne.admin_accounts_v2, origin="local") if each.username == "marie"]
    (case,) = await done(anne.admin_reports)
    assert (case.target_account.id, case.statuses[0].id) == (listed.id, told.id)
    assert (await done(anne.admin_report_assign, case)).assigned_account.username == "anne"
    await done(anne.admin_account_moderate, listed, "silence", report_id=case, text="Du calme.")
    assert (await done(anne.admin_account, listed)).silenced
    assert (await done(anne.admin_account_unsilence, listed)).silenced is False
    if not (await done(anne.admin_report, case)).action_taken:
        assert (await done(anne.admin_report_resolve, case)).action_taken
    assert not (await done(anne.admin_report_reopen, case)).action_taken
    assert (await done(anne.admin_report_resolve, case)).action_taken
    assert await done(anne.admin_reports) == []
    for refused in (marie.admin_reports, ken.admin_accounts_v2):
        with pytest.raises(MastodonAPIError, match="403"):
            await done(refused)


def look_after_the_allowlist(anne: Mastodon, paris: Place) -> None:
    """Of this Mastodon.py knows some; what apps of administrators send, it sends."""
    made = anne.admin_create_domain_allow("lima.localhost:9009")
    assert "lima.localhost:9009" in [each.domain for each in anne.admin_domain_allows()]
    assert anne.admin_domain_allow(made).domain == made.domain
    anne.admin_delete_domain_allow(made)
    assert anne.admin_domain_blocks() == []
    answer = requests.get(
        f"{paris.base_url}/api/v1/admin/domain_allows",
        headers={"Authorization": f"Bearer {anne.access_token}"},
        timeout=10,
    )
    assert made.domain not in [each["domain"] for each in answer.json()]
    look_at_the_dashboard(anne)


def look_at_the_dashboard(anne: Mastodon) -> None:
    today = utc_now()
    (people,) = anne.admin_measures(today, today, new_users=True)
    assert (people.key, people.total, len(people.data)) == ("new_users", "0", 1)  # of fewer than ten nothing is said
    room, software = anne.admin_dimensions(today, today, space_usage=True, software_versions=True)
    assert {each.key for each in room.data} == {"database", "media"}
    assert {each.key for each in software.data} == {"legation", "python"}
    assert anne.admin_retention(today, today) == []
    anne.admin_trending_tags()
    anne.admin_trending_statuses()
    assert anne.admin_trending_links() == anne.trending_links() == []
