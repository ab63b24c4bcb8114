"""One witness: what it cosigns, what it keeps, and what it refuses from whom."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gate.core.checkpoint import head_of
from gate.core.signed_note import COSIGNATURE, Note, parse_note, parse_signatures
from gate.core.witnessing import LARGEST_BODY, SIZE_TYPE, Submission, Verdict
from gate.seal_keys import SealKey, cosigned_at, new_seal_key
from gate.witness_box import Answer, StateError, WitnessBox
from gate.witness_serving import witness_app
from tests.manual_clock import ManualClock
from tests.peers.logs import ORIGIN, SignedLog
from tests.store.open_records import NOON

pytestmark = [pytest.mark.req("E11"), pytest.mark.fault(11)]

AT_S = 1_800_000_000


class Witnessed(NamedTuple):
    """A log, a witness that knows it, and the witness's folder."""

    log: SignedLog
    box: WitnessBox
    folder: Path
    key: SealKey

    def offer(self, note: Note, old: int, log: SignedLog | None = None) -> Answer:
        size = head_of(note).size
        path = (log or self.log).tree.consistency(old, size) if old <= size else ()
        return self.box.add_checkpoint(Submission(old, path, note.whole).body.encode(), AT_S)


@pytest.fixture
def witnessed(tmp_path: Path) -> Iterator[Witnessed]:
    log = SignedLog(tmp_path)
    log.grow(5)
    key = new_seal_key("witness.test", COSIGNATURE)
    yield Witnessed(log, WitnessBox(tmp_path / "box", key, [log.key.public]), tmp_path / "box", key)
    log.close()


def fork_of(log: SignedLog, folder: Path, count: int) -> SignedLog:
    """Return another log with the same key."""
    folder.mkdir()
    made = SignedLog(folder, log.key, salt="fork ")
    made.grow(count)
    return made


def test_a_head_is_cosigned_with_the_time_and_kept_before_the_answer(witnessed: Witnessed) -> None:
    """The cosignature says: as of then this was the largest head I had seen."""
    note = witnessed.log.seal()
    told = witnessed.offer(note, 0)
    assert told.status == Verdict.COSIGNED
    both = Note(note.text, (*note.signatures, *parse_signatures(told.body)))
    assert cosigned_at(both, witnessed.key.public) == AT_S
    held = witnessed.box.held(ORIGIN)
    assert held is not None
    assert (held.head, held.at_s) == (head_of(note), AT_S)


def test_what_it_holds_survives_a_restart(witnessed: Witnessed, tmp_path: Path) -> None:
    """A witness that forgets is one that can be talked round by pulling its plug."""
    witnessed.offer(witnessed.log.seal(), 0)
    again = WitnessBox(witnessed.folder, witnessed.key, [witnessed.log.key.public])
    fork = fork_of(witnessed.log, tmp_path / "fork", 9)
    body = Submission(5, fork.tree.consistency(5, 9), fork.seal().whole).body.encode()
    assert again.add_checkpoint(body, AT_S).status == Verdict.INCONSISTENT
    fork.close()


def test_a_log_that_remembers_another_size_is_told_the_right_one(witnessed: Witnessed) -> None:
    """After a lost answer, or a restored database of the pages: no reason for an alarm."""
    witnessed.offer(witnessed.log.seal(), 0)
    witnessed.log.grow(3)
    note = witnessed.log.seal()
    assert witnessed.offer(note, 0) == Answer(Verdict.OTHER_SIZE, "5\n", SIZE_TYPE)
    assert witnessed.offer(note, 5).status == Verdict.COSIGNED
    assert not list(witnessed.folder.rglob("refused.jsonl"))


@pytest.mark.parametrize("count", [3, 5, 9])
def test_a_second_history_is_refused_and_both_heads_are_kept(witnessed: Witnessed, tmp_path: Path, count: int) -> None:
    """Smaller, as large, or larger: two signed heads that do not fit are the proof, and nobody can deny them."""
    held = witnessed.log.seal()
    witnessed.offer(held, 0)
    fork = fork_of(witnessed.log, tmp_path / "fork", count)
    note = fork.seal()
    told = witnessed.offer(note, min(5, count), fork)
    assert told.status in {Verdict.OTHER_SIZE, Verdict.INCONSISTENT}
    (kept,) = [json.loads(line) for line in next(witnessed.folder.rglob("refused.jsonl")).read_text().splitlines()]
    assert (parse_note(kept["held"]), parse_note(kept["offered"])) == (held, note)
    now = witnessed.box.held(ORIGIN)
    assert now is not None
    assert now.head == head_of(held)
    fork.close()


def test_a_mutant_that_does_not_check_consistency_is_found_out(witnessed: Witnessed, tmp_path: Path) -> None:
    """The test above must be able to fail: this witness cosigns whatever is signed."""
    careless = WitnessBox(
        tmp_path / "careless", witnessed.key, [witnessed.log.key.public], judge=lambda *_: Verdict.COSIGNED
    )
    body = Submission(0, (), witnessed.log.seal().whole).body.encode()
    fork = fork_of(witnessed.log, tmp_path / "fork", 3)
    second = Submission(0, (), fork.seal().whole).body.encode()
    assert [careless.add_checkpoint(one, AT_S).status for one in (body, second)] == [200, 200]
    fork.close()


def test_only_what_is_signed_by_the_log_counts(witnessed: Witnessed) -> None:
    """Nobody else can block a log by showing its witness a larger head."""
    text = witnessed.log.seal().text
    stranger = new_seal_key(ORIGIN)
    assert witnessed.offer(Note(text, (stranger.sign(text),)), 0).status == Verdict.NOT_SIGNED
    other = new_seal_key("gate-9.elsewhere")
    told = witnessed.offer(Note(text.replace(ORIGIN, "gate-9.elsewhere"), (other.sign("x"),)), 0)
    assert told.status == Verdict.UNKNOWN_LOG
    assert witnessed.box.held(ORIGIN) is None


def test_both_keys_of_a_rotation_are_taken(witnessed: Witnessed) -> None:
    """The first checkpoint of the new key carries the old one's signature."""
    witnessed.offer(witnessed.log.seal(), 0)
    note = witnessed.log.rotate()
    assert witnessed.offer(note, 5).status == Verdict.COSIGNED
    witnessed.log.grow(1)
    later = witnessed.log.seal()
    assert witnessed.offer(later, head_of(note).size).status == Verdict.NOT_SIGNED
    told = WitnessBox(witnessed.folder, witnessed.key, [witnessed.log.key.public])
    size = head_of(note).size
    body = Submission(size, witnessed.log.tree.consistency(size, size + 1), later.whole).body.encode()
    assert told.add_checkpoint(body, AT_S).status == Verdict.COSIGNED


@pytest.mark.parametrize("body", [b"", b"\xff", b"old 0\n\n", b"old 0\n\nx\n\n\xe2\x80\x94 a AAAAAAA=\n"])
def test_what_is_no_checkpoint_is_refused(witnessed: Witnessed, body: bytes) -> None:
    """It comes from the network."""
    assert witnessed.box.add_checkpoint(body, AT_S).status == Verdict.MALFORMED


def test_a_damaged_memory_stops_the_witness(witnessed: Witnessed) -> None:
    """Starting afresh would let it sign a second history."""
    note = witnessed.log.seal()
    witnessed.offer(note, 0)
    next(witnessed.folder.rglob("head.json")).write_text("{", "utf-8")
    with pytest.raises(StateError, match=r"head\.json"):
        witnessed.offer(note, 5)


def asked(witnessed: Witnessed, method: str, path: str, body: bytes = b"", **more: str) -> tuple[str, str]:
    """Ask the WSGI function as the server would."""
    said: list[str] = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), **more}
    app = witness_app(witnessed.box, ManualClock(NOON))
    parts = app({**environ, "wsgi.input": io.BytesIO(body)}, lambda status, headers: said.append(status))  # type: ignore[arg-type]
    return said[0], b"".join(parts).decode()


def test_over_http_each_answer_has_its_status(witnessed: Witnessed) -> None:
    """The statuses of the specification, and no body without a bound."""
    body = Submission(0, (), witnessed.log.seal().whole).body.encode()
    assert asked(witnessed, "POST", "/add-checkpoint", body)[0] == "200 OK"
    assert asked(witnessed, "POST", "/add-checkpoint", b"x")[0] == "400 Bad Request"
    assert asked(witnessed, "GET", "/add-checkpoint")[0] == "405 Method Not Allowed"
    assert asked(witnessed, "POST", "/other", body)[0] == "404 Not Found"
    for length in ("", "-1", "²", "1e3"):
        assert asked(witnessed, "POST", "/add-checkpoint", body, CONTENT_LENGTH=length)[0] == "411 Length Required"
    for length in (str(LARGEST_BODY + 1), "9" * 5000):
        assert asked(witnessed, "POST", "/add-checkpoint", body, CONTENT_LENGTH=length)[0] == "413 Content Too Large"


def test_people_are_shown_what_it_holds(witnessed: Witnessed) -> None:
    """For comparing by eye, without any tool."""
    assert f"{ORIGIN}: nothing yet" in asked(witnessed, "GET", "/")[1]
    note = witnessed.log.seal()
    witnessed.offer(note, 0)
    told = asked(witnessed, "GET", "/")[1]
    assert note.whole in told
    assert witnessed.key.public.vkey in told


def test_a_disk_that_takes_nothing_means_no_cosignature(witnessed: Witnessed) -> None:
    """What is not remembered must not be signed."""
    body = Submission(0, (), witnessed.log.seal().whole).body.encode()
    witnessed.folder.write_text("a file where the folder should be", "utf-8")
    status, told = asked(witnessed, "POST", "/add-checkpoint", body)
    assert status == "500 Internal Server Error"
    assert "nothing is cosigned" in told
    witnessed.folder.unlink()
