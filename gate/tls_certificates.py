"""Make the keys, requests and certificates that browsers know the gate by (RFC 5280); no files, no clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_LASTS = timedelta(days=3652)
CERTIFICATE_LASTS = timedelta(days=397)
"""Browsers refuse public certificates that last longer; an own one need not be worse."""
CLOCKS_DIFFER = timedelta(hours=1)
"""A certificate begins this long before it is made, for tablets whose clock is late."""

NO_NAME = "none.invalid"
"""Stands where a CA may sign no host name at all: it is reserved never to exist (RFC 2606)."""

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
"""What the gate makes is on P-256; RSA is taken where the plant brings its own pair."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a fresh private key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: Key) -> bytes:
    """Return a private key as it is stored; the file's mode is what protects it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate_pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates one behind the other."""
    return b"".join(found.public_bytes(serialization.Encoding.PEM) for found in certificates)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate as devices show it: pairs of hex digits with colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def public_bytes(key: CertificatePublicKeyTypes) -> bytes:
    """Return what a public key is compared by (SubjectPublicKeyInfo)."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def belongs_to(certificate: x509.Certificate, key: Key) -> bool:
    """Whether the certificate is about this key."""
    return public_bytes(certificate.public_key()) == public_bytes(key.public_key())


def make_ca(key: Key, gate_id: str, names: Sequence[str], at: datetime) -> x509.Certificate:
    """Return a certificate authority that can sign for these names and for nothing else (RFC 5280, 4.2.1.10).

    Whoever steals its key cannot be any other site for the devices that trust it.
    """
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Gate"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Gate {gate_id} CA {at:%Y-%m-%d}"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    begins = at.replace(microsecond=0) - CLOCKS_DIFFER
    return (
        _certificate(subject, subject, key, begins, begins + CA_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_only(names), critical=True)
        .sign(key, hashes.SHA256())
    )


def _only(names: Sequence[str]) -> x509.NameConstraints:
    general = general_names(names)
    hosts = [found for found in general if isinstance(found, x509.DNSName)] or [x509.DNSName(NO_NAME)]
    addresses = [x509.IPAddress(ip_network(found.value)) for found in general if isinstance(found, x509.IPAddress)]
    families = {net.value.version for net in addresses}
    excluded = [x509.IPAddress(ip_network(every)) for every in ("0.0.0.0/0", "::/0")]
    return x509.NameConstraints(
        permitted_subtrees=[*hosts, *addresses],
        excluded_subtrees=[net for net in excluded if not addresses or net.value.version not in families] or None,
    )


def make_certificate(
    ca: x509.Certificate, ca_key: Key, key: Key, gate_id: str, names: Sequence[str], at: datetime
) -> x509.Certificate:
    """Return a certificate of the server for these names; it ends no later than the CA does."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Gate {gate_id}")])
    begins = at.replace(microsecond=0) - CLOCKS_DIFFER
    ends = min(begins + CERTIFICATE_LASTS, ca.not_valid_after_utc)
    made = (
        _certificate(subject, ca.subject, key, max(begins, ca.not_valid_before_utc), ends)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, critical in _of_a_server(names):
        made = made.add_extension(extension, critical)
    return made.sign(ca_key, hashes.SHA256())


def make_request(key: Key, names: Sequence[str]) -> bytes:
    """Return the request (PKCS#10) that the plant's certificate authority is given."""
    common = [x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names[:1] if len(name) <= 64]
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(common))
    for extension, critical in _of_a_server(names):
        made = made.add_extension(extension, critical)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _of_a_server(names: Sequence[str]) -> list[tuple[x509.ExtensionType, bool]]:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName(general_names(names)), False),
    ]


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: Key, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def general_names(names: Iterable[str]) -> list[x509.IPAddress | x509.DNSName]:
    """Return host names and addresses as a certificate holds them."""
    return [general_name(name) for name in names]


def general_name(name: str) -> x509.IPAddress | x509.DNSName:
    """Return one host name or address as a certificate holds it."""
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
