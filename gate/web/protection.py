"""What every answer carries and what every request must be: headers, methods, host names."""

from flask import Flask, Response, abort, request

from gate.settings import WebSettings
from gate.settings_names import in_url

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Any port is accepted with them, so that a page forwarded through SSH works; a name from outside never is."""

READING_METHODS = frozenset({"GET", "HEAD"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


HSTS = {"Strict-Transport-Security": "max-age=31536000"}
"""Browsers that were here once ask for TLS by themselves for a year (RFC 6797); only over TLS do they heed it."""


def protect(app: Flask, web: WebSettings) -> None:
    """Refuse foreign host names and what neither reads nor is a form; put the headers on every answer."""
    names = LOOPBACK_NAMES | {in_url(name) for name in web.opened_as}
    headers = {**HEADERS, **(HSTS if web.tls else {})}

    def with_headers(response: Response) -> Response:
        response.headers.update(headers)
        return response

    app.before_request(lambda: _refuse(names))
    app.after_request(with_headers)


def _refuse(names: frozenset[str]) -> None:
    """A foreign host name means a page elsewhere made this browser ask (DNS rebinding)."""
    name, _, port = request.host.rpartition(":")
    host = name if name and port.isdigit() else request.host
    if host.lower() not in names:
        abort(421)
    if request.method not in READING_METHODS and not _is_form():
        abort(405)
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)


def _is_form() -> bool:
    """Forms are taken only where a page says so; their token is checked right after this."""
    return request.method == "POST" and request.url_rule is not None and "POST" in (request.url_rule.methods or ())
