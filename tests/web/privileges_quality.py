"""Who gets in where in the pages of quality: one table for each part, put together at the end."""

from gate.core.roles import Role

READERS = frozenset(Role) - {Role.OPERATOR}

MATRIX_ROUTES = {("GET", path): READERS for path in ("/matrix", "/matrix/of")}
EXPORTING = frozenset({Role.QA, Role.AUDITOR})
EXPORT_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/export/<name>"): EXPORTING,
    ("POST", "/export/<name>"): EXPORTING,
    ("GET", "/exports"): EXPORTING,
    ("GET", "/exports/<export_id>"): EXPORTING,
    ("GET", "/exports/<export_id>/file"): EXPORTING,
    ("GET", "/exports/<export_id>/manifest"): EXPORTING,
    ("POST", "/exports/<export_id>/cancel"): EXPORTING,
    ("GET", "/paper"): READERS,
    ("GET", "/paper/who-can-run"): READERS,
    ("GET", "/paper/log-sheets"): READERS,
    ("POST", "/paper/log-sheet"): READERS,
}
SIGNING_LOTS = frozenset({Role.SUPERVISOR, Role.QA})
LOT_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/lots"): READERS,
    ("GET", "/lots/<window_id>"): READERS,
    **{
        (method, path): SIGNING_LOTS
        for method in ("GET", "POST")
        for path in ("/lots/new", "/lots/<window_id>/change", "/lots/<window_id>/withdraw", "/late-entries/new")
    },
    ("GET", "/late-entries"): READERS,
    ("GET", "/late-entries/<late_id>"): READERS,
    ("GET", "/late-entries/<late_id>/scan"): READERS,
    ("GET", "/late-entries/<late_id>/verify"): SIGNING_LOTS,
    ("POST", "/late-entries/<late_id>/verify"): SIGNING_LOTS,
    ("GET", "/inspection"): READERS,
    ("GET", "/inspection/<name>"): READERS,
    ("GET", "/inspection/who-operated"): READERS,
}

LOG_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/log"): READERS,
    ("GET", "/log/newer"): READERS,
    ("GET", "/log/views"): READERS - {Role.AUDITOR},
    ("POST", "/log/views"): READERS - {Role.AUDITOR},
    ("POST", "/log/views/<view_id>/end"): READERS - {Role.AUDITOR},
}

REVIEW_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/reviews"): frozenset({Role.QA, Role.AUDITOR}),
    ("GET", "/reviews/lot/"): frozenset({Role.QA, Role.AUDITOR}),
    ("GET", "/reviews/machine/"): frozenset({Role.QA, Role.AUDITOR}),
    ("GET", "/reviews/lot/<path:lot>"): frozenset({Role.QA, Role.AUDITOR}),
    ("GET", "/reviews/<review_id>"): frozenset({Role.QA, Role.AUDITOR}),
    ("POST", "/reviews/<review_id>"): frozenset({Role.QA}),
    ("GET", "/reviews/<review_id>/sign"): frozenset({Role.QA}),
    ("POST", "/reviews/<review_id>/sign"): frozenset({Role.QA}),
    ("GET", "/reviews/<review_id>/report"): frozenset({Role.QA, Role.AUDITOR}),
    ("POST", "/reviews/<review_id>/report"): frozenset({Role.QA}),
}

SEAL_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/integrity"): READERS,
    ("GET", "/integrity/<name>"): READERS,
}
RECORD_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/log/<int:seq>"): READERS,
    ("GET", "/impact"): READERS,
}

INTEGRITY_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("POST", "/integrity/verify"): frozenset({Role.QA, Role.SYSADMIN}),
    ("POST", "/integrity/examine"): frozenset({Role.QA}),
    ("GET", "/integrity/segment"): frozenset({Role.QA}),
    ("POST", "/integrity/segment"): frozenset({Role.QA}),
}

TREND_ROUTES = {("GET", path): READERS for path in ("/trends", "/trends/expiring")}
ACCESS_REVIEW_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/access-reviews"): frozenset({Role.QA, Role.AUDITOR}),
    ("GET", "/access-reviews/new"): frozenset({Role.QA}),
    ("POST", "/access-reviews/new"): frozenset({Role.QA}),
}

QUALITY_ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    **MATRIX_ROUTES,
    **SEAL_ROUTES,
    **EXPORT_ROUTES,
    **LOT_ROUTES,
    **LOG_ROUTES,
    **REVIEW_ROUTES,
    **RECORD_ROUTES,
    **INTEGRITY_ROUTES,
    **TREND_ROUTES,
    **ACCESS_REVIEW_ROUTES,
}
"""Method and route -> who gets in."""
