"""The badge pages as one blueprint, with every route of theirs."""

from gate.web import badge_enrol_pages, badge_lend_pages
from gate.web.badge_pages import badge_pages

__all__ = ["badge_enrol_pages", "badge_lend_pages", "badge_pages"]
