"""A form whose session ended while it was filled in: it waits behind the login, and comes back as it was typed."""

import re
from typing import cast

from flask import current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from gate.web.pages import around, viewer

PREFIX = "kept_"
SECRET = re.compile(r"password|pin|code|csrf_token|^(new|again|now)$")
"""What is never kept: whoever signs in next must type it."""


def ask_to_sign_in_again() -> ResponseReturnValue:
    """Show the login page with what was typed hidden in it."""
    kept = {name: value for name, value in request.form.items() if not SECRET.search(name)}
    page = render_template(
        "login.html", **around(viewer()), problems={}, typed={}, kept=kept, kept_path=request.path, form_path="/login"
    )
    return page, 401


def came_back() -> tuple[dict[str, str], str]:
    """Return what waited behind the login and the path of its form; both empty if nothing did."""
    kept = {n.removeprefix(PREFIX): value for n, value in request.form.items() if n.startswith(PREFIX)}
    path = kept.pop("path", "")
    return kept, path


def resume(kept: dict[str, str], path: str) -> ResponseReturnValue | None:
    """Return the form's page, filled in again, for whoever has just signed in; None where there is no such page.

    Nothing is done with what was typed: it is shown, and to be signed by the one who is signed in now.
    """
    pages = current_app.url_map.bind("localhost")
    try:
        endpoint, values = pages.match(path, method="GET")
        pages.match(path, method="POST")
    except HTTPException:
        return None
    g.kept_form, g.form_path = kept, path
    return cast(ResponseReturnValue, current_app.view_functions[endpoint](**values))
