"""Which keys a host may try with a reader, in which order, and what becomes of them when a new one is installed."""

from collections.abc import Callable

from firmware_protocol.osdp.secure_channel import DEFAULT_KEY, HostHandshake


class KeyRing:
    """The keys that may open a session with one reader; the one that worked last is tried first."""

    def __init__(self, key: bytes | None, previous: bytes | None, *, commissioning: bool) -> None:
        own = (one for one in (key, previous) if one is not None and one != DEFAULT_KEY)
        self._keys = [*dict.fromkeys(own), *([DEFAULT_KEY] if commissioning else [])]
        self._refused = 0
        self._fresh: bytes | None = None
        self._added = False
        self.default_allowed = commissioning

    def __bool__(self) -> bool:
        """Whether there is any key to try."""
        return bool(self._keys)

    def handshake(self, random_bytes: Callable[[int], bytes]) -> HostHandshake:
        """Start a handshake with the key to try now."""
        return HostHandshake(self._keys[0], random_bytes)

    def refused(self) -> bool:
        """Take the next key; tell whether all of them have now been refused in a row."""
        self._keys.append(self._keys.pop(0))
        self._refused += 1
        if self._refused < len(self._keys):
            return False
        self._refused = 0
        return True

    def accepted(self) -> bool:
        """Keep the key that worked; tell whether it is a freshly installed one, which then is the only one left."""
        self._refused = 0
        if self._fresh is None or self._keys[0] != self._fresh:
            return False
        self._keys, self._fresh, self.default_allowed = [self._fresh], None, False
        return True

    def offered(self, key: bytes) -> None:
        """Try this key too from now on: the reader may have taken it even if its answer is lost."""
        self.withdrawn()
        self._fresh = key
        self._added = key not in self._keys
        if self._added:
            self._keys.append(key)

    def taken(self) -> None:
        """Try the offered key first: the reader has said that it took it."""
        if self._fresh is not None:
            self._keys.remove(self._fresh)
            self._keys.insert(0, self._fresh)

    def withdrawn(self) -> None:
        """Forget the offered key: the reader has refused it."""
        if self._fresh is not None and self._added:
            self._keys.remove(self._fresh)
        self._fresh = None
