"""What was seen on a line, in words: how good it is, what is most likely wrong, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GOOD, POOR = 99.0, 95.0
"""Per cent of frames answered: below the first somebody should look, below the second badges are answered late."""
REFUSED_SHARE = 0.02

CAUSES = {
    **dict.fromkeys(("no answer", "busy"), "fault_silent"),
    **dict.fromkeys(
        (
            "key refused",
            "sequence refused",
            "no secure channel",
            "wants a secure channel",
            "another serial number",
            "does not say who it is",
        ),
        "fault_refused",
    ),
}
"""What the codec gives as the cause of a reader's going offline; every other cause is of its port."""


@dataclass(frozen=True, slots=True)
class Quality:
    """One reader's part of what was seen; `fault` is the key of its words, `percent` None before anything was sent."""

    seconds: float
    sent: int
    answered: int
    refused: int
    noise: int
    percent: float | None
    fault: str
    frames: tuple[Mapping[str, Any], ...]

    @property
    def missing(self) -> int:
        """Frames without an answer; the one under way is not missing."""
        return max(0, self.sent - self.answered - 1)


def quality(seen: Mapping[str, Any], address: int, *, osdp: bool) -> Quality:
    """Judge what was seen of the reader at this address (JSON as `gate.line_watch` keeps it)."""
    sent, answered, refused = (int(seen[name].get(str(address), 0)) for name in ("sent", "answered", "refused"))
    percent = 100.0 * min(answered + 1, sent) / sent if sent else None
    frames = tuple(frame for frame in seen["frames"] if frame["address"] == address or not osdp)
    noise = int(seen["noise"])
    fault = _fault(sent, answered, refused, noise, percent) if osdp else "fault_none"
    return Quality(float(seen["seconds"]), sent, answered, refused, noise, percent, fault, frames)


def fault_of_silence(cause: str) -> str:
    """Return the key of what most likely made a reader go offline, by the cause that is on record."""
    return CAUSES.get(cause, "fault_port")


def _fault(sent: int, answered: int, refused: int, noise: int, percent: float | None) -> str:
    if sent and not answered:
        return "fault_noise" if noise else "fault_silent"
    if noise > answered // 10 + 3:
        return "fault_noise"
    if answered and refused / answered > REFUSED_SHARE:
        return "fault_refused"
    return "fault_missing" if percent is not None and percent < GOOD else "fault_none"
