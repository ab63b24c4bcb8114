"""What the review pages say of what came after a signature: what changed since, and the review that follows."""

from dataclasses import dataclass

from flask import current_app, url_for

from gate.web.review_cases import Opened
from gate.web.view import Viewer


@dataclass(frozen=True, slots=True)
class LaterView:
    """What changed about something since its review was signed: entry, address, what."""

    rows: tuple[tuple[int, str, str], ...]
    more: int
    further_id: str
    further_seq: int | None


MOST_CHANGES = 20
"""Changes that the page lists; the rest are counted."""


def record_url(seq: int, viewer: Viewer) -> str:
    """Return the address of an entry's page, empty where there is none."""
    there = "record_pages.record" in current_app.view_functions
    return url_for("record_pages.record", seq=seq, lang=viewer.language) if there else ""


def again_line(opened: Opened, viewer: Viewer) -> str:
    """Return in one line which review this one follows and what had changed, empty for every first review."""
    again = opened.case.again
    if again is None:
        return ""
    changed = ", ".join(f"#{seq}" for seq in again.changed)
    return viewer.texts["rv_again_line"].format(seq=again.signed_seq, list=changed)


def changed_line(opened: Opened, viewer: Viewer) -> str:
    """Return in one line what changed since the signature, empty where nothing did."""
    found = later_view(opened, viewer)
    if found is None:
        return ""
    rows = [f"#{seq} {what}" for seq, _, what in found.rows]
    more = [viewer.texts["rv_and_more"].format(n=found.more)] if found.more else []
    return f"{viewer.texts['rv_changed_since']}: {', '.join([*rows, *more])}"


def later_view(opened: Opened, viewer: Viewer) -> LaterView | None:
    """Return what changed since the signature, None where nothing did."""
    later = opened.later
    if later is None or not later.changed:
        return None
    rows = tuple(
        (one.seq, record_url(one.seq, viewer), viewer.texts[f"rv_change_{one.what.value}"]) for one in later.changed
    )
    return LaterView(rows[:MOST_CHANGES], len(rows) - len(rows[:MOST_CHANGES]), later.further_id, later.further_seq)
