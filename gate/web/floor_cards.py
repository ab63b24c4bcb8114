"""What the cards of the floor say and what needs somebody now: plain values in no language, to be compared."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gate.core.reasons import REASONS, Lift
from gate.web.floor_denials import DeniedNow, OverrideNow
from gate.web.floor_reading import FloorLook, FloorMachine, HoldNow, MemberNow, ReaderSeen
from gate.web.override_reading import TOLD_OF_AN_OVERRIDE
from gate.web.reading import Names, ShownEntry

JUST = timedelta(minutes=5)
"""A card says "just denied" for so long; the person has gone to ask somebody by then."""

SOON = timedelta(minutes=15)
"""An override that ends within this is lifted to the top: whoever granted it may want to extend it."""

MINUTE = timedelta(minutes=1)

LOOKS = (
    ("deny", "deny"),
    ("over", "over"),
    ("unknown", "off"),
    ("offline", "off"),
    ("use", "use"),
    ("use_dropped", "use"),
)
"""A state on the card -> how the card as a whole looks; the first that fits, else idle."""


@dataclass(frozen=True, slots=True)
class CardPerson:
    """Somebody signed in; the time is in whole minutes, so that a card changes once a minute at most."""

    id: int
    name: str
    since: datetime
    minutes: int
    entitled: bool
    under_override: bool


@dataclass(frozen=True, slots=True)
class CardOverride:
    """An override with what is left of it, in whole minutes."""

    id: str
    name: str
    reference: str
    ends: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class CardDenied:
    """A denial; `liftable`: a supervisor may grant an override for it."""

    entry: ShownEntry
    who: str
    """The name; empty for a badge of nobody, of which `last4` is shown."""
    last4: str
    machine: str
    minutes: int
    liftable: bool
    trial: bool


@dataclass(frozen=True, slots=True)
class CardReader:
    """How the readers of the machine are together; `state` names the words."""

    state: str
    names: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One machine on the floor; `states` are the keys of its tags, in order."""

    id: str
    kind: str
    area: str
    mode: str
    states: tuple[str, ...]
    look: str
    people: tuple[CardPerson, ...]
    overrides: tuple[CardOverride, ...]
    holds: tuple[HoldNow, ...]
    denied: CardDenied | None
    reader: CardReader
    today: date
    """The site's date: times of other days are shown with theirs."""

    @property
    def key(self) -> str:
        """What the page of the machine is made of besides the card: when it differs, the page is made anew."""
        return " ".join([self.mode, *(hold.id for hold in self.holds), *(str(person.id) for person in self.people)])


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody signed in who cannot start any more: perhaps gone without badging out."""

    machine: str
    member: CardPerson
    cause: str


@dataclass(frozen=True, slots=True)
class Needs:
    """What needs somebody now, the most urgent first."""

    silent: bool
    denials: tuple[CardDenied, ...]
    ending: tuple[tuple[str, CardOverride], ...]
    offline: tuple[tuple[str, CardReader], ...]
    forgotten: tuple[Forgotten, ...]
    names: Names
    today: date

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(map(len, (self.denials, self.ending, self.offline, self.forgotten))) + self.silent


@dataclass(frozen=True, slots=True)
class Floor:
    """The whole floor at one instant."""

    seq: int
    cards: tuple[Card, ...]
    needs: Needs

    @property
    def areas(self) -> tuple[tuple[str, tuple[Card, ...]], ...]:
        """The cards by area; area and place in it never change by what happens."""
        found: dict[str, tuple[Card, ...]] = {}
        for card in self.cards:
            found[card.area] = (*found.get(card.area, ()), card)
        return tuple(found.items())

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many machines are in each state worth counting."""
        seen = Counter(state for card in self.cards for state in set(card.states))
        return tuple((state, seen[state]) for state in COUNTED if seen[state])


COUNTED = ("use", "use_dropped", "over", "deny", "qa", "out_of_service", "maintenance", "offline", "unknown", "trial")


def floor_of(look: FloorLook, now: datetime, zone: ZoneInfo, *, alive: bool) -> Floor:
    """Make the floor of a look; a silent gate makes every reader and every free machine unknown."""
    cards = tuple(_card(machine, look, now, zone, alive=alive) for machine in look.machines)
    return Floor(look.seq, cards, _needs(look, cards, now, zone, alive=alive))


def _card(machine: FloorMachine, look: FloorLook, now: datetime, zone: ZoneInfo, *, alive: bool) -> Card:
    reader = _reader(machine.readers, alive=alive)
    denied = next((_denied(one, machine.id, look.names, now) for one in machine.denied if _is_new(one, now)), None)
    states = tuple(_states(machine, reader, denied))
    return Card(
        id=machine.id,
        kind=machine.kind,
        area=machine.area,
        mode=machine.mode,
        states=states,
        look=next((look for state, look in LOOKS if state in states), "idle"),
        people=tuple(_person(member, now) for member in machine.members),
        overrides=tuple(_override(one, now) for one in machine.overrides),
        holds=machine.holds,
        denied=denied,
        reader=reader,
        today=now.astimezone(zone).date(),
    )


def _is_new(denied: DeniedNow, now: datetime) -> bool:
    return not denied.handled and now - denied.entry.at < JUST


def _states(machine: FloorMachine, reader: CardReader, denied: CardDenied | None) -> Iterable[str]:
    """Yield every state that holds; what nobody knows now is said instead of "free"."""
    yield from dict.fromkeys(hold.kind for hold in machine.holds)
    if machine.overrides or any(member.under_override and member.entitled for member in machine.members):
        yield "over"
    if machine.members:
        yield "use" if any(member.entitled for member in machine.members) else "use_dropped"
    if denied is not None:
        yield "would_deny" if denied.trial else "deny"
    if reader.state in {"offline", "unknown", "unseen"}:
        yield {"unseen": "unknown"}.get(reader.state, reader.state)
    elif not machine.members and not machine.holds and (denied is None or denied.trial):
        yield "bare" if reader.state == "none" else "free"
    if machine.mode != "enforce":
        yield "trial" if machine.mode == "shadow" else "mode_off"


def _reader(readers: Sequence[ReaderSeen], *, alive: bool) -> CardReader:
    """Sum the readers up: one that answers is enough to badge, one that does not is named."""
    if not readers:
        return CardReader("none")
    if not alive:
        return CardReader("unknown")
    out = [reader for reader in readers if reader.state == "offline"]
    seen = [reader for reader in readers if reader.state == "online"]
    if out:
        since = min((reader.since_at for reader in out if reader.since_at), default=None)
        return CardReader("partly" if seen else "offline", tuple(reader.name for reader in out), since)
    if not seen:
        return CardReader("unseen")
    return CardReader("port" if all(reader.port_only for reader in seen) else "online")


def _person(member: MemberNow, now: datetime) -> CardPerson:
    minutes = max(0, (now - member.joined_at) // MINUTE)
    return CardPerson(member.id, member.name, member.joined_at, minutes, member.entitled, member.under_override)


def _override(found: OverrideNow, now: datetime) -> CardOverride:
    return CardOverride(found.id, found.name, found.reference, found.ends_at, max(0, (found.ends_at - now) // MINUTE))


def _denied(found: DeniedNow, machine: str, names: Names, now: datetime) -> CardDenied:
    codes = [code for code in found.reasons if code not in TOLD_OF_AN_OVERRIDE]
    liftable = found.person_id is not None and all(
        REASONS[code].overridable in (Lift.SUPERVISOR, Lift.COSIGNED) for code in codes
    )
    return CardDenied(
        entry=found.entry,
        who=names.people.get(found.person_id, found.person_id) if found.person_id else "",
        last4=found.last4,
        machine=machine,
        minutes=max(0, (now - found.entry.at) // MINUTE),
        liftable=liftable,
        trial=found.trial,
    )


# --- needs you now ---------------------------------------------------------------------------------------------


def _needs(look: FloorLook, cards: Sequence[Card], now: datetime, zone: ZoneInfo, *, alive: bool) -> Needs:
    waiting = [(machine.id, one) for machine in look.machines for one in machine.denied]
    denials = [_denied(one, machine, look.names, now) for machine, one in waiting if not one.handled and not one.trial]
    return Needs(
        silent=not alive,
        denials=tuple(sorted(denials, key=lambda one: one.entry.seq, reverse=True)),
        ending=tuple((card.id, one) for card in cards for one in card.overrides if one.ends - now <= SOON),
        offline=tuple((card.id, card.reader) for card in cards if card.reader.state in {"offline", "partly"}),
        forgotten=tuple(one for machine in look.machines for one in _forgotten(machine, now)),
        names=look.names,
        today=now.astimezone(zone).date(),
    )


def _forgotten(machine: FloorMachine, now: datetime) -> Iterable[Forgotten]:
    """Yield who is signed in without entitlement, or for longer than anybody works there.

    A window that has run out is no sign of it: where the permissive is a window it always does.
    """
    for member in machine.members:
        too_long = now - member.joined_at >= timedelta(seconds=machine.longest_use_s)
        dropped = not member.entitled and member.cause != "window_ended"
        if too_long or dropped:
            cause = "longest_use" if too_long else member.cause
            yield Forgotten(machine.id, _person(member, now), cause)
