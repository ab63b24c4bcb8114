"""The trace from requirements to tests counts what is there, and only what passed."""

from pathlib import Path

import pytest

from tests.trace import ROOT, levels, marked, only_passing, passed, report, scenarios, summaries

MODULE = """
import pytest
pytestmark = pytest.mark.req("K4")

@pytest.mark.req("E1", "E3")
def test_one() -> None: ...

class TestA:
    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.req("J6")), 2])
    def test_two(self, n: int) -> None: ...

@pytest.mark.scenario(1, 33)
def test_three() -> None: ...

@pytest.mark.req("E1")
def helper() -> None: ...
"""

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.test_x" name="test_one[a]"/>
<testcase classname="tests.test_x" name="test_one[b]"><failure>no</failure></testcase>
<testcase classname="tests.test_x.TestA" name="test_two[1]"/>
</testsuite></testsuites>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "tests"
    found.mkdir()
    (found / "test_x.py").write_text(MODULE, encoding="utf-8")
    return found


def test_markers_of_function_class_parameter_and_module_all_count(folder: Path) -> None:
    """A proof that the trace overlooks would look like a gap to an inspector."""
    one, two, three = "tests.test_x::test_one", "tests.test_x::TestA::test_two", "tests.test_x::test_three"
    assert marked(folder) == {"E1": {one}, "E3": {one}, "J6": {two}, "K4": {one, two, three}}
    assert marked(folder, "scenario") == {"1": {three}, "33": {three}}


def test_a_test_counts_only_when_all_of_its_parameters_passed(folder: Path, tmp_path: Path) -> None:
    """A requirement is not proven by the half of its cases that work."""
    (tmp_path / "junit.xml").write_text(JUNIT, encoding="utf-8")
    left = only_passing(marked(folder), passed(tmp_path / "junit.xml"))
    assert left == {"J6": {"tests.test_x::TestA::test_two"}, "K4": {"tests.test_x::TestA::test_two"}}


def test_the_summary_names_what_is_missing(folder: Path) -> None:
    """A count alone does not say what to do next."""
    told = summaries(marked(folder), {"E1": "MUST", "E2": "MUST", "B12": "SHOULD"})
    assert [one.in_words() for one in told] == [
        "MUST: 1 of 2 have a test; without: E2",
        "SHOULD: 0 of 1 have a test; without: B12",
    ]


def test_an_id_that_no_requirement_has_is_reported(folder: Path) -> None:
    """A mistyped id proves nothing and must not pass unseen."""
    assert list(report(marked(folder), {"E1": "MUST"}, summary=True))[-1].endswith("E3 J6 K4")


def test_every_requirement_id_in_the_tests_exists() -> None:
    """A marker with a wrong id is a requirement without a test."""
    assert set(marked(ROOT / "tests")) - set(levels()) == set()
    assert set(marked(ROOT / "tests", "scenario")) - set(scenarios()) == set()


def test_the_requirements_can_be_read_whole() -> None:
    """A broken row would silently lower the number of MUSTs."""
    wanted = levels()
    assert set(wanted.values()) == {"MUST", "SHOULD", "DELIGHT"}
    assert {"A1", "E1", "J6", "L1"} <= set(wanted)
    assert list(scenarios()) == [str(number) for number in range(1, 48)]
