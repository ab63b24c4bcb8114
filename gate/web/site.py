"""What one web application works with, gathered in one value."""

from dataclasses import dataclass
from pathlib import Path

from gate.clock import Clock
from gate.settings import Settings
from gate.web.alerting import Alerting
from gate.web.floor_messages import Floors
from gate.web.kiosk_messages import Kiosks
from gate.web.log_searching import Searching
from gate.web.parts import Parts
from gate.web.reading import Records
from gate.web.streams import Streams
from gate.web.tail import Tail


@dataclass(frozen=True, slots=True)
class Site:
    """Settings, records, and the makers of pages and streams."""

    settings: Settings
    clock: Clock
    records: Records
    parts: Parts
    streams: Streams
    tail: Tail
    alive_path: Path
    kiosks: Kiosks
    floors: Floors
    alerting: Alerting
    searching: Searching

    def close(self) -> None:
        """End the streams and let go of the records."""
        self.tail.close()
        self.alerting.close()
        self.searching.close()
        self.records.close()
