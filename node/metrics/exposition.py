"""Figures as Prometheus reads them. The one module that loads its library: a node that tells no figures does without."""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from node.metrics.figures import Figure, Series
from storage.meters import Durations

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _Told(Collector):
    """What is told at one scrape."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


def families(figures: Iterable[tuple[Figure, Series]]) -> list[Metric]:
    """Figures as they stand now, in the library's terms; those that have nothing to tell are left out."""
    found = ((figure, list(series)) for figure, series in figures)
    return [_family(figure, series) for figure, series in found if series]


def text(told: Sequence[Metric]) -> bytes:
    """What a scraper gets, in text format 0.0.4. Takes some 10 µs a line: call it in a thread."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(told))
    return generate_latest(registry)


def _family(figure: Figure, series: Series) -> Metric:
    family: GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily
    match figure.kind:
        case "histogram":
            family = HistogramMetricFamily(figure.name, figure.meaning, labels=figure.labels)
        case "counter":
            family = CounterMetricFamily(figure.name, figure.meaning, labels=figure.labels)
        case "gauge":
            family = GaugeMetricFamily(figure.name, figure.meaning, labels=figure.labels)
    for labels, value in series:
        if isinstance(value, Durations):
            assert isinstance(family, HistogramMetricFamily)
            family.add_metric(labels, [(_bound(to), count) for to, count in value.up_to_each()], value.seconds)
        else:
            assert not isinstance(family, HistogramMetricFamily)
            family.add_metric(labels, value)
    return family


def _bound(seconds: float) -> str:
    return "+Inf" if seconds == float("inf") else f"{seconds:g}"
