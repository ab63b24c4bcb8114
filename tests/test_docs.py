"""The documents name everything there is to set, run, read and answer, and say nothing the product must not say."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from pydantic import BaseModel

from gate.core.audit import Kind
from gate.core.reasons import REASONS
from gate.settings import Settings
from tests.reasons_page import PAGE, reasons_page

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"

TOP_LEVEL = (
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "docs/accounts.md",
    "docs/administration.md",
    "docs/audit-trail.md",
    "docs/code-overview.md",
    "docs/commands.md",
    "docs/configuration.md",
    "docs/glossary.md",
    "docs/install.md",
    "docs/kiosk.md",
    "docs/operations.md",
    "docs/reasons.md",
    "docs/requirements.csv",
    "docs/scenarios.md",
    "docs/tls.md",
)

FOR_EQUIPMENT = re.compile(r"locked|verrouill|cadenas|padlock", re.IGNORECASE)
OF_A_PIN = re.compile(r"PIN_LOCKED|PIN LOCKED|BLOCKED", re.IGNORECASE)
"""A PIN may be locked and a badge blocked: neither is equipment."""


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_the_document_is_there_and_says_something(name: str) -> None:
    """Whoever follows a link must find a page."""
    assert len((ROOT / name).read_text(encoding="utf-8")) > 200


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = [part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type)]
        models = [part for part in inner if issubclass(part, BaseModel)]
        if not models or prefix:
            yield prefix + name
        for part in models:
            yield from keys(part, f"{prefix}{name}.")


@pytest.mark.parametrize("key", sorted(keys(Settings)))
def test_the_setting_is_documented(key: str) -> None:
    """A key that only the program knows is set by nobody, or by guessing."""
    assert f"`{key}`" in page("configuration.md")


def test_the_configuration_page_names_no_setting_that_does_not_exist() -> None:
    """A key that was renamed would be refused by the program and promised by the page."""
    told = set(re.findall(r"^\| `([a-z_]+\.[a-z_.]+)`", page("configuration.md"), re.MULTILINE))
    assert told == set(keys(Settings))


@pytest.mark.parametrize("code", sorted(REASONS))
def test_the_reason_is_documented(code: str) -> None:
    """Somebody stands at a reader that says no and looks it up."""
    assert f"| `{code}` |" in page("reasons.md")


def test_the_page_of_reasons_is_the_one_that_the_program_writes() -> None:
    """Two lists of reasons would differ one day; `python -m tests.reasons_page` writes this one."""
    assert PAGE.read_text(encoding="utf-8") == reasons_page()


@pytest.mark.parametrize("code", sorted(code for code in REASONS if code.startswith("SYS_")))
def test_each_system_reason_says_what_to_do(code: str) -> None:
    """At three in the morning somebody needs the next step, not a definition."""
    section = page("operations.md").partition(f"### {code}")[2].partition("\n##")[0]
    assert len(section) > 40


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)
def test_the_kind_of_entry_is_documented(kind: Kind) -> None:
    """An inspector reads an export with this page beside it."""
    assert f"| `{kind.value}` |" in page("audit-trail.md")


def commands() -> dict[str, click.Command]:
    """Return every command by its name, those within a group by both words; the program itself is ""."""
    from gate.__main__ import main

    assert isinstance(main, click.Group)
    context = click.Context(main)
    every = {name: found for name in main.list_commands(context) if (found := main.get_command(context, name))}
    groups = {name: group for name, group in every.items() if isinstance(group, click.Group)}
    within = {f"{name} {word}": found for name, group in groups.items() for word, found in group.commands.items()}
    return {"": main, **{name: found for name, found in every.items() if name not in groups}, **within}


def options() -> list[tuple[str, str]]:
    return [
        (name, option)
        for name, command in commands().items()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    ]


def test_every_command_and_option_is_documented() -> None:
    """An option that only --help knows is not found by whoever reads the manual before the fault."""
    text = page("commands.md")
    sections = {part.partition("`")[0].removeprefix("gate "): part for part in text.split("\n## `")}
    sections[""] = text.partition("\n## ")[0]
    missing = [(name, option) for name, option in options() if f"`{option}`" not in sections.get(name, "")]
    assert missing == []


def test_every_documented_command_exists() -> None:
    """A manual that promises a command is worse than none."""
    told = set(re.findall(r"^## `gate ([a-z -]+)`", page("commands.md"), re.MULTILINE))
    assert told == set(commands()) - {""}


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def shown_to_people(path: Path) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return name.startswith("gate/web/templates/") or name in {
        "gate/core/reasons.py",
        "gate/web/texts.py",
        "gate/web/kiosk_texts.py",
        "gate/web/next_steps.py",
        "gate/web/reason_texts.py",
        "docs/reasons.md",
    }


@pytest.mark.parametrize(
    ("line", "wrong"),
    [("Machine unlocked", True), ("Machine verrouillée", True), ("PIN LOCKED", False), ("BADGE BLOCKED", False)],
)
def test_the_search_for_words_of_lock_out_finds_them(line: str, wrong: bool) -> None:
    """The next test must be able to fail, and must not cry over a PIN."""
    assert bool(FOR_EQUIPMENT.search(OF_A_PIN.sub("", line))) is wrong


def test_words_of_lock_out_and_tag_out_are_never_used_for_equipment() -> None:
    """Somebody who reads "locked" at a machine may believe that its energy is isolated, and reach in."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in committed()
        if shown_to_people(path)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if FOR_EQUIPMENT.search(OF_A_PIN.sub("", line))
    ]
    assert found == []


@pytest.mark.req("D7")
def test_nothing_claims_what_only_a_firm_can_claim() -> None:
    """Software is not compliant; a firm that uses it may be. And no deviation is ever planned."""
    wrong = re.compile(r"part 11[\s-]+compliant|compliant with (21 cfr )?part 11|planned deviation", re.IGNORECASE)
    found = [
        str(path.relative_to(ROOT))
        for path in committed()
        if path.suffix in {".md", ".html", ".py", ".toml", ".csv"}
        and path not in (DOCS / "requirements.csv", *(ROOT / "tests").rglob("*.py"))
        and wrong.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda path: path.name)
def test_every_link_within_the_documents_leads_somewhere(path: Path) -> None:
    """A dead link is where the reader gives up."""
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_readme_gives_the_test_command() -> None:
    """It is what whoever arrives first will type."""
    assert "\nmake test " in (ROOT / "README.md").read_text(encoding="utf-8")
