"""The benchmarks by name, in the order of a whole run."""

from tests.bench import federating, growing, pages, reading, writing
from tests.bench.measuring import Measure

MEASURES: dict[str, Measure] = {
    "reading": reading.reading,
    "pages": pages.served,
    "narrow lines": pages.narrow_lines,
    "posting": writing.posting,
    "inbox": federating.inbox,
    "slow peer": federating.slow_peer,
    "many peers": federating.many_peers,
    "idle": growing.idle,
    "large": growing.large,
    "apps": reading.apps,
    "curve": growing.curve,
    "search": growing.search,
    "signatures": federating.signing,
}
