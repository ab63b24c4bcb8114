"""All that is on record about one person and by that person (H3); each opening is recorded (DESIGN 19)."""

import sqlalchemy as sa

from gate.core.log_terms import Field, Result, Term
from gate.core.report import Report
from gate.core.spans import Span
from gate.store.schema import accounts
from gate.web.asking import OF_SPAN, after, columns_of, filters_of, person_asked, query_of, seqs_of, span_asked
from gate.web.entry_rows import COLUMNS, entry_rows
from gate.web.log_lookup import names_of_persons
from gate.web.pages import site
from gate.web.people_names import said_name
from gate.web.questions import SPAN, Filter, Question, add_question
from gate.web.report_makers import Asked
from gate.web.view import Viewer

NAME = "person_history"


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return every entry about the person or by the person, in the order of the trail.

    Raises:
        BadQuestionError: nobody ever had this number, or the times make no sense.
    """
    person, span = person_asked(asked, view, needed=True), span_asked(asked, view)
    with site().records.engine().connect() as connection:
        names = names_of_persons(connection, [person])
        logins = _logins(connection, person)
    mine = frozenset({Term(Field.PERSON, person), *(Term(Field.BY, id_) for id_ in (person, *logins))})
    found = seqs_of(query_of(mine, span=span))
    rest = after(found, asked)
    return Report(
        name=NAME,
        title=f"{view.texts[f'in_q_{NAME}']} {said_name(person, names)}",
        language=view.language,
        filters=filters_of(view, asked, ("person", "in_person"), *OF_SPAN),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: entry_rows(rest, view),
        total=len(found),
        head_seq=site().records.head_seq(),
        notes=(said_name(person, names), _counted(person, span, view)),
    )


def _logins(connection: sa.Connection, person: str) -> tuple[str, ...]:
    """Return the login names of the person: some entries name who did it by the account."""
    rows = connection.execute(sa.select(accounts.c.id).where(accounts.c.person_id == person).distinct())
    return tuple(sorted(rows.scalars()))


def _counted(person: str, span: Span | None, view: Viewer) -> str:
    about = frozenset({Term(Field.PERSON, person)})
    counts = {}
    for result in (Result.ALLOWED, Result.OVERRIDE, Result.DENIED, Result.WOULD_DENY):
        query = query_of(about, frozenset({Term(Field.RESULT, result)}), span=span)
        counts[result.value] = len(seqs_of(query))
    return view.texts["in_person_counts"].format(**counts)


add_question(
    Question(
        NAME,
        (Filter("person", "in_person", hint="in_person_hint", needed=True), *SPAN),
        make_report,
        paged_by="seq",
        recorded=True,
    )
)
