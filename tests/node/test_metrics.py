"""Figures for Prometheus: each promise of the reference, scraped from a node that serves and read by Prometheus' own parser."""

import asyncio
import re
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from federation.events import RequestRefused
from node.metrics import Metrics, catalogue, exposition, scraped
from node.metrics.figures import MOST_SERIES, OTHER, Counts, Figure, Series, Timings, one
from node.settings import checked
from storage import deliveries, peers, schema_version
from storage.ids import AccountId, Host
from storage.meters import Durations
from storage.sqlite import SqliteStore
from storage.store import Unit
from tests import loopback
from tests.node.conftest import Clock, House, OpenHouse

DOCS = Path(__file__).parents[2] / "docs"
AWAY = Host("tokyo.localhost:1")

FACTS = {"version": "1", "schema": "1", "database": "sqlite", "worker": "0"}

Labels = dict[str, str]


class Scrape:
    """What a scraper has read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def value(self, name: str, **labels: str) -> float:
        """The value of one series, 0 when it is not there. Fails where several fit."""
        found = [s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items()]
        assert len(found) <= 1, found
        return found[0] if found else 0.0

    def labels(self, name: str) -> list[Labels]:
        return [sample.labels for sample in self.samples if sample.name == name]


async def scrape(address: str) -> Scrape:
    async with loopback.session() as session, session.get(f"{address}/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        return Scrape(await answer.text())


class Watched:
    """A house, and whoever scrapes it."""

    def __init__(self, house: House, address: str) -> None:
        self.house = house
        self.address = address

    async def scrape(self) -> Scrape:
        return await scrape(self.address)

    async def get(self, path: str, *, expect: int, method: str = "GET", **sent: Labels) -> None:
        async with self.house.client.request(method, path, allow_redirects=False, **sent) as answer:  # type: ignore[arg-type]
            assert answer.status == expect


Watch = Callable[[], Awaitable[Watched]]


@pytest.fixture
def watch(open_house: OpenHouse) -> Watch:
    async def begin() -> Watched:
        address = f"127.0.0.1:{loopback.free_port()}"
        return Watched(await open_house(metrics_listen=address), f"http://{address}")

    return begin


# ---- where ----------------------------------------------------------------------------------------------------------


async def test_figures_are_off_until_somebody_says_where(house: House) -> None:
    assert house.node.settings.metrics_address(0) is None
    async with house.client.get("/metrics") as answer:
        assert answer.status == 404


async def test_the_world_does_not_see_them(watch: Watch) -> None:
    watched = await watch()
    await watched.get("/metrics", expect=404)
    assert str(watched.house.url) != watched.address


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/metrics", 405), ("HEAD", "/metrics", 405), ("GET", "/", 404), ("GET", "/api/v2/instance", 404)],
)
async def test_the_listener_of_scrapers_answers_nothing_else(watch: Watch, method: str, path: str, status: int) -> None:
    watched = await watch()
    async with loopback.session() as session, session.request(method, watched.address + path) as answer:
        assert answer.status == status
        assert "aiohttp" not in (await answer.text())


def test_each_process_of_a_machine_has_a_port_of_its_own(tmp_path: Path) -> None:
    written_down = {"domain": "paris.example", "metrics_listen": "[::1]:9464"}
    settings = checked(written_down, data=tmp_path, where="this test")
    assert [settings.metrics_address(worker) for worker in range(3)] == [("::1", 9464), ("::1", 9465), ("::1", 9466)]


async def test_a_process_takes_the_place_of_another_on_the_same_address(house: House) -> None:
    node, port = house.node, loopback.free_port()

    def metrics(worker: str) -> Metrics:
        return Metrics(node.store, facts=FACTS | {"worker": worker}, now=node.now)

    place = {"now": node.now, "address": ("127.0.0.1", port)}
    old = scraped(metrics("old"), node.store, **place)  # type: ignore[arg-type]  # as they are named
    assert (await old.__aenter__()).port == port
    async with scraped(metrics("new"), node.store, **place) as new:  # type: ignore[arg-type]
        assert new.port is None
        await old.__aexit__(None, None, None)
        async with asyncio.timeout(5):
            while new.port is None:  # noqa: ASYNC110  a port gives no event
                await asyncio.sleep(0.05)
        assert (await scrape(f"http://127.0.0.1:{port}")).labels("legation_info")[0]["worker"] == "new"
    with pytest.raises(aiohttp.ClientConnectionError):
        await scrape(f"http://127.0.0.1:{port}")


# ---- the reference --------------------------------------------------------------------------------------------------


def test_the_reference_is_the_catalogue() -> None:
    assert "\n".join(catalogue.reference()) in (DOCS / "reference/metrics.md").read_text(encoding="utf-8")


def test_figures_are_named_as_scrapers_expect() -> None:
    names = [figure.name for figure in catalogue.FIGURES]
    assert len(names) == len(set(names)) > 20
    for figure in catalogue.FIGURES:
        assert re.fullmatch(r"(legation|process)(_[a-z]+)+", figure.name), figure
        assert figure.name.endswith("_total") == (figure.kind == "counter"), figure
        assert bool(figure.bounds) == (figure.kind == "histogram"), figure
        assert list(figure.bounds) == sorted(figure.bounds), figure
        assert figure.meaning.endswith("."), figure
        assert "|" not in figure.meaning, figure


def test_the_guide_names_figures_that_exist() -> None:
    known = {figure.name for figure in catalogue.FIGURES}
    text = (DOCS / "how-to/watch-a-node.md").read_text(encoding="utf-8")
    named = {re.sub("_(bucket|sum|count)$", "", name) for name in re.findall(r"\b(?:legation|process)_\w+\b", text)}
    assert len(named) > 10
    assert named - known == set()


async def test_a_node_tells_what_stands_in_the_reference_and_nothing_else(watch: Watch) -> None:
    watched = await watch()
    await watched.get("/api/v2/instance", expect=200)
    scrape = await watched.scrape()
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", scrape.text, re.MULTILINE))
    assert kinds.items() <= {(figure.name, figure.kind) for figure in catalogue.FIGURES}
    declared = {figure.name: set(figure.labels) for figure in catalogue.FIGURES}
    for sample in scrape.samples:
        name = sample.name if sample.name in declared else re.sub("_(bucket|sum|count)$", "", sample.name)
        assert set(sample.labels) - {"le"} == declared[name], sample


# ---- this process ---------------------------------------------------------------------------------------------------


async def test_a_node_tells_what_it_is(watch: Watch) -> None:
    scrape = await (await watch()).scrape()
    (found,) = scrape.labels("legation_info")
    assert (found["database"], found["schema"], found["worker"]) == ("sqlite", schema_version.CURRENT, "0")
    assert found["version"]


async def test_the_process_itself_is_told(watch: Watch) -> None:
    scrape = await (await watch()).scrape()
    assert scrape.value("process_resident_memory_bytes") > 10_000_000
    assert scrape.value("process_cpu_seconds_total") > 0
    assert 0 < time.time() - scrape.value("process_start_time_seconds") < 3_600
    assert 0 < scrape.value("process_open_fds") < scrape.value("process_max_fds")


async def test_whatever_holds_up_the_loop_is_seen(watch: Watch) -> None:
    watched = await watch()
    time.sleep(0.6)  # noqa: ASYNC251  what must not happen, done on purpose
    async with asyncio.timeout(5):
        while True:
            await asyncio.sleep(0.05)
            scrape = await watched.scrape()
            short = scrape.value("legation_loop_late_seconds_bucket", le="0.25")
            if scrape.value("legation_loop_late_seconds_count") > short:
                return


# ---- requests -------------------------------------------------------------------------------------------------------


async def test_requests_are_counted_by_pattern_and_kind_of_answer(watch: Watch) -> None:
    watched = await watch()
    for _ in range(3):
        await watched.get("/api/v2/instance", expect=200)
    await watched.get("/api/v2/instance/", expect=200)
    await watched.get("/api/v1/accounts/12345", expect=401)
    await watched.get("/api/v1/accounts/67890", expect=401)
    scrape = await watched.scrape()

    def count(route: str, status: str) -> float:
        return scrape.value("legation_request_seconds_count", method="GET", route=route, status=status)

    assert (count("/api/v2/instance", "2xx"), count("/api/v1/accounts/{id}", "4xx")) == (4, 2)
    route = {"method": "GET", "route": "/api/v2/instance", "status": "2xx"}
    assert scrape.value("legation_request_seconds_bucket", le="+Inf", **route) == 4
    assert 0 < scrape.value("legation_request_seconds_sum", **route) < 10


async def test_no_path_no_name_and_no_method_makes_a_series(watch: Watch) -> None:
    watched = await watch()
    marie = await watched.house.staff("marie")
    patterns = [
        "/{}",
        "/{}/{}",
        "/@{}",
        "/users/{}",
        "/users/1{:d}",
        "/api/{}",
        "/api/v1/accounts/{}",
        "/api/v1/accounts/1{:d}",
        "/api/v1/statuses/{}/context",
        "/tags/{}",
    ]

    async def ask(number: int) -> None:
        pattern = patterns[number % len(patterns)]
        path = pattern.format(number) if ":d" in pattern else pattern.replace("{}", secrets.token_hex(8))
        method = ("GET", "POST", "DELETE", "PROPFIND", secrets.token_hex(4).upper())[number // 10 % 5]
        async with watched.house.client.request(method, f"{path}?{number}", allow_redirects=False):
            pass

    async def ask_all() -> set[tuple[str, ...]]:
        for first in range(0, 1000, 50):
            await asyncio.gather(*(ask(number) for number in range(first, first + 50)))
        found = await watched.scrape()
        names = {"legation_request_seconds_count", "legation_refusals_total"}
        return {(sample.name, *sample.labels.values()) for sample in found.samples if sample.name in names}

    before = await ask_all()
    after = await ask_all()
    assert after == before
    assert len(before) < 60
    told = {label for series in before for label in series}
    assert marie.username not in told
    assert not any(re.search(r"\d{3}|[0-9a-f]{8}", label) for label in told)


async def test_people_who_are_signed_in_are_counted_once_and_for_five_minutes(watch: Watch) -> None:
    watched = await watch()
    for name in ("marie", "ken"):
        token = await watched.house.token(await watched.house.staff(name))
        for _ in range(3):
            await watched.get("/api/v1/preferences", expect=200, headers=token)
    await watched.get("/api/v1/preferences", expect=401)
    assert (await watched.scrape()).value("legation_signed_in_people") == 2
    watched.house.clock.forward(minutes=6)
    assert (await watched.scrape()).value("legation_signed_in_people") == 0


# ---- from and to peers ----------------------------------------------------------------------------------------------


async def test_refusals_at_the_inbox_are_counted_by_the_reason_that_the_peer_was_told(watch: Watch) -> None:
    watched = await watch()
    body = {"data": b"{}", "headers": {"Content-Type": "application/activity+json"}}
    await watched.get("/inbox", expect=401, method="POST", **body)  # type: ignore[arg-type]
    await watched.get("/inbox", expect=415, method="POST")
    await watched.get("/users/1", expect=401)
    scrape = await watched.scrape()
    assert scrape.value("legation_refusals_total", door="inbox", code="unsigned") == 1
    assert scrape.value("legation_refusals_total", door="inbox", code="unsupported-type") == 1
    assert scrape.value("legation_refusals_total", door="reading", code="unsigned") == 1


async def test_a_follow_between_two_nodes_is_counted_on_both(open_house: OpenHouse) -> None:
    paris, tokyo = [
        Watched(await open_house(name_of_host=name, metrics_listen=address), f"http://{address}")
        for name in ("paris.localhost", "tokyo.localhost")
        for address in [f"127.0.0.1:{loopback.free_port()}"]
    ]
    for here, there in ((paris, tokyo), (tokyo, paris)):
        await here.house.node.store.write(peers.allow, there.house.node.federation.place.host, by="test")
    marie, ken = await paris.house.staff("marie"), await tokyo.house.staff("ken")
    token = await paris.house.token(marie)
    handle = f"ken@{tokyo.house.node.federation.place.account_domain}"
    query = {"q": handle, "resolve": "true"}
    async with paris.house.client.get("/api/v2/search", params=query, headers=token) as answer:
        (found,) = (await answer.json())["accounts"]
    async with paris.house.client.post(f"/api/v1/accounts/{found['id']}/follow", headers=token) as answer:
        assert answer.status == 200
    async with asyncio.timeout(10):
        while True:
            after = await paris.scrape()
            if after.value("legation_activities_settled_total", type="Accept"):
                break
            await asyncio.sleep(0.05)
    received = await tokyo.scrape()
    assert received.value("legation_activities_received_total", type="Follow") == 1
    assert received.value("legation_activities_settled_total", type="Follow", outcome="applied") == 1
    assert received.value("legation_activity_lag_seconds_count") == 1
    assert 0 < received.value("legation_activity_lag_seconds_sum") < 10
    assert sum(s.value for s in received.samples if s.name == "legation_signatures_verified_total") >= 2
    assert after.value("legation_deliveries_total", outcome="delivered") == 1
    assert after.value("legation_delivery_seconds_count", outcome="delivered") == 1
    assert ken.username not in received.text + after.text


async def test_the_queue_to_each_peer_is_told_with_its_age(watch: Watch) -> None:
    watched = await watch()
    store = watched.house.node.store
    marie = await watched.house.staff("marie")
    await store.write(peers.allow, AWAY, by="test")
    await store.write(_queue, marie.id, 2)
    async with asyncio.timeout(10):
        while True:
            if (await watched.scrape()).value("legation_deliveries_total", outcome="later"):
                break
            await asyncio.sleep(0.05)
    watched.house.clock.forward(hours=2)
    await store.write(peers.clocks, {AWAY: -90})
    scrape = await watched.scrape()
    assert scrape.value("legation_queue_waiting", peer=AWAY) == 2
    assert scrape.value("legation_peer_clock_ahead_seconds", peer=AWAY) == -90
    assert 7_190 < scrape.value("legation_queue_oldest_seconds", peer=AWAY) < 7_300
    assert scrape.value("legation_journal_waiting") == 0
    assert scrape.value("legation_database_answers") == 1


async def test_the_database_is_asked_at_most_every_15_seconds(watch: Watch) -> None:
    watched = await watch()
    store, marie = watched.house.node.store, await watched.house.staff("marie")
    await store.write(_queue, marie.id, 1)
    assert (await watched.scrape()).value("legation_queue_waiting", peer=AWAY) == 1
    await store.write(_queue, marie.id, 1)
    assert (await watched.scrape()).value("legation_queue_waiting", peer=AWAY) == 1
    watched.house.clock.forward(seconds=16)
    assert (await watched.scrape()).value("legation_queue_waiting", peer=AWAY) == 2


async def test_a_database_that_cannot_say_takes_no_other_figure_with_it(node_template: Path, tmp_path: Path) -> None:
    store = await SqliteStore.open(Path(shutil.copy(node_template, tmp_path / "node.db")))
    clock = Clock()
    metrics = Metrics(store, facts=FACTS, now=clock)
    await store.write(lambda unit: unit.run("alter table deliveries rename to away"))
    async with scraped(metrics, store, now=clock, address=("127.0.0.1", 0)) as listener:
        without = await scrape(f"http://127.0.0.1:{listener.port}")
        await store.write(lambda unit: unit.run("alter table away rename to deliveries"))
        clock.forward(seconds=16)
        again = await scrape(f"http://127.0.0.1:{listener.port}")
    await store.close()
    assert without.value("legation_database_answers") == 0
    assert without.labels("legation_journal_waiting") == []
    assert without.value("process_resident_memory_bytes") > 0
    assert (again.value("legation_database_answers"), len(again.labels("legation_journal_waiting"))) == (1, 1)


def _queue(unit: Unit, actor: AccountId, count: int) -> None:
    for _ in range(count):
        uri = f"https://paris.example/{unit.new_id()}"
        deliveries.add(unit, uri=uri, actor=actor, body=b"{}", inboxes=[(AWAY, f"http://{AWAY}/inbox")])


# ---- storage and caches ---------------------------------------------------------------------------------------------


async def test_commits_are_timed_and_their_units_counted(watch: Watch) -> None:
    watched = await watch()
    before = await watched.scrape()
    for number in range(5):
        await watched.house.staff(f"staff{number}")
    after = await watched.scrape()
    assert after.value("legation_commit_units_total") - before.value("legation_commit_units_total") >= 5
    assert after.value("legation_commit_seconds_count") - before.value("legation_commit_seconds_count") >= 5
    assert after.value("legation_commit_seconds_sum") > before.value("legation_commit_seconds_sum")
    assert after.value("legation_commits_failed_total") == 0
    assert after.value("legation_units_waiting", lane="write") == 0


class Twice:
    """A cache that had what it was asked for two times of three."""

    hits = 2
    misses = 1


async def test_a_cache_tells_how_often_it_helped(house: House) -> None:
    metrics = Metrics(house.node.store, facts=FACTS, now=house.node.now)
    metrics.watch_cache("posts", Twice())
    scrape = Scrape(told(metrics.figures(None)))
    assert scrape.value("legation_cache_lookups_total", cache="posts", result="hit") == 2
    assert scrape.value("legation_cache_lookups_total", cache="posts", result="miss") == 1


# ---- how figures are written ----------------------------------------------------------------------------------------


def told(figures: Iterable[tuple[Figure, Series]]) -> str:
    return exposition.text(exposition.families(figures)).decode()


BY_CODE = Figure("legation_test_total", "counter", "A \\ test\nof texts.", ("code",))
SECONDS = Figure("legation_test_seconds", "histogram", "A test.", ("code",), (0.1, 1.0))


@pytest.mark.parametrize("text", ["", "plain", 'a"b', "a\\b", "a\nb", 'x"} 1\nevil{a="', "é\u2028", "a\r\tb"])
def test_a_label_holds_any_text_and_stays_a_label(text: str) -> None:
    counts = Counts(BY_CODE)
    counts.add(text)
    scrape = Scrape(told([(counts.figure, counts.series.items())]))
    assert [(sample.name, sample.labels, sample.value) for sample in scrape.samples] == [
        ("legation_test_total", {"code": text}, 1.0)
    ]


@pytest.mark.parametrize("value", [0, 1, 0.1, 1e-9, 123456789012, 1e300, 2.5])
def test_a_number_is_read_as_it_was_written(value: float) -> None:
    scrape = Scrape(told([(catalogue.MEMORY, one(value))]))
    assert scrape.value("process_resident_memory_bytes") == value


def test_a_histogram_counts_each_in_every_class_it_fits() -> None:
    timings = Timings(SECONDS)
    for seconds in (0.05, 0.1, 0.5, 7.0):
        timings.of("x").add(seconds)
    scrape = Scrape(told([(timings.figure, timings.series.items())]))
    classes = {sample.labels["le"]: sample.value for sample in scrape.samples if "le" in sample.labels}
    assert classes == {"0.1": 2, "1": 3, "+Inf": 4}
    assert scrape.value("legation_test_seconds_count") == 4
    assert scrape.value("legation_test_seconds_sum") == pytest.approx(7.65)


def test_nothing_is_written_of_a_figure_that_has_nothing_to_tell() -> None:
    assert told([(BY_CODE, ())]) == ""


def test_labels_do_not_grow_without_end() -> None:
    counts, timings = Counts(BY_CODE), Timings(SECONDS)
    for number in range(5 * MOST_SERIES):
        counts.add(str(number))
        timings.of(str(number)).add(0.5)
    assert len(counts.series) == len(timings.series) == MOST_SERIES + 1
    assert counts.series[(OTHER,)] == 4 * MOST_SERIES
    assert isinstance(timings.series[(OTHER,)], Durations)
    counts.add("1")
    assert counts.series[("1",)] == 2


async def test_reasons_that_peers_invent_do_not_grow_either(house: House) -> None:
    metrics = Metrics(house.node.store, facts=FACTS, now=house.node.now)
    for number in range(5 * MOST_SERIES):
        metrics.hear(RequestRefused("192.0.2.1", f"status-{number}", "", inbox=True))
    scrape = Scrape(told(metrics.figures(None)))
    assert len(scrape.labels("legation_refusals_total")) == MOST_SERIES + 1
