"""Make, change and close accounts: every act and its audit entry in one transaction, never with a password or hash."""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from gate.account_rules import LOGIN, NewAccount, name_problem, refuse_end, refuse_names, refuse_own, refuse_roles
from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.records import Moment
from gate.core.roles import Act, Role, as_text, may
from gate.refusals import Asked, on_record_if_refused, refuse_stale, refuse_without_why
from gate.store import account_pins
from gate.store import accounts as stored
from gate.store.accounts import Account, Secret
from gate.store.audit_trail import Trail
from gate.store.history import current_version
from gate.store.schema import accounts
from gate.store.web_sessions import Failures, put_failures, revoke_sessions_of
from gate.supervision import RefusedError

__all__ = [
    "LOGIN",
    "NewAccount",
    "active_account",
    "change_roles",
    "close_account",
    "create_account",
    "create_first_account",
    "make_setup_code",
    "name_problem",
    "set_password",
]

SETUP = "first set-up"
"""Who made the first account: the holder of the code that the terminal printed."""

SETUP_CODE_HOURS = 24


def create_account(trail: Trail, new: NewAccount, encoded: str, *, by: str, why: str, moment: Moment) -> int:
    """Make an account whose password, known to `by`, must be changed at the first login; return the entry's number.

    Raises:
        RefusedError: a name cannot be taken, the roles do not go together, or no justification is given.
    """
    account = Account(new.account_id, new.person_id, new.name, new.roles, active=True, expires_at=new.expires_at)
    with on_record_if_refused(trail, _asked("making an account", account, by, why), moment):
        refuse_without_why(why)
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
        active_account(trail, account_id)
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


def change_roles(
    trail: Trail,
    account_id: str,
    roles: frozenset[Role],
    *,
    by: str,
    why: str,
    moment: Moment,
    until: datetime | None = None,
    opened: int | None = None,
) -> int:
    """Give an account other roles, and an end or none; they hold from its next request on.

    `opened` is the version that the change was made from; None: whatever is on record.

    Raises:
        RefusedError: it is the own account, the roles do not go together, an auditor's has no end, the record changed
            meanwhile, or no justification is given; it is on record.
    """
    wanted = Account(account_id, "", "", roles, active=True, expires_at=until)
    with on_record_if_refused(trail, _asked("changing roles", wanted, by, why), moment):
        refuse_own(account_id, by)
        refuse_without_why(why)
        refuse_roles(roles)
        refuse_end(roles, until, moment)
        after = replace(active_account(trail, account_id), roles=roles, expires_at=until)
        _refuse_changed(trail, account_id, opened)
        return _change(trail, after, by=by, why=why, moment=moment)


def close_account(
    trail: Trail, account_id: str, *, by: str, why: str, moment: Moment, opened: int | None = None
) -> int:
    """End an account for good: its sessions end at once, and its login name is never given to anybody again.

    Raises:
        RefusedError: it is the own account, it is not active, the record changed meanwhile, or no justification is
            given; it is on record.
    """
    wanted = Account(account_id, "", "", frozenset(), active=False)
    with on_record_if_refused(trail, _asked("closing an account", wanted, by, why), moment):
        refuse_own(account_id, by)
        refuse_without_why(why)
        after = replace(active_account(trail, account_id), active=False)
        _refuse_changed(trail, account_id, opened)
        seq = _change(trail, after, by=by, why=why, moment=moment)
        stored.remove_secret(trail, account_id)
        revoke_sessions_of(trail, account_id, moment.at)
        return seq


def _asked(what: str, account: Account, by: str, why: str) -> Asked:
    person = account.person_id or None
    values = {name: value for name, value in _said(account).items() if value}
    return Asked(what, by, f"account:{account.id}", {**values, "why": why}, person=person)


def _create(trail: Trail, new: NewAccount, secret: Secret, *, by: str, why: str, moment: Moment) -> int:
    refuse_names(new)
    refuse_roles(new.roles)
    refuse_end(new.roles, new.expires_at, moment)
    if stored.account_of(trail, new.account_id) is not None:
        raise RefusedError(
            f"The login name {new.account_id} is or was somebody's; names are never given twice.",
            f"Le nom {new.account_id} est ou a été celui de quelqu’un; un nom n’est jamais donné deux fois.",
            "login",
        )
    other = stored.active_account_of_person(trail, new.person_id)
    if other is not None:
        raise RefusedError(
            f"Person {new.person_id} has the account {other} already; one person has one account.",
            f"La personne {new.person_id} a déjà le compte {other}; une personne a un seul compte.",
            "person",
        )
    account = Account(new.account_id, new.person_id, new.name, new.roles, active=True, expires_at=new.expires_at)
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
        raise RefusedError(
            f"Account {account.id} is like this already. Nothing was changed.",
            f"Le compte {account.id} est déjà ainsi. Rien n’a été changé.",
        )
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
    end: dict[str, Json] = {"expires_at": timestamp(account.expires_at)} if account.expires_at else {}
    return {
        "name": account.name,
        "person": account.person_id,
        "roles": as_text(account.roles),
        "state": stored.ACTIVE if account.active else stored.CLOSED,
        **end,
    }


def active_account(trail: Trail, account_id: str) -> Account:
    """Return the account as it is known now, inside the open transaction.

    Raises:
        RefusedError: there is none, or it is closed.
    """
    found = stored.account_of(trail, account_id)
    if found is None or not found.active:
        raise RefusedError(
            f"There is no active account {account_id[:40]}.", f"Il n’y a pas de compte actif {account_id[:40]}."
        )
    return found


def _refuse_changed(trail: Trail, account_id: str, opened: int | None) -> None:
    if opened is not None:
        refuse_stale(opened, current_version(trail, accounts, account_id))


def _code_hash(code: str) -> str:
    return sha256(code.strip().upper().replace("-", "").encode()).hexdigest()


def _code_serves(trail: Trail, code: str, now: datetime) -> bool:
    found = stored.setup_code(trail)
    return found is not None and now < found[1] and hmac.compare_digest(found[0], _code_hash(code))
