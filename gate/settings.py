"""Read `gate.toml`: every key checked, every mistake refused with the key, the file, why and what to do."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from gate.core.clock_trust import Trust
from gate.core.granting import SiteRules

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]

READERS_A_LINE = 8
"""More share a line badly: a secure badge would wait over 100 ms at 38400 baud."""


class SettingsError(Exception):
    """The configuration cannot be used; the text says key, file, why and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteSettings(_Strict):
    """Where the gate stands."""

    name: str = Field(min_length=1, max_length=80)
    zone: str
    language: Literal["en", "fr"] = "en"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is not a time zone; use a name such as America/Toronto") from error
        return value


class GateSettings(_Strict):
    """This gate's name and where it keeps its state."""

    id: Name
    state_dir: Path
    database: str = "gate.db"
    database_key_file: Path | None = None


class ClockSettings(_Strict):
    """What the site says the clock rests on."""

    trust: Trust = Trust.NTP


class TrainingSettings(_Strict):
    """When training data is too old to show current certification."""

    warn_after_hours: int = Field(default=24, ge=1)
    deny_after_hours: int = Field(default=7 * 24, ge=1)
    shift_hours: int = Field(default=12, ge=1, le=24)


class OverrideSettings(_Strict):
    """How overrides are granted at this site."""

    reference_pattern: str = r"^(DEV|TC)-\d{4}-\d{4}$"
    default_hours: int = Field(default=8, ge=1, le=24)
    cap_hours: int = Field(default=24, ge=1, le=24)

    @field_validator("reference_pattern")
    @classmethod
    def _is_a_pattern(cls, value: str) -> str:
        try:
            matches_nothing = re.compile(value, re.ASCII).fullmatch("")
        except re.error as error:
            raise ValueError(f"is not a regular expression ({error})") from error
        if matches_nothing:
            raise ValueError("fits an empty reference; write a pattern that asks for one")
        return value

    @model_validator(mode="after")
    def _default_within_cap(self) -> "OverrideSettings":
        if self.default_hours > self.cap_hours:
            raise ValueError("default_hours is more than cap_hours; lower it")
        return self


class WebSettings(_Strict):
    """Where the pages are served; without TLS there is nothing but loopback."""

    host: Literal["127.0.0.1", "::1", "localhost"] = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)


class KioskSettings(_Strict):
    """What the screens beside the machines say of this site."""

    help_en: str = Field(default="", max_length=60)
    help_fr: str = Field(default="", max_length=60)


class ReaderSettings(_Strict):
    """One reader on a line."""

    name: Name
    equipment: Name
    address: int = Field(default=0, ge=0, le=126)
    format: str = "w26"
    secure: bool = False
    output: int | None = Field(default=None, ge=0, le=7)
    serial: str | None = None


class LineSettings(_Strict):
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


class Settings(_Strict):
    """The whole of `gate.toml`."""

    site: SiteSettings
    gate: GateSettings
    clock: ClockSettings = ClockSettings()
    training: TrainingSettings = TrainingSettings()
    overrides: OverrideSettings = OverrideSettings()
    web: WebSettings = WebSettings()
    kiosk: KioskSettings = KioskSettings()
    line: tuple[LineSettings, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Settings":
        _refuse_repeats("line name", [line.name for line in self.line])
        _refuse_repeats("line path", [str(line.path) for line in self.line])
        readers = [reader for line in self.line for reader in line.reader]
        _refuse_repeats("reader name", [reader.name for reader in readers])
        _refuse_repeats(
            "equipment with an output", [reader.equipment for reader in readers if reader.output is not None]
        )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.zone)

    @property
    def granting(self) -> SiteRules:
        """What the rules of granting overrides need of the configuration."""
        return SiteRules(
            reference_pattern=self.overrides.reference_pattern,
            default_h=self.overrides.default_hours,
            cap_h=self.overrides.cap_hours,
            data_deny_after_s=self.training.deny_after_hours * 3600,
        )

    @property
    def database_path(self) -> Path:
        """Where the records are."""
        return self.gate.state_dir / self.gate.database


def _refuse_repeats(what: str, values: list[str]) -> None:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"{what} {', '.join(repeated)} appears more than once; each must be unique")


def load_settings(path: Path) -> Settings:
    """Read and check the configuration file; relative paths in it are relative to the file.

    Raises:
        SettingsError: the file is missing, unreadable, not TOML, or has a wrong or unknown key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}). Give the right file with --config FILE."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not TOML ({error}). Mend that place in the file and try again.") from error
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise SettingsError(_explain(path, error)) from error
    return _anchored(settings, path.resolve().parent)


def settings_sha256(path: Path) -> str:
    """Return the SHA-256 of the configuration file's bytes, as recorded at every start."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def warnings_of(settings: Settings) -> list[str]:
    """Return what is allowed but risky, one sentence each."""
    found = []
    for line in settings.line:
        by_path = "/by-path/" in str(line.path) or not str(line.path).startswith("/dev/serial/by-id/")
        if by_path and not all(reader.secure for reader in line.reader):
            found.append(
                f"line {line.name}: {line.path} can point to another plug after a swap; use /dev/serial/by-id/..., "
                "or secure readers, whose keys catch a swap"
            )
        if line.kind != "osdp":
            found.append(
                f"line {line.name}: a cut wire behind the adapter is not seen (supervision is port-only); "
                "read a check badge daily"
            )
    return found


def _anchored(settings: Settings, folder: Path) -> Settings:
    lines = tuple(line.model_copy(update={"path": folder / line.path}) for line in settings.line)
    key_file = settings.gate.database_key_file
    gate = settings.gate.model_copy(
        update={
            "state_dir": folder / settings.gate.state_dir,
            "database_key_file": folder / key_file if key_file else None,
        }
    )
    return settings.model_copy(update={"line": lines, "gate": gate})


_HINTS = {
    "extra_forbidden": "this key is not known. Remove it or correct its spelling; docs/configuration.md lists all keys",
    "missing": "this key is required. Add it; docs/configuration.md shows an example",
}


def _explain(path: Path, error: ValidationError) -> str:
    problems = []
    for found in error.errors():
        key = ".".join(str(part) for part in found["loc"]) or "(file)"
        why = _HINTS.get(found["type"]) or found["msg"].removeprefix("Value error, ")
        given = (
            "" if found["type"] == "missing" or isinstance(found["input"], dict) else f" (given: {found['input']!r})"
        )
        problems.append(f"{path}: {key}: {why}{given}.")
    return "\n".join(problems)
