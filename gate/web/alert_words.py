"""An alert in words: what has happened and what to do, for pages, mails and webhooks; it never names a person."""

from collections import defaultdict
from collections.abc import Mapping

from gate.store.alerts import Alert
from gate.web.formats import visible

LONGEST = 120
"""Characters of one blank: what a device says of itself can be anything."""


def title(alert: Alert, texts: Mapping[str, str]) -> str:
    """Return what has happened, in one sentence and one line."""
    exact = f"alert_{alert.rule}_{alert.detail.get('what', '')}"
    return texts.get(exact, texts[f"alert_{alert.rule}"]).format_map(_blanks(alert))


def to_do(alert: Alert, texts: Mapping[str, str]) -> str:
    """Return what to do next."""
    return texts[f"todo_{alert.rule}"]


def _blanks(alert: Alert) -> Mapping[str, str]:
    said = {**alert.detail, "subject": alert.subject, "equipment": alert.equipment_id or "?"}
    found = {name: _cut(visible(str(value))) for name, value in said.items()}
    return defaultdict(lambda: "?", found)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
