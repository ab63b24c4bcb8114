"""Judge certificates that came from elsewhere, as strictly as the browsers will; no files, no clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from gate.tls_certificates import Key, belongs_to, general_name

LARGEST_FILE = 256 * 1024
"""Bytes; a chain of certificates has a few thousand."""

ENDS_SOON = timedelta(days=30)

T = TypeVar("T", bound=x509.ExtensionType)


class Problem(NamedTuple):
    """Why a certificate cannot serve: a code for the record, a sentence for the person."""

    code: str
    text: str


class UnreadableError(Exception):
    """These bytes hold no certificates; the text says what they are instead and what to ask for."""


def read_certificates(data: bytes) -> list[x509.Certificate]:
    """Return the certificates of a file as authorities hand them out: PEM, DER, or PKCS#7 in either form.

    Raises:
        UnreadableError: it is something else.
    """
    if len(data) > LARGEST_FILE:
        raise UnreadableError(f"has more than {LARGEST_FILE // 1024} KB: that is no certificate")
    if b"PRIVATE KEY" in data:
        raise UnreadableError(
            "holds a private key. The gate's key is made by gate tls request and never leaves it; "
            "ask for the certificate alone, and treat that key as known to others"
        )
    if b"CERTIFICATE REQUEST" in data:
        raise UnreadableError("is a request, not a certificate: give what the authority has returned")
    for read in _READERS:
        try:
            found = list(read(data))
        except (ValueError, UnsupportedAlgorithm):
            continue
        if found:
            return found
    raise UnreadableError("holds no certificate. Ask for it as PEM (.pem, .crt), DER (.cer) or PKCS#7 (.p7b)")


_READERS = (
    x509.load_pem_x509_certificates,
    pkcs7.load_pem_pkcs7_certificates,
    pkcs7.load_der_pkcs7_certificates,
    lambda data: [x509.load_der_x509_certificate(data)],
)


def chosen(certificates: Iterable[x509.Certificate], keys: Iterable[Key]) -> tuple[x509.Certificate, Key] | None:
    """Return the certificate that is about one of the keys, with that key; the first key counts first."""
    known = list(certificates)
    for key in keys:
        for certificate in known:
            if _same_key(certificate, key):
                return certificate, key
    return None


def _same_key(certificate: x509.Certificate, key: Key) -> bool:
    try:
        return belongs_to(certificate, key)
    except (ValueError, UnsupportedAlgorithm):
        return False


def problems_of(certificate: x509.Certificate, names: Sequence[str], at: datetime) -> list[Problem]:
    """Return what is wrong with a server's certificate by itself, all of it at once."""
    try:
        return [*_problems_of_dates(certificate, at), *_problems_of_names(certificate, names), *_of_use(certificate)]
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm) as error:
        return [Problem("file", f"a part of it cannot be read ({error}). Ask the authority to issue it anew")]


def _problems_of_dates(certificate: x509.Certificate, at: datetime) -> Iterable[Problem]:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at < begins:
        yield Problem("dates", f"it begins only at {begins:%Y-%m-%d %H:%M} UTC. Check the clock, or import it then")
    if at >= ends:
        yield Problem("dates", f"it ended at {ends:%Y-%m-%d %H:%M} UTC. Ask for a new one")


def _problems_of_names(certificate: x509.Certificate, names: Sequence[str]) -> Iterable[Problem]:
    missing = [name for name in names if not covers(certificate, name)]
    if missing:
        held = ", ".join(names_of(certificate)) or "no name at all"
        yield Problem(
            "names",
            f"it is not for {', '.join(missing)} (it is for {held}). Ask for a subject alternative name for each of "
            "web.names, or change web.names",
        )


def _of_use(certificate: x509.Certificate) -> Iterable[Problem]:
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        yield Problem("use", "it is an authority's own certificate, not a server's. Import the one that was returned")
    uses = _extension(certificate, x509.ExtendedKeyUsage)
    if uses is None or ExtendedKeyUsageOID.SERVER_AUTH not in uses:
        yield Problem("use", "it is not for servers (server authentication is missing). Ask for that usage")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        yield Problem("use", "its key may not sign (digital signature is missing), which TLS 1.3 needs. Ask for it")


def chain_of(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    name: str,
    at: datetime,
) -> list[x509.Certificate] | Problem:
    """Return the certificate with every one up to, and without, the root; or why no chain leads there.

    Only the structure that every verifier needs is demanded of authorities: plants run old ones.
    """
    if not roots:
        return Problem("chain", "the authority's root is not in the file. Give its certificate with --ca FILE")
    any_ca = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    any_server = ExtensionPolicy.permit_all().require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(list(roots)))
            .time(at)
            .extension_policies(ca_policy=any_ca, ee_policy=any_server)
            .build_server_verifier(general_name(name))
        )
        return verifier.verify(certificate, list(others))[:-1]
    except (VerificationError, ValueError, UnsupportedAlgorithm) as error:
        return Problem(
            "chain",
            f"no chain leads from it to the authority's root ({error}). Give every certificate between in the file, "
            "and the right root with --ca",
        )


def self_issued(certificate: x509.Certificate) -> bool:
    """Whether the certificate stands for itself, as roots do."""
    return certificate.issuer == certificate.subject


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the host names and addresses that the certificate is for."""
    extension = _extension(certificate, x509.SubjectAlternativeName)
    if extension is None:
        return ()
    hosts = extension.get_values_for_type(x509.DNSName)
    return (*hosts, *map(str, extension.get_values_for_type(x509.IPAddress)))


def covers(certificate: x509.Certificate, name: str) -> bool:
    """Whether a browser that opens this name takes the certificate; a wildcard stands for one label."""
    found = {known.lower() for known in names_of(certificate)}
    _, dot, parent = name.partition(".")
    is_address = isinstance(general_name(name), x509.IPAddress)
    return name in found or (not is_address and bool(dot) and f"*.{parent}" in found)


def may_sign(ca: x509.Certificate, names: Iterable[str]) -> bool:
    """Whether every name is one that this gate's own authority was made for."""
    constraints = _extension(ca, x509.NameConstraints)
    permitted = (constraints.permitted_subtrees if constraints else None) or []
    held = {str(found.value).removesuffix("/32").removesuffix("/128") for found in permitted}
    return all(name in held for name in names)


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
