"""Figures for Prometheus: what a node counts of its work, told to whoever scrapes its own listener.

    events ─► Metrics.hear ─┐                                   ┌─ storage.meters   (read at the scrape)
    requests ► .answered ───┤                                   ├─ caches           (the same: hits, misses)
                            └─► Metrics ◄── GET /metrics ───────┴─ storage.backlog  (at most every 15 s)

`catalogue.py` names every figure and says what it means: start there, and add there. `counting.py` counts, `scraping.py`
answers, `exposition.py` writes. Counting is plain additions; the library that writes is loaded where somebody scrapes, and not
elsewhere, since it costs 1.1 MiB and 10 ms at the start (docs/decisions/0010-metrics.md).
"""

from node.metrics.counting import UNKNOWN_ROUTE, Cache, Metrics
from node.metrics.scraping import Listener, scraped

__all__ = ["UNKNOWN_ROUTE", "Cache", "Listener", "Metrics", "scraped"]
