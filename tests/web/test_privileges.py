"""Every route of the application with every role and with nobody, against one table: what is missing there fails."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from tests.web.people import add_account, signed_in, token
from tests.web.privileges_quality import QUALITY_ROUTES
from tests.web.records import GateOnRecord

OPEN = frozenset({None, *Role})
ACCOUNT = frozenset(Role)
BADGES = frozenset({Role.SUPERVISOR, Role.QA, Role.SYSADMIN})

READING_ADMIN = (
    "/admin",
    "/admin/people",
    "/admin/person/<path:person_id>",
    "/admin/suspensions",
    "/admin/equipment",
    "/admin/machine/<path:thing_id>",
    "/admin/configuration",
)
SYSADMIN_ONLY = (
    "/admin/people/new",
    "/admin/person-change/<path:person_id>",
    "/admin/<any(machine, area, class):kind>-new",
    "/admin/<any(machine, area, class):kind>-change/<path:thing_id>",
    "/admin/account-new",
    "/admin/account-roles/<account_id>",
    "/admin/account-<any(close, reset, unblock):what>/<account_id>",
)
SYSADMIN_READS = ("/admin/accounts", "/admin/account/<account_id>")
SUSPENDING = (
    "/admin/machine-risk/<path:thing_id>",
    "/admin/suspend/<path:person_id>",
    "/admin/suspension/<suspension_id>/lift",
)
TRAINING = frozenset({Role.TRAINER, Role.QA})

ROUTES: dict[tuple[str, str], frozenset[Role | None] | frozenset[Role]] = {
    **QUALITY_ROUTES,
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
    ("GET", "/account/pin"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("POST", "/account/pin"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("POST", "/account/pin/remove"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("GET", "/duty"): ACCOUNT - {Role.OPERATOR},
    ("POST", "/duty"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("POST", "/duty/<duty_id>/end"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("GET", "/overrides"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/overrides/new/<int:seq>"): frozenset({Role.SUPERVISOR}),
    ("POST", "/overrides/new/<int:seq>"): frozenset({Role.SUPERVISOR}),
    ("GET", "/overrides/<override_id>"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/overrides/<override_id>/reference"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("POST", "/overrides/<override_id>/reference"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("GET", "/overrides/<override_id>/disposition"): frozenset({Role.QA}),
    ("POST", "/overrides/<override_id>/disposition"): frozenset({Role.QA}),
    ("GET", "/overrides/queue"): frozenset({Role.QA}),
    ("GET", "/overrides/delegates"): frozenset({Role.QA}),
    ("POST", "/overrides/delegates"): frozenset({Role.QA}),
    ("GET", "/overrides/delegates/<delegate_id>/end"): frozenset({Role.QA}),
    ("POST", "/overrides/delegates/<delegate_id>/end"): frozenset({Role.QA}),
    ("GET", "/overrides/<override_id>/revoke"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("POST", "/overrides/<override_id>/revoke"): frozenset({Role.SUPERVISOR, Role.QA}),
    ("GET", "/admin/readers"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/admin/readers/<name>"): ACCOUNT - {Role.OPERATOR},
    ("POST", "/admin/readers/<name>/<what>"): frozenset({Role.SYSADMIN}),
    ("GET", "/floor"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/events/floor"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/floor/<machine:equipment>"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/floor/<machine:equipment>/trial"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/floor/<machine:equipment>/out-of-service"): frozenset({Role.SUPERVISOR}),
    ("POST", "/floor/<machine:equipment>/out-of-service"): frozenset({Role.SUPERVISOR}),
    ("GET", "/floor/<machine:equipment>/out-of-service/<hold_id>/release"): frozenset({Role.SUPERVISOR}),
    ("POST", "/floor/<machine:equipment>/out-of-service/<hold_id>/release"): frozenset({Role.SUPERVISOR}),
    ("GET", "/floor/<machine:equipment>/leave/<int:member>"): frozenset({Role.SUPERVISOR}),
    ("POST", "/floor/<machine:equipment>/leave/<int:member>"): frozenset({Role.SUPERVISOR}),
    ("GET", "/floor/<machine:equipment>/qa-hold"): frozenset({Role.QA}),
    ("POST", "/floor/<machine:equipment>/qa-hold"): frozenset({Role.QA}),
    ("GET", "/floor/<machine:equipment>/qa-hold/<hold_id>/release"): frozenset({Role.QA}),
    ("POST", "/floor/<machine:equipment>/qa-hold/<hold_id>/release"): frozenset({Role.QA}),
    ("GET", "/floor/<machine:equipment>/mode"): frozenset({Role.QA}),
    ("POST", "/floor/<machine:equipment>/mode"): frozenset({Role.QA}),
    ("GET", "/alerts"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/alerts/state"): ACCOUNT - {Role.OPERATOR},
    ("GET", "/alerts/<int:alert_id>/handled"): frozenset({Role.SUPERVISOR, Role.QA, Role.SYSADMIN}),
    ("POST", "/alerts/<int:alert_id>/handled"): frozenset({Role.SUPERVISOR, Role.QA, Role.SYSADMIN}),
    ("GET", "/shift"): ACCOUNT - {Role.OPERATOR},
    ("POST", "/shift"): frozenset({Role.SUPERVISOR}),
    ("GET", "/metrics"): OPEN,
    ("GET", "/badges"): BADGES,
    ("GET", "/badges/one/<path:badge_id>"): BADGES,
    ("GET", "/badges/lost/<path:badge_id>"): BADGES,
    ("POST", "/badges/lost/<path:badge_id>"): BADGES,
    ("GET", "/badges/return/<path:badge_id>"): BADGES,
    ("POST", "/badges/return/<path:badge_id>"): BADGES,
    ("GET", "/badges/found/<path:badge_id>"): BADGES - {Role.SUPERVISOR},
    ("POST", "/badges/found/<path:badge_id>"): BADGES - {Role.SUPERVISOR},
    ("GET", "/badges/lend/<path:badge_id>"): frozenset({Role.SUPERVISOR}),
    ("POST", "/badges/lend/<path:badge_id>"): frozenset({Role.SUPERVISOR}),
    ("GET", "/badges/enrol"): BADGES - {Role.QA},
    ("POST", "/badges/enrol"): BADGES - {Role.QA},
    ("GET", "/badges/enrol/type"): BADGES - {Role.QA},
    ("POST", "/badges/enrol/type"): BADGES - {Role.QA},
    ("GET", "/badges/enrol/<int:request_id>"): BADGES - {Role.QA},
    ("POST", "/badges/enrol/<int:request_id>"): BADGES - {Role.QA},
    **{("GET", path): ACCOUNT - {Role.OPERATOR} for path in READING_ADMIN},
    **{("GET", path): frozenset({Role.SYSADMIN}) for path in SYSADMIN_READS},
    **{(method, path): frozenset({Role.SYSADMIN}) for method in ("GET", "POST") for path in SYSADMIN_ONLY},
    **{(method, path): frozenset({Role.QA}) for method in ("GET", "POST") for path in SUSPENDING},
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

BEYOND = {**ROUTES, ("GET", "/"): ACCOUNT, ("GET", "/events"): ACCOUNT}
"""The same where the pages are served beyond the machine itself."""

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
    "<duty_id>": "D-1",
    "<[^>]+>": "X-1",
    "<int:request_id>": "1",
    "<path:badge_id>": "B-1",
    "<int:alert_id>": "1",
    "<delegate_id>": "D-1",
    "<path:filename>": "gate.css",
    "<int:seq>": "1",
    "<override_id>": "O-1",
    "<name>": "R-1",
    "<what>": "x",
    "<machine:equipment>": "TP-01",
    "<int:member>": "1",
    "<hold_id>": "H-1",
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
    rule = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule)
    return re.sub(r"<[^>]+>", "X-1", rule)


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
@pytest.mark.parametrize("served", ["app", "beyond"])
def test_the_matrix_of_privileges(
    gate: GateOnRecord, request: pytest.FixtureRequest, served: str, role: Role | None
) -> None:
    """Authority is checked by the server on every request, not by hiding a link."""
    app: Flask = request.getfixturevalue(served)
    add_account(gate, "first", Role.SYSADMIN)
    if role is not None:
        add_account(gate, "some", role)
    client, anew = app.test_client(), True
    for (method, rule), who in (BEYOND if served == "beyond" else ROUTES).items():
        if anew:
            client = app.test_client() if role is None else signed_in(app, "some")
        wanted = "in" if role in who else ("login" if role is None else "refused")
        assert answered(client, method, rule) == wanted, (method, rule)
        anew = method != "GET"


@pytest.mark.req("A7")
def test_every_form_asks_for_its_token(gate: GateOnRecord, app: Flask) -> None:
    """A form without one could be sent by any page in the same browser."""
    add_account(gate, "first", Role.SYSADMIN)
    client = signed_in(app, "first")
    for method, rule in routes(app):
        if method != "GET":
            assert client.open(path_of(rule), method=method, data={}).status_code == 400, rule
