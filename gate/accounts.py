"""Make, change and close accounts: every act and its audit entry in one transaction, never with a password or hash."""

import hmac
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.core.roles import Act, Role, as_text, may, refusal_of_roles
from gate.store import account_pins
from gate.store import accounts as stored
from gate.store.accounts import Account, Secret
from gate.store.audit_trail import Trail
from gate.store.web_sessions import Failures, put_failures, revoke_sessions_of
from gate.supervision import RefusedError

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST_NAME = 80

SETUP = "first set-up"
"""Who made the first account: the holder of the code that the terminal printed."""

SETUP_CODE_HOURS = 24


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Whose account is to be made; `identity` says who verified the person's identity and how."""

    account_id: str
    person_id: str
    name: str
    roles: frozenset[Role]
    identity: str = ""


def create_account(trail: Trail, new: NewAccount, encoded: str, *, by: str, why: str, moment: Moment) -> int:
    """Make an account whose password, known to `by`, must be changed at the first login; return the entry's number.

    Raises:
        RefusedError: a name cannot be taken, the roles do not go together, or no justification is given.
    """
    if not why.strip():
        raise RefusedError("A new account needs a justification.")
    with trail.transaction():
        return _create(trail, new, Secret(encoded, must_change=True), by=by, why=why, moment=moment)


def create_first_account(trail: Trail, new: NewAccount, encoded: str, code: str, *, moment: Moment) -> int:
    """Make the first account for whoever holds the set-up code; it serves once.

    Raises:
        RefusedError: there is an account already, the code is not the printed one or too old, or a name is refused.
    """
    with trail.transaction():
        if not stored.no_account_yet(trail):
            raise RefusedError("The first account is there already. Sign in, or ask whoever manages accounts.")
        if not _code_serves(trail, code, moment.at):
            raise RefusedError("The set-up code is not the one printed last, or it is too old. Run: gate setup-code.")
        stored.remove_setup_code(trail)
        return _create(trail, new, Secret(encoded, must_change=False), by=SETUP, why=SETUP, moment=moment)


def make_setup_code(trail: Trail, code: str, *, moment: Moment) -> int:
    """Let this code make the first account within 24 hours; codes made before serve no more.

    Raises:
        RefusedError: there is an account already.
    """
    with trail.transaction():
        if not stored.no_account_yet(trail):
            raise RefusedError("The first account is there already; set-up codes serve for nothing.")
        ends_at = moment.at + timedelta(hours=SETUP_CODE_HOURS)
        stored.put_setup_code(trail, _code_hash(code), ends_at)
        return trail.append(Entry(kind=Kind.SECURITY, moment=moment, until=ends_at, detail={"what": "setup_code_made"}))


def set_password(
    trail: Trail, account_id: str, encoded: str, *, by: str, moment: Moment, accepted: bool = False
) -> int:
    """Replace the password; every session of the account ends.

    One set by somebody else must be changed, and takes the PIN away: who signs is to be sure again.

    `accepted`: the person has said that signatures made with it are as binding as those by hand (requirement G4).

    Raises:
        RefusedError: there is no such active account.
    """
    with trail.transaction():
        _active(trail, account_id)
        own = by == account_id
        detail: dict[str, Json] = {"what": "password_set", "must_change": not own, "accountability_accepted": accepted}
        seq = trail.append(
            Entry(kind=Kind.CHANGE, moment=moment, subject=f"account:{account_id}", by=by, detail=detail)
        )
        stored.put_secret(trail, account_id, Secret(encoded, must_change=not own), seq)
        if not own:
            account_pins.remove_pin(trail, account_id)
        put_failures(trail, account_id, Failures())
        revoke_sessions_of(trail, account_id, moment.at)
        return seq


def change_roles(trail: Trail, account_id: str, roles: frozenset[Role], *, by: str, why: str, moment: Moment) -> int:
    """Give an account other roles; they hold from its next request on.

    Raises:
        RefusedError: it is the own account, the roles do not go together, or no justification is given.
    """
    _another(account_id, by, why)
    _roles_go_together(roles)
    with trail.transaction():
        return _change(trail, replace(_active(trail, account_id), roles=roles), by=by, why=why, moment=moment)


def close_account(trail: Trail, account_id: str, *, by: str, why: str, moment: Moment) -> int:
    """End an account for good: its sessions end at once, and its login name is never given to anybody again.

    Raises:
        RefusedError: it is the own account, it is not active, or no justification is given.
    """
    _another(account_id, by, why)
    with trail.transaction():
        seq = _change(trail, replace(_active(trail, account_id), active=False), by=by, why=why, moment=moment)
        stored.remove_secret(trail, account_id)
        revoke_sessions_of(trail, account_id, moment.at)
        return seq


def _create(trail: Trail, new: NewAccount, secret: Secret, *, by: str, why: str, moment: Moment) -> int:
    _refuse_names(new)
    _roles_go_together(new.roles)
    if stored.account_of(trail, new.account_id) is not None:
        raise RefusedError(f"The login name {new.account_id} is or was somebody's; names are never given twice.")
    other = stored.active_account_of_person(trail, new.person_id)
    if other is not None:
        raise RefusedError(f"Person {new.person_id} has the account {other} already; one person has one account.")
    account = Account(new.account_id, new.person_id, new.name, new.roles, active=True)
    seq = trail.append(
        Entry(
            kind=Kind.CHANGE,
            moment=moment,
            person=new.person_id,
            subject=f"account:{new.account_id}",
            new=_said(account),
            by=by,
            why=why,
            detail={"what": "account_created", **({"identity": new.identity} if new.identity else {})},
        )
    )
    stored.put_account(trail, account, seq)
    stored.put_secret(trail, new.account_id, secret, seq)
    return seq


def _change(trail: Trail, account: Account, *, by: str, why: str, moment: Moment) -> int:
    before = stored.account_of(trail, account.id)
    if before == account:
        raise RefusedError(f"Account {account.id} is like this already. Nothing was changed.")
    seq = trail.append(
        Entry(
            kind=Kind.CHANGE,
            moment=moment,
            person=account.person_id,
            subject=f"account:{account.id}",
            old=_said(before) if before else None,
            new=_said(account),
            by=by,
            why=why,
        )
    )
    stored.put_account(trail, account, seq)
    if not account.active or not may(account.roles, Act.SIGN_AT_KIOSK):
        account_pins.remove_pin(trail, account.id)
    return seq


def _said(account: Account) -> dict[str, Json]:
    return {
        "name": account.name,
        "person": account.person_id,
        "roles": as_text(account.roles),
        "state": stored.ACTIVE if account.active else stored.CLOSED,
    }


def _active(trail: Trail, account_id: str) -> Account:
    found = stored.account_of(trail, account_id)
    if found is None or not found.active:
        raise RefusedError(f"There is no active account {account_id}.")
    return found


def _another(account_id: str, by: str, why: str) -> None:
    if by == account_id:
        raise RefusedError("Nobody changes the roles of the own account or closes it; ask somebody else.")
    if not why.strip():
        raise RefusedError("A change of an account needs a justification.")


def _roles_go_together(roles: frozenset[Role]) -> None:
    refusal = refusal_of_roles(roles)
    if refusal:
        raise RefusedError(refusal)


def name_problem(new: NewAccount) -> str | None:
    """Return which of `login`, `person` and `name` cannot be taken, or None."""
    if not LOGIN.fullmatch(new.account_id):
        return "login"
    if not PERSON.fullmatch(new.person_id):
        return "person"
    name = new.name
    plain = name.isprintable() and name == " ".join(name.split()) and unicodedata.is_normalized("NFC", name)
    if not plain or len(name) > LONGEST_NAME or not any(char.isalpha() for char in name):
        return "name"
    return None


_NAME_RULES = {
    "login": "A login name has 2 to 40 characters: small letters a to z, digits, dot, hyphen, underscore.",
    "person": "A person id has 1 to 40 characters: letters, digits, dot, hyphen, underscore.",
    "name": "A printed name has 1 to 80 characters that can be seen, with single blanks between words.",
}


def _refuse_names(new: NewAccount) -> None:
    problem = name_problem(new)
    if problem:
        raise RefusedError(_NAME_RULES[problem])


def _code_hash(code: str) -> str:
    return sha256(code.strip().upper().replace("-", "").encode()).hexdigest()


def _code_serves(trail: Trail, code: str, now: datetime) -> bool:
    found = stored.setup_code(trail)
    return found is not None and now < found[1] and hmac.compare_digest(found[0], _code_hash(code))
