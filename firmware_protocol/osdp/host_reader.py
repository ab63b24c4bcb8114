"""One reader as its host sees it: what an answer proves, what it changes, and what it means to the host program."""

from firmware_protocol.events import CommandDone, Event, KeyInstalled, ReaderOnline, Security
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.host_sender import BUSY_MOST_S, BUSY_S, Exchange, Order, Sender, Stage
from firmware_protocol.osdp.messages import Answer, Ask, Function, MessageError, Nak
from firmware_protocol.osdp.replies import ReaderIdentity, describe, unpack_capabilities
from firmware_protocol.osdp.secure_channel import CONFIRMED, CRYPTOGRAM, ChannelError, made_with_default_key

Outcome = tuple[bool, list[Event]]
"""Whether the answer was one, or the reader's own is still to come; and what it means."""

HANDSHAKE = {Stage.GREET: (CRYPTOGRAM, Answer.CCRYPT), Stage.CONFIRM: (CONFIRMED, Answer.RMAC_I)}

CANNOT = {Nak.UNKNOWN_COMMAND, Nak.NO_SECURITY}
WANTS_SECURITY = {bytes((Nak.NO_SECURITY,)), bytes((Nak.SECURITY_NEEDED,))}
START_OVER = {Nak.SEQUENCE, Nak.NO_SECURITY, Nak.SECURITY_NEEDED}


class ReaderLink(Sender):
    """A host's link to one reader."""

    def answered(self, frame: Frame, exchange: Exchange, now: float) -> Outcome:
        """Take an intact frame of this reader with the right sequence number."""
        if frame.code == Answer.BUSY and not frame.security:
            return True, self._busy(now)
        if not self.spec.secure:
            if frame.security:
                return False, self.reports.alarm(Security.WRONG_BLOCK_TYPE, now)
            return True, self._take(exchange, frame.code, frame.data, now)
        if frame.code == Answer.NAK and not frame.security:
            return self._plain_nak(frame, exchange, now)
        if self._session is None:
            return self._shaken(frame, now)
        try:
            data = self._session.open(frame)
        except ChannelError as error:
            return False, self.reports.alarm(error.what, now)
        return True, self._take(exchange, frame.code, data, now)

    def _busy(self, now: float) -> list[Event]:
        self.due_at = now + BUSY_S
        return self.lost("busy", now) if now - self._heard_at > BUSY_MOST_S else []

    # --- handshake -------------------------------------------------------------------------------------

    def _shaken(self, frame: Frame, now: float) -> Outcome:
        if (frame.security, frame.code) != HANDSHAKE[self._stage] or self._handshake is None:
            what = Security.WRONG_BLOCK_TYPE if frame.security else Security.PLAIN_IN_SECURE
            return False, self.reports.alarm(what, now)
        events: list[Event] = []
        try:
            if self._stage is Stage.GREET:
                self._handshake.check(frame.data)
                self._go_to(Stage.CONFIRM, now)
            else:
                self._session = self._handshake.begin(frame.data)
                self._go_to(Stage.IDENTIFY, now)
                if self.keys.accepted():
                    events.append(KeyInstalled(self.spec.address))
        except ChannelError:
            return True, self._weak_key(frame, now) + self._key_refused(now)
        self._heard(now)
        return True, events

    def _weak_key(self, frame: Frame, now: float) -> list[Event]:
        if self.keys.default_allowed or not self._handshake or self._stage is not Stage.GREET:
            return []
        if not made_with_default_key(self._handshake.challenge, frame.data):
            return []
        return self.reports.alarm(Security.DEFAULT_KEY, now, "the reader uses the default key")

    def _key_refused(self, now: float) -> list[Event]:
        if not self.keys.refused():
            self._greet(now)
            return []
        return self.reports.alarm(Security.WRONG_CRYPTOGRAM, now) + self.lost("key refused", now)

    def _plain_nak(self, frame: Frame, exchange: Exchange, now: float) -> Outcome:
        """Anybody can send one: it never answers a command, it only makes the host shake hands anew, at most seldom."""
        code = frame.data[0] if frame.data else 0
        if self._session is None:
            if code in CANNOT:
                return True, self._secure_refused(f"NAK {code}", now)
            if code == Nak.SEQUENCE:
                return True, self.lost("sequence refused", now)
            return True, self._key_refused(now)
        alarm = self.reports.alarm(Security.PLAIN_NAK, now, f"NAK {code}")
        if now < self._restart_allowed_at:
            exchange.doubted = True
            return False, alarm
        return True, alarm + self._restart(exchange.order, now)

    def _secure_refused(self, detail: str, now: float) -> list[Event]:
        return self.reports.alarm(Security.SECURE_REFUSED, now, detail) + self.lost("no secure channel", now)

    # --- answers that count ----------------------------------------------------------------------------

    def _take(self, exchange: Exchange, code: int, data: bytes, now: float) -> list[Event]:
        self._heard(now)
        match self._stage:
            case Stage.ABILITIES:
                return self._able(code, data, now)
            case Stage.STATUS:
                return self._status(exchange, code, data, now)
            case Stage.LIVE:
                return self._live(exchange, code, data, now)
            case _:
                return self._identified(code, data, now)

    def _heard(self, now: float) -> None:
        self.exchange = None
        self._misses = 0
        self._heard_at = now
        self._sequence = self._sequence % 3 + 1

    def _go_to(self, stage: Stage, now: float) -> None:
        self._stage = stage
        self.due_at = now

    def _identified(self, code: int, data: bytes, now: float) -> list[Event]:
        try:
            identity = ReaderIdentity.unpack(data if code == Answer.PDID else b"")
        except MessageError:
            return self.lost("does not say who it is", now)
        events: list[Event] = []
        serial = identity.serial.hex()
        if self._serial not in (None, serial):
            events += self.reports.alarm(Security.SERIAL_CHANGED, now, f"{serial} instead of {self._serial}")
            if self.spec.serial is not None:
                return events + self.lost("another serial number", now)
        self._serial, self._identity = serial, identity
        self._go_to(Stage.ABILITIES, now)
        return events

    def _able(self, code: int, data: bytes, now: float) -> list[Event]:
        try:
            self._capabilities = describe(unpack_capabilities(data)) if code == Answer.PDCAP else None
        except MessageError:
            self._capabilities = None
        security = (self._capabilities or {}).get(Function.SECURITY)
        if self.spec.secure and security is not None and not security.level:
            return self._secure_refused("PDCAP", now)
        self._go_to(Stage.STATUS, now)
        return self._come_online() if self.spec.secure else []

    def _status(self, exchange: Exchange, code: int, data: bytes, now: float) -> list[Event]:
        """A plain reader is online once it lets itself be polled: one that wants a key would never tell a badge."""
        if self.spec.secure:
            self._go_to(Stage.LIVE, now)
            return self.reports.reported(code, data, now)
        if code == Answer.NAK and data[:1] in WANTS_SECURITY:
            return self.lost("wants a secure channel", now)
        self._stage = Stage.LIVE
        return self._come_online() + self._live(exchange, code, data, now)

    def _come_online(self) -> list[Event]:
        self.online = True
        announce, self._announce = self._announce, False
        who = self._identity
        if not announce or who is None:
            return []
        firmware = ".".join(str(part) for part in who.firmware)
        vendor, serial = who.vendor.hex(), who.serial.hex()
        return [ReaderOnline(self.spec.address, self.spec.secure, serial, vendor, who.model, firmware)]

    def _live(self, exchange: Exchange, code: int, data: bytes, now: float) -> list[Event]:
        if code in (Answer.NAK, Answer.BUSY):
            return self._nak(exchange.order, data[0] if data else 0, now)
        if exchange.ask == Ask.POLL:
            return self.reports.poll_answered(code, data, now)
        events = self.reports.reported(code, data, now)
        if exchange.order is not None and exchange.order.token:
            events.append(CommandDone(self.spec.address, exchange.order.token))
        if exchange.ask == Ask.KEYSET:
            self.keys.taken()
            self._greet(now)
        return events

    def _nak(self, order: Order | None, code: int, now: float) -> list[Event]:
        """A refused command says nothing about the reader, except where it has lost count or its session."""
        if code in START_OVER and now >= self._restart_allowed_at and (order is None or code == Nak.SEQUENCE):
            return self._restart(order, now)
        return self._refused(order, code) if order else []
