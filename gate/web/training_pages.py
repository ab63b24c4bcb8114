"""Every page about requirements and training, as one blueprint."""

from gate.web import first_pages, item_pages, record_pages, requirement_pages, source_pages
from gate.web.training_area import training_pages

PAGES = (requirement_pages, item_pages, record_pages, source_pages, first_pages)
"""Importing them puts their routes on the blueprint."""

__all__ = ["PAGES", "training_pages"]
