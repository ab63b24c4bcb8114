"""May an override be revoked: everything that stands against it (D3)."""

from gate.core.granting import Refusal
from gate.core.granting_checks import has_words
from gate.core.overrides import Phase, phase
from gate.core.records import Moment, Override
from gate.core.roles import ROLES_OF, Act


def revocation_refusals(override: Override | None, why: str, role: str, moment: Moment) -> tuple[Refusal, ...]:
    """Return everything that stands against revoking; None stands for an override that is not on record."""
    now = phase(override, moment) if override else None
    wrong = {
        "unknown_override": override is None,
        "already_revoked": now is Phase.REVOKED,
        "already_ended": now is Phase.ENDED,
        "not_allowed": role not in ROLES_OF[Act.REVOKE_OVERRIDE],
        "no_justification": not has_words(why),
    }
    return tuple(refusal for refusal in TABLE if wrong[refusal.code])


TABLE = (
    Refusal(
        "unknown_override",
        "This override is not on record. Choose one that is.",
        "Cette dérogation n’est pas au registre. Choisissez-en une qui y est.",
        "override_id",
    ),
    Refusal(
        "already_revoked",
        "This override is revoked already. Nothing was changed.",
        "Cette dérogation est déjà révoquée. Rien n’a changé.",
        "override_id",
    ),
    Refusal(
        "already_ended",
        "This override has ended already. Nothing was changed.",
        "Cette dérogation a déjà pris fin. Rien n’a changé.",
        "override_id",
    ),
    Refusal(
        "not_allowed",
        "Only a supervisor or QA revokes an override. Ask one of them.",
        "Seuls un superviseur ou l’AQ révoquent une dérogation. Demandez à l’un d’eux.",
        "role",
    ),
    Refusal(
        "no_justification",
        "A justification in words is missing. Say why, with 10 letters or more.",
        "Il manque une justification en mots. Dites pourquoi, en 10 lettres ou plus.",
        "why",
    ),
)
