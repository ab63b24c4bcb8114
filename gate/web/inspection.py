"""The questions of an inspection together: importing this module lets each be asked and exported."""

from gate.web import question_lot
from gate.web.inspection_pages import inspection_pages

__all__ = ["inspection_pages", "question_lot"]
