"""What a gate does with its heads: shows them to witnesses, notices a refusal, derives tiles, tells the log host."""

import logging
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from gate.core.alert_causes import changes_of
from gate.core.alert_rules import Ended, Raised
from gate.core.witnessing import Verdict
from gate.seal import latest_checkpoint
from gate.seal_keys import SealKey, new_seal_key
from gate.settings_seal import SealSettings
from gate.store.hash_tree import TILE
from gate.store.seal_schema import hash_tiles
from gate.web.head_keeping import EVERY, PATIENCE, head_line, send_to_syslog
from gate.web.witness_asking import Reply
from tests.manual_clock import ManualClock
from tests.web.records import NOON, GateOnRecord
from tests.witness.gates import NAME, ORIGIN, Desk, WitnessedGate

pytestmark = [pytest.mark.req("E11"), pytest.mark.fault(11)]

Make = Callable[..., WitnessedGate]


@pytest.fixture
def key() -> SealKey:
    return new_seal_key(ORIGIN)


@pytest.fixture
def desk(tmp_path: Path, key: SealKey) -> Desk:
    return Desk(tmp_path / "box", key.public)


@pytest.fixture
def make(key: SealKey, desk: Desk) -> Iterator[Make]:
    made: list[WitnessedGate] = []

    def open_gate(folder: Path, witness: Desk = desk, clock: ManualClock | None = None) -> WitnessedGate:
        gate = WitnessedGate(folder, key, witness, clock or ManualClock(NOON))
        made.append(gate)
        return gate

    yield open_gate
    for gate in made:
        gate.close()


@pytest.fixture
def gate(tmp_path: Path, make: Make) -> WitnessedGate:
    (tmp_path / "gate").mkdir()
    GateOnRecord(tmp_path / "gate").close()
    found = make(tmp_path / "gate")
    found.begin()
    found.work(5)
    return found


def test_each_new_head_is_cosigned_and_the_cosignature_kept(gate: WitnessedGate, desk: Desk) -> None:
    """The witness's own signature, with its time: what an inspector is shown beside ours."""
    gate.work(3)
    assert (gate.witness.state, gate.witness.size) == ("agrees", 9)
    (said,) = gate.cosignatures
    assert (said.witness, said.size) == (NAME, 9)
    assert said.line.startswith(f"— {NAME} ")
    assert [asked.old for asked in desk.asked] == [0, 6]
    assert gate.told("witness_refused") == []


def test_nothing_new_is_shown_only_every_quarter_of_an_hour(gate: WitnessedGate, desk: Desk) -> None:
    """A witness is not to be woken for nothing; and a cosignature must not grow old."""
    gate.keeper.step()
    assert len(desk.asked) == 1
    gate.clock.advance(EVERY.total_seconds())
    gate.keeper.step()
    assert len(desk.asked) == 2
    assert gate.witness.state == "agrees"


def test_a_gate_that_has_forgotten_what_the_witness_holds_asks_it(gate: WitnessedGate, desk: Desk) -> None:
    """The answer was lost with the power: no alarm, one question more."""
    with gate.trail.transaction():
        gate.trail.run(sa.text("DELETE FROM witnesses"), {})
    gate.work(3)
    assert [asked.old for asked in desk.asked] == [0, 0, 6]
    assert gate.witness.state == "agrees"


def test_a_copied_disk_is_refused_and_raises_the_alarm_once(gate: WitnessedGate, make: Make, tmp_path: Path) -> None:
    """Two gates with one identity: the witness follows the first that comes, the other one is told and tells."""
    clock = gate.clock
    gate.copied(tmp_path / "clone")
    first, second = make(tmp_path / "gate", clock=clock), make(tmp_path / "clone", clock=clock)
    first.work(4, why="at the first")
    second.work(3, why="at the second")
    assert (first.witness.state, second.witness.state) == ("agrees", "refused")
    assert second.witness.what == "rolled_back"
    second.work(6, why="at the second, now with more entries than the first")
    clock.advance(PATIENCE.total_seconds())
    second.keeper.step()
    assert second.witness.what == "forked"
    (told,) = second.told("witness_refused")
    assert told == {
        "what": "witness_refused",
        "cause": "rolled_back",
        "held": 10,
        "size": 9,
        "subject": f"witness:{NAME}",
    }
    raised = changes_of({"kind": "security", "subject": told["subject"], "detail": told})
    assert raised == [Raised("HEAD_REFUSED", NAME, detail={"witness": NAME})]
    first.work(1)
    assert first.witness.state == "agrees"


def test_a_witness_that_checks_nothing_would_not_notice_the_copy(
    gate: WitnessedGate, key: SealKey, make: Make, tmp_path: Path
) -> None:
    """Mutant of the test above: it must be able to fail."""
    clock = gate.clock
    gate.copied(tmp_path / "clone")
    careless = Desk(tmp_path / "careless", key.public, judge=lambda *_: Verdict.COSIGNED)
    for folder in ("gate", "clone"):
        text = (tmp_path / folder / "gate.toml").read_text("utf-8").partition("[[witness]]")[0]
        (tmp_path / folder / "gate.toml").write_text(text, "utf-8")
    first, second = make(tmp_path / "gate", careless, clock), make(tmp_path / "clone", careless, clock)
    first.work(4)
    second.work(3)
    assert (first.witness.state, second.witness.state) == ("agrees", "agrees")


@pytest.mark.parametrize("entries", [1, 20], ids=["with fewer entries", "with more entries"])
def test_a_rolled_back_disk_is_refused(gate: WitnessedGate, make: Make, tmp_path: Path, entries: int) -> None:
    """Yesterday's image: all hashes fit, the key is right, only the witness remembers today."""
    clock = gate.clock
    gate.copied(tmp_path / "image")
    today = make(tmp_path / "gate", clock=clock)
    today.work(7, why="today")
    today.close()
    shutil.rmtree(tmp_path / "gate")
    shutil.copytree(tmp_path / "image", tmp_path / "gate")
    again = make(tmp_path / "gate", clock=clock)
    again.work(entries, why="after the roll-back")
    assert again.witness.state == "refused"
    assert len(again.told("witness_refused")) == 1


def test_a_refusal_stands_while_the_witness_is_unplugged_and_ends_when_it_agrees(
    gate: WitnessedGate, desk: Desk
) -> None:
    """Pulling its plug must not make a refusal look like a lost cable."""
    desk.answers = lambda submission: Reply(Verdict.INCONSISTENT, "no\n")
    gate.work(1)
    assert (gate.witness.state, gate.witness.what) == ("refused", "forked")
    desk.unplug()
    gate.clock.advance(PATIENCE.total_seconds())
    gate.keeper.step()
    assert gate.witness.state == "refused"
    desk.plug_in()
    gate.clock.advance(PATIENCE.total_seconds())
    gate.keeper.step()
    assert gate.witness.state == "agrees"
    (told,) = gate.told("witness_agrees")
    ended = changes_of({"kind": "security", "subject": told["subject"], "detail": told})
    assert ended == [Ended("HEAD_REFUSED", NAME)]


ANSWERS = {
    "nobody": (None, "nobody answers"),
    "unknown log": (Reply(404, "unknown\n"), "does not know this log"),
    "unknown key": (Reply(403, "unknown\n"), "does not know the key"),
    "broken": (Reply(500, "oops"), "status 500"),
    "no number": (Reply(409, "many\n"), "cannot be read"),
    "no signature": (Reply(200, "thanks\n"), "not signed with its key"),
    "empty": (Reply(200, ""), "not signed with its key"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_witness_that_does_not_cosign_is_silent_with_a_cause_and_is_left_alone_for_a_while(
    gate: WitnessedGate, desk: Desk, answer: str
) -> None:
    """No alarm of tampering for a wrong configuration, and no storm of questions."""
    reply, said = ANSWERS[answer]
    if reply is None:
        desk.unplug()
    else:
        desk.answers = lambda submission: reply
    gate.work(1)
    assert gate.witness.state == "silent"
    assert said in gate.witness.what
    asked = len(desk.asked)
    gate.work(1)
    assert len(desk.asked) == asked
    desk.plug_in()
    gate.clock.advance(PATIENCE.total_seconds())
    gate.keeper.step()
    assert gate.witness.state == "agrees"
    assert gate.told("witness_refused") == []


def test_a_cosignature_of_another_witness_does_not_count(gate: WitnessedGate, desk: Desk, key: SealKey) -> None:
    """Whoever sits between the two can answer; he cannot sign."""
    stranger = new_seal_key(NAME, 4)
    desk.answers = lambda submission: Reply(200, stranger.cosign(submission.note.partition("\n\n")[0] + "\n", 7).line)
    gate.work(1)
    assert gate.witness.state == "silent"


def tiles(gate: WitnessedGate) -> int:
    with gate.records.engine().connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(hash_tiles)).scalar_one()


def test_tiles_follow_the_checkpoints_and_wrong_ones_are_made_anew(gate: WitnessedGate) -> None:
    """They are derived, so they can be thrown away; a wrong one must not make a wrong proof."""
    gate.work(3 * TILE)
    assert tiles(gate) == 3
    with gate.trail.transaction():
        gate.trail.run(sa.text("UPDATE hash_tiles SET hash = zeroblob(32) WHERE number = 1"), {})
    gate.work(1)
    assert tiles(gate) == 3
    assert gate.witness.state == "agrees"
    assert gate.told("checkpoint_mismatch") == []


def test_entries_that_have_not_the_root_that_was_signed_are_told(gate: WitnessedGate) -> None:
    """Somebody changed the stored hashes; the nightly verify would find it, this finds it within seconds."""
    engine_path = gate.settings.database_path
    from tests.store.open_records import tamper

    tamper(engine_path, ("UPDATE audit_trail SET leaf = ? WHERE seq = 2", (bytes(32),)))
    gate.work(1)
    (told,) = gate.told("checkpoint_mismatch")
    assert told["subject"] == "trail"
    gate.keeper.step()
    assert len(gate.told("checkpoint_mismatch")) == 1


def test_a_head_in_one_line_is_the_whole_checkpoint(gate: WitnessedGate, caplog: pytest.LogCaptureFixture) -> None:
    """What the log host keeps can be put together again and checked."""
    found = latest_checkpoint(gate.records.engine())
    assert found is not None
    line = head_line(found)
    assert all(word in line for word in found.note.replace("—", "").split() if word != ORIGIN)
    with caplog.at_level(logging.INFO):
        gate.clock.advance(EVERY.total_seconds())
        gate.work(1)
        gate.work(1)
    assert len([one for one in caplog.records if one.getMessage().startswith("head of ")]) == 1


def test_the_log_host_gets_the_head_as_one_datagram(gate: WitnessedGate) -> None:
    """RFC 3164 over UDP: a priority, then the line."""
    found = latest_checkpoint(gate.records.engine())
    assert found is not None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
        host.bind(("127.0.0.1", 0))
        host.settimeout(10)
        send_to_syslog(SealSettings(syslog=f"127.0.0.1:{host.getsockname()[1]}"), head_line(found))
        data = host.recv(2000).decode()
    assert data.startswith("<86>gate: head of ")
    assert data.endswith(head_line(found))


def test_a_log_host_that_is_not_there_disturbs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One warning, no trace, and the next head is tried again."""
    send_to_syslog(SealSettings(syslog=str(tmp_path / "nowhere")), "head")
    assert "cannot be reached" in caplog.text or "did not take the head" in caplog.text
