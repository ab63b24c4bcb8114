"""Help somebody back to the own account: a new first password, and an end to the block; never one's own account."""

from gate.account_rules import refuse_own
from gate.accounts import active_account
from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.refusals import Asked, on_record_if_refused, refuse_stale, refuse_without_why
from gate.store.accounts import Secret, password_set_at, put_secret
from gate.store.audit_trail import Trail
from gate.store.web_sessions import Failures, put_failures, revoke_sessions_of


def reset_password(
    trail: Trail, account_id: str, encoded: str, *, opened: int | None, by: str, why: str, moment: Moment
) -> int:
    """Give a first password again, to be changed at the next login; sessions and a block end. Return its entry.

    `opened` is the entry of the password's setting that the form was made from, so that a form sent twice resets once.

    Raises:
        RefusedError: it is the own account, there is no such active one, the password was set meanwhile, or no
            justification is given; it is on record.
    """
    asked = Asked("resetting a password", by, f"account:{account_id}", {"why": why})
    with on_record_if_refused(trail, asked, moment):
        _refuse(trail, account_id, by, why)
        if opened is not None:
            refuse_stale(opened, password_set_at(trail, account_id))
        seq = trail.append(_entry(account_id, {"what": "password_reset", "must_change": True}, by, why, moment))
        put_secret(trail, account_id, Secret(encoded, must_change=True), seq)
        put_failures(trail, account_id, Failures())
        revoke_sessions_of(trail, account_id, moment.at)
        return seq


def unblock_account(trail: Trail, account_id: str, *, by: str, why: str, moment: Moment) -> int:
    """Let an account sign in before its rest after wrong passwords is over; return the entry's number.

    Raises:
        RefusedError: it is the own account, there is no such active one, or no justification is given; it is on record.
    """
    asked = Asked("unblocking an account", by, f"account:{account_id}", {"why": why})
    with on_record_if_refused(trail, asked, moment):
        _refuse(trail, account_id, by, why)
        seq = trail.append(_entry(account_id, {"what": "account_unblocked"}, by, why, moment))
        put_failures(trail, account_id, Failures())
        return seq


def _refuse(trail: Trail, account_id: str, by: str, why: str) -> None:
    refuse_own(account_id, by)
    refuse_without_why(why)
    active_account(trail, account_id)


def _entry(account_id: str, detail: dict[str, Json], by: str, why: str, moment: Moment) -> Entry:
    return Entry(kind=Kind.CHANGE, moment=moment, subject=f"account:{account_id}", by=by, why=why, detail=detail)
