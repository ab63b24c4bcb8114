"""OpenSSL checks the signature of a checkpoint with the public key that a bundle carries, and nothing else of ours."""

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest

from gate.core.signed_note import ID_BYTES
from tests.peers.logs import SignedLog

pytestmark = pytest.mark.req("E11")


def openssl(*words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=False)


@pytest.fixture
def files(log: SignedLog, tmp_path: Path) -> Path:
    log.grow(3)
    note = log.seal()
    (tmp_path / "text").write_text(note.text, "utf-8", newline="\n")
    line = note.whole.splitlines()[-1].split(" ")[-1]
    (tmp_path / "signature").write_bytes(base64.b64decode(line)[ID_BYTES:])
    (tmp_path / "gate.pem").write_text(log.key.public.pem, "ascii")
    return tmp_path


def verified(files: Path) -> bool:
    return (
        openssl(
            *("pkeyutl", "-verify", "-pubin", "-rawin"),
            *("-inkey", str(files / "gate.pem"), "-in", str(files / "text"), "-sigfile", str(files / "signature")),
        ).returncode
        == 0
    )


def test_openssl_accepts_the_signature(files: Path) -> None:
    """The tool that every IT department has."""
    assert verified(files)


@pytest.mark.parametrize("file", ["text", "signature"])
def test_openssl_refuses_a_changed_byte(files: Path, file: str) -> None:
    """In the text or in the signature."""
    data = bytearray((files / file).read_bytes())
    data[-2] ^= 1
    (files / file).write_bytes(data)
    assert not verified(files)


def test_the_fingerprint_is_what_openssl_and_sha256sum_print(files: Path, log: SignedLog) -> None:
    """It is compared with the paper of the commissioning by hand."""
    der = openssl("pkey", "-pubin", "-in", str(files / "gate.pem"), "-outform", "DER").stdout
    assert hashlib.sha256(der).hexdigest() == log.key.public.fingerprint
