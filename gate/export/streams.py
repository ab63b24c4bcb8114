"""CSV (RFC 4180, UTF-8) and JSON as streams of bytes: flat in memory, however many rows there are."""

import csv
import io
import json
from collections.abc import Callable, Iterator

from gate.core.report import Report
from gate.export.about import About, about_json
from gate.export.cells import csv_row, names_of, plain_row

CHUNK = 64 * 1024
"""Bytes handed over at once: large enough to be fast, small enough to be nothing."""

Counted = Callable[[int], None]
"""Told now and then how many rows there were so far; it may raise to stop the export."""

EVERY = 1000


def nobody(rows: int) -> None:
    """Take no notice of the progress."""
    del rows


def csv_chunks(report: Report, about: About, counted: Counted = nobody) -> Iterator[bytes]:
    """Yield the report as CSV: a line of stable column names, then one line a row, each ended by CR LF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(names_of(report.columns))
    texts, rows = csv_row(report.columns, about.zone), 0
    for row in report.rows():
        writer.writerow(texts(row))
        rows += 1
        if rows % EVERY == 0:
            counted(rows)
        if buffer.tell() >= CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    counted(rows)
    yield buffer.getvalue().encode()


def json_chunks(report: Report, about: About, counted: Counted = nobody) -> Iterator[bytes]:
    """Yield one JSON object: `about`, then `rows` as objects, one a line."""
    names, plain, rows = names_of(report.columns), plain_row(report.columns, about.zone), 0
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    waiting = ['{"about":', encode(about_json(report, about)), ',\n"rows":[']
    size = 0
    for row in report.rows():
        waiting.append(f"{',' if rows else ''}\n{encode(dict(zip(names, plain(row), strict=True)))}")
        size += len(waiting[-1])
        rows += 1
        if rows % EVERY == 0:
            counted(rows)
        if size >= CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    counted(rows)
    waiting.append("\n]}\n")
    yield "".join(waiting).encode()
