"""The alerts of one web process: the thread that watches, and one thread for each channel that sends."""

from pathlib import Path

from gate.clock import Clock
from gate.settings import Settings
from gate.web.alert_channels import mail_sender, webhook_sender
from gate.web.alert_engine import AlertEngine, Condition, Watched
from gate.web.alert_sending import Sender
from gate.web.alert_writing import AlertWriter
from gate.web.head_alerts import head_alerts
from gate.web.head_count_alerts import head_count_alerts
from gate.web.quality_conditions import quality_conditions
from gate.web.reading import Records

MORE: tuple[Condition, ...] = (head_alerts,)
"""Further conditions that the engine looks at by the clock: functions of a connection and an instant."""


class Alerting:
    """Starts and ends with the web process; pages neither wait for it nor need it."""

    def __init__(self, settings: Settings, records: Records, clock: Clock, key: str | None, alive_path: Path) -> None:
        self.writer = AlertWriter(settings, key)
        more = (*MORE, *quality_conditions(settings), *head_count_alerts(settings, records))
        self.engine = AlertEngine(Watched(settings, records, clock, self.writer, alive_path, more))
        self.mail = Sender("email", mail_sender(settings), records, self.writer, clock)
        self.webhook = Sender("webhook", webhook_sender(settings), records, self.writer, clock)

    def start(self) -> None:
        """Begin to watch and to send; called by the server once its worker is there."""
        self.engine.start()
        self.mail.start()
        self.webhook.start()

    def close(self) -> None:
        """End; a message on its way is not waited for."""
        self.mail.close()
        self.webhook.close()
        self.engine.close()
        self.writer.close()
