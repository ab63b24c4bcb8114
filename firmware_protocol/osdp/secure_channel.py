"""The secure channel: the handshake of both sides, and frames that carry a MAC or are encrypted."""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

from firmware_protocol.events import Security
from firmware_protocol.osdp.aes import BLOCK, BlockCipher, inverted, padded, unpadded
from firmware_protocol.osdp.frame import MAC_BYTES, Frame, build

DEFAULT_KEY = bytes(range(0x30, 0x40))
"""SCBK-D, known to everybody: good for nothing but giving a reader its first key."""

CHALLENGE, CRYPTOGRAM, CONFIRM, CONFIRMED = 0x11, 0x12, 0x13, 0x14
MAC_OF_HOST, MAC_OF_READER, SEALED_BY_HOST, SEALED_BY_READER = 0x15, 0x16, 0x17, 0x18

RANDOM_BYTES = 8
CRYPTOGRAM_REPLY_BYTES = 32


class ChannelError(Exception):
    """A frame is not what the other side of this session would have sent; `what` says in which way."""

    def __init__(self, what: Security) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The three keys of one session."""

    enc: BlockCipher
    mac1: BlockCipher
    mac2: BlockCipher


def derive(key: bytes, host_random: bytes) -> SessionKeys:
    """Return the session keys that a base key and the host's challenge give."""
    base, tail = BlockCipher(key), host_random[:6] + bytes(8)
    enc, mac1, mac2 = (BlockCipher(base.encrypt(bytes((1, kind)) + tail)) for kind in (0x82, 0x01, 0x02))
    return SessionKeys(enc, mac1, mac2)


class Session:
    """A running session, one side of it; `reader` says which."""

    def __init__(self, keys: SessionKeys, first_mac: bytes, *, reader: bool) -> None:
        self._keys = keys
        self._reader = reader
        self._sent = self._received = first_mac
        self._plain_type = MAC_OF_READER if reader else MAC_OF_HOST
        self._sealed_type = SEALED_BY_READER if reader else SEALED_BY_HOST
        self._their_plain_type = MAC_OF_HOST if reader else MAC_OF_READER
        self._their_sealed_type = SEALED_BY_HOST if reader else SEALED_BY_READER

    def seal(self, address: int, sequence: int, code: int, data: bytes = b"") -> bytes:
        """Return the frame to send; it becomes part of the chain of MACs, so it must be sent, and may be repeated."""
        security = self._plain_type
        if data:
            security = self._sealed_type
            data = self._keys.enc.chain(padded(data), inverted(self._received))
        return build(address, sequence, code, data, reply=self._reader, security=security, mac=self._sign)

    def open(self, frame: Frame) -> bytes:
        """Return the payload of a frame of the other side.

        Raises:
            ChannelError: it is not authentic, and then nothing has changed; or it cannot be deciphered.
        """
        if not frame.security:
            raise ChannelError(Security.PLAIN_IN_SECURE)
        if frame.security not in (self._their_plain_type, self._their_sealed_type):
            raise ChannelError(Security.WRONG_BLOCK_TYPE)
        mac = self._mac(frame.signed, self._sent)
        if not compare_digest(mac[:MAC_BYTES], frame.mac):
            raise ChannelError(Security.WRONG_MAC)
        self._received = mac
        return frame.data if frame.security == self._their_plain_type else self._deciphered(frame.data)

    def _deciphered(self, data: bytes) -> bytes:
        content = None
        if data and not len(data) % BLOCK:
            content = unpadded(self._keys.enc.unchain(data, inverted(self._sent)))
        if content is None:
            raise ChannelError(Security.UNDECIPHERABLE)
        return content

    def _sign(self, signed: bytes) -> bytes:
        self._sent = self._mac(signed, self._received)
        return self._sent[:MAC_BYTES]

    def _mac(self, signed: bytes, iv: bytes) -> bytes:
        text = signed if len(signed) % BLOCK == 0 else padded(signed)
        return self._keys.mac2.chain(text[-BLOCK:], self._keys.mac1.chain(text[:-BLOCK], iv)[-BLOCK:] or iv)


def key_block(key: bytes) -> bytes:
    """Return the byte that tells the other side whether this is the default key (0) or one of its own (1)."""
    return b"\x00" if key == DEFAULT_KEY else b"\x01"


def _first_mac(keys: SessionKeys, host_cryptogram: bytes) -> bytes:
    return keys.mac2.encrypt(keys.mac1.encrypt(host_cryptogram))


class HostHandshake:
    """The host's side: challenge, check the reader's cryptogram, confirm, check its first MAC."""

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self.challenge = random_bytes(RANDOM_BYTES)
        self.block = key_block(key)
        self.confirmation = b""
        """The host's cryptogram, once the reader's has been checked."""
        self._keys = derive(key, self.challenge)

    def check(self, answer: bytes) -> None:
        """Take the reader's identity, random and cryptogram.

        Raises:
            ChannelError: the reader does not hold this key, or this is no answer to this challenge.
        """
        if not proves_key(self._keys, self.challenge, answer):
            raise ChannelError(Security.WRONG_CRYPTOGRAM)
        random = answer[RANDOM_BYTES : 2 * RANDOM_BYTES]
        self.confirmation = self._keys.enc.encrypt(random + self.challenge)

    def begin(self, first_mac: bytes) -> Session:
        """Take the reader's first MAC and return the session.

        Raises:
            ChannelError: it is not the MAC that follows from the confirmation.
        """
        expected = _first_mac(self._keys, self.confirmation)
        if not self.confirmation or not compare_digest(expected, first_mac):
            raise ChannelError(Security.WRONG_CRYPTOGRAM)
        return Session(self._keys, expected, reader=False)


def proves_key(keys: SessionKeys, challenge: bytes, answer: bytes) -> bool:
    """Tell whether a reader's answer to a challenge was made with the base key of these session keys."""
    if len(answer) != CRYPTOGRAM_REPLY_BYTES:
        return False
    random, cryptogram = answer[RANDOM_BYTES : 2 * RANDOM_BYTES], answer[2 * RANDOM_BYTES :]
    return compare_digest(keys.enc.encrypt(challenge + random), cryptogram)


class ReaderHandshake:
    """The reader's side: answer a challenge, check the host's confirmation, begin."""

    def __init__(self, key: bytes, challenge: bytes, identity: bytes, random: bytes) -> None:
        self._keys = derive(key, challenge)
        self._expected = self._keys.enc.encrypt(random + challenge)
        self.block = key_block(key)
        self.answer = identity + random + self._keys.enc.encrypt(challenge + random)
        """8 bytes of identity, 8 of random, 16 of cryptogram."""

    def begin(self, confirmation: bytes) -> tuple[Session, bytes]:
        """Take the host's cryptogram and return the session and its first MAC.

        Raises:
            ChannelError: the host does not hold the key.
        """
        if not compare_digest(self._expected, confirmation):
            raise ChannelError(Security.WRONG_CRYPTOGRAM)
        first = _first_mac(self._keys, confirmation)
        return Session(self._keys, first, reader=True), first


def made_with_default_key(challenge: bytes, answer: bytes) -> bool:
    """Tell whether a reader's answer shows that it still has the key that everybody knows."""
    return proves_key(derive(DEFAULT_KEY, challenge), challenge, answer)
