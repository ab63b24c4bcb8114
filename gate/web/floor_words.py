"""How the floor speaks: times, spans, sentences with names in them, and addresses; usable outside a request too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup, escape
from werkzeug.routing import BaseConverter, Map

from gate.web.floor_cards import CardDenied, CardReader
from gate.web.floor_trial import TrialRow
from gate.web.formats import utc_offset, visible
from gate.web.kiosk_showing import kiosk_time
from gate.web.reading import Names, ShownEntry
from gate.web.view import EntryView, Tag, Viewer, entry_view

LOOK_OF = {
    "use": "use",
    "use_dropped": "due",
    "over": "over",
    "deny": "deny",
    "would_deny": "due",
    "offline": "off",
    "unknown": "off",
    "qa": "hold",
    "out_of_service": "hold",
    "maintenance": "hold",
    "trial": "trial",
    "mode_off": "trial",
}
"""State -> shape and style of its tag; the others are plain words."""


class MachineConverter(BaseConverter):
    """An equipment id in an address; ids may have a slash, which stands there as a tilde, as no id has one."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,79}"

    def to_python(self, value: str) -> str:
        """Return the id."""
        return value.replace("~", "/")

    def to_url(self, value: str) -> str:
        """Return how the id stands in an address."""
        return super().to_url(value.replace("/", "~"))


@dataclass(frozen=True, slots=True)
class FloorWords:
    """The words of one language for one kind of reader; `acts`: a supervisor, who may grant and close."""

    viewer: Viewer
    routes: Map
    acts: bool = False
    most_denials: int = 6
    """More would push the machines off the screen; the rest is one tap away in the access log."""

    def say(self, key: str, **parts: object) -> Markup:
        """Return a sentence; what is filled in is made visible and kept apart from the direction of the words."""
        filled = {name: part if isinstance(part, Markup) else _apart(str(part)) for name, part in parts.items()}
        return Markup(escape(self.viewer.texts[key])).format(**filled)  # noqa: S704 - escaped right here

    def url(self, endpoint: str, **values: object) -> str:
        """Return the address of a page in this language."""
        return self.routes.bind("localhost").build(endpoint, {**values, "lang": self.viewer.language})

    def time(self, at: datetime | None, today: date) -> Markup:
        """Return the site's time of day, with the date when it is another day."""
        if at is None:
            return Markup("?")
        zone, language = self.viewer.zone, self.viewer.language
        text = kiosk_time(at, zone, language)
        local = at.astimezone(zone)
        day = "" if local.date() == today else f"{local:%Y-%m-%d} "
        return Markup('<time class="nb" datetime="{}">{}</time>').format(at.isoformat(), day + text)

    def span(self, minutes: int) -> str:
        """Return a span in whole minutes."""
        texts = self.viewer.texts
        if minutes < 1:
            return texts["fl_under_minute"]
        hours, rest = divmod(minutes, 60)
        return texts["fl_hours"].format(h=hours, m=rest) if hours else texts["fl_minutes"].format(m=rest)

    def who(self, found: CardDenied | TrialRow) -> Markup:
        """Return the name of who was denied, or what is known of the badge."""
        if found.who:
            return _apart(found.who)
        texts = self.viewer.texts
        return _apart(f"{texts['badge_ending']} {found.last4}" if found.last4 else texts["no_badge"])

    def ago(self, minutes: int) -> str:
        """Return how long ago something was."""
        return self.viewer.texts["fl_ago"].format(span=self.span(minutes))

    def tag(self, state: str) -> Tag:
        """Return the tag of a state of a machine."""
        return Tag(LOOK_OF.get(state, "plain"), self.viewer.texts[f"fl_{state}"])

    def entry(self, entry: ShownEntry, names: Names) -> EntryView:
        """Return an entry with its reasons in words."""
        return entry_view(entry, names, self.viewer)

    def reader(self, found: CardReader, today: date) -> Markup:
        """Say how the readers of a machine are."""
        key = f"fl_reader_{found.state}"
        if found.state in {"offline", "partly"}:
            return self.say(key, names=", ".join(found.names), time=self.time(found.since, today))
        return self.say(key)

    def operations(self, names: Iterable[str]) -> str:
        """Return operations as words."""
        return ", ".join(self.viewer.texts.get(f"op_{name}", name).lower() for name in names)

    def cause(self, cause: str) -> str:
        """Say why a permissive dropped."""
        texts = self.viewer.texts
        return texts.get(f"fl_cause_{cause}", texts["fl_cause_other"])

    def times_of(self, now: datetime) -> str:
        """Say once for the page what zone its times are of."""
        zone = self.viewer.zone
        return self.viewer.texts["fl_times"].format(zone=zone.key, offset=utc_offset(now.astimezone(zone)))


def _apart(text: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(visible(text))
