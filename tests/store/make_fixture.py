"""Write the records of the present schema as SQL text, once per schema: `python -m tests.store.make_fixture`."""

import tempfile
from pathlib import Path

import sqlcipher3.dbapi2 as sqlite

from gate.accounts import NewAccount, create_account
from gate.core.audit import Kind
from gate.core.roles import Role
from gate.core.terms import Operation
from gate.store.reader_state import note_unknown_badge, set_reader_state
from gate.store.revision import wanted_revision
from gate.store.uses import add_member, end_use, leave_member, open_use
from tests.scenarios.plant import changed, plant
from tests.store.open_records import NOON, Records, sql

FIXTURES = Path(__file__).parent / "fixtures"


def dump(path: Path) -> str:
    """Return a database as the statements that make it again: tables, rows, then indexes and triggers."""
    connection = sqlite.connect(str(path))
    try:
        made = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type <> 'table', rowid"
        parts = connection.execute(made).fetchall()
        lines = [f"{text};" for kind, _, text in parts if kind == "table"]
        for kind, name, _ in parts:
            if kind == "table":
                lines += _rows(connection, name)
        lines += [f"{text};" for kind, _, text in parts if kind != "table"]
    finally:
        connection.close()
    return "\n".join(lines) + "\n"


def _rows(connection: sqlite.Connection, table: str) -> list[str]:
    names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()]
    quoted = " || ', ' || ".join(f'quote("{name}")' for name in names)
    question = sql("SELECT", quoted, "FROM", table, "ORDER BY 1")
    return [sql("INSERT INTO", table, f"VALUES ({values});") for (values,) in connection.execute(question).fetchall()]


def write_history(records: Records) -> None:
    """A load, a change, a use that ended, and a badge that nobody owns."""
    trail = records.trail
    records.load(plant())
    records.load(changed(plant(), "person", "E2", name="Bo Trois"))

    def use(seq: int) -> None:
        use_id = open_use(trail, "TP-01", seq)
        add_member(
            trail,
            use_id=use_id,
            person_id="E1",
            badge_id="B1",
            operation=Operation.USE,
            decision_seq=seq,
            joined_at=NOON,
            valid_until_at=None,
            permissive_until_at=None,
            answered="actuated",
        )
        ended = trail.append(records.entry(Kind.USE_ENDED, ref=seq, person="E1", equipment="TP-01"))
        leave_member(trail, 1, ended)
        end_use(trail, use_id, ended)

    records.write(use, Kind.DECISION, person="E1", equipment="TP-01", outcome="allow")
    records.write(lambda seq: note_unknown_badge(trail, "unknown:00", "w26:0000001"), Kind.DECISION, outcome="deny")
    records.write(lambda seq: set_reader_state(trail, "R1", "online", "", NOON), Kind.READER_ONLINE, reader="R1")
    new = NewAccount("q.a", "E1", "Ada One", frozenset({Role.QA}))
    create_account(trail, new, "no hash", by="it", why="CC-1", moment=records.moment())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made_records = Records(Path(folder))
        write_history(made_records)
        made_records.close()
        FIXTURES.mkdir(exist_ok=True)
        (FIXTURES / f"schema_{wanted_revision()}.sql").write_text(dump(made_records.path), encoding="utf-8")
