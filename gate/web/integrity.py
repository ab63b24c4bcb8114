"""What every page says of the record chain: up to which entry it was verified, or that it is broken."""

from dataclasses import dataclass
from datetime import timedelta

from gate.verified import last_verified, running, running_path, verified_path
from gate.web.pages import site
from gate.web.view import Viewer, When

LATE = timedelta(hours=36)
"""The whole trail is verified every night; a night that was missed is shown."""


@dataclass(frozen=True, slots=True)
class Integrity:
    """`look` is whole, checking, late, broken or none; `number` the entry it is about."""

    look: str
    word: str
    number: int | None = None
    when: When | None = None
    head_sound: bool = True
    """Whether the end of the trail holds where older entries do not: then badging goes on."""


def integrity(view: Viewer) -> Integrity:
    """Return what the last full verification came to; unknown is never shown as good."""
    folder, texts = site().settings.gate.state_dir, view.texts
    found, now = last_verified(verified_path(folder)), running(running_path(folder))
    if now is not None and (found is None or found.sound):
        return Integrity("checking", texts["ig_checking_now"], now.done, view.when(found.at) if found else None)
    if found is None:
        return Integrity("none", texts["not_verified_yet"])
    if not found.sound:
        return Integrity("broken", texts["chain_broken_at"], found.first_bad_seq, view.when(found.at), found.head_sound)
    late = site().clock.read().at - found.at > LATE
    return Integrity("late" if late else "whole", texts["verified_to"], found.head_seq, view.when(found.at))
