"""The wall clock is believed only while the boot clock, the trail or a time source bears it out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.clock_trust import ClockState, Reading, Trust, observe

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def reading(wall_s: float, boot_s: float, *, boot: str = "boot-1", synchronised: bool = True) -> Reading:
    return Reading(START + timedelta(seconds=wall_s), boot, round(boot_s * 1_000_000), synchronised)


def state(trust: Trust = Trust.NTP, trusted: Reading | None = None) -> ClockState:
    return ClockState(trust, trusted, latest=trusted)


def test_a_clock_that_runs_with_the_boot_clock_stays_trusted() -> None:
    """The everyday case must never cost a start."""
    seen = observe(state(trusted=reading(0, 0)), reading(10.4, 10))
    assert (seen.state.believed, seen.step, seen.lost_trust, seen.regained_trust) == (True, None, False, False)
    assert seen.state.trusted == reading(10.4, 10)


@pytest.mark.req("F3", "F4")
def test_a_second_backwards_is_a_step_and_is_not_trusted() -> None:
    """An expired certification must not revive because somebody set the clock back."""
    seen = observe(state(trusted=reading(0, 0)), reading(9, 10))
    assert seen.step is not None
    assert (seen.step.before, seen.step.after) == (START + timedelta(seconds=10), START + timedelta(seconds=9))
    assert seen.lost_trust
    assert seen.state.trusted == reading(0, 0)


def test_the_clock_is_trusted_again_when_it_has_caught_up() -> None:
    """A false past heals by itself as soon as the wall clock is back on its line."""
    lost = observe(state(trusted=reading(0, 0)), reading(-3600, 10)).state
    still = observe(lost, reading(-3590, 20))
    assert not still.state.believed
    assert still.step is None
    back = observe(still.state, reading(30, 30))
    assert back.regained_trust
    assert back.step is not None


@pytest.mark.scenario(47)
@pytest.mark.req("F4")
def test_a_year_forward_is_untrusted_until_corrected_and_then_needs_no_signature() -> None:
    """A false future must neither decide anything nor poison the time after it."""
    year = 365 * 86400
    ahead = observe(state(trusted=reading(0, 0)), reading(year + 1, 1, synchronised=False))
    assert ahead.lost_trust
    assert ahead.state.trusted == reading(0, 0)
    corrected = observe(ahead.state, reading(2, 2))
    assert corrected.regained_trust
    assert corrected.state.trusted == reading(2, 2)


def test_a_forward_step_is_trusted_once_a_time_source_vouches_for_it() -> None:
    """A gate whose battery clock was slow must be usable when NTP has set it right."""
    ahead = observe(state(trusted=reading(0, 0)), reading(3601, 1, synchronised=False)).state
    assert not ahead.believed
    assert observe(ahead, reading(3602, 2, synchronised=True)).regained_trust


def test_an_asserted_clock_has_no_source_to_vouch_for_a_forward_step() -> None:
    """Where nobody keeps the time, a synchronised flag means nothing."""
    seen = observe(state(Trust.ASSERTED, reading(0, 0)), reading(3601, 1, synchronised=True))
    assert not seen.state.believed


def test_a_forward_step_within_the_limit_is_recorded_and_trusted() -> None:
    """Half a minute is what a slow battery clock loses; it is told but does not stop a plant."""
    seen = observe(state(trusted=reading(0, 0)), reading(31, 1, synchronised=False))
    assert seen.step is not None
    assert seen.state.believed


def test_a_far_step_stays_untrusted_while_it_creeps_back_under_the_limit() -> None:
    """Once a step was too far, 59 s off is still off: only synchronisation or a full return heals it."""
    far = observe(state(trusted=reading(0, 0)), reading(100, 1, synchronised=False)).state
    assert not observe(far, reading(40, 2, synchronised=False)).state.believed
    assert observe(far, reading(2.5, 2, synchronised=False)).state.believed


@pytest.mark.req("F4")
@pytest.mark.parametrize(("trust", "believed"), [(Trust.NTP, False), (Trust.RTC, True), (Trust.ASSERTED, True)])
def test_never_synchronised_since_boot_is_untrusted_only_where_the_site_relies_on_ntp(
    trust: Trust, believed: bool
) -> None:
    """A Pi without a battery clock starts in the past."""
    seen = observe(state(trust, reading(0, 0)), reading(60, 5, boot="boot-2", synchronised=False))
    assert seen.state.believed is believed


def test_once_synchronised_in_this_boot_a_lost_time_source_does_not_stop_the_plant() -> None:
    """NTP may be away for a while; the boot clock carries on."""
    assert observe(state(trusted=reading(0, 0)), reading(10, 10, synchronised=False)).state.believed


def test_after_a_reboot_only_the_past_is_known_to_be_wrong() -> None:
    """Across a reboot the boot clock says nothing about how long the gate was off."""
    before = state(Trust.RTC, reading(0, 500))
    assert observe(before, reading(90 * 86400, 5, boot="boot-2")).state.believed
    assert not observe(before, reading(-2, 5, boot="boot-2")).state.believed


def test_the_first_reading_ever_is_taken_at_its_word() -> None:
    """A new gate has nothing to compare with."""
    seen = observe(ClockState(Trust.ASSERTED, None), reading(0, 0, synchronised=False))
    assert (seen.state.believed, seen.step) == (True, None)


@given(st.lists(st.tuples(st.integers(-(10**7), 10**7), st.booleans()), max_size=20))
def test_the_last_trusted_instant_never_moves_while_untrusted(jumps: list[tuple[int, bool]]) -> None:
    """Settled: last-trusted never advances while untrusted, whatever the clock does."""
    current = state(Trust.NTP, reading(0, 0))
    for second, (jump, synchronised) in enumerate(jumps, start=1):
        seen = observe(current, reading(second + jump, second, synchronised=synchronised))
        if not seen.state.believed:
            assert seen.state.trusted == current.trusted
        assert seen.state.trusted is not None
        assert not (seen.lost_trust and seen.regained_trust)
        current = seen.state
