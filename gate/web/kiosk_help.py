"""Who can help whoever was denied: who is on duty, what was asked, and what a supervisor can grant at this screen."""

from dataclasses import replace
from datetime import timedelta

from gate.core.reasons import REASONS, Lift
from gate.web.formats import visible
from gate.web.kiosk_more import More
from gate.web.kiosk_reading import Answer
from gate.web.kiosk_showing import Button, KioskView, Showing
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.override_reading import TOLD_OF_AN_OVERRIDE

GRANTED_S = 60
"""How long the screen asks for the badge after an override was granted."""

NAMES = 2
"""As many names as can be read from a step away."""


def with_help(showing: Showing, answer: Answer, view: KioskView, codes: list[str]) -> KioskView:
    """Add who can help now, and what can be pressed; nothing is withheld in trial, so nothing is granted there."""
    more, language = showing.machine.more, view.language
    helps = _who(showing, more, codes, language)
    if view.look == "would":
        return replace(view, help=helps)
    name = showing.machine.equipment
    ask = Button(f"ask {name} {answer.seq}", KIOSK_TEXTS[language]["ask"])
    grant = Button(f"grant {name} {answer.seq}", KIOSK_TEXTS[language]["grant_here"])
    choices = [] if more.asked_at else [ask]
    if answer.person is not None and can_be_lifted(codes):
        choices.append(grant)
    return replace(view, help=helps, choices=tuple(choices), asked=_asked(showing, more, language))


def can_be_lifted(codes: list[str]) -> bool:
    """Whether an override could lift every reason that fails."""
    failing = [code for code in codes if code not in TOLD_OF_AN_OVERRIDE]
    return bool(failing) and all(REASONS[code].overridable in (Lift.SUPERVISOR, Lift.COSIGNED) for code in failing)


def granted_view(showing: Showing, answer: Answer) -> KioskView | None:
    """Ask for the badge again, for a minute after an override was granted for this denial."""
    more = showing.machine.more
    if more.granted_at is None or more.granted_until is None:
        return None
    ends_at = more.granted_at + timedelta(seconds=GRANTED_S)
    if not showing.now < ends_at:
        return None
    language = answer.language or showing.settings.site.language
    line = KIOSK_TEXTS[language]["granted_line"].format(time=showing.time(more.granted_until, language))
    return showing.view("granted", language, who=visible(answer.name or ""), lines=(line,), turns_at=ends_at)


def _who(showing: Showing, more: More, codes: list[str], language: str) -> str:
    """Name who is on duty; where nobody is, say whom to call; where the site keeps no duties, only that."""
    texts = KIOSK_TEXTS[language]
    needs_qa = any(REASONS[code].overridable is Lift.COSIGNED for code in codes if code in REASONS)
    qa = [texts["with_qa"].format(name=visible(name)) for name in more.qa] if needs_qa else []
    names = [*qa[:1], *map(visible, more.supervisors)][:NAMES]
    if names:
        return ", ".join(names)
    help_ = showing.help(language)
    return texts["nobody_on_duty"].format(help=help_) if more.has_duties else help_


def _asked(showing: Showing, more: More, language: str) -> str:
    if more.asked_at is None:
        return ""
    texts = KIOSK_TEXTS[language]
    names = ", ".join(map(visible, more.told[:NAMES]))
    key = "asked_sees" if names else "asked_nobody" if more.has_duties else "asked_floor"
    told = texts[key].format(names=names, help=showing.help(language))
    return f"{texts['asked'].format(time=showing.time(more.asked_at, language))} {told}"
