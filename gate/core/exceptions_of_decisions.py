"""What the rules of review by exception find in decisions: denials, lending, overrides' use, old data."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gate.core.alert_causes import denial_of
from gate.core.exception_memory import Finding, Memory, Said, Stamp, Stretch, elapsed, finding
from gate.core.reasons import REASONS
from gate.core.review_rules import LENDING, MANY_OF_A_REVISION, REPEAT, REPEATS, Counted
from gate.core.terms import Mode, Outcome

SHOWN = 20
"""Entries of one exception that are named; the rest are counted."""

SWEEP = 1000
"""Decisions after which what is over is let go of."""

RULE_OF_ALLOW = {"ALLOW_GRACE": "GRACE", "ALLOW_TRAINEE": "TRAINEE", "ALLOW_ESCORTED": "TRAINEE"}
BY_OVERRIDE = frozenset({"ALLOW_OVERRIDE", "ALLOW_EMERGENCY"})

RULE_OF_DENIAL: Mapping[str, str] = MappingProxyType(
    {
        "BADGE_UNKNOWN": "UNKNOWN_BADGE",
        "BADGE_LOST": "BLOCKED_BADGE",
        "BADGE_REPLACED": "BLOCKED_BADGE",
        "PERSON_SUSPENDED": "SUSPENDED",
        "EQ_QUARANTINE": "QA_HOLD",
        "BADGE_ELSEWHERE": "TWO_MACHINES",
    }
)
"""Reason -> its own rule; another reason that QA reviews is DENIED_FOR_QA, a fault of the system SYSTEM_FAULT."""

TOLD_ELSEWHERE = frozenset({"SYS_DATA_STALE", "SOP_REVISION", "OVERRIDE_EXPIRED", "OVERRIDE_REVOKED", "OVERRIDE_SCOPE"})
"""Reasons that another rule tells of, or that only explain what became of an override."""

IDENTITY = 2
"""Precedence of the reasons that are wrong with the badge itself: they count in trial too."""

SYSTEM = 1
"""Precedence of the reasons that are faults of the system."""


def decision(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    """Return what one decision comes to."""
    outcome, trial = said.get("outcome"), said.get("mode") == Mode.SHADOW
    yield from _stale(memory, said, now)
    yield from _swept(memory, now)
    if outcome == Outcome.ALLOW:
        memory.count(Counted.OVERRIDDEN if _codes(said) & BY_OVERRIDE else Counted.ALLOWED)
        yield from _allowed(memory, said, now)
    elif outcome == Outcome.DENY:
        memory.count(Counted.TRIAL_DENIED if trial else Counted.DENIED)
        yield from _denied(memory, said, now, trial=trial)
    else:
        memory.count(Counted.PENDING)


def at_the_end(memory: Memory) -> Iterator[Finding]:
    """Return what was still going on when the period ended."""
    yield from [found for stretch in memory.denied.values() for found in _burst(stretch)]
    for key, stretch in memory.revisions.items():
        if stretch.times > MANY_OF_A_REVISION:
            yield _revision(key, stretch, memory)
    if memory.stale is not None:
        yield _stale_finding(memory.stale)


def _codes(said: Said) -> frozenset[str]:
    return frozenset(said.get("reasons", ()))


def _reasons(said: Said) -> tuple[str, ...]:
    return tuple(said.get("reasons", ()))


def _who(said: Said) -> dict[str, Any]:
    person = said.get("person")
    return {"who": (person,) if person else (), "machine": said.get("equipment", "")}


# --- allowed --------------------------------------------------------------------------------------------------


def _allowed(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    for rule in sorted({RULE_OF_ALLOW[code] for code in _codes(said) if code in RULE_OF_ALLOW}):
        yield finding(rule, [now], **_who(said))
    if "BADGE_ELSEWHERE" in (said.get("detail") or {}).get("warnings", ()):
        yield finding("TWO_MACHINES", [now], **_who(said), like=(str(said.get("person")),))
    person, machine = said.get("person"), said.get("equipment", "")
    if person:
        yield from _lent(memory, person, machine, now)
        memory.at_work[person, machine] = now


def _lent(memory: Memory, person: str, machine: str, now: Stamp) -> Iterator[Finding]:
    """Somebody else was turned away here a moment ago, and now this badge opens what that person's did not."""
    lately = [(then, who) for then, who in memory.refused.pop(machine, ()) if elapsed(then, now) <= LENDING]
    others = [(then, who) for then, who in lately if who != person]
    if others:
        names = tuple(dict.fromkeys(who for _, who in others))
        yield finding("LENT_BADGE", [*(then for then, _ in others), now], who=names, other=person, machine=machine)


# --- denied ---------------------------------------------------------------------------------------------------


def _denied(memory: Memory, said: Said, now: Stamp, *, trial: bool) -> Iterator[Finding]:
    codes = [code for code in said.get("reasons", ()) if code in REASONS]
    counted = [code for code in codes if not (trial and REASONS[code].precedence > IDENTITY)]
    told = list(_of_reasons(said, now, counted))
    yield from told
    if "SOP_REVISION" in counted:
        _on_a_revision(memory, said, now)
    attempt = denial_of(said)
    if attempt is not None:
        yield from _again(memory, said, now, told_already=bool(told))
        _refused(memory, said.get("person"), attempt.equipment or "", now)


def _refused(memory: Memory, person: str | None, machine: str, now: Stamp) -> None:
    if person:
        others = [(then, who) for then, who in memory.refused.get(machine, ()) if who != person]
        memory.refused[machine] = [*others, (now, person)]


def _of_reasons(said: Said, now: Stamp, codes: Sequence[str]) -> Iterator[Finding]:
    """Return one exception for each rule that a reason belongs to."""
    who = {**_who(said), "reasons": _reasons(said)}
    place = (*who["who"], who["machine"])
    told = [code for code in codes if REASONS[code].exception and code not in TOLD_ELSEWHERE]
    for rule in dict.fromkeys(_rule_of(code) for code in told):
        of_rule = [code for code in told if _rule_of(code) == rule]
        what = " ".join(of_rule)
        match rule:
            case "UNKNOWN_BADGE":
                yield finding(rule, [now], **who, what=str(said.get("badge_last4", "")), like=(who["machine"],))
            case "SYSTEM_FAULT":
                yield finding(rule, [now], **who, what=what, like=(who["machine"], what))
            case _:
                yield finding(rule, [now], **who, what=what, like=(*place, what))


def _rule_of(code: str) -> str:
    other = "SYSTEM_FAULT" if REASONS[code].precedence == SYSTEM else "DENIED_FOR_QA"
    return RULE_OF_DENIAL.get(code, other)


def _again(memory: Memory, said: Said, now: Stamp, *, told_already: bool) -> Iterator[Finding]:
    """Count a badge that is tried again and again; what another rule tells of already is counted there."""
    badge = said.get("person") or said.get("badge") or said.get("subject")
    if badge is None or told_already:
        return
    key = (str(badge), said.get("equipment", ""))
    stretch = memory.denied.get(key)
    if stretch is not None and elapsed(stretch.last, now) <= REPEAT:
        stretch.add(now, SHOWN)
        return
    if stretch is not None:
        yield from _burst(stretch)
    told = {**_who(said), "what": str(said.get("badge_last4", "")), "like": key, "reasons": _reasons(said)}
    memory.denied[key] = Stretch(now, now, [now], told)


def _swept(memory: Memory, now: Stamp) -> Iterator[Finding]:
    """Let go of tries that are over, so that badges made up one after another do not fill the memory."""
    memory.swept += 1
    if memory.swept < SWEEP:
        return
    memory.swept = 0
    for key in [key for key, stretch in memory.denied.items() if elapsed(stretch.last, now) > REPEAT]:
        yield from _burst(memory.denied.pop(key))


def _burst(stretch: Stretch) -> Iterator[Finding]:
    if stretch.times >= REPEATS:
        yield finding(
            "OFTEN_DENIED",
            stretch.shown,
            seq=stretch.shown[REPEATS - 1].seq,
            until=stretch.last.at,
            times=stretch.times,
            **stretch.told,
        )


def _on_a_revision(memory: Memory, said: Said, now: Stamp) -> None:
    for row in (said.get("evidence") or {}).get("requirements", ()):
        if len(row) > 3 and row[3] == "SOP_REVISION":
            memory.on_revision(str(row[0]), now, said.get("person"), SHOWN)


def _revision(key: str, stretch: Stretch, memory: Memory) -> Finding:
    return finding(
        "NEW_REVISION",
        stretch.shown,
        seq=stretch.shown[MANY_OF_A_REVISION].seq,
        until=stretch.last.at,
        who=tuple(sorted(memory.revision_people[key])),
        what=key,
        times=stretch.times,
        like=(key,),
    )


# --- old data -------------------------------------------------------------------------------------------------


def _stale(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    """One exception a run of decisions on old data: it is the data that is old, not each decision that is odd."""
    warned = (said.get("detail") or {}).get("warnings", ())
    if "SYS_DATA_STALE" in warned or "SYS_DATA_STALE" in _codes(said):
        if memory.stale is not None and memory.stale.first.seq >= memory.first_seq:
            memory.stale.add(now, SHOWN)
        else:
            memory.stale = Stretch(now, now, [now])
    elif memory.stale is not None:
        yield _stale_finding(memory.stale)
        memory.stale = None


def _stale_finding(stretch: Stretch) -> Finding:
    seq = stretch.first.seq
    return finding("STALE_DATA", stretch.shown, seq=seq, until=stretch.last.at, times=stretch.times)
