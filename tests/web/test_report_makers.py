"""Reports by name: each once, and found by the export as by the page."""

import pytest

from gate.core.report import Report
from gate.core.roles import Act
from gate.web import report_makers
from gate.web.report_makers import add_report, report_maker, report_names


def _make(*_: object) -> Report:
    raise AssertionError("nobody asks")


def test_a_report_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page shows and what the export holds come from one maker."""
    monkeypatch.setattr(report_makers, "_MAKERS", {})
    add_report("one", _make, Act.EXPORT_RECORDS)
    found = report_maker("one")
    assert found is not None
    assert (found.make, found.act, report_names()) == (_make, Act.EXPORT_RECORDS, ("one",))
    assert report_maker("other") is None


def test_a_name_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two reports of one name would export the one and show the other."""
    monkeypatch.setattr(report_makers, "_MAKERS", {})
    add_report("one", _make)
    with pytest.raises(ValueError, match="one already"):
        add_report("one", _make)
