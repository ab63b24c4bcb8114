"""Print which tests prove what: `python -m tests.trace [--results JUNIT...] [--summary]`."""

import argparse
import ast
import csv
import re
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "docs" / "requirements.csv"
SCENARIOS = ROOT / "docs" / "scenarios.md"

Traced = Mapping[str, frozenset[str]]
"""Requirement id -> the tests that carry it, each as `tests.core.test_x::test_y`."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How many requirements of one level have a test."""

    level: str
    proven: tuple[str, ...]
    open: tuple[str, ...]

    def in_words(self) -> str:
        """Return one line."""
        left = f"; without: {' '.join(self.open)}" if self.open else ""
        return f"{self.level}: {len(self.proven)} of {len(self.proven) + len(self.open)} have a test{left}"


def levels(path: Path = REQUIREMENTS) -> dict[str, str]:
    """Return requirement id -> level (MUST, SHOULD, DELIGHT), in the order of the file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row["level"] for row in csv.DictReader(lines)}


def scenarios(path: Path = SCENARIOS) -> dict[str, str]:
    """Return scenario number -> level, which is the same for all of them."""
    return dict.fromkeys(re.findall(r"^\| (\d+) \|", path.read_text(encoding="utf-8"), re.MULTILINE), "scenarios")


def marked(folder: Path, marker: str = "req") -> Traced:
    """Return what the markers of one name below a folder say, without running anything."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("*.py")):
        module = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, ids in _tests(tree.body, marker, _of_pytestmark(tree, marker)):
            for requirement in ids:
                found[requirement].add(f"{module}::{name}")
    return {requirement: frozenset(tests) for requirement, tests in found.items()}


def _tests(
    body: list[ast.stmt], marker: str, inherited: frozenset[str], prefix: str = ""
) -> Iterator[tuple[str, frozenset[str]]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(
                node.body, marker, inherited | _ids(node.decorator_list, marker), f"{prefix}{node.name}::"
            )
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield prefix + node.name, inherited | _ids(node.decorator_list, marker)


def _ids(nodes: list[ast.expr], marker: str) -> frozenset[str]:
    """Return the ids of every such marker within; also those inside `pytest.param(..., marks=...)`."""
    return frozenset(
        str(argument.value)
        for node in nodes
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == f"pytest.mark.{marker}"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    )


def _of_pytestmark(tree: ast.Module, marker: str) -> frozenset[str]:
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets)
    ]
    return _ids(values, marker)


def passed(results: Path) -> frozenset[str]:
    """Return the tests that a junit file says passed, all of their parameters.

    Raises OSError or xml.etree.ElementTree.ParseError when there is no such file.
    """
    good: set[str] = set()
    bad: set[str] = set()
    for case in ET.parse(results).getroot().iter("testcase"):  # noqa: S314 - our own test run wrote it
        name = _test_of(case)
        failed = any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
        (bad if failed else good).add(name)
    return frozenset(good - bad)


def _test_of(case: ET.Element) -> str:
    """Turn `tests.core.test_x.TestA` and `test_y[1]` into `tests.core.test_x::TestA::test_y`."""
    parts = case.get("classname", "").split(".")
    of_class = [part for part in parts if part.startswith("Test")]
    module = ".".join(part for part in parts if part not in of_class)
    return "::".join([module, *of_class, case.get("name", "").split("[")[0]])


def only_passing(traced: Traced, good: frozenset[str]) -> Traced:
    """Return what is left when only passing tests count."""
    return {requirement: tests & good for requirement, tests in traced.items() if tests & good}


def summaries(traced: Traced, wanted: Mapping[str, str]) -> list[Summary]:
    """Return one summary for each level, in the order of the file."""
    found = []
    for level in dict.fromkeys(wanted.values()):
        ids = [requirement for requirement, of in wanted.items() if of == level]
        proven = tuple(requirement for requirement in ids if requirement in traced)
        found.append(Summary(level, proven, tuple(requirement for requirement in ids if requirement not in traced)))
    return found


def report(traced: Traced, wanted: Mapping[str, str], *, summary: bool) -> Iterator[str]:
    """Yield the lines to print."""
    for requirement, level in wanted.items():
        tests = sorted(traced.get(requirement, ()))
        if not summary:
            yield f"{level} {requirement}: {len(tests)} tests"
            yield from (f"    {test}" for test in tests)
    yield from (found.in_words() for found in summaries(traced, wanted))
    unknown = sorted(set(traced) - set(wanted))
    if unknown:
        yield f"marked, but in no document: {' '.join(unknown)}"


def main(arguments: list[str]) -> None:
    """Print the trace."""
    parser = argparse.ArgumentParser(prog="python -m tests.trace", description=__doc__)
    parser.add_argument("--results", type=Path, nargs="+", help="junit files: only tests that passed in them count")
    parser.add_argument("--summary", action="store_true", help="the counts only")
    asked = parser.parse_args(arguments)
    for marker, wanted in (("req", levels()), ("scenario", scenarios())):
        traced = marked(ROOT / "tests", marker)
        if asked.results:
            traced = only_passing(traced, frozenset().union(*map(passed, asked.results)))
        sys.stdout.writelines(f"{line}\n" for line in report(traced, wanted, summary=asked.summary))


if __name__ == "__main__":
    main(sys.argv[1:])
