"""A reader: answers a host's commands, keeps badges and keys until it is asked, obeys, and guards its key."""

import secrets
from collections import deque
from collections.abc import Callable

from firmware_protocol.osdp.frame import Frame, FrameFinder, build
from firmware_protocol.osdp.messages import (
    Answer,
    Ask,
    Buzzer,
    Function,
    KeySetting,
    Led,
    Nak,
    OutputControl,
    TextMessage,
)
from firmware_protocol.osdp.reader_panel import (
    OUTPUTS,
    KeySet,
    LightShown,
    OutputChanged,
    Panel,
    ReaderAction,
    TextShown,
    ToneHeard,
)
from firmware_protocol.osdp.replies import (
    Capability,
    KeysTyped,
    LocalStatus,
    RawBadge,
    ReaderIdentity,
    pack_capabilities,
    pack_states,
)
from firmware_protocol.osdp.secure_channel import (
    CHALLENGE,
    CONFIRM,
    CONFIRMED,
    CRYPTOGRAM,
    DEFAULT_KEY,
    RANDOM_BYTES,
    ChannelError,
    ReaderHandshake,
    Session,
    key_block,
)

__all__ = [
    "KeySet",
    "LightShown",
    "OsdpReader",
    "OutputChanged",
    "ReaderAction",
    "ReaderIdentity",
    "TextShown",
    "ToneHeard",
]

SILENCE_S = 0.05
"""After so long a silence inside a frame, the frame has been cut off; a host tries again after 200 ms."""

KEPT_EVENTS = 16
"""Badges and keys kept while no host asks; what comes on top is lost, as in a real reader."""

UNGUARDED = {Ask.ID, Ask.CAP}
"""What a reader with a key says to anybody."""

_Reply = tuple[Answer, bytes]


class _RefusedError(Exception):
    """The command is answered with NAK; raised before the command counts, it leaves all as it was."""

    def __init__(self, why: Nak) -> None:
        super().__init__(why)
        self.why = why


class OsdpReader:
    """One reader, sans I/O: bytes of the line in, bytes to answer out, what people would see as actions."""

    def __init__(
        self,
        address: int,
        identity: ReaderIdentity,
        *,
        key: bytes | None = None,
        has_text: bool = True,
        has_output: bool = True,
        accepts_default_key: bool = False,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.address = address
        self.identity = identity
        self._key = key
        self._has_text = has_text
        self._has_output = has_output
        self._accepts_default_key = accepts_default_key
        self._random_bytes = random_bytes
        self._finder = FrameFinder()
        self._heard_at = 0.0
        self._panel = Panel()
        self._waiting: deque[_Reply] = deque()
        self._status = LocalStatus(tamper=False, power=False)
        self._last_command = b""
        self._last_reply = b""
        self._sequence: int | None = None
        self._handshake: ReaderHandshake | None = None
        self._session: Session | None = None

    def receive(self, data: bytes, now: float) -> bytes:
        """Take bytes of the line in any pieces and return the bytes to answer, which may be none."""
        if data and now - self._heard_at > SILENCE_S:
            self._finder.flush()
        if data:
            self._heard_at = now
        frames = self._finder.feed(data)
        return b"".join(self._answer(one, now) for one in frames if not one.reply and one.address == self.address)

    def present(self, bits: int, data: bytes, format_code: int = 1) -> None:
        """Hold a badge of `bits` bits, the first one leftmost in `data`, to the reader."""
        self._keep(Answer.RAW, RawBadge(0, format_code, bits, data).pack())

    def press(self, keys: str) -> None:
        """Press keys, `0`-`9`, `#` and `*`."""
        self._keep(Answer.KEYPAD, KeysTyped(0, keys).pack())

    def tamper(self, on: bool) -> None:
        """Open (`on`) or close the tamper contact."""
        self._status = LocalStatus(on, self._status.power)
        self._keep(Answer.LSTATR, self._status.pack())

    def power(self, on: bool) -> None:
        """Let the power fail (`on`) or return."""
        self._status = LocalStatus(self._status.tamper, on)
        self._keep(Answer.LSTATR, self._status.pack())

    def advance(self, now: float) -> None:
        """End temporary lights, texts and outputs whose time is over."""
        self._panel.advance(now)

    def wake_at(self) -> float | None:
        """Return when `advance` has something to end, or None."""
        return self._panel.wake_at()

    def take_actions(self) -> list[ReaderAction]:
        """Return what has been shown, sounded and switched since the last call."""
        actions, self._panel.actions = self._panel.actions, []
        return actions

    def _keep(self, code: Answer, data: bytes) -> None:
        if len(self._waiting) < KEPT_EVENTS:
            self._waiting.append((code, data))

    def _answer(self, frame: Frame, now: float) -> bytes:
        if not frame.crc:
            return b""
        if frame.raw == self._last_command:
            return self._last_reply
        try:
            reply = self._obey(frame, now)
        except _RefusedError as refusal:
            return build(self.address, frame.sequence, Answer.NAK, bytes((refusal.why,)), reply=True)
        self._sequence = frame.sequence
        self._last_command, self._last_reply = frame.raw, reply
        return reply

    def _obey(self, frame: Frame, now: float) -> bytes:
        if frame.code == Ask.CHLNG and frame.security == CHALLENGE:
            return self._answer_challenge(frame)
        if frame.sequence and (self._sequence is None or frame.sequence != self._sequence % 3 + 1):
            raise _RefusedError(Nak.SEQUENCE)
        if frame.code == Ask.SCRYPT and frame.security == CONFIRM:
            return self._begin_session(frame)
        if frame.security:
            return self._obey_sealed(frame, now)
        self._admit_plain(frame)
        return build(self.address, frame.sequence, *self._reply_to(frame.code, frame.data, now), reply=True)

    def _admit_plain(self, frame: Frame) -> None:
        """Sequence number 0 in plain is a host that starts over and has forgotten its session."""
        if frame.sequence == 0:
            self._session = None
        if self._session or (self._key and frame.code not in UNGUARDED):
            raise _RefusedError(Nak.SECURITY_NEEDED)

    def _obey_sealed(self, frame: Frame, now: float) -> bytes:
        """An unauthentic frame changes nothing: neither the session nor the expected sequence number."""
        if not self._session:
            raise _RefusedError(Nak.SECURITY_NEEDED)
        try:
            data = self._session.open(frame)
        except ChannelError:
            raise _RefusedError(Nak.SECURITY_NEEDED) from None
        return self._session.seal(self.address, frame.sequence, *self._reply_to(frame.code, data, now))

    def _answer_challenge(self, frame: Frame) -> bytes:
        key = self._key_for(frame.block)
        if key is None or len(frame.data) != RANDOM_BYTES:
            raise _RefusedError(Nak.SECURITY_NEEDED if self._secure else Nak.NO_SECURITY)
        who = self.identity
        unique = who.vendor + bytes((who.model,)) + who.serial
        self._session = None
        self._handshake = ReaderHandshake(key, frame.data, unique, self._random_bytes(RANDOM_BYTES))
        return build(
            self.address,
            frame.sequence,
            Answer.CCRYPT,
            self._handshake.answer,
            reply=True,
            security=CRYPTOGRAM,
            block=self._handshake.block,
        )

    @property
    def _secure(self) -> bool:
        return self._key is not None or self._accepts_default_key

    def _key_for(self, block: bytes) -> bytes | None:
        if block == key_block(DEFAULT_KEY):
            return DEFAULT_KEY if self._accepts_default_key else None
        return self._key

    def _begin_session(self, frame: Frame) -> bytes:
        handshake, self._handshake = self._handshake, None
        if handshake is None:
            raise _RefusedError(Nak.SECURITY_NEEDED)
        try:
            self._session, first_mac = handshake.begin(frame.data)
        except ChannelError:
            raise _RefusedError(Nak.SECURITY_NEEDED) from None
        return build(
            self.address,
            frame.sequence,
            Answer.RMAC_I,
            first_mac,
            reply=True,
            security=CONFIRMED,
            block=handshake.block,
        )

    def _reply_to(self, code: int, data: bytes, now: float) -> _Reply:
        """Return the reply to a command that was heard properly; a refusal is one too."""
        try:
            return self._do(code, data, now)
        except _RefusedError as refusal:
            return Answer.NAK, bytes((refusal.why,))
        except ValueError:
            return Answer.NAK, bytes((Nak.UNABLE,))

    def _do(self, code: int, data: bytes, now: float) -> _Reply:
        match code:
            case Ask.POLL:
                return self._waiting.popleft() if self._waiting else (Answer.ACK, b"")
            case Ask.ID:
                return Answer.PDID, self.identity.pack()
            case Ask.CAP:
                return Answer.PDCAP, pack_capabilities(self._capabilities())
            case Ask.LSTAT:
                return Answer.LSTATR, self._status.pack()
            case Ask.OSTAT if self._has_output:
                return Answer.OSTATR, pack_states(self._panel.outputs)
            case Ask.KEYSET:
                self._take_key(data)
            case _:
                self._show(code, data, now)
        return Answer.ACK, b""

    def _show(self, code: int, data: bytes, now: float) -> None:
        match code:
            case Ask.LED:
                self._panel.show_light(Led.unpack(data), now)
            case Ask.BUZ:
                self._panel.sound(Buzzer.unpack(data))
            case Ask.TEXT if self._has_text:
                self._panel.show_text(TextMessage.unpack(data), now)
            case Ask.OUT if self._has_output:
                self._panel.switch(OutputControl.unpack(data), now)
            case _:
                raise _RefusedError(Nak.UNKNOWN_COMMAND)

    def _take_key(self, data: bytes) -> None:
        if not self._session:
            raise _RefusedError(Nak.SECURITY_NEEDED)
        self._key = KeySetting.unpack(data).key
        self._accepts_default_key = False
        self._panel.actions.append(KeySet(self._key))

    def _capabilities(self) -> list[Capability]:
        found = [Capability(Function.CARD_DATA, 1, 0), Capability(Function.LEDS, 4, 1)]
        found += [Capability(Function.SOUND, 2, 1), Capability(Function.CHECK, 1, 0)]
        if self._has_text:
            found.append(Capability(Function.TEXT, 1, 1))
        if self._has_output:
            found.append(Capability(Function.OUTPUTS, 1, OUTPUTS))
        found.append(Capability(Function.SECURITY, int(self._secure), int(self._accepts_default_key)))
        return found
