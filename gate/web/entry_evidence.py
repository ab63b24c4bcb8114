"""The evidence of a record as names and values, and what an entry of any kind says was changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gate.core.audit import canonical
from gate.core.calendar import local_day
from gate.evidence import DecisionEvidence
from gate.store.entry_reading import EntryRow, NamedVersions
from gate.web.entry_words import strings
from gate.web.formats import visible
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer

Pair = tuple[str, str]

CLOCKS = ("ntp", "rtc", "asserted")


def evidence_pairs(
    found: DecisionEvidence, versions: NamedVersions, started: EntryRow | None, lots: tuple[str, ...], view: Viewer
) -> list[Pair]:
    """Return everything that a decision rested on beside its requirements, as names and values."""
    texts, said = view.texts, found.said
    asked = "rec_operation_asked" if "asked" in (said.get("evidence") or {}) else "rec_operation_default"
    operation = texts.get(f"op_{found.operation}", found.operation)
    pairs = [
        (texts["rec_person"], _person(found)),
        (texts["rec_badge"], _badge(said, texts)),
        (texts["rec_machine"], visible(found.equipment_id)),
        (texts["rec_operation"], f"{visible(operation)}, {texts[asked]}"),
        (texts["rec_mode"], texts.get(f"mode_{found.mode}", visible(found.mode))),
        (texts["rec_lot"], ", ".join(map(visible, lots)) or texts["rec_lot_none"]),
        (texts["rec_reason_codes"], ", ".join(map(visible, found.reasons))),
        (texts["rec_warnings"], _warnings(said, view)),
        (texts["rec_reader"], visible(str(said.get("reader", "")))),
        (texts["rec_until"], _until(said, view)),
        (texts["rec_clock"], clock_words(found.clock, view)),
        (texts["rec_data"], _data(said, found.at, view)),
        (texts["rec_rules"], _rules(found, versions, view)),
        (texts["rec_versions"], _versions(said)),
        *program_pairs(started, view),
    ]
    return [(name, value) for name, value in pairs if value]


def program_pairs(started: EntryRow | None, view: Viewer) -> list[Pair]:
    """Return which software, configuration and zone data were at work, from the start entry."""
    texts = view.texts
    if started is None:
        return [(texts["rec_started"], texts["rec_started_none"])]
    detail = started.said.get("detail") or {}
    return [
        (texts["rec_started"], f"#{started.seq}, {moment_words(started.at, view)}"),
        (texts["rec_configuration"], f"sha256 {visible(str(detail.get('config_sha256', '–')))}"),
        (texts["rec_software"], f"gate {visible(str(detail.get('software', '–')))}"),
        (texts["rec_tzdata"], f"tzdata {visible(str(detail.get('tzdata', '–')))}"),
    ]


def clock_words(clock: str, view: Viewer) -> str:
    """Say what the time rests on."""
    source, _, untrusted = clock.partition(":")
    word = view.texts[f"rec_clock_{source}"] if source in CLOCKS else visible(source)
    return f"{word}, {view.texts['rec_clock_untrusted']}" if untrusted else word


def _person(found: DecisionEvidence) -> str:
    if found.person_id is None:
        return ""
    return (
        f"{visible(found.person_name)}, {visible(found.person_id)}" if found.person_name else visible(found.person_id)
    )


def _badge(said: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    last4 = texts["rec_badge_ending"].format(last4=visible(str(said["badge_last4"]))) if "badge_last4" in said else ""
    if "badge" in said:
        return ", ".join(filter(None, (visible(str(said["badge"])), last4)))
    mark = texts["rec_badge_unknown"].format(mark=visible(str(said["subject"]))) if "subject" in said else ""
    return ", ".join(filter(None, (last4, mark)))


def _warnings(said: Mapping[str, Any], view: Viewer) -> str:
    detail = said.get("detail")
    found = strings(detail.get("warnings")) if isinstance(detail, dict) else ()
    return "; ".join(reason_text(code, view.language) for code in found)


def _until(said: Mapping[str, Any], view: Viewer) -> str:
    return moment_words(datetime.fromisoformat(said["until"]), view) if isinstance(said.get("until"), str) else ""


def _data(said: Mapping[str, Any], at: datetime, view: Viewer) -> str:
    if not isinstance(said.get("data_as_of"), str):
        return view.texts["rec_data_none"]
    as_of = datetime.fromisoformat(said["data_as_of"])
    return view.texts["rec_data_age"].format(when=moment_words(as_of, view), age=span_words(at - as_of))


def span_words(span: timedelta) -> str:
    """Return a length of time in its two largest units."""
    minutes = max(0, int(span / timedelta(minutes=1)))
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60:02d} min"


def _rules(found: DecisionEvidence, versions: NamedVersions, view: Viewer) -> str:
    evidence = found.said.get("evidence")
    if not versions.set_id or versions.set_effective_at is None or not isinstance(evidence, dict):
        return ""
    day = local_day(versions.set_effective_at, view.zone).isoformat()
    return view.texts["rec_set"].format(id=visible(versions.set_id), version=evidence["set"], day=day)


def _versions(said: Mapping[str, Any]) -> str:
    evidence = said.get("evidence")
    if not isinstance(evidence, dict):
        return ""
    named = {name: value for name, value in sorted(evidence.items()) if isinstance(value, int | list)}
    named.pop("requirements", None)
    return ", ".join(f"{visible(str(name))} {visible(str(value))}" for name, value in named.items())


def changed_rows(entry: EntryRow) -> list[tuple[str, str, str]]:
    """Return what an entry says was changed, field by field; what is nested is shown as it is stored."""
    old, new = entry.said.get("old"), entry.said.get("new")
    if not isinstance(old, dict) and not isinstance(new, dict):
        return [] if old is None and new is None else [("", stored(old), stored(new))]
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    names = dict.fromkeys((*before, *after))
    return [(visible(name), stored(before.get(name)), stored(after.get(name))) for name in names]


def told_rows(entry: EntryRow) -> list[Pair]:
    """Return the rest of what an entry tells, without its signatures."""
    detail = entry.said.get("detail")
    if not isinstance(detail, dict):
        return []
    return [(visible(name), stored(value)) for name, value in detail.items() if name != "signatures"]


def stored(value: object) -> str:
    """Return a stored value as it stands, made visible; nothing is empty."""
    if value is None:
        return ""
    return visible(value if isinstance(value, str) else canonical(value).decode())  # type: ignore[arg-type]


def moment_words(at: datetime, view: Viewer) -> str:
    """Return an instant of the past with its offset, to the second."""
    when = view.when(at)
    return f"{when.day.split()[0]} {when.time.split('.')[0].split(',')[0]} {when.day.split()[1]}"
