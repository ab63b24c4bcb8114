"""The evidence bundle from the page: made, on record, and sound on the inspector's own machine."""

import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.seal_keys import new_seal_key
from gate.sealing import begin_with, store_checkpoint
from tests.web.people import add_account, signed_in
from tests.web.records import GateOnRecord
from tests.web.test_export_pages import exported, file_of, last_export


@pytest.fixture
def auditor(gate: GateOnRecord, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """An auditor at a browser; the gate is silent, so nobody waits for another checkpoint."""
    monkeypatch.setattr("gate.web.export_sealing.WAIT_S", 0)
    add_account(gate, "au", Role.AUDITOR)
    for _ in range(8):
        gate.decision()
    return signed_in(app, "au")


def seal(gate: GateOnRecord) -> int:
    """Sign the head, and return how many entries that covers."""
    key = new_seal_key("gate-1.plant")
    with gate.trail.transaction():
        seq = begin_with(gate.trail, key, gate.moment(), "first key", {})
        store_checkpoint(gate.trail, gate.moment(), [key])
    return seq


@pytest.mark.req("H9", "E11", "H8")
def test_an_auditor_takes_evidence_home_and_checks_it_there(
    gate: GateOnRecord, auditor: FlaskClient, tmp_path: Path
) -> None:
    """From the page to "sound" in a Python of its own; the entry has the fingerprint of the very zip."""
    seal(gate)
    data = file_of(auditor, exported(auditor, "bundle", "from=2&to=4"))
    assert last_export(gate)["new"]["sha256"] == sha256(data).hexdigest()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        archive.extractall(tmp_path / "home")
    command = [sys.executable, "-I", "verify.py"]
    done = subprocess.run(command, cwd=tmp_path / "home", capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.startswith("sound: 3 entries, under the checkpoint of ")
    told = json.loads((tmp_path / "home" / "export.json").read_text("utf-8"))
    assert told["about"]["query"] == "from=2&to=4"
    assert told["about"]["checkpoint"] == (tmp_path / "home" / "checkpoint.txt").read_text("utf-8")


@pytest.mark.req("H9")
def test_the_whole_trail_needs_no_proofs(gate: GateOnRecord, auditor: FlaskClient) -> None:
    """All up to the checkpoint is held against its root at once."""
    size = seal(gate)
    with zipfile.ZipFile(BytesIO(file_of(auditor, exported(auditor, "bundle", "")))) as archive:
        assert "proofs.jsonl" not in archive.namelist()
        assert len(archive.read("entries.jsonl").splitlines()) == size


def test_without_a_checkpoint_the_page_says_what_to_take(auditor: FlaskClient) -> None:
    """A bundle that nothing can be checked against would be a promise without a hold."""
    answer = exported(auditor, "bundle")
    page = auditor.get(answer.location).text
    assert "Not made" in page
    assert "No checkpoint has been signed yet" in page
