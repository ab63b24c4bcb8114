"""One reader's station: its events become badge reads and reports, answers become light, tone, text and relay."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    Color,
    Command,
    CommandDone,
    CommandRefused,
    Event,
    KeyInstalled,
    KeysPressed,
    Light,
    Output,
    OutputsReported,
    PowerChanged,
    ReaderOffline,
    ReaderOnline,
    ReadOutputs,
    SecurityAlarm,
    TamperChanged,
    Text,
    Tone,
)
from gate.core.audit import Kind
from gate.core.clock_trust import Reading
from gate.core.indication import Indication
from gate.core.terms import Operation
from gate.readers.orders import Actuated, Read, Report, SetPermissive, Work

OUTPUT_S = 5.0
"""The output drops by itself this long after the last arming: the dead man of a dead gate, line or reader."""

REARM_S = 1.5
"""Arm at about a third of the time, so that two lost commands do not drop a standing permissive."""

OPERATION_S = 15.0
"""How long a chosen operation waits for its badge (settled: keypad or activity barcode in the 15 s before)."""

KEYPAD_OPERATIONS = dict(zip("123456", Operation, strict=True))
"""Key then `#`: 1 USE, 2 SETUP, 3 CLEAN, 4 CHECK_CLEAN, 5 MAINTAIN, 6 CALIBRATE."""

OPERATION_BARCODE = "txt:OP:"
"""An activity barcode on a text line reads `OP:CLEAN`."""

IDLE_LIGHT = "blue"
IDLE_TEXT = Text("BADGE TO START", "PASSEZ BADGE")


@dataclass(frozen=True, slots=True)
class StationSpec:
    """Where a reader is and which equipment it serves; `output` None means it has no relay (log only)."""

    name: str
    line: str
    address: int
    equipment: str
    output: int | None


Send = Callable[[Command, int], bool]


class Station:
    """Keeps what one reader is doing now; the line thread alone touches it."""

    def __init__(self, spec: StationSpec, send: Send) -> None:
        self.spec = spec
        self.online = False
        self._send = send
        self._keys = ""
        self._chosen: tuple[Operation, float] | None = None
        self._permissive: SetPermissive | None = None
        self._arm_at = 0.0
        self._light = IDLE_LIGHT
        self._token = 0
        self._confirming: dict[int, int] = {}
        self._awaited_seq: int | None = None

    # --- what the reader says -------------------------------------------------------------------------

    def handle(self, event: Event, now: float, at: Reading) -> list[Work]:
        """Return the work an event makes for the gate."""
        match event:
            case BadgeRead():
                return self._badge(event, now, at)
            case BadgeUnreadable():
                return [self._read(None, event.cause, event.late, now, at)]
            case KeysPressed():
                self._press(event.keys, now)
                return []
            case ReaderOnline() | ReaderOffline():
                return [self._presence(event, at)]
            case CommandDone() | CommandRefused():
                return self._command_ended(event, at)
            case OutputsReported():
                return self._outputs(event.states, at)
            case _:
                return self._note(event, at)

    def _badge(self, event: BadgeRead, now: float, at: Reading) -> list[Work]:
        if event.number.startswith(OPERATION_BARCODE):
            name = event.number.removeprefix(OPERATION_BARCODE)
            if name in Operation.__members__:
                self._choose(Operation(name), now)
                return []
        return [self._read(event.number, "", event.late, now, at)]

    def _read(self, number: str | None, cause: str, late: bool, now: float, at: Reading) -> Read:
        operation, self._chosen = self._chosen, None
        chosen = operation[0] if operation and now <= operation[1] else None
        return Read(self.spec.name, self.spec.equipment, number, cause, late, chosen, at, now)

    def _press(self, keys: str, now: float) -> None:
        for key in keys:
            if key == "#":
                operation = KEYPAD_OPERATIONS.get(self._keys)
                if operation:
                    self._choose(operation, now)
                self._keys = ""
            else:
                self._keys = "" if key == "*" else (self._keys + key)[-4:]

    def _choose(self, operation: Operation, now: float) -> None:
        self._chosen = (operation, now + OPERATION_S)
        self._send(Text(operation.value, "NOW BADGE", OPERATION_S), 0)

    def _presence(self, event: ReaderOnline | ReaderOffline, at: Reading) -> Report:
        self.online = isinstance(event, ReaderOnline)
        self._confirming.clear()
        if isinstance(event, ReaderOffline):
            return self._report(Kind.READER_OFFLINE, event.cause, at)
        self._arm_at = 0.0
        self._send(Light(Color[self._light.upper()]), 0)
        self._send(IDLE_TEXT, 0)
        secure = "secure" if event.secure else "plain"
        return self._report(Kind.READER_ONLINE, f"{secure} {event.serial}".strip(), at)

    def _note(self, event: Event, at: Reading) -> list[Work]:
        match event:
            case SecurityAlarm():
                return [self._report(Kind.SECURITY, f"{event.what} {event.detail}".strip(), at)]
            case TamperChanged():
                return [self._report(Kind.READER_TAMPER, "on" if event.on else "off", at)]
            case PowerChanged():
                return [self._report(Kind.READER_POWER, "failed" if event.on else "back", at)]
            case KeyInstalled():
                return [self._report(Kind.KEY, "new key installed", at)]
            case _:
                return []

    def _report(self, kind: Kind, what: str, at: Reading) -> Report:
        return Report(kind, self.spec.name, self.spec.line, what, at)

    # --- what the gate answers ------------------------------------------------------------------------

    def show(self, indication: Indication) -> None:
        """Put an answer on the reader: light, tone and two lines of text."""
        color = Color[indication.color.upper()]
        self._send(Light(color, seconds=indication.seconds), 0)
        if indication.beeps:
            self._send(Tone(indication.beeps), 0)
        self._send(Text(indication.line1, indication.line2, indication.seconds), 0)

    def set_permissive(self, order: SetPermissive) -> None:
        """Hold or drop the start permissive from now on; arming follows in `tick`."""
        was_on = self._permissive is not None and self._permissive.on
        self._permissive = order
        self._arm_at = 0.0
        self._awaited_seq = order.decision_seq if order.on else None
        if order.light != self._light:
            self._light = order.light
            self._send(Light(Color[order.light.upper()]), 0)
        if was_on and not order.on:
            self._drop()

    def tick(self, now: float, gate_is_alive: bool) -> None:
        """Arm the output again if the permissive stands, is due, and the gate thread is alive."""
        order = self._permissive
        if order is None or not order.on or self.spec.output is None:
            return
        if order.until_s is not None and now >= order.until_s:
            self._permissive = None
            self._drop()
        elif self.online and gate_is_alive and now >= self._arm_at:
            self._arm(order, now)

    def wake_at(self) -> float | None:
        """Return when `tick` is due next (monotonic), or None."""
        order = self._permissive
        if order is None or not order.on or self.spec.output is None or not self.online:
            return None
        return self._arm_at if order.until_s is None else min(self._arm_at, order.until_s)

    def _arm(self, order: SetPermissive, now: float) -> None:
        left = OUTPUT_S if order.until_s is None else min(OUTPUT_S, order.until_s - now)
        self._token += 1
        if self._awaited_seq is not None:
            self._confirming[self._token] = self._awaited_seq
        self._send(Output(self.spec.output or 0, on=True, seconds=left), self._token)
        self._arm_at = now + REARM_S

    def _drop(self) -> None:
        if self.spec.output is not None:
            self._confirming.clear()
            self._send(Output(self.spec.output, on=False), 0)
            self._send(ReadOutputs(), 0)

    def _command_ended(self, event: CommandDone | CommandRefused, at: Reading) -> list[Work]:
        if event.token not in self._confirming:
            return []
        if isinstance(event, CommandDone):
            self._send(ReadOutputs(), 0)
            return []
        del self._confirming[event.token]
        return [self._report(Kind.READER_OUTPUT, f"output command refused, code {event.code}", at)]

    def _outputs(self, states: tuple[bool, ...], at: Reading) -> list[Work]:
        number = self.spec.output
        if number is None or number >= len(states):
            return []
        stands = self._permissive is not None and self._permissive.on
        if states[number] and stands and self._awaited_seq is not None:
            seq, self._awaited_seq = self._awaited_seq, None
            self._confirming.clear()
            return [Actuated(seq)]
        if states[number] and not stands:
            return [self._report(Kind.READER_OUTPUT, "output still on after it was told to drop", at)]
        return []
