"""Hash and check passwords with argon2id, one at a time, in the web process only."""

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import get_default_parameters

SHORTEST, LONGEST = 12, 200
"""Characters; the upper end keeps a form from costing more than it must."""

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
"""OWASP's smallest argon2id setting: a tenth of a second on a Raspberry Pi, and 19 MiB of its memory at a time."""

_DEFAULTS = get_default_parameters()


class Passwords:
    """The hasher; `one_at_a_time` bounds memory and lets no two tries be counted as one."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = _hasher(memory_kib, passes)
        self.one_at_a_time = threading.RLock()
        self._nobody = _of_nobody(memory_kib, passes)

    def encode(self, password: str) -> str:
        """Return what is stored for a password."""
        with self.one_at_a_time:
            return self._hasher.hash(_plain(password))

    def fits(self, password: str, encoded: str | None) -> bool:
        """Tell whether it is the password; without one to compare with it takes as long and is False."""
        with self.one_at_a_time:
            try:
                kept = encoded if len(password) <= LONGEST else None
                typed = _plain(password) if kept else b""
                return self._hasher.verify(kept or self._nobody, typed) and kept is not None
            except (VerificationError, InvalidHashError):
                return False


def _hasher(memory_kib: int, passes: int) -> PasswordHasher:
    return PasswordHasher(
        time_cost=passes,
        memory_cost=memory_kib,
        parallelism=LANES,
        hash_len=_DEFAULTS.hash_len,
        salt_len=_DEFAULTS.salt_len,
    )


@cache
def _of_nobody(memory_kib: int, passes: int) -> str:
    """Made once: each takes as long as a sign-in."""
    return _hasher(memory_kib, passes).hash("nobody has this password")


def _plain(password: str) -> bytes:
    """One form for what two keyboards type differently; what is no Unicode text still has bytes."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
