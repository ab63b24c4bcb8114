"""The files behind TLS: where they lie, whether they can be used, and how a new pair takes the old one's place.

A certificate and its key are two files that must change as one. The new key is written beside the old one, then one
rename puts the new certificate in its place, then another the key. Whoever reads in between, or after a power cut,
finds that the certificate belongs to the key that waits, and takes that.
"""

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gate.settings import Settings, WebSettings
from gate.tls_certificates import Key, belongs_to, certificate_pem, key_pem
from gate.tls_checks import ENDS_SOON, LARGEST_FILE, problems_of, read_certificates
from gate.tls_error import TlsError

OTHERS = stat.S_IRWXO | stat.S_IWGRP
"""Bits that no key file may have; a group may read, as with keys that IT keeps in /etc/ssl/private."""


SHORTEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where everything lies."""

    certificate: Path
    key: Path
    authority: Path
    """Folder of this gate's own authority."""

    @property
    def next_key(self) -> Path:
        """The key of a certificate that is being installed."""
        return self._beside(self.key, ".next")

    @property
    def requested_key(self) -> Path:
        """The key of a certificate that was asked for."""
        return self._beside(self.key, ".requested")

    @property
    def request(self) -> Path:
        """What the plant's authority is given."""
        return self._beside(self.certificate, ".csr")

    @property
    def authority_key(self) -> Path:
        """The authority's key with its certificate."""
        return self.authority / "ca.key"

    @property
    def authority_certificate(self) -> Path:
        """What each device is given."""
        return self.authority / "ca.crt"

    @staticmethod
    def _beside(path: Path, suffix: str) -> Path:
        return path.with_name(path.name + suffix)


@dataclass(frozen=True, slots=True)
class Installed:
    """The certificate with its chain, and the file of the key that it belongs to."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: Key
    key_path: Path


def tls_files(settings: Settings) -> TlsFiles:
    """Return where the files lie.

    Raises:
        TlsError: the configuration names none.
    """
    web = settings.web
    if web.tls_certificate is None or web.tls_key is None:
        raise TlsError(
            "web.tls_certificate: is not set, so the pages are served to this machine only. Set tls_certificate, "
            "tls_key and names under [web] first; docs/tls.md shows how."
        )
    return TlsFiles(web.tls_certificate, web.tls_key, settings.gate.state_dir / "ca")


def installed(files: TlsFiles) -> Installed:
    """Return what a server would show now.

    Raises:
        TlsError: a file is missing, unreadable or readable by others, or the certificate belongs to another key.
    """
    if not files.certificate.exists():
        raise TlsError(
            f"web.tls_certificate: {files.certificate} is not there. Run gate tls local, or gate tls request and then "
            "gate tls import; docs/tls.md shows how."
        )
    chain = _certificates(files.certificate, "web.tls_certificate")
    for path in (files.key, files.next_key):
        key = load_key(path, "web.tls_key") if path.exists() else None
        if key is not None and belongs_to(chain[0], key):
            return Installed(chain[0], tuple(chain), key, path)
    raise TlsError(
        f"web.tls_key: {files.key} is not there, or is not the key of {files.certificate}. Put the right key there, "
        "or make a new pair with gate tls local or gate tls request."
    )


def load_authority(files: TlsFiles) -> tuple[x509.Certificate, Key] | None:
    """Return this gate's own authority, or None when it was never made.

    Raises:
        TlsError: its file is damaged or readable by others.
    """
    if not files.authority_key.exists():
        return None
    what = "authority"
    key, (certificate, *_) = load_key(files.authority_key, what), _certificates(files.authority_key, what)
    if not belongs_to(certificate, key):
        raise TlsError(f"{what}: {files.authority_key} holds a key and the certificate of another. Give --new-ca.")
    return certificate, key


def load_key(path: Path, what: str) -> Key:
    """Return the private key in a file.

    Raises:
        TlsError: others can read it, or it is no key for TLS.
    """
    data = _read(path, what)
    if path.stat().st_mode & OTHERS:
        raise TlsError(f"{what}: others can read or change {path}. Run: chmod 0600 {path}, and think of a new key.")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TlsError(f"{what}: {path} holds no private key in PEM without a password. Make a new pair.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) and not (
        isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SHORTEST_RSA
    ):
        raise TlsError(
            f"{what}: {path} is no key that browsers take (elliptic curve, or RSA from {SHORTEST_RSA} bits)."
        )
    return key


def _certificates(path: Path, what: str) -> list[x509.Certificate]:
    data = _read(path, what)
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise TlsError(f"{what}: {path} holds no certificate in PEM. Install one with gate tls import.") from error


def _read(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise TlsError(
            f"{what}: {path} cannot be read ({error.strerror}). Let the service's user read it; run this as it."
        ) from error


def read_offered(path: Path) -> tuple[bytes, list[x509.Certificate]]:
    """Return a file from an authority: its bytes, for the record, and its certificates.

    Raises:
        TlsError: it cannot be read.
        UnreadableError: it holds something else.
    """
    data = _read(path, "FILE")
    return data, read_certificates(data)


def install(files: TlsFiles, chain: list[x509.Certificate], key: Key) -> None:
    """Put a certificate and its key in the place of those before.

    Raises:
        OSError: the disk does not take them; those before still stand.
    """
    settle(files)
    write_secret(files.next_key, key_pem(key))
    _write(files.certificate, certificate_pem(chain), 0o644)
    files.next_key.replace(files.key)
    _sync_folder(files.key.parent)


def settle(files: TlsFiles) -> None:
    """Bring to its end what a power cut has interrupted."""
    if not files.next_key.exists():
        return
    try:
        found = installed(files)
    except TlsError:
        found = None
    if found is not None and found.key_path == files.next_key:
        files.next_key.replace(files.key)
    else:
        files.next_key.unlink()


def write_secret(path: Path, data: bytes) -> None:
    """Store a secret, readable by this user alone, whole or not at all."""
    _write(path, data, 0o600)


def write_public(path: Path, data: bytes) -> None:
    """Store what everybody may read, whole or not at all."""
    _write(path, data, 0o644)


def _write(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def tls_warnings(settings: Settings, at: datetime) -> list[str]:
    """Return what an administrator must know of the certificate now, one sentence each."""
    if not settings.web.tls:
        return []
    try:
        found = installed(tls_files(settings))
    except TlsError as error:
        return [str(error)]
    return warnings_about(found.certificate, settings.web, at)


def warnings_about(certificate: x509.Certificate, web: WebSettings, at: datetime) -> list[str]:
    """Return what is or soon will be wrong with an installed certificate."""
    path, ends = web.tls_certificate, certificate.not_valid_after_utc
    found = [f"web.tls_certificate: {path}: {problem.text}" for problem in problems_of(certificate, web.opened_as, at)]
    if at < ends <= at + ENDS_SOON:
        days = (ends - at).days
        found.append(
            f"web.tls_certificate: {path}: ends in {days} days, at {ends:%Y-%m-%d %H:%M} UTC; then no browser opens "
            "the pages. Renew it with gate tls local, or gate tls request and gate tls import"
        )
    return found
