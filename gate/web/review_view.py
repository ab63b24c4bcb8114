"""What the review pages show, ready for a template: periods in a list, exceptions, rules with their counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from markupsafe import Markup

from gate.core.exception_groups import Group
from gate.core.review_rule_table import RULES
from gate.core.review_rules import Counted
from gate.core.reviewing import Reviewer
from gate.store.reviews import Disposed
from gate.verified import Verified
from gate.web.formats import visible
from gate.web.review_cases import Listed, Opened, chain, chain_whole, counted, today
from gate.web.review_later import again_line, later_view, record_url
from gate.web.review_words import ReviewWords, moment_words
from gate.web.view import Tag, Viewer

TICK = "tick-"
"""Begins the name of the box of a group; each has a name of its own, so that a form comes back with its ticks."""


@dataclass(frozen=True, slots=True)
class ListedView:
    """One period as a row."""

    id: str
    name: str
    days: str
    seqs: str
    decisions: str
    exceptions: str
    tag: Tag
    signed: str
    running: bool


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What was decided of a group."""

    word: str
    reference: str
    comment: str
    by: str
    elsewhere: str


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """One group of like exceptions."""

    id: str
    tick: str
    look: str
    headline: Markup
    plain: str
    extent: str
    since: str
    until: str
    reasons: tuple[str, ...]
    why: str
    seqs: tuple[tuple[int, str], ...]
    more: int
    outcome: OutcomeView | None
    seen: int
    override_url: str
    mine: bool

    @property
    def done(self) -> bool:
        """Whether it has an outcome."""
        return self.outcome is not None

    @property
    def tickable(self) -> bool:
        """Whether this reviewer can give it an outcome here."""
        return not self.override_url and not self.mine


def exception_view(group: Group, opened: Opened, words: ReviewWords, reviewer: Reviewer) -> ExceptionView:
    """Return one group as the page shows it."""
    found, decided = group.first, opened.decided.get(group.id)
    since, until = moment_words(found.since, words.viewer), moment_words(found.until, words.viewer)
    is_override = group.rule == "OVERRIDE"
    return ExceptionView(
        id=group.id,
        tick=f"{TICK}{group.id}",
        look=RULES[group.rule].look.value,
        headline=words.headline_markup(group),
        plain=words.headline(group),
        extent=words.extent(group),
        since=since,
        until="" if until == since else until,
        reasons=words.reasons(group),
        why=visible(found.why),
        seqs=tuple((seq, record_url(seq, words.viewer)) for seq in group.shown[:4]),
        more=max(found.times, len(group.marks), len(group.shown)) - min(4, len(group.shown)),
        outcome=_outcome(decided, opened, words) if decided else None,
        seen=decided.seq if decided and decided.review_id == opened.review.id else 0,
        override_url=_override_url(found.what, decided, words.viewer) if is_override else "",
        mine=reviewer.had_a_part(group.parts),
    )


def _override_url(override_id: str, decided: Disposed | None, viewer: Viewer) -> str:
    page = "overrides.detail" if decided else "overrides.dispose"
    return url_for(page, override_id=override_id, lang=viewer.language)


def _outcome(found: Disposed, opened: Opened, words: ReviewWords) -> OutcomeView:
    texts = words.viewer.texts
    elsewhere = found.review_id not in {"", opened.review.id}
    return OutcomeView(
        word=words.outcome(found),
        reference=visible(found.reference),
        comment=visible(found.comment),
        by=texts["rv_by_at"].format(name=words.name(found.by), time=moment_words(found.at, words.viewer)),
        elsewhere=texts["rv_elsewhere"].format(review=visible(found.review_id)) if elsewhere else "",
    )


def listed_view(
    one: Listed, counts: Mapping[str, object], open_groups: int | None, words: ReviewWords, on: date
) -> ListedView:
    """Return one period as a row; `counts` is what is known of it, `open_groups` None where nobody has counted."""
    texts, period, review = words.viewer.texts, one.period, one.review
    key = "rv_seqs" if period.over else "rv_seqs_open"
    unknown = texts["rv_not_counted"] if period.over else "–"
    signed_at = review.signed_at if review else None
    return ListedView(
        id=period.id,
        name=words.period(period),
        days=words.days(period.from_on, period.until_on),
        seqs=texts[key].format(first=period.first_seq, last=period.last_seq),
        decisions=number_words(counts["decisions"]) if "decisions" in counts else unknown,
        exceptions=number_words(counts["exceptions"]) if "exceptions" in counts else unknown,
        tag=_tag(one, counts, open_groups, texts, on),
        signed=(
            f"{words.name(review.reviewer_id)}, {moment_words(signed_at, words.viewer)}"
            if review and signed_at
            else texts["rv_due"].format(day=one.due_on)
        ),
        running=not period.over,
    )


def _tag(one: Listed, counts: Mapping[str, object], open_groups: int | None, texts: Mapping[str, str], on: date) -> Tag:
    notes = counts.get("notes")
    if one.review is not None and one.review.signed:
        return Tag("plain", texts["rv_later_notes"].format(n=notes) if notes else texts["rv_is_signed"])
    if not one.period.over:
        return Tag("use", texts["rv_running"])
    if one.overdue(on):
        return Tag("deny", texts["rv_overdue"])
    if open_groups == 0:
        return Tag("due", texts["rv_ready"])
    everything = counts.get("exceptions")
    if open_groups is None or not isinstance(everything, int):
        return Tag("due", texts["rv_to_do"])
    return Tag("due", texts["rv_done_of"].format(done=everything - open_groups, all=everything))


def number_words(number: object) -> str:
    """Return a number in groups of three digits, held together."""
    return f"{number:,}".replace(",", "\u202f") if isinstance(number, int) else str(number)


def rule_rows(opened: Opened, viewer: Viewer) -> list[tuple[str, int]]:
    """Return every rule with what it looks for and how much it found, nothing included."""
    found = counted(opened)
    french = viewer.language == "fr"
    return [(rule.seeks_fr if french else rule.seeks_en, found.get(rule.id, 0)) for rule in RULES.values()]


def count_rows(opened: Opened, viewer: Viewer) -> list[tuple[str, str]]:
    """Return what was routine, with its counts."""
    counts = opened.found.counts
    return [(viewer.texts[f"rv_count_{name.value}"], number_words(counts.get(name.value, 0))) for name in Counted]


def chain_tag(found: Verified | None, opened: Opened, viewer: Viewer) -> tuple[Tag, str]:
    """Return how the chain stands for this review, and when it was verified."""
    texts = viewer.texts
    if found is None:
        return Tag("late", texts["rv_chain_late"]), ""
    at = texts["rv_checked_at"].format(time=moment_words(found.at, viewer))
    if not found.sound:
        return Tag("broken", texts["rv_chain_broken"].format(seq=found.first_bad_seq)), at
    if found.head_seq < opened.review.last_seq:
        return Tag("late", texts["rv_chain_late"]), at
    return Tag("whole", texts["rv_chain_whole"]), at


def outcome_counts(opened: Opened, words: ReviewWords) -> str:
    """Return the outcomes with their counts in one line."""
    found: dict[str, int] = {}
    for one in opened.decided.values():
        word = words.outcome(one)
        found[word] = found.get(word, 0) + 1
    return ", ".join(f"{word}: {number}" for word, number in sorted(found.items()))


def mine(groups: Sequence[Group], reviewer: Reviewer) -> list[Group]:
    """Return the groups in which the reviewer had a part."""
    return [group for group in groups if reviewer.had_a_part(group.parts)]


def heading(opened: Opened, words: ReviewWords) -> dict[str, object]:
    """Return what every page about one review says of it."""
    texts, review = words.viewer.texts, opened.review
    chain_state, checked = chain_tag(chain(), opened, words.viewer)
    done, everything = len(opened.decided), len(opened.case.groups)
    decisions = opened.found.decisions
    return {
        "review_id": review.id,
        "name": words.period(review),
        "span": span_of(opened, words.viewer),
        "seqs": texts["rv_seqs"].format(first=review.first_seq, last=review.last_seq),
        "due": texts["rv_due_line"].format(day=opened.due_on) if opened.due_on else "",
        "overdue": opened.due_on is not None and today() > opened.due_on and not review.signed,
        "signed": review.signed,
        "decisions": number_words(decisions),
        "routine": number_words(max(0, decisions - _odd_decisions(opened))),
        "done": done,
        "todo": everything - done,
        "all": everything,
        "chain": chain_state,
        "checked": checked,
        "whole": chain_whole(review),
        "again": again_line(opened, words.viewer),
        "earlier_id": opened.case.again.review_id if opened.case.again else "",
        "later": later_view(opened, words.viewer),
    }


def span_of(opened: Opened, viewer: Viewer) -> str:
    """Return the days of a period with the site's zone, or where and when a lot was made."""
    review = opened.review
    if review.from_on is not None and review.until_on is not None:
        last = review.until_on - timedelta(days=1)
        return viewer.texts["rv_span"].format(first=review.from_on, last=last, zone=viewer.zone.key)
    return "; ".join(
        viewer.texts["rv_window"].format(
            machine=visible(window.equipment_id),
            since=moment_words(window.from_at, viewer),
            until=moment_words(window.until_at, viewer) if window.until_at else "–",
        )
        for window in opened.windows
    )


def _odd_decisions(opened: Opened) -> int:
    """Return how many decisions are part of an exception; a run on old data is about the data, not about them."""
    return sum(
        len(group.marks) if group.first.times < len(group.marks) else group.first.times
        for group in opened.case.groups
        if group.rule in OF_DECISIONS
    )


OF_DECISIONS = frozenset(
    {
        "LENT_BADGE",
        "TWO_MACHINES",
        "OFTEN_DENIED",
        "SUSPENDED",
        "QA_HOLD",
        "BLOCKED_BADGE",
        "UNKNOWN_BADGE",
        "DENIED_FOR_QA",
        "GRACE",
        "TRAINEE",
        "SYSTEM_FAULT",
    }
)
"""Rules whose exceptions are decisions."""
