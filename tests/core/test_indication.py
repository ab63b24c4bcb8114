"""What a reader shows: one clear answer, the same by colour, by number of beeps and by word."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.indication import WIDTH, Indication, indicate, indicate_reason
from gate.core.reasons import REASONS, ReasonClass
from gate.core.terms import Mode, Outcome

ALLOWS = [code for code, reason in REASONS.items() if reason.reason_class is ReasonClass.ALLOW]
DENIES = [code for code, reason in REASONS.items() if reason.reason_class is ReasonClass.DENY]


def test_an_allow_is_green_with_one_beep() -> None:
    """L5: shape, word and colour say the same, so that nobody needs to see the colour."""
    shown = indicate(Outcome.ALLOW, ("ALLOW_CERTIFIED",), {}, Mode.ENFORCE, "en")
    assert shown == Indication("green", 1, "OK", "CERTIFIED", shown.seconds)


def test_a_deny_is_red_with_two_beeps_and_shows_the_first_reason_in_the_persons_language() -> None:
    """L1: the display has room for one reason, the most important one."""
    params = {"TRAINING_EXPIRED": {"date": "2026-11-23"}}
    shown = indicate(Outcome.DENY, ("TRAINING_EXPIRED", "NOT_CERTIFIED"), params, Mode.ENFORCE, "fr")
    assert (shown.color, shown.beeps, shown.line1, shown.line2) == ("red", 2, "FORM. EXPIREE", "2026-11-23")


@pytest.mark.parametrize("reason", ["ALLOW_OVERRIDE", "ALLOW_EMERGENCY"])
def test_an_override_is_amber_with_three_beeps(reason: str) -> None:
    """D7: everybody near the machine can tell an exception from a normal start."""
    shown = indicate(Outcome.ALLOW, ("ALLOW_JOIN", reason), {}, Mode.ENFORCE, "en")
    assert (shown.color, shown.beeps) == ("amber", 3)


@pytest.mark.parametrize(("language", "words"), [("en", "OK (TRIAL)"), ("fr", "OK (ESSAI)"), ("de", "OK (TRIAL)")])
@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.OFF])
def test_a_deny_in_trial_says_so_and_never_looks_like_a_deny(language: str, words: str, mode: Mode) -> None:
    """Settled: SHADOW never withholds, and says on the reader that it is a trial."""
    shown = indicate(Outcome.DENY, ("NOT_CERTIFIED",), {}, mode, language)
    assert (shown.color, shown.beeps, shown.line1) == ("amber", 1, words)


def test_an_allow_in_trial_is_amber() -> None:
    """A green light on a machine in trial would claim that the gate withholds there."""
    assert indicate(Outcome.ALLOW, ("ALLOW_CERTIFIED",), {}, Mode.SHADOW, "en").color == "amber"


def test_a_badge_out_is_neither_an_allow_nor_a_deny() -> None:
    """The operator must hear that the badge signed out."""
    shown = indicate_reason("USE_ENDED", "fr")
    assert (shown.color, shown.line1) == ("blue", "FIN D UTILISAT.")


def test_training_that_ends_in_the_run_warns_and_a_fault_denies() -> None:
    """Scenario 41: the machine runs on; a fault of the system is never a personal denial (L1)."""
    assert indicate_reason("EVT_EXPIRED_IN_RUN", "en").color == "amber"
    fault = indicate_reason("SYS_LOG_FAIL", "en")
    assert (fault.color, fault.beeps, fault.line1) == ("red", 2, "SYSTEM: NO LOG")


PLACEHOLDERS = ("date", "n", "equip", "sop", "rev", "hhmm", "activity", "lot")


@given(st.sampled_from(DENIES + ALLOWS), st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text()))
def test_whatever_a_name_holds_the_display_gets_at_most_16_printable_ascii_characters(
    code: str, params: dict[str, str]
) -> None:
    """A display has 2x16 characters and knows no accents, no control characters and no ellipsis (settled)."""
    for language in ("en", "fr"):
        for outcome in (Outcome.ALLOW, Outcome.DENY):
            shown = indicate(outcome, (code,), {code: params}, Mode.ENFORCE, language)
            for line in (shown.line1, shown.line2):
                assert len(line) <= WIDTH
                assert set(line) <= set(string.printable[:95])
