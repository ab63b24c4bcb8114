"""Review by exception: what the rules find in uses, readers, the clock, the chain and changes (requirement H4)."""

from datetime import timedelta

import pytest

from gate.core.audit import Kind
from gate.core.exceptions import Finder
from gate.core.exceptions_of_others import OF_KIND
from gate.core.review_rule_table import RULES
from tests.core.review_entries import BEGIN, Log, of_rule


@pytest.mark.req("H4")
def test_an_override_is_an_exception_of_everybody_who_had_a_part_in_it() -> None:
    """The reviewer must be none of them: who got it, granted it, co-signed it, was named beside it."""
    log = Log()
    log.tell(
        "override_granted",
        subject="override:O-1",
        person="E1",
        equipment="TP-01",
        by="P-sup",
        why="x" * 400,
        new={"second_person_id": "E7", "second_named": "E8"},
        detail={"signatures": [{"person": "P-sup", "account": "sup"}, {"person": "P-qa", "account": "qa"}]},
    )
    (found,) = log.found()
    assert (found.rule, found.what, found.who, found.machine, found.other) == (
        "OVERRIDE",
        "O-1",
        ("E1",),
        "TP-01",
        "P-sup",
    )
    assert found.parts == {"E1", "P-sup", "sup", "P-qa", "qa", "E7", "E8"}
    assert len(found.why) == 300


@pytest.mark.req("H4")
def test_each_override_stands_alone() -> None:
    """Two overrides of one person on one machine are two decisions of QA."""
    log = Log()
    for number in "12":
        log.tell("override_granted", subject=f"override:O-{number}", person="E1", equipment="TP-01")
    assert len({one.key for one in log.found()}) == 2


@pytest.mark.req("H4")
def test_uses_that_went_on_for_too_long_or_were_closed_are_found() -> None:
    """A forgotten badge-out leaves a gap in who stood at the machine."""
    log = Log()
    log.allowed("E1")
    log.tell("permissive_dropped", person="E1", equipment="TP-01", detail={"cause": "longest_use"})
    log.tell("use_closed", person="E1", equipment="TP-01", by="P-sup", why="gone home")
    log.tell("permissive_dropped", person="E2", equipment="TP-01", detail={"cause": "hold"})
    log.tell("permissive_dropped", person="E2", equipment="TP-01")
    log.tell("use_expired", person="E3", equipment="TP-01", detail={"cause": "certification_ended"})
    log.tell("late_entry", person="E3", equipment="TP-01", by="P-sup", subject="late:L-1")
    log.tell("late_entry", person="E3", equipment="TP-01", by="P-qa", subject="late:L-1", old={"state": "entered"})
    assert log.rules() == ["LONG_USE", "FORGOTTEN_USE", "ENDED_IN_USE", "LATE_ENTRY"]
    assert log.found()[1].parts == {"E1", "P-sup"}


@pytest.mark.req("H4")
def test_a_use_that_is_open_for_too_long_at_the_end_is_found_and_told_apart() -> None:
    """The night shift at the machine when the week ends is no exception."""
    log = Log()
    log.allowed("E1")
    log.allowed("E2")
    log.allowed("E2", machine="TP-02")
    log.allowed("E4")
    log.left("E4")
    log.later(13 * 60).allowed("E3")
    assert log.rules() == []
    log.later(1).left("E9")
    found = log.found()
    assert [(one.rule, one.who, one.machine) for one in found] == [
        ("LONG_USE", ("E1",), "TP-01"),
        ("LONG_USE", ("E2",), "TP-01"),
        ("LONG_USE", ("E2",), "TP-02"),
    ]
    assert len({one.mark for one in found}) == 3
    assert {one.seq for one in found} == {len(log.entries)}


@pytest.mark.req("H4", "E10")
def test_allows_of_doubtful_outcome_are_found() -> None:
    """Nobody knows whether the machine was enabled."""
    log = Log()
    log.tell("answered_late", ref=1)
    log.tell("outcome_unknown", ref=2)
    assert [(one.rule, one.what) for one in log.found()] == [
        ("OUTCOME", "answered_late"),
        ("OUTCOME", "outcome_unknown"),
    ]


@pytest.mark.req("H4")
@pytest.mark.parametrize(("minutes", "found"), [(5.0, False), (5.1, True)])
def test_a_reader_that_was_silent_for_more_than_five_minutes_is_found(minutes: float, found: bool) -> None:
    """Nobody could badge there; a plug that was pushed in again is no exception."""
    log = Log()
    log.tell("reader_offline", reader="R1")
    log.tell("reader_offline", reader="R1")
    log.later(minutes).tell("reader_online", reader="R1")
    log.tell("reader_online", reader="R1")
    silent = log.found()
    assert [(one.rule, one.reader, one.lasted_s) for one in silent] == (
        [("READER_SILENT", "R1", round(minutes * 60))] if found else []
    )


@pytest.mark.req("H4")
def test_readers_that_are_still_silent_at_the_end_are_found_each() -> None:
    """They would otherwise be told of in the week in which they come back, or never."""
    log = Log()
    for reader in ("R1", "R2"):
        log.tell("reader_offline", reader=reader)
    log.later(10).left("E1")
    log.tell("reader_offline", reader="R3")
    found = log.found()
    assert [(one.reader, one.lasted_s) for one in found] == [("R1", 600), ("R2", 600)]
    assert len({one.mark for one in found}) == 2


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    ("kind", "what", "found"),
    [
        ("reader_tamper", "on", True),
        ("reader_tamper", "off", False),
        ("reader_power", "failed", True),
        ("reader_power", "ok", False),
        ("reader_output", "stayed off", True),
        ("reader_unknown", "", True),
        ("security", "mac", True),
    ],
)
def test_what_a_reader_does_that_it_should_not_is_found(kind: str, what: str, found: bool) -> None:
    """Somebody opened it, or a device speaks that nobody put there; being well again is no exception."""
    log = Log()
    log.tell(kind, reader="R1", detail={"line": "line-1", "what": what})
    assert [(one.rule, one.reader, one.what) for one in log.found()] == (
        [("READER_EVENT", "R1", kind)] if found else []
    )


@pytest.mark.req("H4")
def test_a_line_stands_in_for_a_reader_that_is_not_named() -> None:
    """A strange device has no name here."""
    log = Log()
    log.tell("reader_unknown", detail={"line": "line-1", "what": "address 5"})
    log.tell("reader_output", reader="R1")
    assert [one.reader for one in log.found()] == ["line-1", "R1"]


@pytest.mark.req("H4")
def test_blocked_accounts_are_found_and_refused_acts_are_not() -> None:
    """A refusal is the program at work; a block is somebody trying passwords."""
    log = Log()
    log.tell("security", subject="account:qa", detail={"what": "account_blocked"})
    log.tell("security", subject="account:qa", detail={"what": "signed_in"})
    log.tell("security", detail={"what": "refused", "route": "/x"})
    log.tell("security")
    assert [(one.rule, one.what, one.parts) for one in log.found()] == [("ACCOUNT_BLOCKED", "qa", frozenset({"qa"}))]


@pytest.mark.req("H4")
def test_a_start_tells_how_long_the_gate_was_silent_and_whether_its_configuration_is_another() -> None:
    """A changed file takes effect at a start, and nobody signs it."""
    log = Log()
    log.tell("start", detail={"blind_ms": 300_000, "config_sha256": "aa"})
    log.tell("start", detail={"blind_ms": 300_001, "config_sha256": "aa"})
    log.tell("start", detail={"blind_ms": 0, "config_sha256": "bb"})
    log.tell("start", detail={"config_sha256": "bb"})
    assert [(one.rule, one.lasted_s, one.seq) for one in log.found()] == [
        ("GATE_SILENT", 300, 2),
        ("CONFIGURATION", 0, 3),
    ]
    assert [one.seq for one in of_rule(log.found(config="zz"), "CONFIGURATION")] == [1, 3]


@pytest.mark.req("H4", "F3")
def test_the_clock_is_an_exception_where_it_was_set_or_not_trusted() -> None:
    """A second is what a time server corrects."""
    log = Log()
    at = BEGIN.isoformat()
    log.tell("clock_step", old=at, new=(BEGIN + timedelta(seconds=1)).isoformat())
    log.tell("clock_step", old=at, new=(BEGIN - timedelta(milliseconds=1800)).isoformat())
    log.tell("clock_untrusted")
    log.tell("clock_trusted")
    assert [(one.rule, one.what) for one in log.found()] == [
        ("CLOCK", "clock_step -1800"),
        ("CLOCK", "clock_untrusted"),
    ]


@pytest.mark.req("H4", "E4")
@pytest.mark.parametrize(("sound", "what"), [(True, None), (False, "unsound"), (None, "not_verified")])
def test_a_verification_that_is_not_sound_is_found(sound: bool | None, what: str | None) -> None:
    """Also the one that could not be made: not checked is never shown as good."""
    log = Log()
    detail = {} if sound is None else {"sound": sound}
    log.tell("verify", detail=detail)
    assert [one.what for one in log.found()] == ([what] if what else [])


@pytest.mark.req("H4")
def test_a_new_segment_is_found() -> None:
    """It is opened after damage."""
    log = Log()
    log.tell("segment", by="P-qa")
    assert [(one.rule, one.what, one.parts) for one in log.found()] == [
        ("TRAIL_UNSOUND", "segment", frozenset({"P-qa"}))
    ]


def test_a_period_without_entries_has_nothing_to_tell() -> None:
    """Not even an end."""
    assert Finder().end() == []
    assert Log().rules() == []


@pytest.mark.req("H4")
def test_every_kind_of_entry_is_looked_at_or_said_to_mean_nothing() -> None:
    """A new kind must be thought about here."""
    silent = {
        Kind.DECISION,
        Kind.ACTUATED,
        Kind.USE_RESUMED,
        Kind.USE_WAITING,
        Kind.PORT_OPENED,
        Kind.PORT_LOST,
        Kind.CLOCK_TRUSTED,
        Kind.STOP,
        Kind.IMPORT_REFUSED,
        Kind.OVERRIDE_REVOKED,
        Kind.REVIEW_SIGNED,
        Kind.EXPORT,
        Kind.BACKUP,
    }
    assert {str(kind) for kind in Kind} - set(OF_KIND) == {str(kind) for kind in silent}


@pytest.mark.req("H4")
def test_every_rule_has_words_in_both_languages() -> None:
    """The list stands on the review's page, so that nothing is found by a rule that nobody has read."""
    for rule in RULES.values():
        words = (rule.en, rule.fr, rule.seeks_en, rule.seeks_fr)
        assert all(words), rule.id
        assert len(set(words)) == 4 or rule.en == rule.fr, rule.id
