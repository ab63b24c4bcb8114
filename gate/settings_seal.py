"""The sections of `gate.toml` about tamper evidence: the name of the log, its key, and who witnesses its head."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from gate.core.signed_note import COSIGNATURE, NoteError, NoteKey, parse_vkey
from gate.settings_names import is_loopback, normal_name
from gate.settings_sections import Strict

_ORIGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,79}")
_SYSLOG = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):(\d{1,5})")


class SealSettings(Strict):
    """How checkpoints are signed, and where their heads go by themselves."""

    origin: str = ""
    key_file: Path | None = None
    syslog: str = ""

    @field_validator("origin")
    @classmethod
    def _usable_name(cls, value: str) -> str:
        if value and not _ORIGIN.fullmatch(value):
            raise ValueError('is no name for a log; write one like "gate-1.plant.example", without scheme and blanks')
        return value

    @field_validator("syslog")
    @classmethod
    def _reachable(cls, value: str) -> str:
        found = _SYSLOG.fullmatch(value)
        if value and not value.startswith("/") and not (found and 0 < int(found[2]) < 65536):
            raise ValueError('is neither a socket such as "/dev/log" nor "host:port" such as "loghost.example:514"')
        return value

    @property
    def syslog_address(self) -> str | tuple[str, int]:
        """Where the heads go, as the logging library wants it."""
        found = _SYSLOG.fullmatch(self.syslog)
        return (found[1].strip("[]"), int(found[2])) if found else self.syslog

    def anchored(self, folder: Path) -> "SealSettings":
        """Return the section with its file found from the folder of the configuration."""
        return self.model_copy(update={"key_file": folder / self.key_file}) if self.key_file else self


class WitnessSettings(Strict):
    """One box that keeps our head and cosigns the next one."""

    url: str = Field(min_length=8, max_length=255)
    vkey: str
    ca_file: Path | None = None

    @field_validator("vkey")
    @classmethod
    def _is_a_witness_key(cls, value: str) -> str:
        try:
            key = parse_vkey(value)
        except NoteError as error:
            raise ValueError(str(error)) from error
        if key.algorithm != COSIGNATURE:
            raise ValueError("is the key of a log, not of a witness; `gate witness serve` prints the right one")
        return key.vkey

    @model_validator(mode="after")
    def _protected(self) -> "WitnessSettings":
        parts = urlsplit(self.url)
        plain = self.url.isascii() and self.url.isprintable() and " " not in self.url and "@" not in parts.netloc
        if not plain or parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(
                f"{self.url!r} is not the address of a witness; write one like https://gate-2.example:8443"
            )
        if parts.scheme == "http" and not is_loopback(normal_name(parts.hostname)):
            raise ValueError("a witness on another machine needs https")
        return self

    @property
    def key(self) -> NoteKey:
        """The key that its cosignatures are checked with."""
        return parse_vkey(self.vkey)

    def anchored(self, folder: Path) -> "WitnessSettings":
        """Return the section with its file found from the folder of the configuration."""
        return self.model_copy(update={"ca_file": folder / self.ca_file}) if self.ca_file else self
