"""What a scan is, judged by its own bytes: PDF, PNG or JPEG, whatever its name or the browser says."""

from enum import StrEnum


class MediaType(StrEnum):
    """The kinds of file that are taken as a scan of a signed paper."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


LARGEST_SCAN = 8 * 1024 * 1024
"""Bytes; some pages in grey at 200 dots an inch are far below it."""

PART = 256 * 1024
"""Bytes that are written in one transaction: a badge read waits for no scan."""

TAIL = 1024
"""How far from its end a PDF says that it is whole (ISO 32000-1, annex H, note 18)."""

ENDS = {MediaType.PDF: ".pdf", MediaType.PNG: ".png", MediaType.JPEG: ".jpg"}

_PNG_END = b"IEND\xaeB`\x82"


def media_type(data: bytes) -> MediaType | None:
    """Return what the bytes are from their first to their last, None if nothing that is taken.

    A file that was cut off while it was sent is not taken: it would be evidence that nobody can open.
    """
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-TAIL:]:
        return MediaType.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data.endswith(_PNG_END):
        return MediaType.PNG
    if data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return MediaType.JPEG
    return None


def parts_of(data: bytes) -> list[bytes]:
    """Return the bytes in parts as they are stored."""
    return [data[start : start + PART] for start in range(0, len(data), PART)]


def file_name(name: str, kind: MediaType) -> str:
    """Return a name for the scan that is safe on every system, ending as its content says.

    Only letters, digits, dot, hyphen and underscore stay; a path in front is dropped.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in stem)
    return f"{plain.strip('._')[:60] or 'scan'}{ENDS[kind]}"
