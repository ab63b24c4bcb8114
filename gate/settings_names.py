"""Names and addresses of machines in `gate.toml`: what can be listened on, and what a browser may be told to open."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

LOOPBACK_NAME = "localhost"

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST_NAME = 253
"""Characters of a host name (RFC 1035, section 2.3.4)."""


def address_of(name: str) -> Address | None:
    """Return the IP address that this text is, or None."""
    try:
        return ip_address(name)
    except ValueError:
        return None


def normal_name(value: str) -> str:
    """Return a host name in small letters, or an address in its usual form.

    Raises:
        ValueError: it is neither, or an address that nobody can be sent to.
    """
    address = address_of(value)
    if address is not None:
        if getattr(address, "scope_id", None):
            raise ValueError("an address with a zone index means something else on every machine; leave the % part out")
        return str(address)
    name = value.lower()
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(name) > _LONGEST_NAME or labels[-1].isdigit():
        raise ValueError(
            "is no host name and no address; write it without port, blanks, wildcard or accents "
            "(names with accents in their xn-- form)"
        )
    return name


def is_loopback(name: str) -> bool:
    """Whether only this machine itself can be meant."""
    address = address_of(name)
    return name == LOOPBACK_NAME if address is None else address.is_loopback


def is_every_address(name: str) -> bool:
    """Whether listening there means listening on all addresses of the machine."""
    address = address_of(name)
    return address is not None and address.is_unspecified


def in_url(name: str) -> str:
    """Return the name as it stands in an address line: IPv6 in brackets."""
    return f"[{name}]" if ":" in name else name
