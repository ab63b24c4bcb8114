"""What is sent of an alert: a mail in the site's language, or JSON in both; no person is named outside the gate."""

import json
from html import escape

from gate.core.alert_rules import Severity
from gate.core.audit import timestamp
from gate.settings import Settings
from gate.store.alerts import Alert
from gate.web.alert_words import title, to_do
from gate.web.formats import clock_time, day_and_offset, visible
from gate.web.texts import PAGE_TEXTS


def alert_message(alert: Alert, settings: Settings, channel: str) -> tuple[str, str]:
    """Return subject and body as they wait in the records until they are sent."""
    return _for_webhook(alert, settings) if channel == "webhook" else _for_mail(alert, settings)


def mail_body(text: str, html: str) -> str:
    """Return a mail with both its forms as it waits in the records."""
    return json.dumps({"text": text, "html": html}, ensure_ascii=False)


def _for_mail(alert: Alert, settings: Settings) -> tuple[str, str]:
    language = settings.site.language
    texts = PAGE_TEXTS[language]
    said = title(alert, texts)
    grave = texts[f"severity_{Severity(alert.severity).value}"]
    at = f"{clock_time(alert.raised_at, settings.zone, language)} {day_and_offset(alert.raised_at, settings.zone)}"
    rows = [
        (texts["mail_since"], at),
        (texts["mail_machine"], visible(alert.equipment_id) if alert.equipment_id else ""),
        (texts["mail_area"], visible(alert.area_id) if alert.area_id else ""),
        (texts["record"], f"#{alert.first_seq}" if alert.first_seq else ""),
        (texts["mail_gate"], f"{settings.gate.id}, {visible(settings.site.name)}"),
    ]
    kept = [(name, value) for name, value in rows if value]
    text = "\n".join(
        [said, "", to_do(alert, texts), "", *(f"{name}: {value}" for name, value in kept), "", texts["mail_foot"], ""]
    )
    table = "".join(f"<tr><th align='left'>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in kept)
    html = (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'><title>{escape(said)}</title></head><body>"
        f"<h1>{escape(said)}</h1><p>{escape(to_do(alert, texts))}</p><table>{table}</table>"
        f"<p>{escape(texts['mail_foot'])}</p></body></html>"
    )
    return f"[{settings.gate.id}] {grave}: {said}", mail_body(text, html)


def _for_webhook(alert: Alert, settings: Settings) -> tuple[str, str]:
    said = {
        "gate": settings.gate.id,
        "site": settings.site.name,
        "alert": alert.id,
        "rule": alert.rule,
        "severity": alert.severity,
        "equipment": alert.equipment_id,
        "area": alert.area_id,
        "raised_at": timestamp(alert.raised_at),
        "record": alert.first_seq,
        "title": {language: title(alert, texts) for language, texts in PAGE_TEXTS.items()},
        "to_do": {language: to_do(alert, texts) for language, texts in PAGE_TEXTS.items()},
    }
    return alert.rule, json.dumps(said, ensure_ascii=False, sort_keys=True)
