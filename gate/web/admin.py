"""Administration: the index of its pages, and what all of them have around their content."""

from flask import Blueprint, render_template

from gate.core.roles import Act
from gate.web.admin_menu import admin_places
from gate.web.pages import around, viewer
from gate.web.session import current_user, requires

admin = Blueprint("admin", __name__, url_prefix="/admin")


def admin_page(template: str, **more: object) -> str:
    """Return a page with the side navigation of this account."""
    view = viewer()
    return render_template(template, **around(view), places=admin_places(current_user(), view), **more)


@admin.get("")
@requires(Act.VIEW_RECORDS)
def index() -> str:
    """List the pages of administration that this account may open."""
    return admin_page("admin_index.html")
