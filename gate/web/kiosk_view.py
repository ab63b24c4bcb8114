"""What a kiosk shows of one machine: the state that counts now, in the words of whoever stands there."""

from dataclasses import replace
from datetime import datetime

from gate.settings import Settings
from gate.web.formats import visible
from gate.web.kiosk_answers import answered
from gate.web.kiosk_reading import MachineNow, Using
from gate.web.kiosk_showing import Button, KioskView, PersonRow, Showing, override_view, people_rows
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.texts import LANGUAGES


def kiosk_view(machine: MachineNow, settings: Settings, now: datetime, *, alive: bool) -> KioskView:
    """Show the state that counts: what is broken first, then a fresh answer, then who uses the machine."""
    showing = Showing(machine, settings, now)
    if not alive:
        return _plain(showing, "silent", "silent_line", "silent_next")
    if machine.mode is None:
        return _plain(showing, "unset", "unset_line")
    if machine.reader == "offline":
        return _plain(showing, "off", "off_line", "off_next")
    return _chosen(showing) or answered(showing) or _in_use(showing) or _idle(showing)


def unreadable_view(equipment: str, settings: Settings, now: datetime) -> KioskView:
    """Show that nothing can be shown: the records cannot be read."""
    machine = MachineNow(equipment, "", None, None, None, (), None)
    return _plain(Showing(machine, settings, now), "fault", "records_line", "silent_next")


def _plain(showing: Showing, look: str, *lines: str) -> KioskView:
    """A state of the machine or of the gate itself, in the language of the site; who is signed in stays named."""
    texts = KIOSK_TEXTS[showing.settings.site.language]
    other = next(language for language in LANGUAGES if language != showing.settings.site.language)
    return showing.view(
        look,
        None,
        lines=tuple(texts[line] for line in lines),
        other_word=KIOSK_TEXTS[other][look],
        people=people_rows(showing, texts, showing.settings.site.language),
        trial=showing.machine.mode == "shadow",
    )


def _idle(showing: Showing) -> KioskView:
    if showing.machine.mode == "off":
        return _plain(showing, "mode_off", "mode_off_line")
    lines = ("trial_line",) if showing.machine.mode == "shadow" else ()
    name, duty = showing.machine.equipment, showing.both("duty")
    return replace(
        _plain(showing, "idle", *lines),
        choices=tuple(
            Button(f"choose {name} {operation}", *showing.both(f"op_{operation}"))
            for operation in showing.machine.more.others
        ),
        side=Button(f"duty {name}", duty[0]),
    )


def _chosen(showing: Showing) -> KioskView | None:
    """Show what the next badge is for; without one the machine's usual operation counts again."""
    if showing.machine.more.chosen is None:
        return None
    operation, until = showing.machine.more.chosen
    word, other = showing.both(f"op_{operation}")
    texts = KIOSK_TEXTS[showing.settings.site.language]
    return showing.view(
        "chosen",
        None,
        word=word,
        other_word=other,
        lines=showing.both("chosen_badge"),
        until_at=until,
        beside=(texts["chosen_left"],),
        choices=(Button(f"back {showing.machine.equipment}", *showing.both("back")),),
        turns_at=until,
    )


def _in_use(showing: Showing) -> KioskView | None:
    using = showing.machine.using
    if not using:
        return None
    lifted = [somebody for somebody in using if somebody.under_override and somebody.entitled]
    if lifted:
        return _use_under_override(showing, lifted[0])
    language = using[0].language or showing.settings.site.language
    texts, standing = KIOSK_TEXTS[language], any(somebody.entitled for somebody in using)
    people = people_rows(showing, texts, language)
    if not standing:
        people = tuple(PersonRow(row.name, row.since) for row in people)
    lines = (texts["sign_out"],) if standing else (texts["runs_on"],)
    return showing.view(
        "use" if standing else "drop",
        language,
        people=people,
        from_at=using[0].joined_at,
        lines=lines,
        beside=(people[0].since,),
    )


def _use_under_override(showing: Showing, somebody: Using) -> KioskView:
    language = somebody.language or showing.settings.site.language
    others = tuple(row for row in people_rows(showing, KIOSK_TEXTS[language], language) if row.name != somebody.name)
    return override_view(
        showing, "over", language, visible(somebody.name), somebody.until_at, somebody.reference, people=others
    )
