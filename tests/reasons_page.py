"""Write docs/reasons.md from the list of reasons: `python -m tests.reasons_page`."""

from pathlib import Path

from gate.core.reasons import REASONS, Lift, Reason

PAGE = Path(__file__).parent.parent / "docs" / "reasons.md"

WHO_LIFTS = {
    Lift.NEVER: "nobody",
    Lift.SUPERVISOR: "supervisor",
    Lift.COSIGNED: "supervisor and QA",
    Lift.NOT_A_DENIAL: "",
}

HEAD = """\
# Reasons

The closed list of codes that a decision can carry, in order of display within one precedence: of several failing
reasons the one with the lowest number is shown, all are recorded. Written by `python -m tests.reasons_page` from
`gate/core/reasons.py`; do not edit this page.

- **Class**: DENY and PENDING answer no, ALLOW answers yes, INFO and EVENT answer no badge.
- **Lifted by**: who may lift it with an override. Empty: there is nothing to lift.
- **Status**: *decided*: the rules return it. *answered*: the reader process answers or shows it without asking the
  rules. *not yet*: what it is about is not recorded yet, so it cannot occur.
- Displays have two lines of 16 characters. `{date}` and the like are filled in.

| code | class | precedence | lifted by | status | display EN | display FR | meaning |
|---|---|---|---|---|---|---|---|
"""


def reasons_page() -> str:
    """Return the whole page."""
    return HEAD + "".join(_row(reason) for reason in REASONS.values())


def _row(reason: Reason) -> str:
    cells = (
        f"`{reason.code}`",
        reason.reason_class.value,
        str(reason.precedence),
        WHO_LIFTS[reason.overridable],
        reason.status.value,
        _display(reason.en),
        _display(reason.fr),
        reason.meaning,
    )
    return "| " + " | ".join(cells) + " |\n"


def _display(lines: tuple[str, str]) -> str:
    return " / ".join(f"`{line}`" for line in lines if line)


if __name__ == "__main__":
    PAGE.write_text(reasons_page(), encoding="utf-8")
