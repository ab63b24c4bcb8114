"""The page of the configuration: what is in force, whether the file has changed since the last start, and versions."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, SecretBytes, SecretStr

from gate import __version__
from gate.core.audit import Kind
from gate.core.roles import Act
from gate.settings import settings_sha256
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail
from gate.web.admin import admin, admin_page
from gate.web.config_path import config_path
from gate.web.formats import visible
from gate.web.pages import site, viewer
from gate.web.session import requires

SECRET = re.compile(r"password|secret|token|key|webhook|url")
"""Names of settings whose values are never shown; an address for messages can hold a secret too."""


@admin.get("/configuration")
@requires(Act.VIEW_RECORDS)
def configuration() -> str:
    """Show the settings in force, and compare the file with the one that the gate started with."""
    path, start = config_path(os.environ), _last_start()
    detail = start.get("detail", {}) if start else {}
    sha_now, why = _sha(path)
    return admin_page(
        "admin_configuration.html",
        file=visible(str(path)),
        started=viewer().when(instant(start["at"])) if start else None,
        start_seq=start["seq"] if start else None,
        sha_started=detail.get("config_sha256", ""),
        sha_now=sha_now,
        verdict=_verdict(detail.get("config_sha256", ""), sha_now),
        why=visible(why),
        version=__version__,
        versions=[(key, detail.get(name, "")) for key, name in _VERSIONS if detail.get(name)],
        rows=list(settings_rows(site().settings)),
    )


_VERSIONS = (("program", "software"), ("sqlite", "sqlite"), ("tzdata", "tzdata"))


def settings_rows(settings: BaseModel, before: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield every setting by its full name with its value as text; None for a secret that is set."""
    for name in type(settings).model_fields:
        yield from _rows(f"{before}{name}", getattr(settings, name))


def _rows(name: str, value: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, BaseModel):
        yield from settings_rows(value, f"{name}.")
    elif isinstance(value, tuple | list):
        yield from (row for number, part in enumerate(value, start=1) for row in _rows(f"{name}[{number}]", part))
    elif value not in (None, "") and (isinstance(value, SecretStr | SecretBytes) or _names_a_secret(name)):
        yield name, None
    else:
        yield name, _said(value)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return visible(str(value)) if value not in (None, "") else "–"


def _names_a_secret(name: str) -> bool:
    return bool(SECRET.search(name.rpartition(".")[2].lower()))


def _last_start() -> dict[str, Any] | None:
    """Entries of no equipment are few and have an index: millions of decisions since the start cost nothing here."""
    wanted = (
        sa.select(audit_trail.c.data)
        .where(
            audit_trail.c.equipment_id.is_(None),
            audit_trail.c.person_id.is_(None),
            audit_trail.c.kind == Kind.START.value,
        )
        .order_by(audit_trail.c.seq.desc())
        .limit(1)
    )
    with site().records.engine().connect() as connection:
        found = connection.execute(wanted).scalar()
    said: dict[str, Any] | None = json.loads(found) if found else None
    return said


def _sha(path: Path) -> tuple[str, str]:
    try:
        return settings_sha256(path), ""
    except OSError as error:
        return "", error.strerror or type(error).__name__


def _verdict(started: str, now: str) -> str:
    """Unknown is never shown as good."""
    if not now:
        return "config_unreadable"
    if not started:
        return "config_never"
    return "config_same" if started == now else "config_differs"
