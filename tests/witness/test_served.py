"""A witness as it is deployed: its own process, TLS, and a gate's own client that trusts one authority."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from gate.clock import SystemClock
from gate.core.signed_note import parse_vkey
from gate.core.witnessing import Submission, Verdict
from gate.settings_seal import WitnessSettings
from gate.tls_certificates import certificate_pem, key_pem, make_ca, make_certificate, new_key
from gate.web.witness_asking import NO_ANSWER, over_http
from gate.witness_config import WitnessConfigError, load_witness, witness_key
from tests.faults.shop import until
from tests.peers.logs import SignedLog
from tests.web.served import free_port

pytestmark = pytest.mark.req("E11")

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "tamper-evidence.md"


class Served(NamedTuple):
    """A running witness, and the log it knows."""

    settings: WitnessSettings
    log: SignedLog
    folder: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, port = tmp_path_factory.mktemp("box"), free_port()
    log = SignedLog(tmp_path_factory.mktemp("log"))
    log.grow(3)
    at, ca_key, key = SystemClock().read().at - timedelta(days=1), new_key(), new_key()
    authority = make_ca(ca_key, "gate-1", ["127.0.0.1"], at)
    certificate = make_certificate(authority, ca_key, key, "gate-1", ["127.0.0.1"], at)
    (folder / "ca.crt").write_bytes(certificate_pem([authority]))
    (folder / "box.crt").write_bytes(certificate_pem([certificate]))
    (folder / "box.key").write_bytes(key_pem(key))
    (folder / "box.key").chmod(0o600)
    (folder / "witness.toml").write_text(
        f'name = "box.witness"\nstate_dir = "state"\nport = {port}\nlogs = ["{log.key.public.vkey}"]\n'
        'tls_certificate = "box.crt"\ntls_key = "box.key"\n',
        "utf-8",
    )
    out = folder / "out.txt"
    with out.open("wb") as file:
        command = [sys.executable, "-m", "gate", "witness", "serve", str(folder / "witness.toml")]
        process = subprocess.Popen(command, stdout=file, stderr=file, process_group=0)
    try:
        until(lambda: "Listening at" in out.read_text("utf-8"), 60)
        found = re.search(r"vkey: (\S+)", out.read_text("utf-8"))
        assert found
        settings = WitnessSettings(url=f"https://127.0.0.1:{port}", vkey=found[1], ca_file=folder / "ca.crt")
        yield Served(settings, log, folder)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
        log.close()


def test_over_tls_a_head_is_cosigned_and_a_lie_refused(served: Served) -> None:
    """The whole way: client, certificate, server, box, file."""
    note = served.log.seal()
    told = over_http(served.settings, Submission(0, (), note.whole))
    assert told.status == Verdict.COSIGNED
    assert told.body.startswith("— box.witness ")
    held = json.loads(next((served.folder / "state").rglob("head.json")).read_text("utf-8"))
    assert held["note"] == note.whole
    assert over_http(served.settings, Submission(0, (), "x" * 100_000)).status == 413
    assert over_http(served.settings, Submission(0, (), "x")).status == Verdict.MALFORMED


def test_a_witness_that_nobody_vouches_for_gets_no_head(served: Served) -> None:
    """Its certificate must come from the authority that was named, or from the system's."""
    with pytest.raises(NO_ANSWER, match="CERTIFICATE_VERIFY_FAILED"):
        over_http(served.settings.model_copy(update={"ca_file": None}), Submission(0, (), "x"))


def test_the_key_is_made_once_and_is_the_one_that_was_printed(served: Served) -> None:
    """A second start must not be a second witness."""
    config = load_witness(served.folder / "witness.toml")
    assert witness_key(config).public.vkey == served.settings.vkey
    assert (config.state_dir / "witness.key").stat().st_mode & 0o777 == 0o400


def test_the_example_of_the_document_can_be_used(tmp_path: Path) -> None:
    """It is what whoever sets up the first witness copies."""
    text = DOCUMENT.read_text("utf-8")
    example = text.partition("# /etc/gate/witness.toml\n")[2].partition("```")[0]
    (tmp_path / "witness.toml").write_text(example, "utf-8")
    assert load_witness(tmp_path / "witness.toml").log_keys[0].name == "gate-1.laval-plant-2"
    gate_side = re.search(r'\[\[witness\]\]\nurl = "([^"]+)"\nvkey = "([^"]+)"', text)
    assert gate_side
    assert WitnessSettings(url=gate_side[1], vkey=gate_side[2]).key == parse_vkey(gate_side[2])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('host = "0.0.0.0"', "TLS only"),
        ('tls_key = "k"', "belong together"),
        ('name = "two words"', "no name for a witness"),
        ("port = 0", "greater than or equal to 1"),
        ('logs = ["x"]', "no public key"),
        ('logs = ["gate-2.witness+820a655f+BFDYWOCYXsx/YEGKrwzFq1h/QsJXCohAlanozKzQ9lRc"]', "key of a witness"),
    ],
)
def test_a_file_that_would_serve_badly_is_refused(served: Served, tmp_path: Path, line: str, said: str) -> None:
    """Before anything listens."""
    given = {"name": 'name = "w"', "state_dir": 'state_dir = "s"', "logs": f'logs = ["{served.log.key.public.vkey}"]'}
    given[line.partition(" ")[0]] = line
    (tmp_path / "witness.toml").write_text("\n".join(given.values()), "utf-8")
    with pytest.raises(WitnessConfigError, match=said):
        load_witness(tmp_path / "witness.toml")
