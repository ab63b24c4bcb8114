"""What the rules of review by exception find in entries that are no decisions: overrides, uses, readers, changes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from gate.core.audit import Kind
from gate.core.equipment_use import DropCause
from gate.core.exception_memory import Finding, Memory, Said, Stamp, elapsed, finding
from gate.core.review_rules import LATE, LONGEST, SILENT, STEP, Counted

WHY = 300
"""Characters of a justification that an exception shows; the whole stands in its entry."""

Found = Callable[[Memory, Said, Stamp], Iterator[Finding]]


def at_the_end(memory: Memory, last: Stamp) -> Iterator[Finding]:
    """Return what was still going on when the period ended: silent readers, uses open for too long."""
    for reader, since in memory.silent.items():
        if elapsed(since, last) > SILENT:
            yield _silence(reader, since, last, twin=reader)
    for (person, machine), since in memory.at_work.items():
        if elapsed(since, last) > LONGEST:
            twin = f"{person} {machine}"
            yield finding("LONG_USE", [since], seq=last.seq, twin=twin, who=(person,), machine=machine)


def _parts(said: Said) -> frozenset[str]:
    """Everybody who had a part in an entry: whom it is about, who did it, and who signed it."""
    signatures = (said.get("detail") or {}).get("signatures", ())
    signers = [name for one in signatures for name in (one.get("person"), one.get("account"))]
    named = [_new(said).get(key) for key in ("second_person_id", "second_named", "person")]
    everybody = (said.get("person"), said.get("by"), *signers, *named)
    return frozenset(str(name) for name in everybody if name)


def _new(said: Said) -> Mapping[str, Any]:
    new = said.get("new")
    return new if isinstance(new, dict) else {}


def _about(said: Said) -> dict[str, Any]:
    person = said.get("person")
    return {
        "who": (person,) if person else (),
        "machine": said.get("equipment", ""),
        "other": said.get("by", ""),
        "parts": _parts(said),
        "why": str(said.get("why", ""))[:WHY],
    }


# --- overrides and uses ---------------------------------------------------------------------------------------


def _override(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    override_id = str(said.get("subject", "")).removeprefix("override:")
    yield finding("OVERRIDE", [now], **_about(said), what=override_id, like=(override_id,))


def _left(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    memory.at_work.pop((said.get("person", ""), said.get("equipment", "")), None)
    memory.count(Counted.USES_ENDED)
    if said["kind"] == Kind.USE_CLOSED:
        yield finding("FORGOTTEN_USE", [now], **_about(said))


def _dropped(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    if (said.get("detail") or {}).get("cause") == DropCause.LONGEST_USE:
        memory.at_work.pop((said.get("person", ""), said.get("equipment", "")), None)
        yield finding("LONG_USE", [now], **_about(said))


def _expired(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    yield finding("ENDED_IN_USE", [now], **_about(said))


def _late_entry(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    """What was claimed is the exception; that somebody verified it is a signature about it."""
    if said.get("old"):
        memory.count(Counted.SIGNED)
    else:
        yield finding("LATE_ENTRY", [now], **_about(said), like=(str(said.get("subject", "")),))


def _doubtful(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    yield finding("OUTCOME", [now], what=said["kind"], like=(said["kind"],))


# --- readers, gate, clock, chain ------------------------------------------------------------------------------


def _reader_lost(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    memory.silent.setdefault(said.get("reader", ""), now)
    return iter(())


def _reader_back(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    reader = said.get("reader", "")
    since = memory.silent.pop(reader, None)
    if since is not None and elapsed(since, now) > SILENT:
        yield _silence(reader, since, now)


def _silence(reader: str, since: Stamp, until: Stamp, twin: str = "") -> Finding:
    lasted = round(elapsed(since, until).total_seconds())
    told = {"until": until.at, "reader": reader, "lasted_s": lasted, "twin": twin}
    return finding("READER_SILENT", [since], seq=until.seq, **told)


def _reader_event(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    """Tell what a reader does that it should not; a tamper contact or power that is well again is no exception."""
    detail = said.get("detail") or {}
    what = str(detail.get("what", ""))
    over = said["kind"] in {Kind.READER_TAMPER, Kind.READER_POWER} and what not in {"on", "failed"}
    if not over:
        reader = said.get("reader") or str(detail.get("line", ""))
        yield finding("READER_EVENT", [now], reader=reader, what=said["kind"], like=(reader, said["kind"]))


def _security(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    detail = said.get("detail") or {}
    if detail.get("what") == "account_blocked":
        account = str(said.get("subject", "")).removeprefix("account:")
        yield finding("ACCOUNT_BLOCKED", [now], what=account, parts={account}, like=(account,))
    elif detail.get("line"):
        yield from _reader_event(memory, said, now)


def _started(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    detail = said.get("detail") or {}
    blind = timedelta(milliseconds=detail.get("blind_ms", 0))
    if blind > SILENT:
        yield finding("GATE_SILENT", [now], lasted_s=round(blind.total_seconds()))
    config = str(detail.get("config_sha256", ""))
    if memory.config and config != memory.config:
        yield finding("CONFIGURATION", [now], what="config", like=("config",))
    memory.config = config


def _stepped(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    before, after = datetime.fromisoformat(said["old"]), datetime.fromisoformat(said["new"])
    if abs(after - before) > STEP:
        step_ms = (after - before) // timedelta(milliseconds=1)
        yield finding("CLOCK", [now], what=f"{said['kind']} {step_ms}", like=(said["kind"],))


def _untrusted(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    yield finding("CLOCK", [now], what=said["kind"], like=(said["kind"],))


def _verified(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    sound = (said.get("detail") or {}).get("sound")
    if sound is not True:
        what = "unsound" if sound is False else "not_verified"
        yield finding("TRAIL_UNSOUND", [now], what=what, like=(what,))


def _segment(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    yield finding("TRAIL_UNSOUND", [now], parts=_parts(said), what=said["kind"], like=(said["kind"],))


# --- changes --------------------------------------------------------------------------------------------------


def _changed(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    subject = str(said.get("subject", ""))
    thing = subject.partition(":")[0]
    if thing in _OF_THING:
        yield from _OF_THING[thing](memory, said, now)
    else:
        memory.count(Counted.OTHER_CHANGES)


def _configured(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    subject = str(said.get("subject") or said["kind"])
    yield finding("CONFIGURATION", [now], **_about(said), what=subject, like=(subject, said.get("by", "")))


def _equipment(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    old, new = said.get("old"), said.get("new")
    if isinstance(old, dict) and isinstance(new, dict) and old.get("mode") != new.get("mode"):
        what = f"{old.get('mode')} {new.get('mode')}"
        yield finding("MODE_CHANGED", [now], **_about(said), what=what, like=(said.get("equipment", ""),))
    else:
        yield from _configured(memory, said, now)


def _account(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    """A password that its owner sets is nobody's exception."""
    detail = said.get("detail") or {}
    subject = str(said.get("subject", ""))
    if detail.get("what") == "password_set" and not detail.get("must_change"):
        memory.count(Counted.OTHER_CHANGES)
        return
    parts = _parts(said) | {subject.partition(":")[2]}
    told = {**_about(said), "parts": parts}
    yield finding("ROLES_CHANGED", [now], **told, what=subject, like=(subject, said.get("by", "")))


def _requirements(_: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    subject = str(said.get("subject", ""))
    yield finding("REQUIREMENTS_CHANGED", [now], **_about(said), what=subject, like=(subject,))


def _badge(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    new = _new(said)
    if new.get("read") == "typed":
        yield finding("TYPED_BADGE", [now], **_about(said), what=str(said.get("badge_last4", "")))
    elif new.get("until_at") and new.get("person"):
        yield finding("POOL_BADGE", [now], **_about(said))
    else:
        memory.count(Counted.OTHER_CHANGES)


def _training(memory: Memory, said: Said, now: Stamp) -> Iterator[Finding]:
    """Training that was completed well before it came on record (LATE_RECORD, requirement E8)."""
    new = _new(said)
    completed = _day(new.get("completed_on")) if not said.get("old") else None
    if completed is not None and now.at.date() - completed > LATE:
        yield finding("LATE_RECORD", [now], **_about(said), what=str(new.get("item_id", "")))
    else:
        memory.count(Counted.OTHER_CHANGES)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _signed(memory: Memory, _: Said, __: Stamp) -> Iterator[Finding]:
    memory.count(Counted.SIGNED)
    return iter(())


def _counted(memory: Memory, _: Said, __: Stamp) -> Iterator[Finding]:
    memory.count(Counted.OTHER_CHANGES)
    return iter(())


_OF_THING: Mapping[str, Found] = MappingProxyType(
    {
        "equipment": _equipment,
        "account": _account,
        "delegate": _account,
        "requirement_set": _requirements,
        "item": _requirements,
        "item_revision": _requirements,
        "badge": _badge,
        "training_record": _training,
        "area": _configured,
        "equipment_class": _configured,
        "class": _configured,
        "machine": _equipment,
        "data_source": _configured,
    }
)
"""What a change is about -> the rule that looks at it; anything else is counted."""

OF_KIND: Mapping[str, Found] = MappingProxyType(
    {
        Kind.OVERRIDE_GRANTED: _override,
        Kind.USE_LEFT: _left,
        Kind.USE_ENDED: _left,
        Kind.USE_CLOSED: _left,
        Kind.PERMISSIVE_DROPPED: _dropped,
        Kind.USE_EXPIRED: _expired,
        Kind.ANSWERED_LATE: _doubtful,
        Kind.OUTCOME_UNKNOWN: _doubtful,
        Kind.READER_OFFLINE: _reader_lost,
        Kind.READER_ONLINE: _reader_back,
        Kind.READER_UNKNOWN: _reader_event,
        Kind.READER_TAMPER: _reader_event,
        Kind.READER_POWER: _reader_event,
        Kind.READER_OUTPUT: _reader_event,
        Kind.SECURITY: _security,
        Kind.START: _started,
        Kind.CLOCK_STEP: _stepped,
        Kind.CLOCK_UNTRUSTED: _untrusted,
        Kind.VERIFY: _verified,
        Kind.SEGMENT: _segment,
        Kind.CHANGE: _changed,
        Kind.CONFIG: _configured,
        Kind.LOAD: _configured,
        Kind.KEY: _configured,
        Kind.IMPORT_PUBLISHED: _counted,
        Kind.HOLD_SET: _counted,
        Kind.HOLD_RELEASED: _counted,
        Kind.SIGN: _signed,
        Kind.LATE_ENTRY: _late_entry,
    }
)
"""Kind of entry -> what the rules find in it; one of any other kind means nothing to them."""
