"""The matrix at the start of a lot: the first instant at which a window of the lot began, on any machine."""

from dataclasses import replace

from gate.store.lots import windows_of
from gate.web.matrix_question import Question
from gate.web.site import Site


def at_start_of_lot(question: Question, here: Site) -> Question:
    """Return the question about the start of the lot that it names, if any; one that nobody signed is a problem.

    A lot that is on several machines begins with the first of them. The machine in the question narrows it down.
    """
    if not question.lot or question.problems:
        return question
    with here.records.engine().connect() as connection:
        windows = windows_of(connection, question.lot)
    begins = [window.from_at for window in windows if question.machine in ("", window.equipment_id)]
    if not begins:
        return replace(question, problems={"lot": "mx_bad_lot"})
    return replace(question, at=min(begins), chosen=True)
