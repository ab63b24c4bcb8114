"""The formats of an export: what each is called, and how many rows it takes."""

from enum import StrEnum

PDF_ROWS = 2000
"""A PDF of so many rows takes 2 s and 320 MB to set; more would take the machine's memory, and nobody reads them."""

XLSX_ROWS = 1_000_000
"""A sheet has 1 048 576 rows, and one of them is the header."""


class Format(StrEnum):
    """The closed list of formats."""

    PDF = "pdf"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    BUNDLE = "bundle"


SUFFIX = {Format.BUNDLE: "zip"}

MIME = {
    Format.PDF: "application/pdf",
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
    Format.BUNDLE: "application/zip",
}

STREAMED = frozenset({Format.CSV, Format.JSON})
"""Handed over while they are made; the others are made first and then fetched."""

ROWS = {Format.PDF: PDF_ROWS, Format.XLSX: XLSX_ROWS}


def suffix_of(wanted: Format) -> str:
    """Return the end of a file's name."""
    return SUFFIX.get(wanted, wanted.value)


def takes(wanted: Format, rows: int) -> bool:
    """Tell whether the format takes so many rows."""
    return rows <= ROWS.get(wanted, rows)
