"""What a browser does with the installed files: OpenSSL on both ends of a handshake in memory, today."""

import ssl
from pathlib import Path

from gate.tls_files import TlsFiles, installed


def handshake(files: TlsFiles, trusted: Path, name: str) -> str | None:
    """Return the version agreed on.

    Raises:
        ssl.SSLCertVerificationError: a client that trusts this file does not take the certificate for this name.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, installed(files).key_path)
    client = ssl.create_default_context(cafile=str(trusted))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=name)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (asking, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return asking.version()
