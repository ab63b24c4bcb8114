"""Who may do what: roles, acts, and the segregation of duties between them (requirement A7)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


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
    ADD_REFERENCE = "add_reference"
    DISPOSE_OVERRIDE = "dispose_override"
    APPOINT_DELEGATE = "appoint_delegate"
    SET_MODE = "set_mode"
    SET_OUT_OF_SERVICE = "set_out_of_service"
    SET_QA_HOLD = "set_qa_hold"
    RELEASE_OUT_OF_SERVICE = "release_out_of_service"
    RELEASE_QA_HOLD = "release_qa_hold"
    CLOSE_USE = "close_use"
    EDIT_TRAINING = "edit_training"
    APPROVE_REQUIREMENTS = "approve_requirements"
    ATTEST_DATA = "attest_data"
    CERTIFY_FIRST = "certify_first"
    SIGN_REVIEW = "sign_review"
    SIGN_SEGMENT = "sign_segment"
    CONFIRM_SEGMENT = "confirm_segment"
    VERIFY_RECORDS = "verify_records"
    VIEW_REVIEWS = "view_reviews"
    BLOCK_BADGE = "block_badge"
    UNBLOCK_BADGE = "unblock_badge"
    ASSIGN_BADGE = "assign_badge"
    LEND_BADGE = "lend_badge"
    COMMISSION_READER = "commission_reader"
    MANAGE_ACCOUNTS = "manage_accounts"
    HANDLE_ALERT = "handle_alert"
    WRITE_SHIFT_NOTE = "write_shift_note"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_EQUIPMENT = "manage_equipment"
    APPROVE_EQUIPMENT = "approve_equipment"
    SUSPEND = "suspend"
    ACCEPT_RISK = "accept_risk"
    PLAN_DUTY = "plan_duty"
    SIGN_AT_KIOSK = "sign_at_kiosk"
    SAVE_VIEW = "save_view"
    RECORD_LOT = "record_lot"
    ENTER_LATE = "enter_late"
    VERIFY_LATE = "verify_late"
    REVIEW_ACCESS = "review_access"


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
    Act.ADD_REFERENCE: _SUPERVISOR | _QA,
    Act.DISPOSE_OVERRIDE: _QA,
    Act.APPOINT_DELEGATE: _QA,
    Act.SET_MODE: _QA,
    Act.SET_OUT_OF_SERVICE: _SUPERVISOR,
    Act.SET_QA_HOLD: _QA,
    Act.RELEASE_OUT_OF_SERVICE: _SUPERVISOR,
    Act.RELEASE_QA_HOLD: _QA,
    Act.CLOSE_USE: _SUPERVISOR,
    Act.EDIT_TRAINING: _TRAINER | _QA,
    Act.APPROVE_REQUIREMENTS: _QA,
    Act.ATTEST_DATA: _QA,
    Act.CERTIFY_FIRST: _QA,
    Act.SIGN_REVIEW: _QA,
    Act.SIGN_SEGMENT: _QA,
    Act.CONFIRM_SEGMENT: _QA | _SUPERVISOR,
    Act.VERIFY_RECORDS: _QA | _SYSADMIN,
    Act.VIEW_REVIEWS: frozenset({Role.QA, Role.AUDITOR}),
    Act.BLOCK_BADGE: _SUPERVISOR | _QA | _SYSADMIN,
    Act.UNBLOCK_BADGE: _QA | _SYSADMIN,
    Act.ASSIGN_BADGE: _SUPERVISOR | _SYSADMIN,
    Act.LEND_BADGE: _SUPERVISOR,
    Act.COMMISSION_READER: _SYSADMIN,
    Act.MANAGE_ACCOUNTS: _SYSADMIN,
    Act.HANDLE_ALERT: _SUPERVISOR | _QA | _SYSADMIN,
    Act.WRITE_SHIFT_NOTE: _SUPERVISOR,
    Act.MANAGE_PEOPLE: _SYSADMIN,
    Act.MANAGE_EQUIPMENT: _SYSADMIN,
    Act.APPROVE_EQUIPMENT: _QA,
    Act.SUSPEND: _QA,
    Act.ACCEPT_RISK: _QA,
    Act.PLAN_DUTY: _SUPERVISOR | _QA,
    Act.SIGN_AT_KIOSK: _SUPERVISOR | _QA,
    Act.SAVE_VIEW: _EVERYBODY - {Role.OPERATOR, Role.AUDITOR},
    Act.RECORD_LOT: _SUPERVISOR | _QA,
    Act.ENTER_LATE: _SUPERVISOR | _QA,
    Act.VERIFY_LATE: _SUPERVISOR | _QA,
    Act.REVIEW_ACCESS: _QA,
}
"""The whole authority on the pages: an act that is not for a role here is refused."""

NEVER_SYSADMIN = frozenset(
    {
        Act.GRANT_OVERRIDE,
        Act.COSIGN_OVERRIDE,
        Act.REVOKE_OVERRIDE,
        Act.ADD_REFERENCE,
        Act.DISPOSE_OVERRIDE,
        Act.APPOINT_DELEGATE,
        Act.SET_QA_HOLD,
        Act.RELEASE_QA_HOLD,
        Act.EDIT_TRAINING,
        Act.APPROVE_REQUIREMENTS,
        Act.ATTEST_DATA,
        Act.CERTIFY_FIRST,
        Act.SIGN_REVIEW,
        Act.SIGN_SEGMENT,
        Act.CONFIRM_SEGMENT,
        Act.APPROVE_EQUIPMENT,
        Act.SUSPEND,
        Act.ACCEPT_RISK,
        Act.SIGN_AT_KIOSK,
        Act.RECORD_LOT,
        Act.ENTER_LATE,
        Act.VERIFY_LATE,
        Act.REVIEW_ACCESS,
    }
)
"""Whoever makes accounts must not approve what accounts are for, whatever other role stands beside it."""

READ_ONLY = frozenset({Act.VIEW_LIVE, Act.VIEW_RECORDS, Act.VIEW_REVIEWS, Act.EXPORT_RECORDS, Act.OWN_ACCOUNT})
"""All that an auditor can do, whatever other role stands beside it."""


def may(roles: Iterable[Role], act: Act) -> bool:
    """Tell whether somebody with these roles may do this."""
    held = frozenset(roles)
    if Role.SYSADMIN in held and act in NEVER_SYSADMIN:
        return False
    if Role.AUDITOR in held and act not in READ_ONLY:
        return False
    return bool(held & ROLES_OF[act])


class RolesRefusal(NamedTuple):
    """Why roles do not go together, for whoever gives them."""

    text_en: str
    text_fr: str


NO_ROLE = RolesRefusal("An account needs a role.", "Un compte demande un rôle.")
NOT_ONLY_READING = RolesRefusal(
    "An auditor only reads and can have no other role.", "Un auditeur consulte seulement et n’a aucun autre rôle."
)
APPROVING_SYSADMIN = RolesRefusal(
    "A system administrator cannot be supervisor, QA or trainer; give the role to another person.",
    "L’administration du système ne va pas avec la supervision, l’AQ ou la formation; "
    "donnez ce rôle à une autre personne.",
)


def refusal_of_roles(roles: Iterable[Role]) -> RolesRefusal | None:
    """Return why one account cannot have these roles together, or None."""
    held = frozenset(roles)
    if not held:
        return NO_ROLE
    if Role.AUDITOR in held and held != {Role.AUDITOR}:
        return NOT_ONLY_READING
    if Role.SYSADMIN in held and held & {Role.SUPERVISOR, Role.QA, Role.TRAINER}:
        return APPROVING_SYSADMIN
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
