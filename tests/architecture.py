"""The architecture as rules over the syntax tree: who imports whom, who asks the time, how long a function may be."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture_table import ARROWS, CODEC, CORE, OURS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


IO_MODULES = _words(
    """asyncio ctypes fcntl ftplib getpass glob http io locale logging mmap multiprocessing os pathlib platform pty
    random resource sched secrets select selectors shelve shutil signal smtplib socket socketserver sqlite3 ssl
    subprocess sys syslog tempfile termios threading time tomllib tty urllib uuid warnings"""
)
"""Modules of the standard library that look at the world; the core and the codec of a line may use none of them."""

CODEC_WITH_IO = (
    "firmware_protocol.transport",
    "firmware_protocol.simulator",
    "firmware_protocol.simulator_faults",
)
CODEC_MAY = frozenset({"secrets"})
"""A challenge must come from the machine's randomness."""

TIME_CALLS = _words(
    """datetime.now datetime.utcnow datetime.today date.today datetime.datetime.now datetime.datetime.utcnow
    datetime.datetime.today datetime.date.today time.time time.time_ns time.monotonic time.monotonic_ns
    time.perf_counter time.perf_counter_ns time.clock_gettime time.clock_gettime_ns time.localtime time.gmtime
    time.ctime time.strftime"""
)
BROAD_HANDLERS = ("gate/gate_loop.py", "gate/readers/line_loop.py")
TIME_AT = ("gate/clock.py", "firmware_protocol/simulator.py")
SERIAL_AT = ("firmware_protocol/transport.py",)
SQLITE_AT = ("gate/store/database.py", "gate/store/database_files.py", "gate/store/triggers.py")
SQLITE_WORDS = ("PRAGMA ", "BEGIN IMMEDIATE", "SQLITE_MASTER", "SQLITE_SCHEMA", "INSERT OR ", "RAISE(ABORT", "VACUUM")

LONGEST_FILE = 300
LONGEST_FUNCTION = 40


@dataclass(frozen=True, slots=True)
class Source:
    """One module: its path below the root, its dotted name and its tree."""

    path: str
    module: str
    text: str
    tree: ast.Module


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One breach of one rule."""

    path: str
    line: int
    what: str


def sources(root: Path, *folders: str) -> list[Source]:
    """Return every module below the folders of a root."""
    return [_source(root, path) for folder in folders for path in sorted((root / folder).rglob("*.py"))]


def _source(root: Path, path: Path) -> Source:
    relative = path.relative_to(root)
    parts = relative.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text(encoding="utf-8")
    return Source(relative.as_posix(), module, text, ast.parse(text))


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """Yield every module that is imported, with its line; `from a import b` counts as `a.b`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = f"relative{'.' * node.level}{node.module or ''}" if node.level else node.module or ""
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def _may_import(module: str) -> tuple[str, ...] | None:
    if module.startswith("gate.demo"):
        return OURS
    places = [name for name in ARROWS if name == module or (name != "gate" and _within(module, name))]
    return ARROWS[max(places, key=len)] if places else None


def arrows(source: Source) -> Iterator[Violation]:
    """Every module has a place, and imports only what its place allows."""
    allowed = _may_import(source.module)
    if allowed is None:
        yield Violation(source.path, 1, "has no place in the architecture; give it one in tests/architecture_table.py")
        return
    for name, line in imports(source):
        if name.startswith("relative"):
            yield Violation(source.path, line, "imports relatively; name the module in full")
        elif any(_within(name, ours) for ours in OURS) and not _allowed(name, allowed):
            yield Violation(source.path, line, f"must not import {name}")


def _allowed(name: str, allowed: tuple[str, ...]) -> bool:
    return name == "gate.__version__" or any(_within(name, part) for part in allowed)


def no_io(source: Source) -> Iterator[Violation]:
    """The rules and the codec look at nothing but what they are handed (law 4)."""
    pure = _within(source.module, CORE) or (_within(source.module, CODEC) and source.module not in CODEC_WITH_IO)
    if not pure:
        return
    may = CODEC_MAY if _within(source.module, CODEC) else frozenset()
    for name, line in imports(source):
        top = name.split(".")[0]
        if top in IO_MODULES - may:
            yield Violation(source.path, line, f"must not import {top}")
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"open", "print", "input"}
        ):
            yield Violation(source.path, node.lineno, f"must not call {node.func.id}()")


def asks_no_time(source: Source) -> Iterator[Violation]:
    """Only clock.py asks the time (law 2); the simulator is no part of a gate and hands its clock in at the door."""
    if source.path in TIME_AT:
        return
    bare = {name.split(".")[-1]: name for name, _ in imports(source) if name in TIME_CALLS}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            said = ast.unparse(node)
            called = bare.get(said, said)
            if called in TIME_CALLS:
                yield Violation(source.path, node.lineno, f"asks the time with {called}; use a gate.clock.Clock")


def no_broad_handler(source: Source) -> Iterator[Violation]:
    """`except Exception` stands only in the two loops, which record what they catch."""
    if source.path in BROAD_HANDLERS:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node):
            yield Violation(source.path, node.lineno, "catches everything; name what can happen")


def _catches_all(handler: ast.ExceptHandler) -> bool:
    """`except BaseException` that ends in a bare raise only tidies up, and hides nothing."""
    caught = {"bare"} if handler.type is None else {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    last = handler.body[-1]
    passes_on = isinstance(last, ast.Raise) and last.exc is None
    return "Exception" in caught or (bool(caught & {"BaseException", "bare"}) and not passes_on)


def serial_in_one_place(source: Source) -> Iterator[Violation]:
    """Only the transport knows pyserial."""
    for name, line in imports(source):
        if _within(name, "serial") and source.path not in SERIAL_AT:
            yield Violation(source.path, line, "must not import serial; the transport does")


def sqlite_in_one_place(source: Source) -> Iterator[Violation]:
    """What only SQLite understands stands in one place, so that the store runs on another database too."""
    if source.path in SQLITE_AT:
        return
    spoken = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            found = [word for word in SQLITE_WORDS if word in f"{node.value} ".upper()]
            if found:
                yield Violation(source.path, node.lineno, f"says {found[0].strip()}; only gate/store/database.py may")


def not_too_long(source: Source) -> Iterator[Violation]:
    """A file and a function can be read in one go."""
    length = source.text.count("\n")
    if length > LONGEST_FILE:
        yield Violation(source.path, length, f"has {length} lines, at most {LONGEST_FILE}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield Violation(source.path, node.lineno, f"{node.name} has {lines} lines, at most {LONGEST_FUNCTION}")


Rule = Callable[[Source], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    arrows,
    no_io,
    asks_no_time,
    no_broad_handler,
    serial_in_one_place,
    sqlite_in_one_place,
    not_too_long,
)


def violations(root: Path, rules: tuple[Rule, ...] = RULES, folders: tuple[str, ...] = OURS) -> list[Violation]:
    """Return every breach below a root, in order."""
    return sorted(found for source in sources(root, *folders) for rule in rules for found in rule(source))
