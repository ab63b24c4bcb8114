"""Which PINs may stand beside a badge: the form, and what a colleague would try first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.pins import is_obvious, is_pin


@pytest.mark.req("A4")
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("482915", True),
        ("482915036271", True),
        ("48291", False),
        ("4829150362718", False),
        ("48291a", False),
        ("4829 5", False),
        ("٤٨٢٩١٥", False),
        ("²³¹⁴⁵⁶", False),
        ("", False),
        ("-48291", False),
    ],
)
def test_a_pin_is_6_to_12_digits_that_every_keypad_has(text: str, fits: bool) -> None:
    """A digit that the keypad at the machine cannot type would shut its owner out."""
    assert is_pin(text) is fits


@pytest.mark.req("A4")
@pytest.mark.parametrize(
    "pin",
    ["111111", "121212", "123123", "112211", "123456", "654321", "890123", "210987", "012345678901", "4829482948"],
)
def test_what_repeats_or_counts_is_obvious(pin: str) -> None:
    """Five tries are all there are; none of these may be among the first."""
    assert is_obvious(pin)


@pytest.mark.parametrize("pin", ["482915", "135790", "102938", "100200300"])
def test_other_pins_are_not(pin: str) -> None:
    """A rule that refuses too much is met by a note under the keyboard."""
    assert not is_obvious(pin)


@pytest.mark.parametrize(
    ("known", "obvious"), [("E-482915", True), ("48291", False), ("0482915", True), ("E4829x15", True), ("", False)]
)
def test_the_persons_own_number_is_obvious(known: str, obvious: bool) -> None:
    """It is printed on the badge that the PIN stands beside."""
    assert is_obvious("482915", ["nhaddad", known]) is obvious


@given(st.text(alphabet="0123456789", min_size=6, max_size=12), st.integers(min_value=1, max_value=9))
def test_shifting_every_digit_changes_nothing_about_repeats_and_counting(pin: str, by: int) -> None:
    """The rules are about the pattern, not about which digits make it."""
    shifted = "".join(str((int(digit) + by) % 10) for digit in pin)
    assert is_obvious(pin) is is_obvious(shifted)
