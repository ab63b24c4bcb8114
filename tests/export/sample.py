"""Reports with rows that would harm a careless format, and circumstances to export them in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gate.core.report import Column, ColumnKind, Report, Row
from gate.export.about import About, By

ZONE = ZoneInfo("America/Toronto")
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\tcmd",
    "\rcmd",
    "\ncmd",
    "  =1",
    "＝1+1",
    "'quoted",
    "<script>alert(1)</script>",
    '#show "x" $y$ #eval("1") \\ * _ ` @ref <label> // c /* d */',
    "\u202egro.live\x1b[31m\x00end",
    'a,"b"\r\nc;d\te',
    "Zoë 😀 漢字 مرحبا Wałęsa Nguyễn",
    "x" * 10_000,
    "",
)

COLUMNS = (
    Column("seq", "Record", ColumnKind.SEQ),
    Column("at", "Time", ColumnKind.INSTANT),
    Column("who", "Who"),
    Column("count", "Count", ColumnKind.NUMBER),
    Column("on", "Day", ColumnKind.DAY),
)


def hostile_rows() -> Iterator[Row]:
    for number, text in enumerate(HOSTILE, start=1):
        yield number, NOON + timedelta(seconds=number), text, -number, "2026-11-23"
    yield len(HOSTILE) + 1, None, None, None, None


def sample(
    rows: int | None = None,
    *,
    language: str = "en",
    columns: tuple[Column, ...] = COLUMNS,
    signatures: tuple[str, ...] = (),
) -> Report:
    """Return a report of the hostile rows, or of so many plain ones."""

    def plain() -> Iterator[Row]:
        for number in range(1, (rows or 0) + 1):
            yield number, NOON + timedelta(seconds=number), f"Person {number % 50}", number, "2026-11-23"

    return Report(
        name="sample",
        title="Who did what" if language == "en" else "Qui a fait quoi",
        language=language,
        filters=(("Machine", "TP-01 <b>#x</b>"), ("Lot", "123")),
        columns=columns,
        rows=hostile_rows if rows is None else plain,
        total=len(HOSTILE) + 1 if rows is None else rows,
        head_seq=48231,
        notes=("One note with #hash and $dollar$.",),
        signatures=signatures,
    )


def about() -> About:
    return About(
        id="EX-20261123-7QK2MA",
        query="equipment=TP-01&lot=123",
        site="Plant <1> #2",
        gate="gate-1",
        zone=ZONE,
        software="0.1",
        config_sha256="c0" * 32,
        by=By("Isabelle Côté", "P-1", "icote", "qa"),
        at=NOON.replace(microsecond=123),
        head_leaf="ab" * 32,
    )
