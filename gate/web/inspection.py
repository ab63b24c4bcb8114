"""The questions of an inspection together: importing this module lets each be asked and exported."""

from gate.web import (
    question_access,
    question_changes,
    question_complete,
    question_could,
    question_denials,
    question_lot,
    question_overrides,
    question_person,
    question_revision,
    question_use_log,
)
from gate.web.access_review import access_review
from gate.web.inspection_pages import inspection_pages

__all__ = [
    "access_review",
    "inspection_pages",
    "question_access",
    "question_changes",
    "question_complete",
    "question_could",
    "question_denials",
    "question_lot",
    "question_overrides",
    "question_person",
    "question_revision",
    "question_use_log",
]
