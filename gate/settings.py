"""Read `gate.toml`: every key checked, every mistake refused with the key, the file, why and what to do."""

import hashlib
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from gate.core.granting import SiteRules
from gate.settings_alerts import THREE_SHIFTS, AlertSettings, MetricsSettings, ShiftSettings
from gate.settings_backup import BackupSettings
from gate.settings_seal import SealSettings, WitnessSettings
from gate.settings_sections import (
    ClockSettings,
    ExportSettings,
    GateSettings,
    KioskSettings,
    LineSettings,
    OverrideSettings,
    ReaderSettings,
    ReviewSettings,
    SiteSettings,
    Strict,
    TrainingSettings,
    WebSettings,
)

__all__ = [
    "AlertSettings",
    "LineSettings",
    "ReaderSettings",
    "Settings",
    "SettingsError",
    "WebSettings",
    "load_settings",
    "settings_sha256",
    "warnings_of",
]


class SettingsError(Exception):
    """The configuration cannot be used; the text says key, file, why and what to do."""


class Settings(Strict):
    """The whole of `gate.toml`."""

    site: SiteSettings
    gate: GateSettings
    clock: ClockSettings = ClockSettings()
    training: TrainingSettings = TrainingSettings()
    overrides: OverrideSettings = OverrideSettings()
    review: ReviewSettings = ReviewSettings()
    web: WebSettings = WebSettings()
    kiosk: KioskSettings = KioskSettings()
    alerts: AlertSettings = AlertSettings()
    shift: tuple[ShiftSettings, ...] = Field(default=THREE_SHIFTS, min_length=1)
    metrics: MetricsSettings = MetricsSettings()
    export: ExportSettings = ExportSettings()
    backup: BackupSettings = BackupSettings()
    seal: SealSettings = SealSettings()
    witness: tuple[WitnessSettings, ...] = Field(default=(), max_length=8)
    line: tuple[LineSettings, ...] = Field(min_length=1)
    _source_sha256: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Settings":
        _refuse_repeats("line name", [line.name for line in self.line])
        _refuse_repeats("line path", [str(line.path) for line in self.line])
        _refuse_repeats("start of a shift", [shift.starts for shift in self.shift])
        _refuse_repeats("name of a witness", [witness.key.name for witness in self.witness])
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
            only_own_reports=self.overrides.only_own_reports,
        )

    @property
    def source_sha256(self) -> str:
        """The SHA-256 of the file these settings were read from, as the start entry names it; empty without a file."""
        return self._source_sha256

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
        source = path.read_bytes()
        raw = tomllib.loads(source.decode("utf-8"))
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
    anchored = _anchored(settings, path.resolve().parent)
    anchored._source_sha256 = hashlib.sha256(source).hexdigest()
    return anchored


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
    files = {name: getattr(settings, name).anchored(folder) for name in ("alerts", "backup", "metrics", "seal")}
    files["witness"] = tuple(witness.anchored(folder) for witness in settings.witness)
    web = settings.web.model_copy(update={name: _below(folder, getattr(settings.web, name)) for name in TLS_FILES})
    return settings.model_copy(update={"line": lines, "gate": gate, "web": web, **files})


TLS_FILES = ("tls_certificate", "tls_key")


def _below(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path


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
