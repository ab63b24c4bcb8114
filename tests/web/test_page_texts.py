"""Every word the pages can show exists in both languages and keeps the rules of wording."""

import re
from collections.abc import Iterator
from pathlib import Path

import gate.web
from gate.core.reasons import REASONS
from gate.core.terms import Mode, Operation
from gate.web.reason_texts import REASON_TEXTS, reason_text
from gate.web.texts import PAGE_TEXTS

FORBIDDEN = re.compile(
    r"\b(un)?lock(ed|s)?\b|verrouill|padlock|invalid|illegal|unauthori[sz]ed|\bfail(ed|ure)?\b|violation|\babort|please|"
    r"sorry|oops|!|planned deviation|part 11 compliant|\bhe\b|\bshe\b",
    re.IGNORECASE,
)

LONGEST = 80


def shown() -> Iterator[str]:
    for both in REASON_TEXTS.values():
        yield from both
    for table in PAGE_TEXTS.values():
        yield from table.values()


def test_every_reason_has_plain_words_in_both_languages() -> None:
    """A code on a page tells nobody what to do."""
    assert set(REASONS) - set(REASON_TEXTS) == set()
    for code, both in REASON_TEXTS.items():
        assert all(0 < len(text) <= LONGEST for text in both), code
        assert both[0] != both[1], code


def test_a_reason_without_words_is_shown_as_it_is() -> None:
    """Hiding a reason would be worse than showing its code."""
    assert reason_text("NO_SUCH_CODE", "fr") == "NO_SUCH_CODE"
    assert reason_text("GMP_REFRESHER", "en") != reason_text("GMP_REFRESHER", "fr")


def test_both_languages_have_the_same_texts_with_the_same_blanks() -> None:
    """A blank that only one language fills would show braces to the other half of the plant."""
    english, french = PAGE_TEXTS["en"], PAGE_TEXTS["fr"]
    assert english.keys() == french.keys()
    for key, text in english.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", french[key])), key


def test_no_text_uses_a_forbidden_word() -> None:
    """Locks belong to lock-out/tag-out, and blame belongs nowhere (settled; DESIGN 5.3)."""
    assert [text for text in shown() if FORBIDDEN.search(text)] == []


def test_no_template_uses_a_forbidden_word() -> None:
    """The words of a template would pass by the table."""
    templates = Path(gate.web.__file__).parent / "templates"
    words = {
        path.name: re.sub(r"{[{%#].*?[}%#]}|<[^>]*>", " ", path.read_text("utf-8")) for path in templates.iterdir()
    }
    assert {name for name, text in words.items() if FORBIDDEN.search(text)} == set()


def test_every_operation_and_mode_has_words() -> None:
    """A missing key would make the page fail on the first such entry."""
    for table in PAGE_TEXTS.values():
        assert {f"op_{item.value}" for item in Operation if item is not Operation.USE} <= table.keys()
        assert {f"mode_{item.value}" for item in Mode} <= table.keys()
