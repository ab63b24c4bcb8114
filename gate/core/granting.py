"""May an override be granted: everything that stands against it, out of one table (D1-D5, D8)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from gate.core import granting_checks as check
from gate.core.granting_checks import (
    SUPERVISOR,
    SYSADMIN,
    GrantContext,
    GrantRequest,
    SiteRules,
    failing_now,
    has_words,
    named,
    when,
)
from gate.core.reasons import REASONS
from gate.core.terms import Operation

__all__ = [
    "TABLE",
    "GrantContext",
    "GrantRequest",
    "Refusal",
    "SiteRules",
    "failing_now",
    "refusals",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why the act is refused, with the field of the form that it is about."""

    code: str
    text_en: str
    text_fr: str
    field: str


class Rule(NamedTuple):
    """One way to be refused; `against` returns None or what the texts name."""

    code: str
    field: str
    against: Callable[[GrantRequest, GrantContext], str | None]
    en: str
    fr: str


def refusals(request: GrantRequest, context: GrantContext) -> tuple[Refusal, ...]:
    """Return everything that stands against the grant, in the order of the table; empty: it may be granted."""
    found = []
    for rule in TABLE:
        what = rule.against(request, context)
        if what is not None:
            names = {"what": what, "person": request.person_id, "equipment": request.equipment_id}
            found.append(Refusal(rule.code, rule.en.format(**names), rule.fr.format(**names), rule.field))
    return tuple(found)


TABLE: tuple[Rule, ...] = (
    Rule(
        "unknown_person",
        "person_id",
        lambda _, c: when(c.person is None),
        "Person {person} is not on record. Choose somebody who is.",
        "La personne {person} n’est pas au registre. Choisissez quelqu’un qui y est.",
    ),
    Rule(
        "unknown_equipment",
        "equipment_id",
        lambda _, c: when(c.equipment is None),
        "Equipment {equipment} is not on record. Choose one that is.",
        "L’équipement {equipment} n’est pas au registre. Choisissez-en un qui y est.",
    ),
    Rule(
        "unknown_operation",
        "operations",
        lambda r, _: named(r.operations - {o.value for o in Operation}),
        "There is no operation {what}. Choose from the list.",
        "Il n’y a pas d’opération {what}. Choisissez dans la liste.",
    ),
    Rule(
        "no_operation",
        "operations",
        lambda r, _: when(not r.operations),
        "No operation is named. Name at least one.",
        "Aucune opération n’est nommée. Nommez-en au moins une.",
    ),
    Rule(
        "unknown_reason",
        "reasons",
        lambda r, _: named(r.reasons - REASONS.keys()),
        "There is no reason {what}. Choose from the list.",
        "Il n’y a pas de motif {what}. Choisissez dans la liste.",
    ),
    Rule(
        "no_reason",
        "reasons",
        lambda r, _: when(not r.reasons),
        "No reason to lift is named. Name each one that fails.",
        "Aucun motif à lever n’est nommé. Nommez chacun de ceux qui bloquent.",
    ),
    Rule(
        "signed_by_another",
        "approver_person_id",
        lambda r, c: when(r.approver_person_id != c.signer_person_id),
        "Who signs is not the approver who is named. Sign in as the approver.",
        "La personne qui signe n’est pas celle qui approuve. Connectez-vous comme approbateur.",
    ),
    Rule(
        "to_himself",
        "person_id",
        lambda r, c: when(r.person_id in {r.approver_person_id, c.signer_person_id}),
        "Nobody grants an override to himself. Ask another supervisor.",
        "Nul n’accorde une dérogation à soi-même. Demandez à un autre superviseur.",
    ),
    Rule(
        "sysadmin",
        "approver_person_id",
        lambda r, _: when(SYSADMIN in r.approver_roles),
        "Who administers the system grants no override. Ask a supervisor.",
        "Qui administre le système n’accorde aucune dérogation. Demandez à un superviseur.",
    ),
    Rule(
        "not_a_supervisor",
        "approver_person_id",
        lambda r, _: when(SUPERVISOR not in r.approver_roles),
        "Only a supervisor grants an override. Ask one.",
        "Seul un superviseur accorde une dérogation. Demandez-en un.",
    ),
    Rule(
        "not_his_supervisor",
        "person_id",
        lambda _, c: when(c.supervisor_of is False),
        "You are not the supervisor of {person}. Ask the one who is.",
        "Vous n’êtes pas le superviseur de {person}. Demandez à celui qui l’est.",
    ),
    Rule(
        "suspended",
        "person_id",
        lambda _, c: when(c.suspended or "PERSON_SUSPENDED" in failing_now(c)),
        "{person} is suspended. Only QA can lift a suspension; no override does.",
        "{person} est sous suspension. Seule l’AQ peut la lever; aucune dérogation ne le fait.",
    ),
    Rule(
        "visitor",
        "person_id",
        check.visitor,
        "{person} is a visitor, and no visitor operates a machine.",
        "{person} est en visite, et aucun visiteur n’opère une machine.",
    ),
    Rule(
        "starts_in_past",
        "starts_at",
        lambda r, c: when(r.starts_at < c.moment.at - check.PAST_TOLERANCE),
        "It would start in the past. Nothing is granted afterwards; let it start now.",
        "Elle commencerait dans le passé. Rien ne s’accorde après coup; faites-la commencer maintenant.",
    ),
    Rule(
        "ends_early",
        "ends_at",
        check.ends_early,
        "It would end before it starts, or is over already. Choose a later end.",
        "Elle finirait avant de commencer, ou est déjà finie. Choisissez une fin plus tardive.",
    ),
    Rule(
        "too_long",
        "ends_at",
        check.too_long,
        "It would last longer than {what} h. Choose an earlier end.",
        "Elle durerait plus de {what} h. Choisissez une fin plus proche.",
    ),
    Rule(
        "emergency_too_long",
        "ends_at",
        check.emergency_too_long,
        "An emergency override lasts 2 h at most. Choose an earlier end.",
        "Une dérogation d’urgence dure 2 h au plus. Choisissez une fin plus proche.",
    ),
    Rule(
        "never_lifted",
        "reasons",
        check.never_lifted,
        "No override lifts {what}. It must be mended.",
        "Aucune dérogation ne lève {what}. Il faut y remédier.",
    ),
    Rule(
        "needs_cosigner",
        "cosigner_person_id",
        check.needs_cosigner,
        "{what} needs QA's co-signature. Ask QA to co-sign.",
        "{what} exige la cosignature de l’AQ. Demandez à l’AQ de cosigner.",
    ),
    Rule(
        "critical_equipment",
        "cosigner_person_id",
        check.critical,
        "{equipment} is critical or stands in a sterile area; an override needs QA's co-signature. Ask QA to co-sign.",
        "{equipment} est critique ou en zone stérile; une dérogation exige la cosignature de l’AQ. Demandez-la.",
    ),
    Rule(
        "second_in_30_days",
        "cosigner_person_id",
        check.second_in_30_days,
        "{person} had {what} on {equipment} within 30 days; another needs QA's co-signature. Ask QA to co-sign.",
        "{person} en a eu {what} sur {equipment} en 30 jours; une autre exige la cosignature de l’AQ. Demandez-la.",
    ),
    Rule(
        "cosigner_not_independent",
        "cosigner_person_id",
        check.cosigner_is_one_of_them,
        "Who co-signs must be neither the approver nor {person}. Ask somebody else of QA.",
        "Qui cosigne ne doit être ni l’approbateur ni {person}. Demandez à quelqu’un d’autre de l’AQ.",
    ),
    Rule(
        "cosigner_not_qa",
        "cosigner_person_id",
        check.cosigner_not_qa,
        "Who co-signs must be of QA, or appointed by QA for today. Ask one of them.",
        "Qui cosigne doit être de l’AQ, ou avoir sa délégation aujourd’hui. Demandez à l’une de ces personnes.",
    ),
    Rule(
        "cosigned_by_another",
        "cosigner_person_id",
        lambda r, c: when(r.cosigner_person_id != c.cosigned_by_person_id),
        "Who co-signed is not the person who is named. Let that person co-sign.",
        "La personne qui a cosigné n’est pas celle qui est nommée. Faites cosigner cette personne.",
    ),
    Rule(
        "needs_second_person",
        "second_named_person_id",
        check.second_person,
        "An emergency override names a second person who is on record. Name one.",
        "Une dérogation d’urgence nomme une seconde personne au registre. Nommez-la.",
    ),
    Rule(
        "second_person_not_independent",
        "second_named_person_id",
        check.second_is_one_of_them,
        "The second person must be neither you nor {person}. Name somebody else.",
        "La seconde personne ne doit être ni vous ni {person}. Nommez quelqu’un d’autre.",
    ),
    Rule(
        "already_covered",
        "person_id",
        check.covered,
        "An override that does the same lasts until {what}. No second one is needed.",
        "Une dérogation qui fait de même dure jusqu’à {what}. Il n’en faut pas une seconde.",
    ),
    Rule(
        "not_needed",
        "operations",
        check.not_needed,
        "{person} meets everything for {what} now: no override is needed.",
        "{person} remplit tout pour {what} maintenant : aucune dérogation n’est nécessaire.",
    ),
    Rule(
        "not_failing",
        "reasons",
        check.not_failing,
        "{what} does not fail now. Take it off the list.",
        "{what} ne bloque pas maintenant. Retirez-le de la liste.",
    ),
    Rule(
        "not_all_covered",
        "reasons",
        check.left_over,
        "{what} fails too and is not named: an override lifts all or nothing. Name it or mend it.",
        "{what} bloque aussi et n’est pas nommé : une dérogation lève tout ou rien. Nommez-le ou remédiez-y.",
    ),
    Rule(
        "no_justification",
        "justification",
        lambda r, _: when(not has_words(r.justification)),
        "A justification in words is missing. Say why, with 10 letters or more.",
        "Il manque une justification en mots. Dites pourquoi, en 10 lettres ou plus.",
    ),
    Rule(
        "reference_form",
        "reference",
        check.reference,
        "The deviation or temporary-change reference does not have the site's form {what}. Correct it.",
        "La référence de déviation ou de changement temporaire n’a pas la forme du site {what}. Corrigez-la.",
    ),
)
"""Nothing here depends on another row: each refuses by itself, whatever the rest of the request says."""
