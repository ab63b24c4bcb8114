"""Where the key that signs checkpoints lies, and which one is in force while one takes another's place."""

import os
from pathlib import Path

from gate.core.checkpoint import origin_of
from gate.seal_keys import SealKey, SealKeyError, new_seal_key, read_seal_key, write_seal_key
from gate.settings import Settings

CREDENTIAL = "seal.key"
"""The name under which systemd hands it to the service (LoadCredential=)."""


def key_path(settings: Settings) -> Path:
    """Return the file of the key: what systemd hands in, else what the configuration names, else beside the others."""
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    if handed and (Path(handed) / CREDENTIAL).exists():
        return Path(handed) / CREDENTIAL
    return settings.seal.key_file or settings.gate.state_dir / "keys" / CREDENTIAL


def next_path(settings: Settings) -> Path:
    """Return the file of a key that is taking the other's place."""
    path = key_path(settings)
    return path.with_name(f"{path.name}.next")


def origin(settings: Settings) -> str:
    """Return the name that a new key signs under."""
    return settings.seal.origin or origin_of(settings.gate.id, settings.site.name)


def key_in_force(settings: Settings, in_use: str | None) -> SealKey:
    """Return the key to sign with; `in_use` is the public key that the records name.

    A rotation that a power cut has interrupted is completed by taking the key that the records name.

    Raises:
        SealKeyError: it cannot be used.
    """
    following = next_path(settings)
    if in_use is not None and following.exists():
        found = read_seal_key(following)
        if found.public.vkey == in_use:
            return found
    return read_seal_key(key_path(settings))


def make_key(settings: Settings) -> SealKey:
    """Make and store the first key.

    Raises:
        SealKeyError: there is one already.
        OSError: the disk does not take it.
    """
    made = new_seal_key(origin(settings))
    write_seal_key(key_path(settings), made)
    return made


def take_place(settings: Settings) -> None:
    """Put the key that follows into the place of the one before, which is gone with that."""
    following, path = next_path(settings), key_path(settings)
    following.replace(path)
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def key_or_none(settings: Settings) -> SealKey | None:
    """Return the key, None where none was made yet.

    Raises:
        SealKeyError: there is one, and it cannot be used.
    """
    return read_seal_key(key_path(settings)) if key_path(settings).exists() else None


__all__ = ["SealKeyError", "key_in_force", "key_or_none", "key_path", "make_key", "next_path", "origin", "take_place"]
