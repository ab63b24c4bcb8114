"""What an address asks to export: the report, by the maker that the page itself uses, and the circumstances."""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import abort, request

from gate import __version__
from gate.core.report import Report
from gate.core.roles import Act
from gate.export.about import About, By
from gate.export_acts import Asked
from gate.store.schema import audit_trail
from gate.web.changed_marks import with_marks
from gate.web.numbering import ask_by_number, by_number, holds_a_name, names_known, numbered
from gate.web.pages import site, viewer
from gate.web.report_makers import BadQuestionError, ReportMaker, report_maker
from gate.web.signing import signer, signing_user
from gate.web.view import Viewer

NOT_ASKED = frozenset({"lang"})
"""Parameters of the address that are about the page, not about the question."""


def maker_of(name: str) -> ReportMaker:
    """Return the maker of a report that this user may see; else the answer is 404 or 403."""
    found = report_maker(name)
    if found is None:
        abort(404)
    if not signing_user().may(found.act):
        abort(403)
    return found


def report_asked(name: str, *, by_number: bool = False) -> Report:
    """Make the report that the address asks for, its rows marked where later entries changed the records.

    Raises:
        BadQuestionError: what was asked makes no sense, or names somebody in an export without names.
    """
    asked = {key: value for key, value in request.args.items() if key not in NOT_ASKED}
    return made_report(maker_of(name), asked, viewer(), by_number=by_number)


def made_report(maker: ReportMaker, asked: Mapping[str, str], view: Viewer, *, by_number: bool = False) -> Report:
    """Make a report to be exported; from here on everything in this context is without names where that is wanted.

    Raises:
        BadQuestionError: what was asked makes no sense, or names somebody in an export without names.
    """
    names = names_known(site().records.engine()) if by_number else {}
    if by_number and holds_a_name(asked, names):
        raise BadQuestionError(view.texts["ex_filter_names"])
    ask_by_number(wanted=by_number)
    marked = with_marks(maker.make(asked, view), view)
    return numbered(marked, names) if by_number else marked


def query_asked() -> str:
    """Return the query that asks the same again."""
    return urlencode([(key, value) for key, value in request.args.items(multi=True) if key not in NOT_ASKED])


def about_asked(report: Report) -> About:
    """Return what stands with the export of this report, made now by whoever is signed in."""
    found = signer(signing_user(), Act.EXPORT_RECORDS)
    by = By(found.printed_name, found.person_id, found.account_id, found.role)
    return about_by(report, by, query_asked())


def about_by(report: Report, by: By, query: str) -> About:
    """Return what stands with the export of this report, made now."""
    here = site()
    at = here.clock.read().at
    return About(
        id=new_export_id(at),
        query=query,
        site=here.settings.site.name,
        gate=here.settings.gate.id,
        zone=here.settings.zone,
        software=__version__,
        config_sha256=here.settings.source_sha256,
        by=by,
        at=at,
        head_leaf=leaf_of(here.records.engine(), report.head_seq),
        by_number=by_number(),
    )


def new_export_id(at: datetime) -> str:
    """Return a number that no other export of the day has; it is no secret."""
    return f"EX-{at:%Y%m%d}-{base64.b32encode(secrets.token_bytes(5)).decode()[:6]}"


def leaf_of(engine: sa.Engine, seq: int) -> str:
    """Return the leaf of an entry in hex, empty before the first."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == seq)).scalar()
    return found.hex() if found else ""


def as_asked(about: About, why: str | None = None) -> Asked:
    """Return what the entry of the audit trail says of the circumstances."""
    return Asked(
        id=about.id,
        query=about.query,
        person=about.by.person,
        account=about.by.account,
        role=about.by.role,
        head_leaf=about.head_leaf,
        software=about.software,
        config_sha256=about.config_sha256,
        why=why,
        by_number=about.by_number,
    )
