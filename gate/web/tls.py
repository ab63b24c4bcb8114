"""TLS for the pages: version 1.3 alone, the certificate that is installed now, and no patience for idle clients."""

import errno
import logging
import socket
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from gate.tls_error import TlsError
from gate.tls_files import TlsFiles, installed

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

log = logging.getLogger(__name__)

WAITS_FOR_CLIENT_S = 5.0
"""For a handshake, and for each part of a request. Browsers open connections that they never use, and each would hold
one of the server's few threads until they close it."""
WAITS_TO_SEND_S = 20.0
"""A tablet may be out of reach of the radio for a moment."""
LINGERS_S = 0.1
"""For what a client still sends behind an answer. The server waits for that in the thread that takes connections."""

DEAD_AFTER_MS = 20_000
"""A peer that acknowledges nothing for this long is gone: its event stream makes room (RFC 5482)."""


class PatientSocket(ssl.SSLSocket):
    """A connection that gives its thread back when the client does nothing.

    The server thinks of its sockets as blocking for ever. A client that is too slow looks to it like one that has
    gone, which it takes without a word.
    """

    _answered = False

    def setblocking(self, flag: bool) -> None:
        """Block, but not for ever."""
        self.settimeout(WAITS_TO_SEND_S if flag else 0.0)

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands.

        Raises:
            ConnectionResetError: it took too long.
        """
        self.settimeout(WAITS_FOR_CLIENT_S)
        try:
            super().do_handshake(block)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the client does not shake hands") from error
        self.settimeout(WAITS_TO_SEND_S)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Return what comes; nothing, as at an end, when it takes too long."""
        if self.gettimeout() == 0.0:
            return super().recv(buflen, flags)
        self.settimeout(LINGERS_S if self._answered else WAITS_FOR_CLIENT_S)
        try:
            return super().recv(buflen, flags)
        except TimeoutError:
            return b""
        finally:
            self.settimeout(WAITS_TO_SEND_S)

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        """Send.

        Raises:
            ConnectionResetError: the client took nothing for too long.
        """
        try:
            super().sendall(data, flags)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the client takes nothing") from error

    def shutdown(self, how: int) -> None:
        """Say that nothing more comes."""
        self._answered = True
        super().shutdown(how)


class Contexts:
    """Hands out the context for the certificate that is installed now, so that a renewal needs no restart."""

    def __init__(self, files: TlsFiles) -> None:
        """Read the files.

        Raises:
            TlsError: they cannot be served.
        """
        self._files = files
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._context = _context_of(files)

    def current(self) -> ssl.SSLContext:
        """Return the context for a new connection; where the files cannot be used, the last good one goes on."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._context = _context_of(self._files)
                except TlsError as error:
                    log.error("the certificate that was served before is served on: %s", error)
            return self._context

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp(path) for path in (self._files.certificate, self._files.key, self._files.next_key))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _context_of(files: TlsFiles) -> ssl.SSLContext:
    found = installed(files)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = PatientSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(files.certificate, found.key_path)
    except (ssl.SSLError, OSError) as error:
        raise TlsError(
            f"web.tls_certificate: {files.certificate} cannot be served ({error}). Make a new one."
        ) from error
    return context


def drop_dead_peers(listener: socket.socket) -> None:
    """Let connections that this socket accepts end when their peer has silently gone (Linux hands options on)."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, DEAD_AFTER_MS // 2000)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER_MS)
