"""The blueprint of the override pages; the modules with the pages register them on it."""

from flask import Blueprint

override_pages = Blueprint("overrides", __name__)
