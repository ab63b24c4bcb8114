"""The sections of `gate.toml` about alerts, shifts and metrics: every key with its type, its default and its limits."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from gate.core.alert_conditions import DiskLimits
from gate.core.alert_routes import Route
from gate.core.alert_rules import Severity
from gate.core.shifts import Start
from gate.settings_sections import Name, Strict

Address = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}$")]
"""One mail address; nothing in it can end a header."""

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _time(text: str) -> time:
    return time.fromisoformat(text)


class AlertRouteSettings(Strict):
    """One address that is told of alerts."""

    channel: Literal["email", "webhook"]
    target: str = Field(min_length=3, max_length=255)
    severity: Severity = Severity.HIGH
    areas: tuple[Name, ...] = ()
    window_from: TimeOfDay | None = None
    window_until: TimeOfDay | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> "AlertRouteSettings":
        if self.channel == "webhook":
            _check_url(self.target)
        elif self.secret_file is not None:
            raise ValueError("secret_file is for a webhook; remove it")
        else:
            _check_address(self.target)
        if (self.window_from is None) is not (self.window_until is None):
            raise ValueError("window_from and window_until go together; give both or neither")
        return self

    @property
    def route(self) -> Route:
        """The address as the rules want it."""
        begin, end = self.window_from, self.window_until
        return Route(
            channel=self.channel,
            target=self.target,
            severity=self.severity.value,
            areas=frozenset(self.areas),
            window_from=_time(begin) if begin else None,
            window_until=_time(end) if end else None,
        )


class AlertSettings(Strict):
    """When somebody is told, and how."""

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    sender: str = ""
    denials: int = Field(default=5, ge=2, le=5)
    late_entry_hours: int = Field(default=24, ge=1, le=720)
    gate_silent_s: int = Field(default=60, ge=20, le=600)
    disk_low_percent: int = Field(default=10, ge=2, le=50)
    disk_critical_percent: int = Field(default=5, ge=1, le=49)
    too_few_certified: bool = False
    shift_summary_to: tuple[Address, ...] = ()
    route: tuple[AlertRouteSettings, ...] = ()

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value:
            _check_address(value)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "AlertSettings":
        mails = bool(self.shift_summary_to) or any(route.channel == "email" for route in self.route)
        if mails and not (self.smtp_host and self.sender):
            raise ValueError("mail needs smtp_host and sender; give both, or remove the addresses")
        if bool(self.smtp_user) is not bool(self.smtp_password_file):
            raise ValueError("smtp_user and smtp_password_file go together; give both or neither")
        if self.smtp_user and self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            raise ValueError('a password is never sent in the clear; use smtp_security = "starttls" or "tls"')
        if self.disk_critical_percent >= self.disk_low_percent:
            raise ValueError("disk_critical_percent must be less than disk_low_percent; lower it")
        return self

    @property
    def disk_limits(self) -> DiskLimits:
        """The limits as the rules want them."""
        return DiskLimits(self.disk_low_percent, self.disk_critical_percent)

    def anchored(self, folder: Path) -> "AlertSettings":
        """Return the section with its files found from the folder of the configuration."""
        routes = tuple(
            route.model_copy(update={"secret_file": folder / route.secret_file}) if route.secret_file else route
            for route in self.route
        )
        password = folder / self.smtp_password_file if self.smtp_password_file else None
        return self.model_copy(update={"route": routes, "smtp_password_file": password})


class ShiftSettings(Strict):
    """A shift begins at a local time of every day and lasts until the next one begins."""

    name: str = Field(default="", max_length=40)
    starts: TimeOfDay

    @property
    def start(self) -> Start:
        """The beginning as the rules want it."""
        return Start(self.name, _time(self.starts))


class MetricsSettings(Strict):
    """Who may read the metrics from another machine."""

    token_file: Path | None = None

    def anchored(self, folder: Path) -> "MetricsSettings":
        """Return the section with its file found from the folder of the configuration."""
        return self.model_copy(update={"token_file": folder / self.token_file}) if self.token_file else self


THREE_SHIFTS = tuple(ShiftSettings(starts=starts) for starts in ("07:00", "15:00", "23:00"))


def _check_address(value: str) -> None:
    local, _, host = value.partition("@")
    plain = value.isascii() and value.isprintable() and " " not in value and not set(value) & set("<>,;:\"'\\()[]")
    if not (plain and local and host and "@" not in host):
        raise ValueError(f"{value!r} is not a mail address; write one like supervisor@plant.example")


def _check_url(value: str) -> None:
    parts = urlsplit(value)
    plain = value.isascii() and value.isprintable() and " " not in value and "@" not in parts.netloc
    if not plain or parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError(f"{value!r} is not the address of a webhook; write one like https://alerts.plant.example/gate")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("a webhook on another machine needs https; without it anybody between can read and change")
