"""All pages about records, gathered so that the application registers them once."""

from gate.web import impact_pages
from gate.web.entry_pages import record_pages

PAGES = (impact_pages,)

__all__ = ["PAGES", "record_pages"]
