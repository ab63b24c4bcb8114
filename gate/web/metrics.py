"""Numbers for a monitor (Prometheus): how the gate is, and nothing about any person."""

import hmac
import shutil
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gate import alive
from gate.store.alerts import count_open
from gate.store.trail_reading import reader_rows
from gate.web.pages import site
from gate.web.reading import UNREADABLE
from gate.web.site import Site

metrics_page = Blueprint("metrics", __name__)

LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@metrics_page.get("/metrics")
def metrics() -> Response:
    """Tell the numbers to this machine, or to whoever has the token."""
    _authorise()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(site()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _authorise() -> None:
    """A request that a proxy on this machine passes on comes from elsewhere, whatever its address says."""
    own = request.remote_addr in LOOPBACK and not any(name in request.headers for name in FORWARDED)
    if own:
        return
    token = _token(site().settings.metrics.token_file)
    if not token:
        abort(Response("Only this machine may read the metrics; see metrics.token_file.\n", 403, PLAIN))
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode("utf-8", "replace"), token):
        abort(Response("The token is not right.\n", 401, {**PLAIN, "WWW-Authenticate": "Bearer"}))


def _token(path: Path | None) -> bytes:
    try:
        return path.read_bytes().strip() if path else b""
    except OSError:
        return b""


class _Numbers(Collector):
    """Gathers the numbers of one moment; `gate_records_readable` says that some had to be left out."""

    def __init__(self, here: Site) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        """Yield every number."""
        yield from self._of_process()
        readable = 1
        try:
            yield from list(self._of_records())
        except UNREADABLE:
            readable = 0
        yield GaugeMetricFamily("gate_records_readable", "1 when the records can be read.", readable)

    def _of_process(self) -> Iterator[Metric]:
        here, engine = self._here, self._here.alerting.engine
        decided = CounterMetricFamily(
            "gate_decisions", "Decisions seen by this web process.", labels=("outcome", "mode")
        )
        for (outcome, mode), number in sorted(engine.decided.items()):
            decided.add_metric((outcome, mode), number)
        yield decided
        last_alive = alive.last_alive(here.alive_path)
        if last_alive is not None:
            silent = max(0.0, (here.clock.read().at - last_alive).total_seconds())
            yield GaugeMetricFamily("gate_last_alive_seconds", "Since the reader process was last alive.", silent)
        if engine.looked_s is not None:
            since = here.clock.monotonic() - engine.looked_s
            yield GaugeMetricFamily("gate_alerts_looked_seconds", "Since the alerts last looked at everything.", since)
        if engine.verified is not None:
            at, sound = engine.verified
            yield GaugeMetricFamily("gate_verify_sound", "1 when the last full verify found the trail sound.", sound)
            yield GaugeMetricFamily("gate_verify_timestamp_seconds", "When that was.", at.timestamp())
        usage = shutil.disk_usage(here.settings.gate.state_dir)
        yield GaugeMetricFamily("gate_disk_free_bytes", "Free room on the disk of the records.", usage.free)
        yield GaugeMetricFamily("gate_disk_size_bytes", "Size of that disk.", usage.total)
        yield GaugeMetricFamily("gate_web_streams", "Open event streams of the pages.", here.streams.open_now)

    def _of_records(self) -> Iterator[Metric]:
        engine = self._here.records.engine()
        yield GaugeMetricFamily("gate_trail_seq", "Number of the last entry.", self._here.records.head_seq())
        states = {row.reader_id: row.state for row in reader_rows(engine)}
        configured = [reader.name for line in self._here.settings.line for reader in line.reader]
        online = sum(states.get(name) == "online" for name in configured)
        yield GaugeMetricFamily("gate_readers_online", "Readers that answer.", online)
        yield GaugeMetricFamily("gate_readers_configured", "Readers of the configuration.", len(configured))
        waiting = GaugeMetricFamily("gate_alerts_open", "Alerts that call for somebody.", labels=("severity",))
        with engine.connect() as connection:
            for severity, number in count_open(connection).items():
                waiting.add_metric((severity,), number)
        yield waiting
