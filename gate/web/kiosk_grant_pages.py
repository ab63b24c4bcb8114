"""The pages of granting at a kiosk: whom it is about, what was typed, the form, and the page of badge and PIN."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import render_template

from gate.core.roles import Role
from gate.core.terms import OverrideClass
from gate.held_out import Wanted
from gate.kiosk_acts import asked_by
from gate.store import kiosk_rows
from gate.store.duty_rows import holder_of
from gate.store.held_badges import HeldBadge
from gate.web.formats import visible
from gate.web.kiosk_forms import around_kiosk, held, spoken
from gate.web.kiosk_opened import readers_of
from gate.web.kiosk_showing import kiosk_time
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.override_reading import Denied
from gate.web.pages import site
from gate.web.reason_texts import reason_text
from gate.web.session import accounts

MINUTES = (30, 60, 120, 240, 480)
CLASSES = (OverrideClass.COVERAGE, OverrideClass.RECORD_LAG, OverrideClass.TECHNICAL)
SHOWN = 10_000
"""Characters of one field that come back; more than any field takes."""


@dataclass(frozen=True, slots=True)
class Whom:
    """The denial that it is about; `language` is the person's."""

    denied: Denied
    language: str
    needs_qa: bool

    @property
    def machine(self) -> str:
        """The machine that denied."""
        return self.denied.equipment

    @property
    def purpose(self) -> str:
        """What the badge is for, as the reader's request names it: this denial and nothing else."""
        return f"grant {self.denied.seq}"

    def wanted(self, request_id: int) -> Wanted:
        """Return which badge signs: a supervisor's, at this machine's reader, and not of who was denied."""
        return Wanted(
            request_id,
            asked_by(self.machine, self.purpose),
            readers_of(self.machine),
            frozenset({Role.SUPERVISOR}),
            not_person=self.denied.person_id,
            about=self.denied.seq,
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """What was chosen and typed; nothing of it says who signs."""

    minutes: str = ""
    kind: str = ""
    reference: str = ""
    preset: str = ""
    words: str = ""

    def justification(self, language: str) -> str:
        """Return the chosen beginning with the person's own words."""
        begin = dict(presets(language)).get(self.preset, "")
        return f"{begin}. {self.words}" if begin else self.words


@dataclass(frozen=True, slots=True)
class Against:
    """Why a page comes back: by field the key of a text, and whole sentences."""

    problems: Mapping[str, str] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()


NOTHING = Against()


def whom(denied: Denied, now: datetime) -> Whom:
    """Return what is known of the denial: whose language, and whether QA must sign too."""
    with accounts().records.engine().connect() as connection:
        holder = holder_of(connection, denied.person_id)
        place = kiosk_rows.places(connection, now).get(denied.equipment)
        second = kiosk_rows.had_override_lately(connection, denied.person_id, denied.equipment, now)
    critical = place is not None and place.needs_qa
    language = holder.language if holder else site().settings.site.language
    return Whom(denied, language, denied.needs_qa or critical or second)


def filled(form: Mapping[str, str]) -> Filled:
    """Return what a form holds, without blanks around it."""
    return Filled(*(form.get(name, "").strip() for name in ("minutes", "class", "reference", "preset", "words")))


def lengths() -> tuple[int, ...]:
    """Return the durations in minutes that this site allows."""
    return tuple(minutes for minutes in MINUTES if minutes <= site().settings.overrides.cap_hours * 60)


def presets(language: str) -> tuple[tuple[str, str], ...]:
    """Return the site's beginnings of justifications, each with the value that a form sends."""
    kiosk = site().settings.kiosk
    return tuple(
        (str(place), text) for place, text in enumerate(kiosk.presets_fr if language == "fr" else kiosk.presets_en)
    )


def form_page(name: str, found: Whom, typed: Filled, against: Against = NOTHING) -> str:
    """Return the form with what was typed and what stands against it."""
    language = spoken(found.language)
    return render_template(
        "kiosk_grant.html",
        **_around(name, found, language),
        reasons=[reason_text(code, language) for code in found.denied.reasons],
        lengths=lengths(),
        classes=CLASSES,
        presets=presets(language),
        typed=_back(typed),
        against=against,
    )


def sign_page(name: str, found: Whom, typed: Filled, request_id: int, sentences: tuple[str, ...] = ()) -> str:
    """Return the page that asks for badge and PIN, with the whole statement that is signed."""
    language, now = spoken(found.language), site().clock.read().at
    texts, asked = KIOSK_TEXTS[language], held(found.wanted(request_id))
    state, state_words = badge_state(asked, language, now)
    until = kiosk_time(now + timedelta(minutes=int(typed.minutes)), site().settings.zone, language, now)
    several = asked is not None and len(readers_of(found.machine)) > 1
    around = _around(name, found, language)
    return render_template(
        "kiosk_sign.html",
        **around,
        statement=texts["sign_statement"].format(
            person=around["person"],
            machine=found.machine,
            operation=around["operation"],
            length=texts[f"min_{typed.minutes}"],
            time=until,
        ),
        justification=visible(typed.justification(language)[:SHOWN]),
        badge_words=texts["sign_badge_named"].format(reader=asked.reader) if several and asked else texts["sign_badge"],
        state=state,
        state_words=state_words,
        left=max(0, int((asked.expires_at - now).total_seconds())) if asked else 0,
        request_id=request_id,
        typed=_back(typed),
        sentences=sentences,
    )


def badge_state(asked: HeldBadge | None, language: str, now: datetime) -> tuple[str, str]:
    """Return how far it is with the badge, in a word for the page's script and in words for people."""
    texts = KIOSK_TEXTS[language]
    if asked is None or asked.taken_back or asked.used or (not asked.seq and now >= asked.expires_at):
        return "over", texts["sign_over"]
    if not asked.seq:
        return "waits", texts["sign_waits"]
    if asked.person_id is None:
        return "read", texts["sign_nobody"]
    with accounts().records.engine().connect() as connection:
        holder = holder_of(connection, asked.person_id)
    return "read", texts["sign_read"].format(name=visible(holder.name if holder else asked.person_id))


def _around(name: str, found: Whom, language: str) -> dict[str, object]:
    return {
        **around_kiosk(name, found.machine, language),
        "seq": found.denied.seq,
        "name": name,
        "person": visible(found.denied.person),
        "operation": KIOSK_TEXTS[language][f"op_{found.denied.operation}"],
    }


def _back(typed: Filled) -> dict[str, str]:
    """Return what goes back into the form: visible, and never a PIN."""
    return {
        "minutes": typed.minutes,
        "class": typed.kind,
        "reference": visible(typed.reference[:SHOWN]),
        "preset": typed.preset,
        "words": visible(typed.words[:SHOWN]),
    }
