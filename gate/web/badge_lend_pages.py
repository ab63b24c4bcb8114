"""Lending a pool badge: choose the person, until when, how the identity was checked, and sign."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.badge_enrolment import Identity
from gate.badge_lending import lend_badge
from gate.core.roles import Act
from gate.web.badge_pages import badge_pages, known_now, said, shown_badge, time_of
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, typed

PRESETS = (4, 8, 12)
OTHER = "other"
PEOPLE = 20
"""People that a search offers."""

CLOCK = re.compile(r"([01]?\d|2[0-3])\s?[:hH]\s?([0-5]\d)")


@badge_pages.get("/badges/lend/<path:badge_id>")
@requires(Act.LEND_BADGE)
def lend(badge_id: str) -> ResponseReturnValue:
    """Ask for whom, and then for everything that a lending needs."""
    return _form(badge_id, NO_TROUBLE)


@badge_pages.post("/badges/lend/<path:badge_id>")
@requires(Act.LEND_BADGE)
def lend_sent(badge_id: str) -> ResponseReturnValue:
    """Sign and lend, or show the form again with what stands against it."""
    person, how, why, now = form_value("person"), form_value("how"), form_value("why"), site().clock.read().at
    until = end_of(form_value("hours"), form_value("until"), now, site().settings.zone)
    problems = {} if until else {"hours": "choose_one"}
    return signed_act(
        lambda desk, who: lend_badge(desk.trail, badge_id, person, until, how, why, who, desk.moment),
        Act.LEND_BADGE,
        lambda trouble: _form(badge_id, trouble),
        url_for("badge_pages.badge", badge_id=badge_id, done="lent", lang=viewer().language),
        problems,
    )


def end_of(hours: str, clock: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end (UTC) that was chosen: so many hours from now, or the next time the site's clock shows this.

    None when neither was said. A time that the spring change leaves out is the instant an hour later; one that comes
    twice in autumn is the first that is still ahead.
    """
    if hours in map(str, PRESETS):
        return now + timedelta(hours=int(hours))
    found = CLOCK.fullmatch(clock) if hours == OTHER else None
    if found is None:
        return None
    wanted, today = time(int(found[1]), int(found[2])), now.astimezone(zone).date()
    ends = (
        datetime.combine(today + timedelta(days=days), wanted, zone).replace(fold=fold).astimezone(UTC)
        for days in (0, 1)
        for fold in (0, 1)
    )
    return next((end for end in ends if end > now), None)


def _form(badge_id: str, trouble: Trouble) -> str:
    view, here, now = viewer(), known_now(), site().clock.read().at
    found = here.badges.get(badge_id)
    if found is None or not found.pool:
        abort(404)
    chosen = here.people.get(form_value("person") or request.args.get("person", ""))
    text = request.args.get("q", "")[:80]
    people = here.people_like(text) if text.strip() else []
    return render_template(
        "badge_lend.html",
        **around(view),
        badge_id=badge_id,
        found=shown_badge(found),
        chosen={"id": chosen.id, "name": visible(chosen.name)} if chosen else None,
        text=visible(text),
        people=[{"id": one.id, "name": visible(one.name)} for one in people[:PEOPLE]],
        more=len(people) > PEOPLE,
        most=PEOPLE,
        ends=[(str(n), view.texts["badge_hours"].format(n=n), _until(now + timedelta(hours=n))) for n in PRESETS]
        + [(OTHER, view.texts["badge_other_end"], "")],
        hows=hows(),
        trouble=said(trouble),
        typed=typed("hours", "until", "how", "why", "sign_user"),
    )


def hows() -> list[tuple[str, str, str]]:
    """Return the ways of checking an identity, for a form."""
    return [(how.value, viewer().texts[f"badge_how_{how}"], "") for how in Identity]


def _until(at: datetime) -> str:
    return viewer().texts["badge_until"].format(time=time_of(at))
