"""A report is a plain value whose rows can be made more than once."""

from gate.core.report import Column, ColumnKind, Report


def test_the_rows_of_a_report_can_be_made_again() -> None:
    """A page shows the first of them, an export all; a spent iterator would make the second one empty."""
    report = Report(
        name="all",
        title="All",
        language="en",
        filters=(),
        columns=(Column("seq", "Record", ColumnKind.SEQ), Column("who", "Who")),
        rows=lambda: iter([(1, "E1"), (2, None)]),
        total=2,
        head_seq=2,
    )
    assert list(report.rows()) == list(report.rows()) == [(1, "E1"), (2, None)]
    assert report.entries is None
