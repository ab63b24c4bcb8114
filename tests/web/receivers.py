"""A mail server and a webhook on this machine, for tests: they keep what they get, and break when told to."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP (RFC 5321) for smtplib, over real sockets."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.refuses = 0
        """So many mails are refused before one is taken."""
        self.hangs = threading.Event()
        """While set, a connection is taken and nothing is said."""
        self.connected = threading.Event()
        self.released = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Smtp(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.connected.set()
        if self.server.hangs.is_set():
            self.server.released.wait(60)
            return
        self.say("220 test")
        for line in iter(self.rfile.readline, b""):
            word = line.strip().upper()
            if word.startswith(b"EHLO"):
                self.say("250 test")
            elif word.startswith(b"RCPT") and self.server.refuses:
                self.server.refuses -= 1
                self.say("451 try later")
            elif word == b"DATA":
                self._data()
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                if word.startswith(b"RCPT"):
                    self.server.recipients.append(line.decode().strip())
                self.say("250 ok")

    def _data(self) -> None:
        self.say("354 go")
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line[1:] if line.startswith(b".") else line)
        raw = b"".join(lines)
        self.server.raw.append(raw)
        self.server.mails.append(email.message_from_bytes(raw, policy=email.policy.default))
        self.say("250 taken")


class Webhook(ThreadingHTTPServer):
    """Takes POSTs; answers 503 as often as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.refuses = 0
        self.redirects_to = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/gate?x=1"


class _Post(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((dict(self.headers), body))
        if self.server.redirects_to:
            self.send_response(302)
            self.send_header("Location", self.server.redirects_to)
        elif self.server.refuses:
            self.server.refuses -= 1
            self.send_response(503)
        else:
            self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the method it replaces
        del format, args


@contextmanager
def receiving(server: socketserver.BaseServer) -> Iterator[None]:
    """Serve until the block ends."""
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield
    finally:
        if isinstance(server, MailServer):
            server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
