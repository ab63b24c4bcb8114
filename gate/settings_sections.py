"""The sections of `gate.toml`: every key with its type, its default and what it must be."""

import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from gate.core.clock_trust import Trust
from gate.settings_names import in_url, is_every_address, is_loopback, normal_name

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]

Preset = Annotated[str, StringConstraints(min_length=1, max_length=60)]
"""The beginning of a justification."""

READERS_A_LINE = 8
"""More share a line badly: a secure badge would wait over 100 ms at 38400 baud."""


class Strict(BaseModel):
    """A section: unknown keys are refused, and nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def asking_pattern(value: str) -> str:
    """Return a regular expression that asks for something.

    Raises:
        ValueError: it is none, or fits an empty text.
    """
    try:
        matches_nothing = re.compile(value, re.ASCII).fullmatch("")
    except re.error as error:
        raise ValueError(f"is not a regular expression ({error})") from error
    if matches_nothing:
        raise ValueError("fits an empty text; write a pattern that asks for one")
    return value


class SiteSettings(Strict):
    """Where the gate stands."""

    name: str = Field(min_length=1, max_length=80)
    zone: str
    language: Literal["en", "fr"] = "en"
    lot_pattern: str = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$"

    access_review_days: int = Field(default=180, ge=1, le=1000)

    _is_a_pattern = field_validator("lot_pattern")(asking_pattern)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone; use a name such as America/Toronto") from error
        return value


class GateSettings(Strict):
    """This gate's name and where it keeps its state."""

    id: Name
    state_dir: Path
    database: str = "gate.db"
    database_key_file: Path | None = None


class ClockSettings(Strict):
    """What the site says the clock rests on."""

    trust: Trust = Trust.NTP


class TrainingSettings(Strict):
    """When training data is too old to show current certification."""

    warn_after_hours: int = Field(default=24, ge=1)
    deny_after_hours: int = Field(default=7 * 24, ge=1)
    shift_hours: int = Field(default=12, ge=1, le=24)
    minimum_certified: int = Field(default=2, ge=0, le=50)
    late_after_days: int = Field(default=3, ge=0, le=365)


class OverrideSettings(Strict):
    """How overrides are granted at this site."""

    reference_pattern: str = r"^(DEV|TC)-\d{4}-\d{4}$"
    default_hours: int = Field(default=8, ge=1, le=24)
    cap_hours: int = Field(default=24, ge=1, le=24)
    disposition_days: int = Field(default=5, ge=1, le=90)
    only_own_reports: bool = False
    machine_limit: int = Field(default=5, ge=0, le=1000)

    _is_a_pattern = field_validator("reference_pattern")(asking_pattern)

    @model_validator(mode="after")
    def _default_within_cap(self) -> "OverrideSettings":
        if self.default_hours > self.cap_hours:
            raise ValueError("default_hours is more than cap_hours; lower it")
        return self


class ReviewSettings(Strict):
    """How often QA reviews the access records, and how much of what is routine is looked at."""

    period_days: int = Field(default=7, ge=1, le=92)
    due_days: int = Field(default=3, ge=1, le=92)
    sample_percent: int = Field(default=1, ge=1, le=100)


class WebSettings(Strict):
    """Where the pages are served; without TLS there is nothing but loopback.

    The order of the keys is the order of the checks: what is said of `host` needs the others.
    """

    tls_certificate: Path | None = None
    tls_key: Path | None = Field(default=None, validate_default=True)
    names: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)

    @field_validator("tls_key")
    @classmethod
    def _both_or_neither(cls, value: Path | None, given: ValidationInfo) -> Path | None:
        certificate = given.data.get("tls_certificate")
        if (value is None) != (certificate is None):
            raise ValueError("tls_certificate and tls_key belong together; give both, or neither for loopback alone")
        if value is not None and value == certificate:
            raise ValueError("is the file of tls_certificate too; the key has a file of its own, which is kept secret")
        return value

    @field_validator("names")
    @classmethod
    def _usable_names(cls, value: tuple[str, ...], given: ValidationInfo) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(normal_name(name) for name in value))
        if any(is_every_address(name) for name in names):
            raise ValueError("0.0.0.0 and :: are no address to open; name what browsers open")
        if names and given.data.get("tls_certificate") is None:
            raise ValueError("names are for pages served with TLS; set tls_certificate and tls_key, or remove them")
        return names

    @field_validator("host")
    @classmethod
    def _protected(cls, value: str, given: ValidationInfo) -> str:
        host = normal_name(value)
        if is_loopback(host):
            return host
        if given.data.get("tls_certificate") is None or given.data.get("tls_key") is None:
            raise ValueError(
                "beyond the machine itself the pages are served with TLS only; set tls_certificate and tls_key "
                '(docs/tls.md), or use "127.0.0.1"'
            )
        if is_every_address(host) and not given.data.get("names"):
            raise ValueError('listens everywhere, but no name may be opened; add names = ["gate-1.plant.example"]')
        return host

    @property
    def tls(self) -> bool:
        """Whether the pages are served with TLS."""
        return self.tls_certificate is not None

    @property
    def opened_as(self) -> tuple[str, ...]:
        """The names and addresses that browsers open, the one to print first; each stands in the certificate."""
        return self.names if self.names or is_every_address(self.host) else (self.host,)

    @property
    def beyond_loopback(self) -> bool:
        """Whether somebody who is not at this machine can reach the pages, through their host or a port sent on."""
        return not (is_loopback(self.host) and all(is_loopback(name) for name in self.names))

    @property
    def address(self) -> str:
        """What to type into a browser, without a slash at its end."""
        return f"{'https' if self.tls else 'http'}://{in_url(self.opened_as[0])}:{self.port}"


class KioskSettings(Strict):
    """What the screens beside the machines say of this site."""

    help_en: str = Field(default="", max_length=60)
    help_fr: str = Field(default="", max_length=60)
    presets_en: tuple[Preset, ...] = Field(
        default=("Training is done, the record is on its way", "Retraining is booked for today", "Covering an absence"),
        max_length=4,
    )
    presets_fr: tuple[Preset, ...] = Field(
        default=("Formation faite, dossier à venir", "Formation prévue aujourd’hui", "Remplacement d’une absence"),
        max_length=4,
    )


class ExportSettings(Strict):
    """What leaves the gate on paper and as files."""

    paper: Literal["a4", "letter"] = "letter"
    keep_hours: int = Field(default=72, ge=1, le=24 * 31)


class ReaderSettings(Strict):
    """One reader on a line."""

    name: Name
    equipment: Name
    address: int = Field(default=0, ge=0, le=126)
    format: str = "w26"
    secure: bool = False
    output: int | None = Field(default=None, ge=0, le=7)
    serial: str | None = None


class LineSettings(Strict):
    """One serial port with one or more readers on it."""

    name: Name
    path: Path
    kind: Literal["osdp", "em4100", "text"]
    baudrate: int = Field(default=38400, ge=1200, le=921600)
    supervision: Literal["polled", "port-only"] = "polled"
    reader: tuple[ReaderSettings, ...] = Field(min_length=1, max_length=READERS_A_LINE)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "LineSettings":
        addresses = [reader.address for reader in self.reader]
        if len(set(addresses)) != len(addresses):
            raise ValueError("two readers have the same address; give each reader on the line its own")
        if self.kind == "osdp":
            return self
        if len(self.reader) != 1:
            raise ValueError(f"a line of kind {self.kind!r} carries one reader; give each scanner its own line")
        if self.supervision != "port-only":
            raise ValueError('a plain scanner cannot be polled; say supervision = "port-only"')
        only = self.reader[0]
        if only.secure or only.output is not None or only.address:
            raise ValueError("a plain scanner has no secure channel, output or address; remove those keys")
        return self
