"""A gate whose pages are configured for TLS, with its records and a clock that tests move."""

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography import x509

from gate.core.records import Moment
from gate.desk import Desk
from gate.desk_opening import open_desk
from gate.settings import Settings, load_settings
from gate.store.schema import audit_trail
from gate.tls_acts import Who, import_certificate, make_requested_key
from gate.tls_files import TlsFiles, tls_files
from gate.wiring import plan_of
from tests.commands.site import CONFIG
from tests.tls.plant_ca import NOW

NAME, ADDRESS = "gate-1.plant.test", "10.20.0.5"

WEB = """
[web]
host = "0.0.0.0"
port = {port}
tls_certificate = "tls/gate.crt"
tls_key = "tls/gate.key"
names = {names}
"""


def configuration(names: tuple[str, ...] = (NAME, ADDRESS), port: int = 8443) -> str:
    return CONFIG + WEB.format(port=port, names=list(names))


class TlsSite:
    """The acts of `gate tls` without a terminal."""

    def __init__(self, folder: Path, records: Path) -> None:
        """Begin with a copy of these records: making them anew takes most of a second."""
        self.folder = folder
        self.at = NOW
        self.configure()
        self.settings.database_path.parent.mkdir()
        self.settings.database_path.write_bytes(records.read_bytes())
        self.desk: Desk = open_desk(self.settings, plan_of(self.settings))

    def configure(self, *names: str) -> None:
        config = self.folder / "gate.toml"
        config.write_text(configuration(names or (NAME, ADDRESS)), encoding="utf-8")
        self.settings: Settings = load_settings(config)

    @property
    def files(self) -> TlsFiles:
        return tls_files(self.settings)

    def who(self, why: str = "CC-2026-044") -> Who:
        return Who("Ada Lock", why, Moment(self.at, "boot-1", 1_000_000, trusted=True, clock="asserted"))

    def requested(self) -> bytes:
        """Make a request and return it."""
        path, _ = make_requested_key(self.settings, self.desk, self.who(), again=True)
        return path.read_bytes()

    def on_disk(self) -> dict[str, bytes]:
        """Everything that `gate tls` has written."""
        folders = (self.folder / "tls", self.folder / "state" / "ca")
        return {str(path): path.read_bytes() for folder in folders for path in sorted(folder.glob("*"))}

    def close(self) -> None:
        self.desk.trail.close()


def told(site: TlsSite) -> list[dict[str, Any]]:
    """Return the details of the key entries, with who, why and until."""
    rows = site.desk.trail.cursor.execute(str(sa.select(audit_trail.c.data).order_by(audit_trail.c.seq))).fetchall()
    said = [json.loads(data) for (data,) in rows]
    return [{**entry["detail"], **entry} for entry in said if entry["kind"] == "key"]


def offer(site: TlsSite, data: bytes, root: bytes | None = None) -> x509.Certificate:
    """Import these bytes."""
    file, ca = site.folder / "offered", site.folder / "root.pem"
    file.write_bytes(data)
    if root is not None:
        ca.write_bytes(root)
    return import_certificate(site.settings, site.desk, site.who(), file, ca if root is not None else None)
