"""Entries as plain values for the tests of review by exception: written with a number and a minute, nothing else."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from gate.core.audit import timestamp
from gate.core.exception_memory import Finding
from gate.core.exceptions import exceptions

BEGIN = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)


class Log:
    """Writes entries one after the other; `minutes` is the boot clock, the wall clock may be set beside it."""

    def __init__(self, boot: str = "boot-1") -> None:
        self.entries: list[dict[str, Any]] = []
        self.minutes = 0.0
        self.wall_ahead = timedelta()
        self.boot = boot

    def tell(self, kind: str, **fields: Any) -> int:
        """Write one entry and return its number."""
        seq = len(self.entries) + 1
        at = BEGIN + timedelta(minutes=self.minutes) + self.wall_ahead
        told = {name: value for name, value in fields.items() if value is not None}
        boot_us = round(self.minutes * 60_000_000)
        common = {"seq": seq, "kind": kind, "at": timestamp(at), "boot": self.boot, "boot_us": boot_us}
        self.entries.append({**common, "clock": "ntp", **told})
        return seq

    def later(self, minutes: float) -> "Log":
        """Let time pass."""
        self.minutes += minutes
        return self

    def read(self, person: str | None, outcome: str, *reasons: str, machine: str = "TP-01", **more: Any) -> int:
        """Write a decision in ENFORCE."""
        told: dict[str, Any] = {"badge": f"B-{person}" if person else None, "badge_last4": "0C86"}
        told |= {"person": person, "outcome": outcome, "reasons": list(reasons), "equipment": machine}
        return self.tell("decision", **{"reader": f"{machine}-R", "mode": "enforce", **told, **more})

    def denied(self, person: str | None, *reasons: str, machine: str = "TP-01", **more: Any) -> int:
        return self.read(person, "deny", *(reasons or ("TRAINING_EXPIRED",)), machine=machine, **more)

    def allowed(self, person: str, *reasons: str, machine: str = "TP-01", **more: Any) -> int:
        return self.read(person, "allow", *(reasons or ("ALLOW_CERTIFIED",)), machine=machine, **more)

    def left(self, person: str, machine: str = "TP-01") -> int:
        return self.tell("use_ended", person=person, equipment=machine, detail={"cause": "badge_out"})

    def changed(self, subject: str, **more: Any) -> int:
        return self.tell("change", **{"subject": subject, "by": "P-adm", "why": "CC-1", **more})

    def found(self, first_seq: int = 1, config: str = "") -> list[Finding]:
        """Return what the rules find."""
        return exceptions(self.entries, first_seq, config)[0]

    def counts(self, first_seq: int = 1) -> dict[str, int]:
        """Return what is counted as routine."""
        return dict(exceptions(self.entries, first_seq)[1])

    def rules(self, first_seq: int = 1) -> list[str]:
        """Return the rules of what is found, in order of finding."""
        return [one.rule for one in self.found(first_seq)]


def of_rule(found: Iterable[Finding], rule: str) -> list[Finding]:
    """Return the findings of one rule."""
    return [one for one in found if one.rule == rule]
