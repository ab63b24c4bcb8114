"""Hand over a file that was made before, and put on record who took it (21 CFR 11.10(e))."""

import logging
from pathlib import Path

from flask import Response, request, send_file

from gate.core.roles import Role
from gate.export.formats import MIME, Format
from gate.export.making import file_sha256
from gate.export.shelf import Job
from gate.export_acts import HandedOver, handed_over_entry
from gate.web.reading import UNREADABLE
from gate.web.session import accounts
from gate.web.signing import signing_user

log = logging.getLogger(__name__)


def hand_over_export(job: Job, path: Path) -> Response:
    """Return the file of an export, once it is on record that it is handed over.

    Raises:
        STORE_FAULTS: that cannot be put on record now; the file stays where it is.
    """
    _record(_told(job.id, job.report, job.format, path, job.seq or None))
    return _file(path, Format(job.format), job.file)


def hand_over_paper(path: Path, report: str) -> Response:
    """Return the paper for bad days, on record where the records can be written.

    On a day on which they cannot, the line needs the paper more than ever; the application log keeps who took it.
    """
    told = _told(path.name, report, Format.PDF.value, path)
    try:
        _record(told)
    except UNREADABLE as error:
        log.warning("%s took %s, SHA-256 %s, not on record: %s", told.person, told.what, told.sha256, error)
    return _file(path, Format.PDF, path.name)


def _told(what: str, report: str, format_: str, path: Path, seq: int | None = None) -> HandedOver:
    user = signing_user()
    role = next(role for role in Role if role in user.roles)
    sha256 = file_sha256(path)
    return HandedOver(
        what, report, format_, path.stat().st_size, sha256, user.person_id, user.account_id, role.value, seq
    )


def _record(found: HandedOver) -> None:
    if request.method == "HEAD":
        return
    accounts().writer.write(lambda desk: desk.trail.append(handed_over_entry(found, desk.moment)))


def _file(path: Path, wanted: Format, name: str) -> Response:
    """The whole file each time: a part of it, or "not changed", would be another thing than what is on record."""
    return send_file(path, MIME[wanted], as_attachment=True, download_name=name, max_age=0, conditional=False)
