"""Hand one message over: by mail (RFC 5321, with TLS) or to a webhook (a signed POST of JSON)."""

import hashlib
import hmac
import http.client
import json
import smtplib
import ssl
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from gate.settings import AlertSettings, Settings
from gate.store.alert_deliveries import Delivery
from gate.web.alert_sending import Send, SendingError
from gate.web.formats import visible

TIMEOUT_S = 10.0
"""A server that says nothing for this long is tried again later."""

LONGEST_SUBJECT = 200

ACCEPTED = range(200, 300)


def mail_sender(settings: Settings) -> Send:
    """Return what hands a mail over to the configured server."""
    mail = settings.alerts

    def send(delivery: Delivery) -> None:
        try:
            message = as_mail(delivery, mail.sender, settings.gate.id)
            with _connected(mail) as server:
                if mail.smtp_user and mail.smtp_password_file:
                    server.login(mail.smtp_user, _secret(mail.smtp_password_file))
                server.send_message(message, mail.sender, [delivery.target])
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
            raise SendingError(f"{mail.smtp_host}:{mail.smtp_port}: {_words(error)}") from error

    return send


def as_mail(delivery: Delivery, sender: str, gate_id: str) -> EmailMessage:
    """Return the mail; a line break in what it tells cannot become a header, and the same mail has the same id."""
    body = json.loads(delivery.body)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = delivery.target
    message["Subject"] = visible(delivery.subject)[:LONGEST_SUBJECT]
    message["Message-ID"] = f"<alert-{delivery.id}.{gate_id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body["text"])
    message.add_alternative(body["html"], subtype="html")
    return message


def _connected(mail: AlertSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if mail.smtp_security == "tls":
        return smtplib.SMTP_SSL(mail.smtp_host, mail.smtp_port, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(mail.smtp_host, mail.smtp_port, timeout=TIMEOUT_S)
    if mail.smtp_security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def webhook_sender(settings: Settings) -> Send:
    """Return what posts to a webhook; the certificate is checked, and no redirection is followed."""
    secrets = {route.target: route.secret_file for route in settings.alerts.route if route.channel == "webhook"}

    def send(delivery: Delivery) -> None:
        if delivery.target not in secrets:
            raise SendingError("this address is no longer in the configuration")
        try:
            status = _post(delivery, secrets[delivery.target])
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SendingError(_words(error)) from error
        if status not in ACCEPTED:
            raise SendingError(f"answered with status {status}")

    return send


def _post(delivery: Delivery, secret_file: Path | None) -> int:
    parts = urlsplit(delivery.target)
    body = delivery.body.encode("utf-8")
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Gate-Delivery": str(delivery.id)}
    if secret_file is not None:
        digest = hmac.new(_secret(secret_file).encode("utf-8"), body, hashlib.sha256).hexdigest()
        headers["X-Gate-Signature"] = f"sha256={digest}"
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _secret(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others; run: chmod 0400 {path}")
    found = path.read_text(encoding="utf-8").strip()
    if not found:
        raise ValueError(f"{path} is empty; put the secret alone into it")
    return found


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
