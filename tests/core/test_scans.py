"""What is taken as a scan, judged by its bytes."""

import pytest

from gate.core.scans import PART, MediaType, file_name, media_type, parts_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9"


@pytest.mark.parametrize(("data", "kind"), [(PDF, MediaType.PDF), (PNG, MediaType.PNG), (JPEG, MediaType.JPEG)])
def test_whole_files_are_known_by_their_bytes(data: bytes, kind: MediaType) -> None:
    """The name and what the browser says are the sender's to choose."""
    assert media_type(data) is kind
    assert media_type(data[: len(data) // 2]) is None, "cut off on its way"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ" + bytes(100),
        b"<html><script>alert(1)</script>",
        b"<html>" + PDF,
        b"GIF89a" + bytes(100),
        b"PK\x03\x04",
        PNG + b"<script>",
        PDF + b" " * 2000,
        bytes(1000),
    ],
)
def test_anything_else_is_not_taken(data: bytes) -> None:
    """A page in the clothes of a picture would run in the browser of an inspector."""
    assert media_type(data) is None


def test_a_camera_that_pads_its_pictures_is_taken() -> None:
    """Some phones write zeros behind the end."""
    assert media_type(JPEG + bytes(64)) is MediaType.JPEG


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("log sheet 3.PDF", MediaType.PDF, "log_sheet_3.pdf"),
        ("C:\\fake\\path\\a.png", MediaType.PNG, "a.png"),
        ("../../etc/passwd", MediaType.JPEG, "passwd.jpg"),
        ("a.html", MediaType.PDF, "a.pdf"),
        ('x"; filename=y.exe', MediaType.PDF, "x___filename_y.pdf"),
        ("é\u202egpj", MediaType.PDF, "gpj.pdf"),
        ("", MediaType.PDF, "scan.pdf"),
        ("...", MediaType.PDF, "scan.pdf"),
        ("x" * 10_000, MediaType.PDF, "x" * 60 + ".pdf"),
    ],
)
def test_a_file_name_is_safe_everywhere(name: str, kind: MediaType, expected: str) -> None:
    """It stands in a header, and on the disk of whoever fetches it."""
    assert file_name(name, kind) == expected


def test_bytes_are_cut_and_stay_whole() -> None:
    """A part is what one transaction writes."""
    data = bytes(range(256)) * 3000
    assert b"".join(parts_of(data)) == data
    assert all(0 < len(part) <= PART for part in parts_of(data))
    assert parts_of(b"") == []
