"""A transport that a test feeds with events and that keeps what it was told to send."""

from firmware_protocol.events import Command, Event
from firmware_protocol.line_tap import LineTap
from firmware_protocol.transport import PortLost, PortOpened
from tests.manual_clock import ManualClock


class FakeLines:
    """Implements gate.readers.line_loop.Lines; a wait lets the injected clock pass."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.coming: list[tuple[str, Event | PortOpened | PortLost]] = []
        self.sent: list[tuple[str, int, Command, int]] = []
        self.waits: list[float] = []
        self.woken = 0
        self.fails_next = False

    def step(self, timeout: float) -> list[tuple[str, Event | PortOpened | PortLost]]:
        self.waits.append(timeout)
        if not self.coming:
            self.clock.advance(timeout)
        coming, self.coming = self.coming, []
        return coming

    def send(self, line: str, address: int, command: Command, token: int = 0) -> bool:
        if self.fails_next:
            self.fails_next = False
            raise ZeroDivisionError("planted")
        self.sent.append((line, address, command, token))
        return True

    def tap(self, line: str) -> LineTap | None:
        del line
        return None

    def wake(self) -> None:
        self.woken += 1

    def close(self) -> None:
        """There is no port to let go of."""

    def take_sent(self) -> list[Command]:
        sent, self.sent = self.sent, []
        return [command for _, _, command, _ in sent]
