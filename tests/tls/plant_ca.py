"""A plant's certificate authority with one between, written without the product's own makers of certificates."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gate.clock import SystemClock

NOW = SystemClock().read().at.replace(microsecond=0)
"""Other programs judge these certificates too, and know no other clock."""
BEGINS = NOW - timedelta(days=300)
YEARS = timedelta(days=3650)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


class PlantCa:
    """Signs requests as an authority of a plant does; `common` tells two of them apart."""

    def __init__(self, common: str = "Plant") -> None:
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._ca(_name(f"{common} Root"), _name(f"{common} Root"), self.root_key, self.root_key)
        self.between = self._ca(_name(f"{common} Issuing"), _name(f"{common} Root"), self.key, self.root_key)

    def _ca(
        self, subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
    ) -> x509.Certificate:
        return (
            _begun(subject, issuer, key.public_key(), BEGINS, BEGINS + YEARS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(signer, hashes.SHA256())
        )

    def sign(
        self,
        request: bytes,
        *,
        names: Sequence[str] | None = None,
        begins: datetime = BEGINS,
        lasts: timedelta = timedelta(days=365),
        usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
        ca: bool = False,
    ) -> x509.Certificate:
        """Return the certificate for a request, with its names unless others are given."""
        asked = x509.load_pem_x509_csr(request)
        made = _begun(asked.subject, self.between.subject, asked.public_key(), begins, begins + lasts)
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        san = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        made = made.add_extension(x509.SubjectAlternativeName(_general(names) if names is not None else san), False)
        if usage is not None:
            made = made.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        return made.sign(self.key, hashes.SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey | object, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _general(names: Sequence[str]) -> list[x509.GeneralName]:
    return [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(found.public_bytes(Encoding.PEM) for found in certificates)
