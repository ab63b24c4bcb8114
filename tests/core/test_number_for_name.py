"""Numbers where names stood: whole names only, in any case, and what shares a name shares its numbers."""

import pytest

from gate.core.number_for_name import known_names, names_somebody, number_for_name

NAMES = known_names(
    [("Ann Lee", "E1"), ("Ann Lee Moss", "E2"), ("Cher", "E3"), ("Bo Öst", "E4"), ("Bo Öst", "E5"), ("", "E6")]
)


@pytest.mark.req("H7")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ann Lee was denied", "E1 was denied"),
        ("ANN LEE, ann lee", "E1, E1"),
        ("Ann Lee Moss and Ann Lee", "E2 and E1"),
        ("Ann Leeds and Joann Lee", "Ann Leeds and Joann Lee"),
        ("Bo Öst (supervisor)", "E4/E5 (supervisor)"),
        ("Cher", "E3"),
        ("mon cher ami", "mon cher ami"),
        ('{"name":"Cher"}', '{"name":"E3"}'),
        ("", ""),
        ("denied at TP-01", "denied at TP-01"),
        ("Ann", "Ann"),
        ("Ann Lee" * 2, "Ann LeeAnn Lee"),
    ],
)
def test_a_whole_name_becomes_its_number_and_nothing_else_changes(text: str, told: str) -> None:
    """A file without names that drops an ordinary word would be a false record; one that keeps a name is a breach."""
    assert number_for_name(NAMES)(text) == told


@pytest.mark.parametrize("name", ["<script>alert(1)</script>\u202egro.live", "(.*)", "a" * 5000, "😀 😀", "\\1 \\2"])
def test_a_name_is_never_a_pattern(name: str) -> None:
    """Names come from outside; they are compared, not run."""
    assert number_for_name({name: "E9"})("nothing here but (words) and 1 2") == "nothing here but (words) and 1 2"


@pytest.mark.parametrize(
    ("text", "found"), [("ann", True), ("Moss 24K", True), ("a", False), ("TP-01", False), ("leeds", False)]
)
def test_a_typed_word_of_a_name_is_seen(text: str, found: bool) -> None:
    """What was typed into a filter stands in the file too."""
    assert names_somebody(text, NAMES) is found
