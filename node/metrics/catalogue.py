"""Every figure that a node tells, with its meaning: the place to add one. `docs/reference/metrics.md` is written from it."""

from collections.abc import Iterator

from node.metrics.figures import Figure
from storage.meters import COMMIT_SECONDS

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
DELIVERY_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
WAITING_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0)
LATE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

# ---- this process ---------------------------------------------------------------------------------------------------

INFO = Figure(
    "legation_info", "gauge", "Always 1; its labels say what runs here.", ("version", "schema", "database", "worker")
)
LOOP_LATE = Figure(
    "legation_loop_late_seconds",
    "histogram",
    "How much later than asked the event loop came back, tried four times a second: nothing is answered meanwhile.",
    bounds=LATE_SECONDS,
)
MEMORY = Figure("process_resident_memory_bytes", "gauge", "Memory of this process that is not swapped out.")
CPU = Figure("process_cpu_seconds_total", "counter", "Processor time that this process has used, user and system.")
STARTED = Figure("process_start_time_seconds", "gauge", "When this process began, in seconds since 1970.")
OPEN_FILES = Figure("process_open_fds", "gauge", "Open files and connections of this process.")
MOST_FILES = Figure("process_max_fds", "gauge", "How many of these it may have.")

# ---- requests -------------------------------------------------------------------------------------------------------

REQUESTS = Figure(
    "legation_request_seconds",
    "histogram",
    "Requests and how long each took, from its head until its answer was given to the system. `route` is the pattern of "
    "the address, `unknown` where none fits; `status` is `2xx`, `3xx`, `4xx` or `5xx`.",
    ("method", "route", "status"),
    REQUEST_SECONDS,
)
PEOPLE = Figure(
    "legation_signed_in_people",
    "gauge",
    "People who are signed in and were answered by this process in the last 5 minutes.",
)

STREAMS = Figure(
    "legation_open_streams",
    "gauge",
    "Streams that are open now. `transport` is `websocket` or `sse` (apps), or `page`.",
    ("transport",),
)
STREAMS_ENDED = Figure(
    "legation_streams_ended_total",
    "counter",
    "Streams that ended. `reason` is `left`, `stopping`, `revoked` (no longer signed in), `slow` (too much waited to be read) "
    "or `missed` (something could not be told).",
    ("reason",),
)

# ---- from peers -----------------------------------------------------------------------------------------------------

SIGNATURES = Figure(
    "legation_signatures_verified_total", "counter", "Requests of peers whose signature was good.", ("scheme",)
)
REFUSALS = Figure(
    "legation_refusals_total",
    "counter",
    "Requests of peers that were refused. `door` is `inbox` or `reading`; `code` is the reason, as the peer was told it.",
    ("door", "code"),
)
RECEIVED = Figure(
    "legation_activities_received_total", "counter", "Activities of peers that were accepted and kept.", ("type",)
)
SETTLED = Figure(
    "legation_activities_settled_total",
    "counter",
    "Activities of peers that were dealt with. `outcome` is `applied`, `ignored` (without effect here), `refused` (not "
    "allowed to that actor) or `quarantined` (failed five times and set aside).",
    ("type", "outcome"),
)
LAG = Figure(
    "legation_activity_lag_seconds",
    "histogram",
    "From accepting an activity to having applied it.",
    bounds=WAITING_SECONDS,
)

# ---- to peers -------------------------------------------------------------------------------------------------------

DELIVERIES = Figure(
    "legation_deliveries_total",
    "counter",
    "Attempts to deliver. `outcome` is `delivered`, `later` (tried again by itself) or `dead` (given up).",
    ("outcome",),
)
DELIVERY_SECONDS_TAKEN = Figure(
    "legation_delivery_seconds",
    "histogram",
    "How long an attempt took, from sending to the peer's answer or to giving up on one.",
    ("outcome",),
    DELIVERY_SECONDS,
)

# ---- what waits, asked of the database when somebody scrapes, at most every 15 seconds ------------------------------

DATABASE_ANSWERS = Figure(
    "legation_database_answers", "gauge", "1 when the database told what waits, 0 when it could not."
)
JOURNAL = Figure("legation_journal_waiting", "gauge", "Activities that are accepted and not yet applied.")
JOURNAL_AGE = Figure(
    "legation_journal_oldest_seconds", "gauge", "How long the oldest of these has waited; 0 when none waits."
)
QUEUE = Figure("legation_queue_waiting", "gauge", "Activities that wait to be delivered to a peer.", ("peer",))
QUEUE_AGE = Figure("legation_queue_oldest_seconds", "gauge", "How long the oldest of these has waited.", ("peer",))
DEAD = Figure(
    "legation_dead_letters",
    "gauge",
    "Deliveries to a peer that were given up and wait for an administrator.",
    ("peer",),
)
CLOCK = Figure(
    "legation_peer_clock_ahead_seconds",
    "gauge",
    "By how much the clock of an admitted peer is ahead of ours, as it last said; less than 0 when it is behind.",
    ("peer",),
)

# ---- storage and caches ---------------------------------------------------------------------------------------------

COMMITS = Figure(
    "legation_commit_seconds",
    "histogram",
    "How long each commit took, from the beginning of its transaction until it was durable.",
    bounds=COMMIT_SECONDS,
)
UNITS = Figure(
    "legation_commit_units_total",
    "counter",
    "Units of work in these commits: divided by their number, how many share one.",
)
COMMITS_FAILED = Figure("legation_commits_failed_total", "counter", "Commits of which nothing was kept.")
UNITS_WAITING = Figure(
    "legation_units_waiting", "gauge", "Units of work that wait for their turn. `lane` is `read` or `write`.", ("lane",)
)
CACHE = Figure(
    "legation_cache_lookups_total",
    "counter",
    "Questions to a cache in memory. `result` is `hit` or `miss`.",
    ("cache", "result"),
)

FIGURES = tuple(found for found in list(globals().values()) if isinstance(found, Figure))


def reference() -> Iterator[str]:
    """The lines of the table in the reference."""
    yield "| name | kind | labels | meaning |"
    yield "|---|---|---|---|"
    for figure in FIGURES:
        labels = ", ".join(f"`{name}`" for name in figure.labels) or "–"
        yield f"| `{figure.name}` | {figure.kind} | {labels} | {figure.meaning} |"
