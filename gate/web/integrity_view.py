"""What the page of integrity shows: the state, the signed head, witnesses, keys and other places of the head."""

from dataclasses import dataclass

import sqlalchemy as sa

from gate.head_check import Fit, NoHeadError, compare, parse_kept
from gate.head_qr import head_qr_svg
from gate.seal import Checkpoint, latest_checkpoint
from gate.settings import Settings
from gate.settings_seal import WitnessSettings
from gate.store.schema import trail_head
from gate.store.seals import SealKeyRow, WitnessRow, keys_of, witness_rows
from gate.web.formats import visible
from gate.web.view import Tag, Viewer, When
from gate.web.witness_asking import AGREES, FORKED, REFUSED, ROLLED_BACK

LOOKS = {AGREES: "allow", REFUSED: "deny"}


@dataclass(frozen=True, slots=True)
class HeadView:
    """The newest checkpoint."""

    origin: str
    size: int
    newer: int
    root: str
    signed_at: When
    qr: str


@dataclass(frozen=True, slots=True)
class WitnessView:
    """One witness as a row."""

    name: str
    address: str
    tag: Tag
    size: int
    heard: When | None
    what: str
    cosigned: str
    """Fingerprint of the key that its cosignatures are checked with."""


@dataclass(frozen=True, slots=True)
class KeyView:
    """One key as a row."""

    name: str
    fingerprint: str
    since: int
    in_use: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a comparison came to: `look` allow, deny or due, and one sentence."""

    look: str
    text: str


@dataclass(frozen=True, slots=True)
class IntegrityPage:
    """Everything of the page that comes from the records."""

    last_seq: int
    leaf: str
    head: HeadView | None
    witnesses: tuple[WitnessView, ...]
    keys: tuple[KeyView, ...]


def integrity_page(engine: sa.Engine, settings: Settings, view: Viewer) -> IntegrityPage:
    """Read what the page shows, in two short transactions.

    Raises:
        STORE_FAULTS: the records cannot be read now.
    """
    found = latest_checkpoint(engine)
    with engine.connect() as connection:
        end = connection.execute(sa.select(trail_head.c.seq, trail_head.c.leaf)).first()
        known = witness_rows(connection)
        keys = keys_of(connection)
    last = end.seq if end else 0
    return IntegrityPage(
        last,
        end.leaf.hex() if end else "",
        _head(found, last, view) if found else None,
        tuple(_witness(one, known.get(one.key.name), view) for one in settings.witness),
        tuple(_key(one, one is keys[-1]) for one in reversed(keys)),
    )


def _head(found: Checkpoint, last: int, view: Viewer) -> HeadView:
    when = view.when(found.at)
    return HeadView(
        visible(found.origin), found.size, max(0, last - found.size), found.root.hex(), when, head_qr_svg(found.note)
    )


def _witness(one: WitnessSettings, row: WitnessRow | None, view: Viewer) -> WitnessView:
    waits = row is None or (row.heard_at is None and not row.what)
    state = "waits" if row is None or waits else row.state
    what = row.what if row else ""
    said = view.texts[f"ig_{what}"] if what in {ROLLED_BACK, FORKED} else visible(what)
    return WitnessView(
        name=visible(one.key.name),
        address=visible(one.url),
        tag=Tag(LOOKS.get(state, "off"), view.texts[f"ig_{state}"]),
        size=row.size if row else 0,
        heard=view.when(row.heard_at) if row and row.heard_at else None,
        what=said,
        cosigned=one.key.fingerprint,
    )


def _key(row: SealKeyRow, in_use: bool) -> KeyView:
    return KeyView(visible(row.key.name), row.key.fingerprint, row.since_seq, in_use)


def compared(engine: sa.Engine, text: str, view: Viewer) -> Answer | None:
    """Compare what somebody has typed or scanned, None where nothing was.

    Raises:
        STORE_FAULTS: the records cannot be read now.
    """
    if not text.strip():
        return None
    try:
        found = compare(engine, parse_kept(text), thorough=False)
    except NoHeadError:
        return Answer("due", view.texts["ig_no_head"])
    look = {Fit.FITS: "allow", Fit.NOT_OURS: "due"}.get(found.fit, "deny")
    return Answer(look, view.texts[f"ig_{found.fit.value}"].format(size=found.size, now=found.now))
