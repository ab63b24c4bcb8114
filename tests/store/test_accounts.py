"""Accounts, secrets and sessions in the records: what was known stays, what is present can be replaced."""

from datetime import timedelta

import pytest

from gate.accounts import NewAccount, close_account, create_account, set_password
from gate.core.roles import Role
from gate.store.accounts import read_account
from gate.store.database import open_database
from gate.store.web_sessions import (
    Failures,
    Session,
    add_session,
    forget_sessions_before,
    put_failures,
    read_failures,
    read_session,
)
from tests.store.open_records import NOON, Records

QA = NewAccount("q.a", "P-1", "Ada One", frozenset({Role.QA, Role.SUPERVISOR}))


def made(records: Records) -> int:
    return create_account(records.trail, QA, "encoded-1", by="it", why="CC-1", moment=records.moment())


@pytest.mark.req("E3")
def test_a_secret_is_replaced_and_an_account_is_never_overwritten(records: Records) -> None:
    """Old hashes are worth something to a thief alone; old roles to an inspector."""
    first = made(records)
    set_password(records.trail, "q.a", "encoded-2", by="q.a", moment=records.moment())
    last = close_account(records.trail, "q.a", by="it", why="left", moment=records.moment())
    assert records.rows("SELECT state, known_from, known_to FROM accounts ORDER BY version") == [
        ("active", first, last),
        ("closed", last, None),
    ]
    assert records.rows("SELECT * FROM account_secrets") == []
    assert not [data for (data,) in records.rows("SELECT data FROM audit_trail") if "encoded" in data]
    assert records.verify().sound


@pytest.mark.req("A7", "G3")
def test_account_session_and_wrong_tries_are_read_back_until_they_end(records: Records) -> None:
    """The pages read outside of any transaction of the trail."""
    made(records)
    session = Session("ab", "q.a", NOON, NOON, NOON, NOON + timedelta(hours=12))
    tries = Failures(5, NOON + timedelta(minutes=10))
    records.trail.begin()
    add_session(records.trail, session)
    put_failures(records.trail, "q.a", tries)
    records.trail.commit()
    engine = open_database(records.path, read_only=True)
    with engine.connect() as connection:
        account, signed = read_account(connection, "q.a"), read_session(connection, "ab")
        assert account is not None
        assert (account[0].name, account[0].roles) == ("Ada One", QA.roles)
        assert signed is not None
        assert (signed.session, signed.person_id, signed.must_change) == (session, "P-1", True)
        assert (read_failures(connection, "q.a"), read_failures(connection, "other")) == (tries, Failures())
        assert read_account(connection, "nobody") is None
    close_account(records.trail, "q.a", by="it", why="left", moment=records.moment())
    with engine.connect() as connection:
        assert read_session(connection, "ab") is None
    engine.dispose()
    records.trail.begin()
    forget_sessions_before(records.trail, NOON + timedelta(hours=13))
    put_failures(records.trail, "q.a", Failures())
    records.trail.commit()
    assert records.rows("SELECT 1 FROM web_sessions UNION ALL SELECT 1 FROM login_failures") == []
