"""What a reader shows and switches: its light, buzzer, display and outputs, with the timers that end each."""

from dataclasses import dataclass, field

from firmware_protocol.events import Color
from firmware_protocol.osdp.messages import Buzzer, Led, OutputCode, OutputControl, TextCode, TextMessage

TICK_S = 0.1
"""OSDP counts lights, tones and outputs in units of 100 ms."""

COLUMNS = 16
OUTPUTS = 2
SET = 1
SET_TEMPORARY = 2
CANCEL_TEMPORARY = 1


@dataclass(frozen=True, slots=True)
class LightShown:
    """The light has this colour now, for `seconds`, or until something else is shown (0)."""

    color: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """The buzzer sounds `count` times."""

    count: int


@dataclass(frozen=True, slots=True)
class TextShown:
    """The display shows these two lines now, without trailing blanks."""

    line1: str
    line2: str


@dataclass(frozen=True, slots=True)
class OutputChanged:
    """Output `number` is energised (`on`) or has dropped."""

    number: int
    on: bool


@dataclass(frozen=True, slots=True)
class KeySet:
    """The reader has been given this key; the next handshake needs it."""

    key: bytes = field(repr=False)


ReaderAction = LightShown | ToneHeard | TextShown | OutputChanged | KeySet


@dataclass(slots=True)
class _Contact:
    on: bool = False
    until: float | None = None
    afterwards: bool = False


class Panel:
    """The visible and audible side of one reader; a payload that makes no sense raises ValueError."""

    def __init__(self) -> None:
        self.actions: list[ReaderAction] = []
        self._color = "black"
        self._color_until: float | None = None
        self._text = TextShown("", "")
        self._text_until: float | None = None
        self._contacts = [_Contact() for _ in range(OUTPUTS)]

    @property
    def outputs(self) -> tuple[bool, ...]:
        """Which outputs are energised."""
        return tuple(contact.on for contact in self._contacts)

    def show_light(self, setting: Led, now: float) -> None:
        """Obey LED, both its parts."""
        if setting.permanent == SET:
            self._color = Color(setting.permanent_color).name.lower()
            if self._color_until is None:
                self.actions.append(LightShown(self._color, 0.0))
        if setting.temporary == SET_TEMPORARY:
            seconds = setting.timer * TICK_S
            self._color_until = now + seconds
            self.actions.append(LightShown(Color(setting.temporary_color).name.lower(), seconds))
        elif setting.temporary == CANCEL_TEMPORARY and self._color_until is not None:
            self._end_light()

    def sound(self, setting: Buzzer) -> None:
        """Obey BUZ."""
        self.actions.append(ToneHeard(setting.count))

    def show_text(self, message: TextMessage, now: float) -> None:
        """Obey TEXT; texts start at the first column of row 1 or 2, and one too long for row 1 runs on into row 2."""
        if message.row not in (1, 2) or message.column != 1:
            raise ValueError(f"row {message.row}, column {message.column}")
        text = message.text.decode("ascii")
        first, second = text[:COLUMNS].rstrip(), text[COLUMNS : 2 * COLUMNS].rstrip()
        shown = TextShown(first, second) if message.row == 1 else TextShown(self._text.line1, first)
        self.actions.append(shown)
        if TextCode(message.code) in (TextCode.TEMPORARY, TextCode.TEMPORARY_WRAPPED):
            self._text_until = now + message.seconds
        else:
            self._text, self._text_until = shown, None

    def switch(self, control: OutputControl, now: float) -> None:
        """Obey OUT for one output."""
        if control.number >= OUTPUTS:
            raise ValueError(f"no output {control.number}")
        contact, end = self._contacts[control.number], now + control.timer * TICK_S
        match OutputCode(control.code):
            case OutputCode.OFF | OutputCode.ON:
                contact.until, contact.afterwards = None, control.code == OutputCode.ON
                self._drive(control.number, on=contact.afterwards)
            case OutputCode.OFF_AFTER_TIMER | OutputCode.ON_AFTER_TIMER:
                contact.afterwards = control.code == OutputCode.ON_AFTER_TIMER
                if contact.until is None:
                    self._drive(control.number, on=contact.afterwards)
            case OutputCode.ON_FOR | OutputCode.OFF_FOR:
                contact.until = end
                self._drive(control.number, on=control.code == OutputCode.ON_FOR)
            case _:
                pass

    def advance(self, now: float) -> None:
        """End what has lasted its time."""
        if self._color_until is not None and now >= self._color_until:
            self._end_light()
        if self._text_until is not None and now >= self._text_until:
            self._text_until = None
            self.actions.append(self._text)
        for number, contact in enumerate(self._contacts):
            if contact.until is not None and now >= contact.until:
                contact.until = None
                self._drive(number, on=contact.afterwards)

    def wake_at(self) -> float | None:
        """Return when the next thing ends."""
        ends = [self._color_until, self._text_until, *(contact.until for contact in self._contacts)]
        return min((end for end in ends if end is not None), default=None)

    def _end_light(self) -> None:
        self._color_until = None
        self.actions.append(LightShown(self._color, 0.0))

    def _drive(self, number: int, *, on: bool) -> None:
        if self._contacts[number].on != on:
            self._contacts[number].on = on
            self.actions.append(OutputChanged(number, on))
