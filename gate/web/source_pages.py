"""How old the training data is, source by source, and QA's two ways to answer for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import abort
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.source_acts import BY_HAND, LONGEST_ATTESTED_H, attest_by_hand, attest_no_changes
from gate.store.equipment_facts import instant
from gate.store.schema import data_sources
from gate.web.formats import visible
from gate.web.pages import site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, typed
from gate.web.training_area import ANY_ID, Problems, When, address, page, training_pages, when
from gate.web.typed_days import typed_number

KINDS = ("load", BY_HAND, "import")
WAYS = ("hand", "no_changes")


@dataclass(frozen=True, slots=True)
class Source:
    """One source as it stands now; `look` names style and drawing."""

    id: str
    shown_id: str
    by_hand: bool
    kind: str
    last: When | None
    hours: int
    until: When | None
    denies_from: When | None
    look: str
    word: str


@training_pages.get("/admin/training/sources")
@requires(Act.VIEW_RECORDS)
def sources() -> ResponseReturnValue:
    """List where the training data comes from and how old it is."""
    found = _sources()
    ages = site().settings.training
    return page(
        "sources.html",
        sources=found or [_none_yet()],
        warn_hours=ages.warn_after_hours,
        deny_hours=ages.deny_after_hours,
    )


@training_pages.get("/admin/training/source/<path:source_id>", **ANY_ID)
@requires(Act.ATTEST_DATA)
def attest(source_id: str) -> ResponseReturnValue:
    """Ask what QA answers for, and for the signature."""
    return _attest_form(_source(source_id), NO_TROUBLE)


@training_pages.post("/admin/training/source/<path:source_id>", **ANY_ID)
@requires(Act.ATTEST_DATA)
def attest_sent(source_id: str) -> ResponseReturnValue:
    """Sign that the source is complete, or once that nothing has changed."""
    found, way = _source(source_id), form_value("way")
    problems: Problems = {} if way in WAYS else {"way": "choose_one"}
    hours = typed_number(form_value("hours"), LONGEST_ATTESTED_H) if way == "no_changes" else 0
    if hours is None:
        problems["hours"] = "tr_bad_hours"
    return signed_act(
        lambda desk, signer: (
            attest_by_hand(desk.trail, source_id, form_value("why"), signer, desk.moment)
            if way == "hand"
            else attest_no_changes(desk.trail, source_id, hours or 0, form_value("why"), signer, desk.moment)
        ),
        Act.ATTEST_DATA,
        lambda trouble: _attest_form(found, trouble),
        address("sources", done="attested"),
        problems,
    )


def _attest_form(found: Source, trouble: Trouble) -> str:
    return page(
        "source_attest.html",
        found=found,
        trouble=trouble,
        typed={"hours": str(LONGEST_ATTESTED_H), **{k: v for k, v in typed(*_FIELDS).items() if v}},
        longest=LONGEST_ATTESTED_H,
    )


_FIELDS = ("way", "hours", "why", "sign_user")


def _sources() -> list[Source]:
    wanted = sa.select(data_sources).where(data_sources.c.known_to.is_(None)).order_by(data_sources.c.id)
    with site().records.engine().connect() as connection:
        return [
            _shown(row.id, row.kind, instant(row.last_good_at), row.attested_until_at)
            for row in connection.execute(wanted)
        ]


def _source(source_id: str) -> Source:
    every = _sources()
    found = next((one for one in every if one.id == source_id), None)
    if found is None and not every and source_id == BY_HAND:
        found = _none_yet()
    if found is None:
        abort(404)
    return found


def _shown(id_: str, kind: str, last: datetime, attested: str | None) -> Source:
    view, now, ages = viewer(), site().clock.read().at, site().settings.training
    until = instant(attested) if attested else None
    denies_from = max(filter(None, (last + timedelta(hours=ages.deny_after_hours), until)))
    look, word = "allow", "tr_fresh"
    if now >= last + timedelta(hours=ages.warn_after_hours):
        look, word = "due", "tr_aging"
    if now >= denies_from:
        look, word = "deny", "tr_too_old"
    return Source(
        id=id_,
        shown_id=visible(id_),
        by_hand=kind == BY_HAND,
        kind=view.texts[f"tr_source_{kind if kind in KINDS else 'import'}"],
        last=when(last),
        hours=max(0, int((now - last) / timedelta(hours=1))),
        until=when(until) if until else None,
        denies_from=when(denies_from),
        look=look,
        word=view.texts[word],
    )


def _none_yet() -> Source:
    """A site that never loaded anything begins with the records typed in here."""
    texts = viewer().texts
    return Source(BY_HAND, BY_HAND, True, texts["tr_source_hand"], None, 0, None, None, "deny", texts["tr_too_old"])
