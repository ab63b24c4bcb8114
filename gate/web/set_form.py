"""The form of a requirement set without script: groups and members as numbered fields, read back and shown again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gate.core.records import Requirement, RequirementSet
from gate.core.terms import RevisionPolicy
from gate.core.training import GRACE_LIMIT_DAYS
from gate.requirement_acts import LONGEST_INTERVAL_MONTHS, LONGEST_WARNING_DAYS, MOST_GROUPS, MOST_MEMBERS, Groups
from gate.web.formats import visible
from gate.web.typed_days import typed_number

Values = dict[str, str]
Value = Callable[[str], str]
PARTS = ("item", "revision", "months", "grace", "warning")
SHOWN = 200

USUAL = {"item": "", "revision": RevisionPolicy.CURRENT.value, "months": "", "grace": "0", "warning": "30"}


@dataclass(frozen=True, slots=True)
class Rows:
    """How many groups the form shows, and how many members each."""

    members: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The name of every field."""
        return tuple(
            f"g{group}m{member}_{part}"
            for group, many in enumerate(self.members, start=1)
            for member in range(1, many + 1)
            for part in PARTS
        )


def filled(version: RequirementSet | None) -> Values:
    """Return the fields as they are for a version; without one, one empty group."""
    values: Values = {}
    groups = version.groups if version else ()
    for group_number, group in enumerate(groups, start=1):
        for number, member in enumerate(group, start=1):
            values |= _fields(f"g{group_number}m{number}_", member)
    counts = tuple(min(len(group) + 1, MOST_MEMBERS) for group in groups) or (1,)
    return shown(Rows(counts), lambda name: values.get(name, ""))


def rows_of(value: Value) -> Rows:
    """Return how many rows were sent; what is not a number, or too many, is one."""
    groups = _count(value("groups"), MOST_GROUPS)
    return Rows(tuple(_count(value(f"members{number}"), MOST_MEMBERS) for number in range(1, groups + 1)))


def one_more(rows: Rows, wanted: str) -> Rows:
    """Return the rows with one more group (`group`), or one more member of the group of this number."""
    members = list(rows.members)
    if wanted == "group" and len(members) < MOST_GROUPS:
        members.append(1)
    number = typed_number(wanted, MOST_GROUPS) or 0
    if 1 <= number <= len(members):
        members[number - 1] = min(members[number - 1] + 1, MOST_MEMBERS)
    return Rows(tuple(members))


def shown(rows: Rows, value: Value) -> Values:
    """Return what goes back into the form: as typed, visible."""
    typed = {name: visible(value(name)[:SHOWN]) for name in rows.names}
    return {**_with_counts(rows.members), **typed, **_untouched(rows, typed)}


def groups_of(rows: Rows, value: Value, problems: dict[str, str]) -> Groups:
    """Return the groups that were typed; a row without an item is left out, and so is a group without a row."""
    groups = []
    for group, many in enumerate(rows.members, start=1):
        members = [_member(f"g{group}m{number}_", value, problems) for number in range(1, many + 1)]
        groups.append(tuple(member for member in members if member is not None))
    return tuple(group for group in groups if group)


def _member(prefix: str, value: Value, problems: dict[str, str]) -> Requirement | None:
    item = value(f"{prefix}item")
    if not item:
        return None
    policy, months = value(f"{prefix}revision"), value(f"{prefix}months")
    if policy not in set(RevisionPolicy):
        problems[f"{prefix}revision"] = "choose_one"
    interval = typed_number(months, LONGEST_INTERVAL_MONTHS) if months else None
    if months and not interval:
        problems[f"{prefix}months"] = "tr_bad_months"
    grace = typed_number(value(f"{prefix}grace") or "0", GRACE_LIMIT_DAYS)
    if grace is None:
        problems[f"{prefix}grace"] = "tr_bad_grace"
    warning = typed_number(value(f"{prefix}warning") or "0", LONGEST_WARNING_DAYS)
    if warning is None:
        problems[f"{prefix}warning"] = "tr_bad_warning"
    if any(name.startswith(prefix) for name in problems):
        return None
    return Requirement(item, RevisionPolicy(policy), interval, grace or 0, warning or 0)


def _fields(prefix: str, member: Requirement) -> Values:
    return {
        f"{prefix}item": member.item_id,
        f"{prefix}revision": member.revision_policy.value,
        f"{prefix}months": str(member.interval_months or ""),
        f"{prefix}grace": str(member.grace_days),
        f"{prefix}warning": str(member.warning_days),
    }


def _untouched(rows: Rows, typed: Mapping[str, str]) -> Values:
    """A row that nobody touched yet begins with the usual values."""
    usual: Values = {}
    for group, many in enumerate(rows.members, start=1):
        for number in range(1, many + 1):
            names = {part: f"g{group}m{number}_{part}" for part in PARTS}
            if not any(typed[name] for name in names.values()):
                usual |= {name: USUAL[part] for part, name in names.items()}
    return usual


def _with_counts(counts: tuple[int, ...]) -> Values:
    return {"groups": str(len(counts)), **{f"members{n}": str(many) for n, many in enumerate(counts, start=1)}}


def _count(text: str, most: int) -> int:
    return max(1, typed_number(text, most) or 1)
