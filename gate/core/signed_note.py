"""Signed notes as pure text: keys, signature lines and the note itself (C2SP signed-note); no signing here."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

ED25519 = 0x01
"""Signature type of a log's own signature (C2SP signed-note)."""

COSIGNATURE = 0x04
"""Signature type of a witness: Ed25519 with the time of signing (C2SP tlog-cosignature, v1)."""

KEY_BYTES = 32
ID_BYTES = 4
MOST_SIGNATURES = 32
"""Lines that are looked at; the specification asks for at least 16."""

DASH = "\u2014 "
"""How a signature line begins: em dash, space."""

_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410, section 4)."""


class NoteError(ValueError):
    """A note or key has not the form that the specification asks for; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key by the name under which it signs notes."""

    name: str
    public: bytes
    algorithm: int = ED25519

    @property
    def id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.algorithm]) + self.public).digest()[:ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as verifiers are given it: `name+id+base64(type || key)`."""
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.algorithm]) + self.public)}"

    @property
    def pem(self) -> str:
        """The key as other tools are given it (RFC 7468)."""
        return f"-----BEGIN PUBLIC KEY-----\n{_b64(_SPKI + self.public)}\n-----END PUBLIC KEY-----\n"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo in hex, as `openssl pkey -pubin -outform DER | sha256sum` prints it."""
        return hashlib.sha256(_SPKI + self.public).hexdigest()


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who, with which key, and the bytes that the key's type defines."""

    name: str
    key_id: bytes
    payload: bytes

    @property
    def line(self) -> str:
        """The line with its end."""
        return f"{DASH}{self.name} {_b64(self.key_id + self.payload)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who signed it; nothing of it counts until a known key's signature was checked."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def whole(self) -> str:
        """The note as it is stored and handed on."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}"

    def by(self, key: NoteKey) -> tuple[bytes, ...]:
        """Return what this key is said to have signed with; a name or an id alone is not the key."""
        return tuple(one.payload for one in self.signatures if (one.name, one.key_id) == (key.name, key.id))


def parse_vkey(text: str) -> NoteKey:
    """Read a key as `vkey` writes it.

    Raises:
        NoteError: it is none, of a type that is not known here, or its id is not that of the key.
    """
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    material = _unb64(encoded, "the key")
    if not is_key_name(name) or len(material) != 1 + KEY_BYTES or material[0] not in {ED25519, COSIGNATURE}:
        raise NoteError(f"{text.strip()[:80]!r} is no public key of the form name+id+key")
    key = NoteKey(name, material[1:], material[0])
    if key.id.hex() != key_id:
        raise NoteError(f"the id {key_id[:16]!r} does not belong to the key of {name}: a sign was lost or changed")
    return key


def is_key_name(name: str) -> bool:
    """Return whether a key may have this name."""
    return bool(name) and name.isprintable() and not {" ", "+"} & set(name)


def parse_note(data: str) -> Note:
    """Read a note.

    Raises:
        NoteError: it has no signatures, too many, or is not formed as a note.
    """
    if any(sign < " " and sign != "\n" for sign in data):
        raise NoteError("control characters stand in it")
    text, middle, lines = data.rpartition("\n\n")
    if not middle or not lines.endswith("\n"):
        raise NoteError("it has no signature lines behind an empty line")
    return Note(f"{text}\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Read signature lines, each with its end.

    Raises:
        NoteError: a line is none, or there are too many.
    """
    found = lines.split("\n")[:-1]
    if len(found) > MOST_SIGNATURES:
        raise NoteError(f"it has more than {MOST_SIGNATURES} signatures")
    return tuple(_signature(line) for line in found)


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not is_key_name(name):
        raise NoteError(f"{line[:40]!r} is no signature line")
    material = _unb64(encoded, "a signature")
    if len(material) <= ID_BYTES:
        raise NoteError(f"the signature of {name} is too short")
    return Signature(name, material[:ID_BYTES], material[ID_BYTES:])


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str, what: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NoteError(f"{what} is not in base64") from error
    if _b64(found) != text:
        raise NoteError(f"{what} is not in base64")
    return found
