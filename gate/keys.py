"""Secure-channel keys of the readers, one file each, readable by the service alone and never logged."""

import os
import secrets
from pathlib import Path

KEY_BYTES = 16


class KeyFileError(Exception):
    """A key file cannot be used; the text says which, why and what to do."""


def read_key(folder: Path, reader: str) -> bytes | None:
    """Return the reader's key, or None when it has none yet.

    Raises:
        KeyFileError: the file is readable by others or does not hold 32 hex digits.
    """
    path = folder / f"{reader}.key"
    if not path.exists():
        return None
    if path.stat().st_mode & 0o077:
        raise KeyFileError(
            f"{path}: others can read this key. Run: chmod 0400 {path}, then commission the reader anew."
        )
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path}: is not a key. Run: gate commission {reader}.") from error
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path}: has {len(key)} bytes, not {KEY_BYTES}. Run: gate commission {reader}.")
    return key


def write_key(folder: Path, reader: str, key: bytes) -> None:
    """Store a key 0400; a key already there stays as `<reader>.previous.key` until the new one has shaken hands."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{reader}.key"
    if path.exists():
        path.replace(folder / f"{reader}.previous.key")
    partial = folder / f"{reader}.partial"
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        os.write(handle, key.hex().encode("ascii") + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.replace(path)


def forget_previous(folder: Path, reader: str) -> None:
    """Remove the key before the present one: the present one has shaken hands."""
    (folder / f"{reader}.previous.key").unlink(missing_ok=True)


def secret_of(folder: Path, name: str) -> bytes:
    """Return a secret of the gate's own, made when it is first asked for.

    Raises:
        KeyFileError: the file is readable by others or damaged.
    """
    found = read_key(folder, name)
    if found is None:
        found = new_key()
        write_key(folder, name, found)
    return found


def new_setup_code() -> str:
    """Return a fresh code to be typed once: 98 random bits in groups of four, without letters that look alike."""
    alphabet = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
    signs = [secrets.choice(alphabet) for _ in range(20)]
    return "-".join("".join(signs[start : start + 4]) for start in range(0, 20, 4))


def new_key() -> bytes:
    """Return a fresh random key."""
    return secrets.token_bytes(KEY_BYTES)
