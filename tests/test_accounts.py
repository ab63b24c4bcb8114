"""Acts on accounts: one named person each, told with who and why, and never by the person concerned."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gate.accounts import (
    NewAccount,
    change_roles,
    close_account,
    create_account,
    create_first_account,
    make_setup_code,
    set_password,
)
from gate.core.roles import Role
from gate.supervision import RefusedError
from tests.store.open_records import Records

SUP = NewAccount("sup", "P-1", "Ada One", frozenset({Role.SUPERVISOR}), "passport, by HR")
OTHER = replace(SUP, account_id="x1", person_id="P2")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records with an empty trail."""
    found = Records(tmp_path)
    yield found
    found.close()


def made(records: Records, new: NewAccount = SUP, why: str = "CC-1") -> int:
    return create_account(records.trail, new, "hash-of-it", by="it", why=why, moment=records.moment())


def said(records: Records) -> list[dict[str, Any]]:
    """Return what was changed, without what was refused."""
    return [entry for entry in told(records) if entry["kind"] == "change"]


def told(records: Records) -> list[dict[str, Any]]:
    return [json.loads(data) for (data,) in records.rows("SELECT data FROM audit_trail ORDER BY seq")]


@pytest.mark.req("A6", "E5", "G4")
def test_a_new_account_is_told_with_person_roles_who_and_why(records: Records) -> None:
    """And with who verified the identity; never with the hash."""
    made(records)
    (entry,) = said(records)
    assert (entry["kind"], entry["subject"], entry["by"], entry["why"]) == ("change", "account:sup", "it", "CC-1")
    assert entry["new"] == {"name": "Ada One", "person": "P-1", "roles": "supervisor", "state": "active"}
    assert entry["detail"] == {"what": "account_created", "identity": "passport, by HR"}
    assert "hash-of-it" not in json.dumps(said(records))


@pytest.mark.req("A6", "A7")
@pytest.mark.parametrize(
    ("new", "words"),
    [
        (replace(SUP, person_id="P-2"), "names are never given twice"),
        (replace(SUP, account_id="sup2"), "one person has one account"),
        (replace(OTHER, account_id="Admin"), "A login name has 2 to 40"),
        (replace(OTHER, account_id="s\u0443p"), "A login name has 2 to 40"),
        (replace(OTHER, person_id="P 2"), "A person id has 1 to 40"),
        (replace(OTHER, name="Ada\u202eenO"), "A printed name"),
        (replace(OTHER, name="e\u0301va"), "A printed name"),
        (replace(OTHER, name="x" * 81), "A printed name"),
        (replace(OTHER, roles=frozenset()), "needs a role"),
        (replace(OTHER, roles=frozenset({Role.SYSADMIN, Role.QA})), "cannot be"),
    ],
)
def test_an_account_that_is_nobodys_or_two_persons_is_refused(records: Records, new: NewAccount, words: str) -> None:
    """A name that looks like another's, or serves two people, signs for nobody."""
    made(records)
    with pytest.raises(RefusedError, match=words):
        made(records, new)
    assert len(said(records)) == 1


@pytest.mark.req("A7", "E5")
def test_nobody_changes_the_own_account_and_every_change_has_a_why(records: Records) -> None:
    """Nobody can grant a role to himself."""
    made(records)
    moment, qa = records.moment(), frozenset({Role.QA})
    with pytest.raises(RefusedError, match="own account"):
        change_roles(records.trail, "sup", qa, by="sup", why="x", moment=moment)
    with pytest.raises(RefusedError, match="own account"):
        close_account(records.trail, "sup", by="sup", why="x", moment=moment)
    with pytest.raises(RefusedError, match="justification"):
        made(records, OTHER, " ")
    with pytest.raises(RefusedError, match="justification"):
        close_account(records.trail, "sup", by="it", why="", moment=moment)
    with pytest.raises(RefusedError, match="like this already"):
        change_roles(records.trail, "sup", SUP.roles, by="it", why="x", moment=moment)
    assert len(said(records)) == 1
    change_roles(records.trail, "sup", qa, by="it", why="CC-2", moment=moment)
    entry = said(records)[-1]
    assert (entry["old"]["roles"], entry["new"]["roles"], entry["by"]) == ("supervisor", "qa", "it")


@pytest.mark.req("A6")
def test_a_closed_account_is_closed_for_good(records: Records) -> None:
    """Its name stays in signatures, so nobody else ever gets it; the person can have another account."""
    made(records)
    close_account(records.trail, "sup", by="it", why="left", moment=records.moment())
    with pytest.raises(RefusedError, match="no active account"):
        set_password(records.trail, "sup", "h", by="it", moment=records.moment())
    with pytest.raises(RefusedError, match="never given twice"):
        made(records, replace(SUP, person_id="P-9"))
    made(records, replace(SUP, account_id="sup2"))


@pytest.mark.req("A6", "G4")
@pytest.mark.parametrize(("by", "must"), [("it", 1), ("sup", 0)])
def test_only_the_person_sets_a_password_that_lasts(records: Records, by: str, must: int) -> None:
    """What somebody else knows signs for nobody."""
    made(records)
    set_password(records.trail, "sup", "hash-2", by=by, moment=records.moment(), accepted=by == "sup")
    assert records.rows("SELECT encoded, must_change, set_seq FROM account_secrets") == [("hash-2", must, 2)]
    assert said(records)[-1]["detail"]["accountability_accepted"] is (by == "sup")


@pytest.mark.req("A6")
def test_the_first_account_takes_the_code_and_there_is_one_first(records: Records) -> None:
    """Whoever is first on the network must not become the administrator."""
    first = replace(SUP, roles=frozenset({Role.SYSADMIN}))
    with pytest.raises(RefusedError, match="not the one printed last"):
        create_first_account(records.trail, first, "h", "", moment=records.moment())
    make_setup_code(records.trail, "AAAA-BBBB", moment=records.moment())
    create_first_account(records.trail, first, "h", " aaaabbbb ", moment=records.moment())
    with pytest.raises(RefusedError, match="there already"):
        create_first_account(records.trail, OTHER, "h", "AAAA-BBBB", moment=records.moment())
    with pytest.raises(RefusedError, match="there already"):
        make_setup_code(records.trail, "CCCC", moment=records.moment())
    assert "AAAA" not in json.dumps(said(records))
