"""The demo's accounts: printed, usable at once, and each with its own role."""

from pathlib import Path

import pytest

from gate.core.roles import Role
from gate.demo_accounts import ACCOUNTS, make_accounts, password_of
from gate.store.accounts import read_account
from gate.store.database import create_database, open_database
from gate.web.passwords import Passwords
from tests.scenarios.world import HEADER, plain_line


@pytest.mark.req("A6")
def test_every_printed_account_can_sign_in_with_what_was_printed(tmp_path: Path) -> None:
    """A tour that begins with a refused password is no tour."""
    config = tmp_path / "gate.toml"
    config.write_text(HEADER + plain_line("here", "text", "R1", "TP-01"), encoding="utf-8")
    database = tmp_path / "state" / "gate.db"
    create_database(database, gate_id="gate-1")
    printed = make_accounts(config)
    engine = open_database(database)
    with engine.connect() as connection:
        for login, _, name, role in ACCOUNTS:
            found = read_account(connection, login)
            assert found is not None
            account, secret = found
            assert (account.name, account.roles) == (name, frozenset({role}))
            assert secret is not None
            assert not secret.must_change
            assert Passwords().fits(password_of(login), secret.encoded)
            assert any(f"{login} / {password_of(login)}" in line for line in printed)
    engine.dispose()
    assert {role for *_, role in ACCOUNTS} == set(Role) - {Role.OPERATOR}
