"""Who holds which role, and which badge, at any past date; and when the roles were last reviewed (A9)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from gate.core.report import Cell, ColumnKind, Report, Row
from gate.store.access_reviews import AccessReview, reviews
from gate.store.accounts import Account, accounts_as_of
from gate.store.instants import seq_at
from gate.store.schema import badge_assignments, badges, people
from gate.store.statements import known_at
from gate.web.asking import Shown, columns_of, filters_of, instant_asked
from gate.web.log_lookup import names_of_persons
from gate.web.pages import site
from gate.web.questions import Filter, Question, add_question
from gate.web.report_makers import Asked
from gate.web.view import Viewer

ROLES, BADGES = "access_roles", "badges_held"
MOST_BADGES = 20_000
AS_OF = Filter("at", "in_as_of", "instant")

ROLE_COLUMNS = (
    ("account", "in_c_account", ColumnKind.ID),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("roles", "in_c_roles", ColumnKind.TEXT),
    ("state", "in_c_state", ColumnKind.TEXT),
    ("expires", "in_c_expires", ColumnKind.INSTANT),
    ("reviewed", "in_c_reviewed", ColumnKind.TEXT),
    ("reviewed_seq", "in_c_review_record", ColumnKind.SEQ),
)
BADGE_COLUMNS = (
    ("badge", "in_c_badge", ColumnKind.ID),
    ("badge_last4", "badge_ending", ColumnKind.ID),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("state", "in_c_state", ColumnKind.TEXT),
    ("assurance", "in_c_assurance", ColumnKind.TEXT),
    ("until", "in_c_until", ColumnKind.INSTANT),
)


def make_roles(asked: Asked, view: Viewer) -> Report:
    """Return every account as it was known at an instant, with its last review before it.

    Raises:
        BadQuestionError: the instant makes no sense.
    """
    at = _at(asked, view)
    with site().records.engine().connect() as connection:
        found = accounts_as_of(connection, at)
        done = reviews(connection, upto_seq=seq_at(connection, at))
    last = view.texts["in_never_reviewed"]
    if done:
        day = done[0].at.astimezone(view.zone).isoformat(timespec="minutes")
        last = view.texts["in_last_review"].format(time=day, name=done[0].reviewer)
    return Report(
        name=ROLES,
        title=view.texts[f"in_q_{ROLES}"],
        language=view.language,
        filters=filters_of(view, asked, ("at", "in_as_of")),
        columns=columns_of(view, *ROLE_COLUMNS),
        rows=lambda: (_role_row(one, done, at, view) for one in found),
        total=len(found),
        head_seq=site().records.head_seq(),
        notes=(last,),
    )


def _at(asked: Asked, view: Viewer) -> datetime:
    """Return the instant asked about; without one, just after what was done last."""
    return instant_asked(asked, "at", view, end=True) or site().clock.read().at + timedelta(milliseconds=1)


def _role_row(one: Account, done: tuple[AccessReview, ...], at: datetime, view: Viewer) -> Row:
    texts = view.texts
    state: Cell = Shown(texts["in_open"], "allow") if one.active else Shown(texts["in_closed"], "off")
    if one.active and one.expires_at is not None and one.expires_at <= at:
        state = Shown(texts["in_expired"], "off")
    last = next((review for review in done if one.id in review.decided), None)
    return (
        one.id,
        one.person_id,
        one.name,
        ", ".join(sorted(texts.get(f"role_{role}", role.value) for role in one.roles)),
        state,
        one.expires_at,
        texts[f"in_decided_{last.decided[one.id]}"] if last else texts["in_not_reviewed"],
        last.seq if last else None,
    )


def make_badges(asked: Asked, view: Viewer) -> Report:
    """Return every badge with its holder as known at an instant; numbers by their last 4 characters alone.

    Raises:
        BadQuestionError: the instant makes no sense.
    """
    at = _at(asked, view)
    with site().records.engine().connect() as connection:
        known = sa.literal(seq_at(connection, at))
        held = badges.outerjoin(
            badge_assignments, sa.and_(badge_assignments.c.id == badges.c.id, known_at(badge_assignments, known))
        ).outerjoin(people, sa.and_(people.c.id == badge_assignments.c.person_id, known_at(people, known)))
        columns = (badges, badge_assignments.c.person_id, badge_assignments.c.until_at, people.c.name.label("holder"))
        wanted = sa.select(*columns).select_from(held).where(known_at(badges, known)).order_by(badges.c.id)
        rows = connection.execute(wanted.limit(MOST_BADGES)).all()
        names = names_of_persons(connection, {row.person_id for row in rows if row.person_id})

    def shown() -> Iterator[Row]:
        for row in rows:
            until = datetime.fromisoformat(row.until_at) if row.until_at else None
            over = until is not None and until <= at
            person = "" if over or not row.person_id else row.person_id
            state = Shown(view.texts.get(f"badge_{row.state}", row.state), "allow" if row.state == "active" else "off")
            name = (row.holder or names.get(person, "")) if person else ""
            yield (row.id, row.number[-4:], person, name, state, row.assurance, until)

    return Report(
        name=BADGES,
        title=view.texts[f"in_q_{BADGES}"],
        language=view.language,
        filters=filters_of(view, asked, ("at", "in_as_of")),
        columns=columns_of(view, *BADGE_COLUMNS),
        rows=shown,
        total=len(rows),
        head_seq=site().records.head_seq(),
    )


add_question(Question(ROLES, (AS_OF,), make_roles))
add_question(Question(BADGES, (AS_OF,), make_badges))
