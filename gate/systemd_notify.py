"""Tell systemd that the service is ready and alive (sd_notify(3)); silent where there is no systemd."""

import os
import socket


def notify(state: str) -> None:
    """Send one state line such as `READY=1` or `WATCHDOG=1`."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(state.encode("ascii"), "\0" + address[1:] if address.startswith("@") else address)
