"""All pages about records, gathered so that the application registers them once."""

from gate.web import entry_report, impact_pages
from gate.web.entry_pages import record_pages

PAGES = (impact_pages, entry_report)

__all__ = ["PAGES", "record_pages"]
