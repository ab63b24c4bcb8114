"""The private key that signs checkpoints: one file, readable by its owner alone, never in the records, never logged."""

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gate.core.checkpoint import Cosigned, cosignature_payload, cosigned_message, parse_cosignature
from gate.core.signed_note import COSIGNATURE, ED25519, Note, NoteKey, Signature

MARK = "PRIVATE+KEY+"
SEED_BYTES = 32


class SealKeyError(Exception):
    """The key that signs checkpoints cannot be used; the text says which file, why and what to do."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """A private key with the name under which it signs."""

    private: Ed25519PrivateKey
    public: NoteKey

    def sign(self, text: str) -> Signature:
        """Sign the text of a note."""
        return Signature(self.public.name, self.public.id, self.private.sign(text.encode()))

    def cosign(self, text: str, at_s: int) -> Signature:
        """Sign, as a witness, that the head in this text was the largest seen at a time in POSIX seconds."""
        signature = self.private.sign(cosigned_message(text, at_s))
        return Signature(self.public.name, self.public.id, cosignature_payload(Cosigned(at_s, signature)))


def new_seal_key(name: str, algorithm: int = ED25519) -> SealKey:
    """Return a fresh key."""
    return _with(Ed25519PrivateKey.generate(), name, algorithm)


def _with(private: Ed25519PrivateKey, name: str, algorithm: int) -> SealKey:
    return SealKey(private, NoteKey(name, private.public_key().public_bytes_raw(), algorithm))


def is_signed(note: Note, key: NoteKey) -> bool:
    """Return whether the note carries a good signature of this key, and no bad one (C2SP signed-note)."""
    payloads = note.by(key)
    return bool(payloads) and all(_good(key, payload, note.text.encode()) for payload in payloads)


def cosigned_at(note: Note, witness: NoteKey) -> int | None:
    """Return when the witness cosigned, in POSIX seconds; None where there is no good cosignature of this key."""
    for payload in note.by(witness):
        said = parse_cosignature(payload)
        if said is not None and _good(witness, said.signature, cosigned_message(note.text, said.at_s)):
            return said.at_s
    return None


def _good(key: NoteKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def read_seal_key(path: Path, again: str = "gate key new") -> SealKey:
    """Read a private key.

    Raises:
        SealKeyError: there is none, others can read it, or it is damaged.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise SealKeyError(f"{path}: there is no key to sign checkpoints with. Run: {again}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SealKeyError(f"{path}: cannot be read as a key ({error}). Let the service's user read it.") from error
    if mode & 0o077:
        raise SealKeyError(f"{path}: others can read this key. Run: chmod 0400 {path}, then: gate key rotate.")
    return _parsed(path, text, again)


def _parsed(path: Path, text: str, again: str) -> SealKey:
    name, _, rest = text.removeprefix(MARK).partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        material = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        material = b""
    if not text.startswith(MARK) or len(material) != 1 + SEED_BYTES or material[0] not in {ED25519, COSIGNATURE}:
        raise SealKeyError(f"{path}: holds no key that signs checkpoints. Run: {again}.")
    found = _with(Ed25519PrivateKey.from_private_bytes(material[1:]), name, material[0])
    if found.public.id.hex() != key_id:
        raise SealKeyError(f"{path}: the key in it is damaged: its id is not that of the key. Run: {again}.")
    return found


def write_seal_key(path: Path, key: SealKey) -> None:
    """Store a key 0400, whole or not at all, never over another one.

    Raises:
        SealKeyError: a key is there already.
        OSError: the disk does not take it.
    """
    if path.exists():
        raise SealKeyError(f"{path}: there is a key already. To change it run: gate key rotate.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "wb") as file:
        file.write(_text(key))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _text(key: SealKey) -> bytes:
    material = bytes([key.public.algorithm]) + key.private.private_bytes_raw()
    encoded = base64.b64encode(material).decode("ascii")
    return f"{MARK}{key.public.name}+{key.public.id.hex()}+{encoded}\n".encode("ascii")
