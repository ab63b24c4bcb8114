"""What one reader's replies mean to the host program: badges once and marked when late, changes only, alarms seldom."""

from collections.abc import Callable
from math import inf

from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    Event,
    InputsReported,
    KeysPressed,
    OutputsReported,
    PowerChanged,
    Security,
    SecurityAlarm,
    TamperChanged,
)
from firmware_protocol.osdp.messages import Answer, MessageError
from firmware_protocol.osdp.replies import FormattedBadge, KeysTyped, LocalStatus, RawBadge, unpack_states

Decode = Callable[[int, int, bytes], str]

FORMATTED = -1
"""What `decode` is given as the format of a badge that comes as characters."""

QUIET_S = 1.0
"""A badge left at the reader is sent again and again; the same one counts anew only after so long without it."""

LATE_AFTER_S = 1.0
"""A badge that was held up longer than this between two polls may have been presented by somebody who has left."""

ALARM_EVERY_S = 10.0
"""One alarm of a kind per reader in this time, so that an attacker cannot flood the records."""


class Reports:
    """Turns one reader's replies into events."""

    def __init__(self, address: int, decode: Decode) -> None:
        self._address = address
        self._decode = decode
        self._held_up = True
        self._polled_at = -inf
        self._last_badge = ""
        self._last_badge_at = -inf
        self._status = LocalStatus(tamper=False, power=False)
        self._alarmed_at: dict[Security, float] = {}

    def reconnected(self) -> None:
        """From here on badges are late, until the reader has shown that it holds none."""
        self._held_up = True

    def alarm(self, what: Security, now: float, detail: str = "") -> list[Event]:
        """Return the alarm, unless there was one of this kind a moment ago."""
        if now - self._alarmed_at.get(what, -inf) < ALARM_EVERY_S:
            return []
        self._alarmed_at[what] = now
        return [SecurityAlarm(self._address, what, detail)]

    def poll_answered(self, code: int, data: bytes, now: float) -> list[Event]:
        """Take the reply to a POLL; only its ACK proves that the reader holds no badge from before."""
        if now - self._polled_at > LATE_AFTER_S:
            self._held_up = True
        self._polled_at = now
        events = self.reported(code, data, now)
        if code == Answer.ACK:
            self._held_up = False
        return events

    def reported(self, code: int, data: bytes, now: float) -> list[Event]:
        """Take any reply; one that makes no sense and is no badge is as good as an ACK."""
        try:
            match code:
                case Answer.RAW | Answer.FMT:
                    return self._badge(code, data, now)
                case Answer.KEYPAD:
                    keys = KeysTyped.unpack(data).keys
                    return [KeysPressed(self._address, keys)] if keys else []
                case Answer.LSTATR:
                    return self._changes(LocalStatus.unpack(data))
                case Answer.OSTATR:
                    return [OutputsReported(self._address, unpack_states(data))]
                case Answer.ISTATR:
                    return [InputsReported(self._address, unpack_states(data))]
                case _:
                    return []
        except MessageError:
            return []

    def _badge(self, code: int, data: bytes, now: float) -> list[Event]:
        late = self._held_up or now - self._polled_at > LATE_AFTER_S
        event: BadgeRead | BadgeUnreadable
        try:
            event = BadgeRead(self._address, self._number(code, data), late)
        except ValueError as error:
            event = BadgeUnreadable(self._address, str(error), data.hex(), late)
        what = event.number if isinstance(event, BadgeRead) else f"unreadable {event.raw}"
        repeated = what == self._last_badge and now - self._last_badge_at < QUIET_S
        self._last_badge, self._last_badge_at = what, now
        return [] if repeated else [event]

    def _number(self, code: int, data: bytes) -> str:
        if code == Answer.RAW:
            raw = RawBadge.unpack(data)
            return self._decode(raw.format, raw.bits, raw.data)
        formatted = FormattedBadge.unpack(data)
        if formatted.backward:
            raise MessageError("drawn through the wrong way")
        return self._decode(FORMATTED, len(formatted.text), formatted.text)

    def _changes(self, status: LocalStatus) -> list[Event]:
        before, self._status = self._status, status
        events: list[Event] = []
        if status.tamper != before.tamper:
            events.append(TamperChanged(self._address, status.tamper))
        if status.power != before.power:
            events.append(PowerChanged(self._address, status.power))
        return events
