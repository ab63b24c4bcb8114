"""The review pages as one blueprint, with every route of theirs, and the report that can be exported."""

from gate.web import review_list, review_overdue, review_report, review_sign_pages, reviews
from gate.web.review_blueprint import review_pages

PAGES = (review_list, reviews, review_sign_pages, review_report, review_overdue)
"""Importing them puts their routes on the blueprint and their report among the reports."""

__all__ = ["PAGES", "review_pages"]
