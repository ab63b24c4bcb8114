"""Who may do what: roles, acts, and the segregation of duties between them (requirement A7)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is on this site; an account may have several, as far as `refusal_of_roles` lets it."""

    OPERATOR = "operator"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    QA = "qa"
    SYSADMIN = "sysadmin"
    AUDITOR = "auditor"


class Act(StrEnum):
    """The closed list of what can be done with an account."""

    VIEW_LIVE = "view_live"
    VIEW_RECORDS = "view_records"
    EXPORT_RECORDS = "export_records"
    OWN_ACCOUNT = "own_account"
    GRANT_OVERRIDE = "grant_override"
    COSIGN_OVERRIDE = "cosign_override"
    REVOKE_OVERRIDE = "revoke_override"
    SET_MODE = "set_mode"
    SET_OUT_OF_SERVICE = "set_out_of_service"
    SET_QA_HOLD = "set_qa_hold"
    RELEASE_OUT_OF_SERVICE = "release_out_of_service"
    RELEASE_QA_HOLD = "release_qa_hold"
    CLOSE_USE = "close_use"
    EDIT_TRAINING = "edit_training"
    APPROVE_REQUIREMENTS = "approve_requirements"
    SIGN_REVIEW = "sign_review"
    SIGN_SEGMENT = "sign_segment"
    BLOCK_BADGE = "block_badge"
    ASSIGN_BADGE = "assign_badge"
    COMMISSION_READER = "commission_reader"
    MANAGE_ACCOUNTS = "manage_accounts"
    PLAN_DUTY = "plan_duty"
    SIGN_AT_KIOSK = "sign_at_kiosk"


_EVERYBODY = frozenset(Role)
_SUPERVISOR, _QA = frozenset({Role.SUPERVISOR}), frozenset({Role.QA})
_SYSADMIN, _TRAINER = frozenset({Role.SYSADMIN}), frozenset({Role.TRAINER})

ROLES_OF: Mapping[Act, frozenset[Role]] = {
    Act.VIEW_LIVE: _EVERYBODY,
    Act.VIEW_RECORDS: _EVERYBODY - {Role.OPERATOR},
    Act.EXPORT_RECORDS: frozenset({Role.QA, Role.AUDITOR}),
    Act.OWN_ACCOUNT: _EVERYBODY,
    Act.GRANT_OVERRIDE: _SUPERVISOR,
    Act.COSIGN_OVERRIDE: _QA,
    Act.REVOKE_OVERRIDE: _SUPERVISOR | _QA,
    Act.SET_MODE: _QA,
    Act.SET_OUT_OF_SERVICE: _SUPERVISOR,
    Act.SET_QA_HOLD: _QA,
    Act.RELEASE_OUT_OF_SERVICE: _SUPERVISOR,
    Act.RELEASE_QA_HOLD: _QA,
    Act.CLOSE_USE: _SUPERVISOR,
    Act.EDIT_TRAINING: _TRAINER | _QA,
    Act.APPROVE_REQUIREMENTS: _QA,
    Act.SIGN_REVIEW: _QA,
    Act.SIGN_SEGMENT: _QA,
    Act.BLOCK_BADGE: _SUPERVISOR | _QA | _SYSADMIN,
    Act.ASSIGN_BADGE: _SUPERVISOR | _SYSADMIN,
    Act.COMMISSION_READER: _SYSADMIN,
    Act.MANAGE_ACCOUNTS: _SYSADMIN,
    Act.PLAN_DUTY: _SUPERVISOR | _QA,
    Act.SIGN_AT_KIOSK: _SUPERVISOR | _QA,
}
"""The whole authority on the pages: an act that is not for a role here is refused."""

NEVER_SYSADMIN = frozenset(
    {
        Act.GRANT_OVERRIDE,
        Act.COSIGN_OVERRIDE,
        Act.REVOKE_OVERRIDE,
        Act.SET_QA_HOLD,
        Act.RELEASE_QA_HOLD,
        Act.EDIT_TRAINING,
        Act.APPROVE_REQUIREMENTS,
        Act.SIGN_REVIEW,
        Act.SIGN_SEGMENT,
        Act.SIGN_AT_KIOSK,
    }
)
"""Whoever makes accounts must not approve what accounts are for, whatever other role stands beside it."""

READ_ONLY = frozenset({Act.VIEW_LIVE, Act.VIEW_RECORDS, Act.EXPORT_RECORDS, Act.OWN_ACCOUNT})
"""All that an auditor can do, whatever other role stands beside it."""


def may(roles: Iterable[Role], act: Act) -> bool:
    """Tell whether somebody with these roles may do this."""
    held = frozenset(roles)
    if Role.SYSADMIN in held and act in NEVER_SYSADMIN:
        return False
    if Role.AUDITOR in held and act not in READ_ONLY:
        return False
    return bool(held & ROLES_OF[act])


def refusal_of_roles(roles: Iterable[Role]) -> str | None:
    """Return why one account cannot have these roles together, or None."""
    held = frozenset(roles)
    if not held:
        return "An account needs a role."
    if Role.AUDITOR in held and held != {Role.AUDITOR}:
        return "An auditor only reads and can have no other role."
    if Role.SYSADMIN in held and held & {Role.SUPERVISOR, Role.QA, Role.TRAINER}:
        return "A system administrator cannot be supervisor, QA or trainer; give the role to another person."
    return None


def as_text(roles: Iterable[Role]) -> str:
    """Return the roles as they are stored: words in alphabetical order with blanks."""
    return " ".join(sorted(set(roles)))


def from_text(text: str) -> frozenset[Role]:
    """Return stored roles.

    Raises:
        ValueError: a word is no role.
    """
    return frozenset(Role(word) for word in text.split())
