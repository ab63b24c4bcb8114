"""Every route of the application with every role and with nobody, against one table: what is missing there fails."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from tests.web.people import add_account, signed_in, token
from tests.web.records import GateOnRecord

OPEN = frozenset({None, *Role})
ACCOUNT = frozenset(Role)
TRAINING = frozenset({Role.TRAINER, Role.QA})

ROUTES: dict[tuple[str, str], frozenset[Role | None] | frozenset[Role]] = {
    ("GET", "/"): OPEN,
    ("GET", "/events"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/static/<path:filename>"): OPEN,
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("POST", "/logout"): OPEN,
    ("GET", "/setup"): OPEN,
    ("POST", "/setup"): OPEN,
    ("GET", "/account"): ACCOUNT,
    ("GET", "/account/password"): ACCOUNT,
    ("POST", "/account/password"): ACCOUNT,
    ("GET", "/overrides"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/overrides/new/<int:seq>"): frozenset({Role.SUPERVISOR}),
    ("POST", "/overrides/new/<int:seq>"): frozenset({Role.SUPERVISOR}),
    ("GET", "/overrides/<override_id>/revoke"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("POST", "/overrides/<override_id>/revoke"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("GET", "/admin/readers"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/readers/<name>"): ACCOUNT - {Role.OPERATOR},
    ("POST", "/admin/readers/<name>/<what>"): frozenset({Role.SYSADMIN}),
    ("GET", "/admin/requirements"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/requirements/of/<kind>/<operation>/<path:scope_id>"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/requirements/draft/<kind>/<operation>/<path:scope_id>"): TRAINING,
    ("POST", "/admin/requirements/draft/<kind>/<operation>/<path:scope_id>"): TRAINING,
    ("GET", "/admin/requirements/back/<int:version>"): TRAINING,
    ("POST", "/admin/requirements/back/<int:version>"): TRAINING,
    ("GET", "/admin/requirements/approve/<int:version>"): frozenset({Role.QA}),
    ("POST", "/admin/requirements/approve/<int:version>"): frozenset({Role.QA}),
    ("GET", "/admin/items"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/items/of/<path:item_id>"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/items/new"): TRAINING,
    ("POST", "/admin/items/new"): TRAINING,
    ("GET", "/admin/items/revise/<path:item_id>"): TRAINING,
    ("POST", "/admin/items/revise/<path:item_id>"): TRAINING,
    ("GET", "/admin/items/revision/<int:version>"): TRAINING,
    ("POST", "/admin/items/revision/<int:version>"): TRAINING,
    ("GET", "/admin/training/people"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/training/people/<path:person_id>"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/training/add/<path:person_id>"): TRAINING,
    ("POST", "/admin/training/add/<path:person_id>"): TRAINING,
    ("GET", "/admin/training/record/<int:version>"): TRAINING,
    ("POST", "/admin/training/record/<int:version>"): TRAINING,
    ("GET", "/admin/training/sources"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/training/source/<path:source_id>"): frozenset({Role.QA}),
    ("POST", "/admin/training/source/<path:source_id>"): frozenset({Role.QA}),
    ("GET", "/admin/training/first"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/training/first/<path:class_id>"): frozenset({Role.QA}),
    ("POST", "/admin/training/first/<path:class_id>"): frozenset({Role.QA}),
}
"""Method and route -> who gets in. A page for some roles names them: `frozenset({Role.QA})`."""

KIOSK = "/kiosk"
"""The screens at the machines are of a reader, not of an account; their own tests say who sees them."""


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(KIOSK)
    }


@pytest.mark.req("A7")
def test_every_route_stands_in_the_table(app: Flask) -> None:
    """A page that nobody decided about is open to all."""
    assert routes(app) == set(ROUTES)


EXAMPLES = {
    "<path:filename>": "gate.css",
    "<int:seq>": "1",
    "<override_id>": "O-1",
    "<name>": "R-1",
    "<what>": "x",
    "<kind>": "class",
    "<operation>": "USE",
    "<int:version>": "1",
    "<path:scope_id>": "PRESS",
    "<path:item_id>": "SOP-1",
    "<path:person_id>": "E1",
    "<path:source_id>": "load",
    "<path:class_id>": "PRESS",
}
"""What an address names, and an example of it."""


def path_of(rule: str) -> str:
    """Return an address of the route; what it names need not exist: authority comes first."""
    for variable, example in EXAMPLES.items():
        rule = rule.replace(variable, example)
    return rule


def answered(client: FlaskClient, method: str, rule: str) -> str:
    """Return what became of the request: let in, sent to the login, or refused."""
    path = path_of(rule)
    data = {"csrf_token": token(client, "/login")} if method == "POST" else None
    with client.open(path, method=method, data=data) as answer:
        if answer.status_code == 403:
            return "refused"
        kept = answer.status_code == 401 and b'name="kept_path"' in answer.get_data()
        to_login = kept or (answer.status_code == 303 and (answer.location or "").startswith("/login"))
        return "login" if to_login and rule != "/logout" else "in"


@pytest.mark.req("A7")
@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_the_matrix_of_privileges(gate: GateOnRecord, app: Flask, role: Role | None) -> None:
    """Authority is checked by the server on every request, not by hiding a link."""
    add_account(gate, "first", Role.SYSADMIN)
    if role is not None:
        add_account(gate, "some", role)
    for (method, rule), who in ROUTES.items():
        client = app.test_client() if role is None else signed_in(app, "some")
        wanted = "in" if role in who else ("login" if role is None else "refused")
        assert answered(client, method, rule) == wanted, (method, rule)


@pytest.mark.req("A7")
def test_every_form_asks_for_its_token(gate: GateOnRecord, app: Flask) -> None:
    """A form without one could be sent by any page in the same browser."""
    add_account(gate, "first", Role.SYSADMIN)
    client = signed_in(app, "first")
    for method, rule in routes(app):
        if method != "GET":
            assert client.open(path_of(rule), method=method, data={}).status_code == 400, rule
