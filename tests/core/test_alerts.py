"""The rules of the alerts: what an entry raises and ends, what counts as an attempt, who is told and when again."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from gate.core.alert_causes import REPEAT, Denial, changes_of, denial_of, repeated, within
from gate.core.alert_conditions import DiskLimits, Source, data_conditions, disk_conditions, gate_conditions
from gate.core.alert_routes import LONGEST_WAIT_S, TRIES, Route, wait_s, wants
from gate.core.alert_rules import PART_OF, RANK, RULES, TIMED, TO_HANDLE, Change, Ended, Raised, Severity
from gate.core.audit import Kind

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def said(kind: Kind, **more: Any) -> dict[str, Any]:
    return {"kind": kind.value, "at": "2026-11-23T17:00:00.000Z", "seq": 1, **more}


def of_reader(kind: Kind, what: str = "", reader: str | None = "R1") -> dict[str, Any]:
    found = said(kind, detail={"line": "line-1", "what": what})
    return {**found, "reader": reader} if reader else found


def denied(*reasons: str, **more: Any) -> dict[str, Any]:
    usual = {"outcome": "deny", "reader": "R1", "equipment": "TP-01", "mode": "enforce", "badge_last4": "0C86"}
    return said(Kind.DECISION, **{**usual, "reasons": list(reasons), **more})


def keys(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [("raised" if isinstance(one, Raised) else "ended", one.rule, one.subject) for one in changes]


CAUSES = [
    (of_reader(Kind.READER_OFFLINE, "no answer"), [("raised", "READER_LOST", "R1")]),
    (of_reader(Kind.READER_ONLINE), [("ended", "READER_LOST", "R1")]),
    (of_reader(Kind.PORT_LOST, "gone", None), [("raised", "LINE_LOST", "line-1")]),
    (of_reader(Kind.PORT_OPENED, "", None), [("ended", "LINE_LOST", "line-1")]),
    (of_reader(Kind.READER_UNKNOWN, "BadgeRead from address 3", None), [("raised", "READER_UNKNOWN", "line-1")]),
    (of_reader(Kind.READER_TAMPER, "on"), [("raised", "READER_TAMPER", "R1")]),
    (of_reader(Kind.READER_TAMPER, "off"), [("ended", "READER_TAMPER", "R1")]),
    (of_reader(Kind.READER_POWER, "failed"), [("raised", "READER_POWER", "R1")]),
    (of_reader(Kind.READER_POWER, "back"), [("ended", "READER_POWER", "R1")]),
    (of_reader(Kind.READER_OUTPUT, "output still on"), [("raised", "OUTPUT_FAULT", "R1")]),
    (of_reader(Kind.SECURITY, "wrong_mac"), [("raised", "READER_SECURITY", "R1")]),
    (
        said(Kind.SECURITY, subject="account:sup", detail={"what": "account_blocked"}),
        [("raised", "ACCOUNT_BLOCKED", "sup")],
    ),
    (said(Kind.SECURITY, detail={"what": "refused", "cause": "role"}), []),
    (said(Kind.SECURITY), []),
    (said(Kind.CLOCK_UNTRUSTED), [("raised", "CLOCK_UNTRUSTED", "clock")]),
    (said(Kind.CLOCK_TRUSTED), [("ended", "CLOCK_UNTRUSTED", "clock")]),
    (
        said(Kind.VERIFY, detail={"sound": True}),
        [("ended", "TRAIL_UNSOUND", "trail"), ("ended", "VERIFY_MISSED", "trail")],
    ),
    (
        said(Kind.VERIFY, detail={"sound": False, "what": "first bad number 12"}),
        [("raised", "TRAIL_UNSOUND", "trail"), ("ended", "VERIFY_MISSED", "trail")],
    ),
    (said(Kind.SECURITY, detail={"what": "checkpoint_mismatch"}), [("raised", "TRAIL_UNSOUND", "trail")]),
    (
        said(Kind.SECURITY, subject="witness:w1", detail={"what": "witness_refused"}),
        [("raised", "HEAD_REFUSED", "w1")],
    ),
    (said(Kind.SECURITY, subject="witness:w1", detail={"what": "witness_agrees"}), [("ended", "HEAD_REFUSED", "w1")]),
    (said(Kind.VERIFY, detail={"what": "no such file"}), [("raised", "VERIFY_MISSED", "trail")]),
    (said(Kind.BACKUP, detail={"what": "missed", "tries": 1}), [("raised", "BACKUP_MISSED", "backup")]),
    (said(Kind.BACKUP, detail={"what": "made", "sound": False}), [("ended", "BACKUP_MISSED", "backup")]),
    (said(Kind.BACKUP, detail={"what": "restored"}), []),
    (
        said(Kind.USE_EXPIRED, ref=7, equipment="TP-01", person="E1", detail={"cause": "certification_ended"}),
        [("raised", "ENDED_IN_USE", "7")],
    ),
    (
        said(Kind.PERMISSIVE_DROPPED, ref=7, equipment="TP-01", detail={"cause": "badge_blocked"}),
        [("raised", "ENDED_IN_USE", "7")],
    ),
    (said(Kind.PERMISSIVE_DROPPED, ref=7, equipment="TP-01", detail={"cause": "window_ended"}), []),
    (said(Kind.USE_LEFT, ref=7), [("ended", "ENDED_IN_USE", "7")]),
    (said(Kind.USE_ENDED, ref=7), [("ended", "ENDED_IN_USE", "7")]),
    (denied("BADGE_LOST", badge="B-1"), [("raised", "BADGE_LOST_USED", "B-1@TP-01")]),
    (denied("READER_UNKNOWN"), [("raised", "READER_UNKNOWN", "TP-01")]),
    (denied("SYS_INTEGRITY"), [("raised", "TRAIL_UNSOUND", "trail")]),
    (denied("SYS_LOG_FAIL"), [("raised", "RECORDS_FAULT", "records")]),
    (denied("SYS_ERROR"), [("raised", "PROGRAM_FAULT", "TP-01")]),
    (denied("SYS_CONFIG"), [("raised", "NOT_CONFIGURED", "TP-01")]),
    (denied("TRAINING_EXPIRED"), []),
    (said(Kind.START), []),
]


@pytest.mark.req("A2", "A8", "C8", "E4", "E10", "G3")
@pytest.mark.parametrize(("entry", "wanted"), CAUSES, ids=lambda value: str(value)[:60])
def test_what_an_entry_raises_and_ends(entry: dict[str, Any], wanted: list[tuple[str, str, str]]) -> None:
    """Each cause has its alert, and the alert goes when the cause goes."""
    assert keys(changes_of(entry)) == wanted


def test_every_rule_has_a_cause_and_every_cause_a_rule() -> None:
    """A rule that nothing raises is a promise; a cause without a rule would stop the thread that watches."""
    raised = {key[1] for entry, _ in CAUSES for key in keys(changes_of(entry)) if key[0] == "raised"}
    assert raised | TIMED | {"DENIED_OFTEN"} == set(RULES)
    assert set(PART_OF) | set(PART_OF.values()) | TO_HANDLE | TIMED <= set(RULES)
    assert not TIMED & TO_HANDLE, "what is looked at ends by itself"


@pytest.mark.req("A2")
def test_the_gravest_come_first() -> None:
    """Whoever opens the page at three in the morning reads the first line."""
    assert sorted(RANK, key=RANK.__getitem__) == ["critical", "high", "notice"]
    grave = {code for code, rule in RULES.items() if rule.severity is Severity.CRITICAL}
    assert {"BADGE_LOST_USED", "READER_TAMPER", "TRAIL_UNSOUND", "GATE_SILENT", "DISK_CRITICAL"} <= grave


# --- denied attempts --------------------------------------------------------------------------------------------------


@pytest.mark.req("A3")
@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (denied("BADGE_UNKNOWN"), True),
        (denied("BADGE_UNREADABLE", mode="shadow"), True),
        (denied("BADGE_LOST", mode="shadow"), True),
        (denied("PIN_WRONG"), True),
        (denied("TRAINING_EXPIRED"), True),
        (denied("TRAINING_EXPIRED", mode="shadow"), False),
        (denied("EQ_BUSY"), False),
        (denied("SYS_LOG_FAIL"), False),
        (denied("NO_SUCH_REASON"), False),
        (denied("BADGE_UNKNOWN", outcome="allow"), False),
        (said(Kind.DECISION, outcome="deny", reasons=["BADGE_UNKNOWN"]), False),
        (said(Kind.START), False),
    ],
)
def test_which_denials_are_attempts(entry: dict[str, Any], counts: bool) -> None:
    """In trial everybody untrained is denied all day; a fault of the system is nobody's attempt."""
    assert (denial_of(entry) is not None) is counts


def attempt(minute: float, badge: str | None = "B-1", reader: str = "R1") -> Denial:
    return Denial(NOON + timedelta(minutes=minute), reader, "TP-01", badge, "0C86")


@pytest.mark.req("A3")
def test_the_fifth_attempt_within_ten_minutes_raises_and_the_fourth_does_not() -> None:
    """Five in ten minutes, with one badge wherever, or at one reader whatever the badge."""
    same = [attempt(number, reader=f"R{number}") for number in range(5)]
    assert repeated(same[:4], same[3], 5) == []
    assert [one.subject for one in repeated(same, same[4], 5)] == ["badge:B-1"]
    others = [attempt(number, badge=None if number % 2 else f"B-{number}") for number in range(5)]
    assert repeated(others[:4], others[3], 5) == []
    assert [one.subject for one in repeated(others, others[4], 5)] == ["reader:R1"]


@pytest.mark.req("A3")
def test_unreadable_badges_are_not_one_badge() -> None:
    """Nobody knows whose they were; the reader tells of them."""
    unread = [attempt(number, badge=None, reader=f"R{number}") for number in range(5)]
    assert repeated(unread, unread[4], 5) == []


@pytest.mark.req("A3")
def test_attempts_of_long_ago_and_of_a_wrong_clock_do_not_count() -> None:
    """Five mistakes over a shift are a bad day; a false future must not count for ever."""
    window = [attempt(0), attempt(5), attempt(20)]
    assert within(window, NOON + timedelta(minutes=10)) == (window[1],)
    assert within([attempt(0)], NOON + REPEAT - timedelta(milliseconds=1)) == (attempt(0),)


# --- what is looked at ------------------------------------------------------------------------------------------------


@pytest.mark.req("E10")
@pytest.mark.parametrize(
    ("percent", "wanted"),
    [(50, []), (10, []), (9, ["DISK_LOW"]), (5, ["DISK_LOW"]), (4, ["DISK_LOW", "DISK_CRITICAL"])],
)
def test_the_disk_is_told_of_before_it_is_full(percent: int, wanted: list[str]) -> None:
    """A full disk denies every read."""
    found = disk_conditions(percent * 1000, 100_000, DiskLimits(10, 5))
    assert [one.rule for one in found] == wanted
    assert all(one.detail["percent"] == percent for one in found)


@pytest.mark.req("I4")
def test_old_training_data_is_told_of_until_it_is_too_old() -> None:
    """The warning is there so that the denial never comes."""

    def found(hours: float, attested: float | None = None) -> list[str]:
        until = NOON + timedelta(hours=attested) if attested is not None else None
        source = Source("lms", NOON - timedelta(hours=hours), until)
        return [one.rule for one in data_conditions([source], NOON, 24, 168)]

    assert [found(hours) for hours in (24, 25, 168, 169)] == [[], ["DATA_OLD"], ["DATA_OLD"], ["DATA_TOO_OLD"]]
    assert found(200, attested=1) == ["DATA_OLD"], "QA has said that no changes are known"
    assert found(200, attested=-1) == ["DATA_TOO_OLD"]


def test_a_silent_gate_is_told_of_and_one_that_never_ran_is_not() -> None:
    """On a new box the pages are up before the readers are configured."""
    assert gate_conditions(None, NOON, 60) == []
    assert gate_conditions(NOON - timedelta(seconds=60), NOON, 60) == []
    assert [one.rule for one in gate_conditions(NOON - timedelta(seconds=61), NOON, 60)] == ["GATE_SILENT"]
    assert gate_conditions(NOON + timedelta(hours=1), NOON, 60), "a clock that was set back proves nothing"


# --- who is told ------------------------------------------------------------------------------------------------------


@pytest.mark.req("A3")
@pytest.mark.parametrize(
    ("more", "severity", "area", "local", "wanted"),
    [
        ({}, "high", "COMP", time(3), True),
        ({}, "notice", "COMP", time(3), False),
        ({"severity": "notice"}, "critical", None, time(3), True),
        ({"areas": frozenset({"PACK"})}, "critical", "COMP", time(3), False),
        ({"areas": frozenset({"PACK"})}, "critical", "PACK", time(3), True),
        ({"areas": frozenset({"PACK"})}, "critical", None, time(3), True),
        ({"window_from": time(7), "window_until": time(19)}, "high", None, time(7), True),
        ({"window_from": time(7), "window_until": time(19)}, "high", None, time(19), False),
        ({"window_from": time(19), "window_until": time(7)}, "high", None, time(3), True),
        ({"window_from": time(19), "window_until": time(7)}, "high", None, time(23), True),
        ({"window_from": time(19), "window_until": time(7)}, "high", None, time(7), False),
        ({"window_from": time(7), "window_until": time(7)}, "high", None, time(3), True),
    ],
)
def test_who_is_told(more: dict[str, Any], severity: str, area: str | None, local: time, wanted: bool) -> None:
    """What belongs to no area concerns everybody; a window may pass midnight."""
    route = Route("email", "a@b", **{"severity": "high", **more})
    assert wants(route, severity, area, local) is wanted


def test_a_delivery_is_tried_again_ever_later_and_not_for_ever() -> None:
    """A server that starts anew is back in a minute; an address that never works must not be tried for a year."""
    waits = [wait_s(tries) for tries in range(1, TRIES + 1)]
    assert waits[-1] is None
    made = [wait for wait in waits if wait is not None]
    assert made == sorted(made)
    assert (made[0], made[-1]) == (15, LONGEST_WAIT_S)
    assert sum(made) > 4 * 3600, "a night's outage is outlived"


def test_an_end_names_the_rule_and_the_subject() -> None:
    """They are what an alert is found by."""
    assert Ended("READER_LOST", "R1") == changes_of(of_reader(Kind.READER_ONLINE))[0]
