"""The summary of a shift as a mail that waits in the records: once for each address and shift."""

from datetime import datetime
from html import escape

from gate.core.shifts import Shift
from gate.settings import Settings
from gate.store.alert_deliveries import add_delivery, is_there
from gate.web.alert_messages import mail_body
from gate.web.alert_writing import AlertWriter
from gate.web.reading import Records
from gate.web.shift_reading import shift_now
from gate.web.shift_view import Section, ShiftWords, note_lines, sections
from gate.web.texts import PAGE_TEXTS
from gate.web.view import Viewer


def queue_summary(records: Records, writer: AlertWriter, settings: Settings, shift: Shift, now: datetime) -> None:
    """Let every configured address have the summary; where it was queued before, nothing is done.

    Raises:
        UNREADABLE: the records cannot be used now; nothing was queued, so it can be asked for again.
    """
    subject, body = summary_mail(records, settings, shift)
    with writer.transaction() as trail:
        for address in settings.alerts.shift_summary_to:
            if not is_there(trail, address, subject):
                add_delivery(trail, None, "email", address, subject, body, now)


def summary_mail(records: Records, settings: Settings, shift: Shift) -> tuple[str, str]:
    """Return subject and body, in the site's language; people are counted in it and not named."""
    language = settings.site.language
    words = ShiftWords(Viewer(language, settings.zone), settings, named=False)
    found = shift_now(records.engine(), shift)
    texts = PAGE_TEXTS[language]
    parts = [Section(texts["shift_notes"], tuple(note_lines(found, words))), *sections(found, words, running=False)]
    heading, span = words.of(shift, "shift_of"), words.of(shift, "shift_span")
    text = "\n".join([heading, span, "", *(_as_text(part, texts["shift_none"]) for part in parts)])
    inner = "".join(_as_html(part, texts["shift_none"]) for part in parts)
    html = (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'><title>{escape(heading)}</title></head>"
        f"<body><h1>{escape(heading)}</h1><p>{escape(span)}</p>{inner}</body></html>"
    )
    return f"[{settings.gate.id}] {words.of(shift, 'shift_mail')}", mail_body(text, html)


def _as_text(part: Section, none: str) -> str:
    return "\n".join([part.heading.upper(), *(f"- {line}" for line in part.lines or (none,)), ""])


def _as_html(part: Section, none: str) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in part.lines or (none,))
    return f"<h2>{escape(part.heading)}</h2><ul>{lines}</ul>"
