"""What there is to show of one machine on a kiosk, and what all its looks share."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gate.settings import Settings
from gate.web.formats import visible
from gate.web.kiosk_reading import MachineNow
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.texts import LANGUAGES


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason with what to do; `other` says the reason in the other language, for a badge of nobody."""

    why: str
    step: str
    other: str = ""
    about: tuple[tuple[str, str], ...] = ()
    """What it is about: id and title of each item."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody at the machine."""

    name: str
    since: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to press: what it sends, its word, and the word in the other language where nobody's is known."""

    do: str
    word: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class KioskView:
    """One machine on a kiosk."""

    equipment: str
    kind: str
    language: str
    look: str
    word: str
    trial: bool = False
    other_word: str = ""
    """The same word in the other language, where nobody's language is known."""
    who: str = ""
    seq: int | None = None
    lines: tuple[str, ...] = ()
    due: str = ""
    due_what: str = ""
    reasons: tuple[ReasonRow, ...] = ()
    people: tuple[PersonRow, ...] = ()
    from_at: datetime | None = None
    """A running time is counted from here."""
    until_at: datetime | None = None
    """What is left is counted to here."""
    beside: tuple[str, ...] = ()
    """What stands beside the running time."""
    foot: str = ""
    reader: str = ""
    online: bool = False
    help: str = ""
    choices: tuple[Button, ...] = ()
    """What to press in the middle of the screen."""
    side: Button | None = None
    """What to press at the foot."""
    asked: str = ""
    """That help was asked for, when, and who was told."""
    turns_at: datetime | None = field(default=None, compare=False)
    """When time alone changes what is shown."""

    @property
    def texts(self) -> Mapping[str, str]:
        """The words of this language."""
        return KIOSK_TEXTS[self.language]

    @property
    def other_texts(self) -> Mapping[str, str]:
        """The words of the other language."""
        return KIOSK_TEXTS[self.other]

    @property
    def other(self) -> str:
        """The other language."""
        return next(language for language in LANGUAGES if language != self.language)

    @property
    def key(self) -> str:
        """A short mark that differs when anything shown differs."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def kiosk_time(at: datetime, zone: ZoneInfo, language: str, now: datetime | None = None) -> str:
    """Return hours and minutes of the site, with the date when it is not the day of `now`."""
    local = at.astimezone(zone)
    text = f"{local.hour}\u00a0h\u00a0{local:%M}" if language == "fr" else f"{local:%H:%M}"
    same_day = now is None or now.astimezone(zone).date() == local.date()
    return text if same_day else f"{local:%Y-%m-%d} {text}"


def counted(span: timedelta) -> str:
    """Return a running time as hours, minutes and seconds, never below zero."""
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@dataclass(frozen=True, slots=True)
class Showing:
    """One machine at one instant, on its way to the screen."""

    machine: MachineNow
    settings: Settings
    now: datetime

    def time(self, at: datetime, language: str) -> str:
        """Return a time of day for this screen."""
        return kiosk_time(at, self.settings.zone, language, self.now)

    def both(self, key: str) -> tuple[str, str]:
        """Return a word in the language of the site and in the other."""
        mine = self.settings.site.language
        return KIOSK_TEXTS[mine][key], KIOSK_TEXTS[next(name for name in LANGUAGES if name != mine)][key]

    def help(self, language: str) -> str:
        """Return whom to call here, as the site has set it."""
        site_help = self.settings.kiosk.help_fr if language == "fr" else self.settings.kiosk.help_en
        return site_help or KIOSK_TEXTS[language]["helper"]

    def view(self, look: str, language: str | None, **more: object) -> KioskView:
        """Return the view with what every look has."""
        machine, spoken = self.machine, language or self.settings.site.language
        texts = KIOSK_TEXTS[spoken]
        base = KioskView(
            machine.equipment,
            visible(machine.kind),
            spoken,
            look,
            texts[look],
            trial=machine.mode == "shadow",
            reader=texts[f"reader_{machine.reader or 'unseen'}"],
            online=machine.reader == "online",
            help=self.help(spoken),
        )
        return replace(base, **more)  # type: ignore[arg-type]


def override_view(
    showing: Showing, look: str, language: str, who: str, until: datetime | None, reference: str, **more: object
) -> KioskView:
    """Show an override with what is left of it."""
    texts = KIOSK_TEXTS[language]
    left = (texts["left"].format(time=showing.time(until, language)), texts["then"]) if until else ()
    foot = texts["reference"].format(reference=visible(reference)) if reference else ""
    return showing.view(
        look, language, who=who, until_at=until, beside=left, foot=foot, lines=(texts["sign_out"],), **more
    )


def people_rows(showing: Showing, texts: Mapping[str, str], language: str) -> tuple[PersonRow, ...]:
    """Return who uses the machine, in the order of joining."""
    return tuple(
        PersonRow(
            visible(somebody.name),
            texts["since"].format(time=showing.time(somebody.joined_at, language)),
            "" if somebody.entitled else texts["no_new_start"],
        )
        for somebody in showing.machine.using
    )
