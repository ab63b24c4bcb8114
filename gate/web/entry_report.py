"""The report `record`: the evidence of one record for paper and for the evidence bundle, as its page shows it (H6)."""

from collections.abc import Iterator, Sequence

from gate.core.audit import Kind
from gate.core.report import Column, Report, Row
from gate.core.roles import Act
from gate.store import entry_reading as reading
from gate.store.changed_since import By, changes_to
from gate.store.decision_shape import is_decision
from gate.store.entry_reading import EntryRow
from gate.store.lots import lots_at
from gate.web.changed_marks import changed_since
from gate.web.entry_evidence import changed_rows, evidence_pairs, told_rows
from gate.web.entry_pages import MOST, read_evidence, told_by
from gate.web.entry_view import Standing, became, other_reasons, replay_view, requirement_views, signed_views
from gate.web.entry_words import plain
from gate.web.pages import site
from gate.web.report_makers import Asked, BadQuestionError, add_report
from gate.web.view import Viewer

NAME = "record"
COLUMNS = ("part", "what", "then", "now")


def record_report(asked: Asked, view: Viewer) -> Report:
    """Return everything that the page of the record `seq` shows.

    Raises:
        BadQuestionError: there is no such record.
    """
    text = asked.get("seq", "").strip().removeprefix("#")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 17 else 0
    with site().records.engine().connect() as connection:
        entry = reading.entry_row(connection, number) if 0 < number < MOST else None
        if entry is None:
            raise BadQuestionError(view.texts["rec_no_such"])
        place = reading.chain_place(connection, entry)
        names = reading.names_in(connection, reading.around(connection, entry))
        changed = changes_to(connection, entry, place.head_seq)
    rows = (*_rows(entry, view), *_changed(changed, place.head_seq, view))
    return Report(
        name=NAME,
        title=plain(entry, names, view),
        language=view.language,
        filters=((view.texts["rec_number"], f"#{entry.seq}"),),
        columns=tuple(Column(name, view.texts[f"rec_c_{name}"]) for name in COLUMNS),
        rows=lambda: iter(rows),
        total=len(rows),
        head_seq=place.head_seq,
        notes=() if place.sound else (view.texts["rec_not_in_chain"],),
        signatures=tuple(
            f"{one.name} ({one.account}), {one.at}, {one.meaning}"
            for one in signed_views(entry, intact=place.bytes_match)
            if one.whole
        ),
        entries=(entry.seq, *(by for by, _ in changed)),
    )


def _rows(entry: EntryRow, view: Viewer) -> Iterator[Row]:
    texts, when = view.texts, view.when(entry.at)
    yield texts["rec_number"], f"#{entry.seq}", f"{when.time} {when.day}", None
    if entry.kind == Kind.DECISION and is_decision(entry.said):
        yield from _decision(entry, view)
    else:
        with site().records.engine().connect() as connection:
            names = reading.names_in(connection, [entry])
        for name, value in told_by(entry, names, view):
            yield texts["rec_who"], name, value, None
    for name, old, new in changed_rows(entry):
        yield texts["rec_changed"], name, old or texts["rec_nothing"], new or texts["rec_nothing"]
    for name, value in told_rows(entry):
        yield texts["rec_said"], name, value, None
    yield texts["rec_integrity"], texts["rec_this"], entry.leaf.hex(), None
    yield texts["rec_integrity"], texts["rec_one_before"], str(entry.said.get("prev", "")), None


def _changed(changed: Sequence[By], head: int, view: Viewer) -> Iterator[Row]:
    title = view.texts["ch_title"]
    if not changed:
        yield title, view.texts["ch_none"].format(head=head), None, None
    for by, word in changed_since(changed, view):
        yield title, f"#{by}", word, None


def _decision(entry: EntryRow, view: Viewer) -> Iterator[Row]:
    texts, found = view.texts, read_evidence(entry.seq)
    if found is None:
        return
    for one in requirement_views(found, site().settings.training.late_after_days, view):
        now = texts["rec_now_same"] if one.same else _standing(one.now) if one.now else texts["rec_now_unknown"]
        late = f" ({texts['rec_late']}: {one.late})" if one.late else ""
        yield (
            texts["rec_required"],
            f"{one.title}, {one.item_id} {one.revision}".strip(),
            _standing(one.then),
            now + late,
        )
    for reason in other_reasons(found, view):
        yield texts["rec_reasons"], reason, None, None
    replay = replay_view(found, view)
    yield texts["rec_replay"], replay.title, " ".join(replay.notes), None
    with site().records.engine().connect() as connection:
        followed = reading.followed(connection, entry)
        versions = reading.named_versions(connection, entry.said)
        started = reading.last_start(connection, entry.said)
        lots = lots_at(connection, found.equipment_id, found.at)
        names = reading.names_in(connection, reading.around(connection, entry))
    steps, missing = became(followed, entry.said, names, view)
    for step in steps:
        yield texts["rec_became"], f"#{step.seq}", step.text.striptags(), f"{step.when.time} {step.when.day}"
    for sentence in missing:
        yield texts["rec_became"], sentence, None, None
    for name, value in evidence_pairs(found, versions, started, lots, view):
        yield texts["rec_evidence"], name, value, None


def _standing(one: Standing) -> str:
    return ", ".join(part for part in (one.word, one.why, one.record, *one.notes) if part)


add_report(NAME, record_report, Act.VIEW_RECORDS)
