"""The blueprint of the review pages; the modules with the pages register them on it."""

from flask import Blueprint

review_pages = Blueprint("reviews", __name__)
