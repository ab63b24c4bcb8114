"""The keys of the kiosk addresses: each opens the screen of named equipment and nothing else, and needs no table."""

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

from gate.keys import secret_of
from gate.settings import Settings

MOST_MACHINES = 4
"""More on one screen cannot be read from 2 m."""

SECRET = "kiosk"  # noqa: S105 - the name of the file, not what is in it
_LENGTH = 32


def secrets_folder(settings: Settings) -> Path:
    """Return where the page process keeps its secret: apart from the keys of the readers, which it may not see."""
    return settings.gate.state_dir / "web-keys"


def kiosk_key(settings: Settings, equipment: Sequence[str]) -> str:
    """Return the key of the kiosk for this equipment in this order; removing the secret's file voids all keys.

    Raises:
        KeyFileError: the secret is readable by others or damaged.
    """
    secret = secret_of(secrets_folder(settings), SECRET)
    return hmac.new(secret, f"kiosk {'+'.join(equipment)}".encode(), hashlib.sha256).hexdigest()[:_LENGTH]


def opens(settings: Settings, equipment: Sequence[str], key: str) -> bool:
    """Whether the key is the one for this equipment.

    Raises:
        KeyFileError: the secret is readable by others or damaged.
    """
    return hmac.compare_digest(kiosk_key(settings, equipment).encode(), key.encode())


def form_token(settings: Settings, equipment: Sequence[str]) -> str:
    """Return what every form of this kiosk carries; it outlives restarts, as the screen does.

    Raises:
        KeyFileError: the secret is readable by others or damaged.
    """
    secret = secret_of(secrets_folder(settings), SECRET)
    return hmac.new(secret, f"kiosk form {'+'.join(equipment)}".encode(), hashlib.sha256).hexdigest()[:_LENGTH]


def kiosk_path(equipment: Sequence[str]) -> str:
    """Return the path of the kiosk page."""
    return f"/kiosk/{'+'.join(equipment)}"


def kiosk_address(settings: Settings, equipment: Sequence[str]) -> str:
    """Return the address to open once in the browser of the kiosk; it holds the key.

    Raises:
        KeyFileError: the secret is readable by others or damaged.
    """
    return f"{settings.web.address}{kiosk_path(equipment)}?key={kiosk_key(settings, equipment)}"


def machines_of(name: str, settings: Settings) -> tuple[str, ...]:
    """Return the equipment that a kiosk path names; empty when it names none, too much, or what has no reader."""
    equipment = tuple(name.split("+"))
    known = {reader.equipment for line in settings.line for reader in line.reader}
    right = len(equipment) <= MOST_MACHINES and len(set(equipment)) == len(equipment) and known.issuperset(equipment)
    return equipment if right else ()
