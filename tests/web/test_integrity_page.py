"""The page of integrity: what it says in each state, what can be taken away, and what a comparison answers."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.core.signed_note import COSIGNATURE, parse_note
from gate.head_qr import head_qr_svg
from gate.seal_keys import SealKey, is_signed, new_seal_key
from gate.sealing import begin_with, store_checkpoint
from gate.store.seals import WitnessRow, set_witness
from gate.verified import Running, Verified, running_path, tell_running, tell_verified, verified_path
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.web.people import CHEAP, add_account, signed_in
from tests.web.records import CONFIG, HOSTILE, GateOnRecord

pytestmark = pytest.mark.req("E11")

WITNESS = new_seal_key("box.witness", COSIGNATURE)


class SealedGate(GateOnRecord):
    """A gate with one witness in its configuration and a signed head."""

    template = CONFIG + f'[[witness]]\nurl = "https://box.example:8443"\nvkey = "{WITNESS.public.vkey}"\n'

    def seal(self) -> SealKey:
        key = new_seal_key("gate-1.plant-1")
        with self.trail.transaction():
            begin_with(self.trail, key, self.moment(), "key in use", {})
        with self.trail.transaction():
            store_checkpoint(self.trail, self.moment(), [key])
        return key

    def witness(self, state: str, what: str = "") -> None:
        now = self.clock.read().at
        with self.trail.transaction():
            set_witness(self.trail, WitnessRow("box.witness", state, 7, now, now, what))

    def verified(self, found: Verified) -> None:
        tell_verified(verified_path(self.settings.gate.state_dir), found)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SealedGate]:
    made = SealedGate(tmp_path_factory.mktemp("gate"))
    made.alive()
    for login, role in (("q.a", Role.QA), ("op", Role.OPERATOR), ("aud", Role.AUDITOR)):
        add_account(made, login, role)
    yield made
    made.close()


@pytest.fixture(scope="module")
def qa(sealed: SealedGate) -> Iterator[FlaskClient]:
    app = create_app(sealed.settings, sealed.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    yield signed_in(app, "q.a")
    app.extensions["gate"].close()


def text(client: FlaskClient, language: str = "en", **more: str) -> str:
    answer = client.get("/integrity", query_string={"lang": language, **more})
    assert answer.status_code == 200
    return answer.text


def test_before_anything_is_signed_or_checked_nothing_looks_good(sealed: SealedGate, qa: FlaskClient) -> None:
    """Unknown is never shown as good (DESIGN, principle 4)."""
    said = text(qa)
    assert "No head is signed yet" in said
    assert "Not checked yet" in said
    assert "Not asked yet" in said
    assert 'class="banner ok"' not in said
    assert qa.get("/integrity/checkpoint.txt").status_code == 404


@pytest.fixture(scope="module")
def key(sealed: SealedGate, qa: FlaskClient) -> SealKey:
    text(qa)
    for _ in range(4):
        sealed.decision()
    return sealed.seal()


def test_the_signed_head_can_be_taken_away(sealed: SealedGate, qa: FlaskClient, key: SealKey) -> None:
    """As a file, as a picture for a phone, as number and root; and the key to check it with."""
    said = text(qa)
    taken = qa.get("/integrity/checkpoint.txt")
    note = parse_note(taken.text)
    assert is_signed(note, key.public)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="checkpoint.txt"'
    assert head_qr_svg(note.whole) in said
    assert key.public.fingerprint in said
    assert qa.get("/integrity/gate.vkey").text == f"{key.public.vkey}\n"
    assert qa.get("/integrity/gate.pem").text == key.public.pem
    assert qa.get("/integrity/seal.key").status_code == 404


def test_what_the_code_holds_is_the_note_byte_for_byte() -> None:
    """A scanner types it back, and it must still be signed."""
    svg = head_qr_svg("origin\n1\nroot\n\n— name sig\n")
    assert svg.startswith("<svg")
    assert "style=" not in svg
    assert "viewBox" in svg


STATES = {
    "agrees": ("", "Agrees", "Concorde"),
    "silent": ("TimeoutError: timed out", "Silent", "Muet"),
    "refused": ("rolled_back", "a disk put back, or a copy of the gate", "disque remis en arrière"),
}


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("state", STATES)
def test_a_witness_is_shown_as_it_stands(sealed: SealedGate, qa: FlaskClient, state: str) -> None:
    """With the cause, in both languages."""
    what, english, french = STATES[state]
    sealed.witness(state, what)
    assert english in text(qa)
    assert french in text(qa, "fr")
    assert ("Agrees" in text(qa)) is (state == "agrees")


@pytest.mark.usefixtures("key")
def test_words_of_a_witness_cannot_change_the_page(sealed: SealedGate, qa: FlaskClient) -> None:
    """It is another machine, and what it answers is only text."""
    sealed.witness("silent", HOSTILE)
    said = text(qa)
    assert "<script>alert" not in said
    assert "\u202e" not in said


@pytest.mark.usefixtures("key")
def test_each_state_of_the_chain_has_its_words(sealed: SealedGate, qa: FlaskClient) -> None:
    """Whole, late and broken name an entry (DESIGN 12.5)."""
    now = sealed.clock.read().at
    sealed.verified(Verified(now, 3, True))
    assert "Whole: every entry up to #3" in text(qa)
    sealed.verified(Verified(now.replace(year=2025), 2, True))
    assert "It reached entry #2" in text(qa)
    sealed.verified(Verified(now, 3, False, 1))
    assert "The chain is broken at entry #1" in text(qa)
    assert "rompue à l’entrée #1" in text(qa, "fr")
    sealed.verified(Verified(now, 3, True))
    running = running_path(sealed.settings.gate.state_dir)
    tell_running(running, Running(now, "q.a", 2, 9))
    assert "Checking every entry now, so far to #2" in text(qa)
    assert 'class="integrity checking"' in text(qa)
    running.unlink()
    assert "Whole: every entry up to #3" in text(qa)


@pytest.mark.usefixtures("key")
def test_a_kept_head_is_compared_on_the_page(sealed: SealedGate, qa: FlaskClient) -> None:
    """An inspector holds a paper beside the screen."""
    note = qa.get("/integrity/checkpoint.txt").text
    head = sealed.trail.head
    for kept in (note, f"{head.seq} {head.leaf.hex()}", f"#{head.seq} {head.leaf.hex()[:12]}"):
        assert "It fits: the first" in text(qa, head=kept)
    assert "Entries are missing: the kept head covers 4000" in text(qa, head="4000 9f2c41d07be3")
    assert "It differs: the first 2 entries" in text(qa, head="2 9f2c41d07be3")
    assert "not signed with a key of this gate" in text(qa, head=note.replace("— gate-1", "— gate-9"))
    assert "Elle concorde" in text(qa, "fr", head=note)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    "kept", ["x", HOSTILE, "\u202e12 9f2c41d07be3", "😀" * 900, "1" * 3000, "— x", "\x00 9f2c41d07be3"]
)
def test_what_is_no_head_is_said_and_shown_harmless(qa: FlaskClient, kept: str) -> None:
    """Whatever was scanned."""
    said = text(qa, head=kept)
    assert "That is no head" in said
    assert "<script>alert" not in said
    assert "\u202e" not in said


def test_the_badge_in_the_bar_leads_here_for_those_who_may(sealed: SealedGate, qa: FlaskClient) -> None:
    """It opens the explanation (DESIGN 12.5); an operator's account has no page to open."""
    assert '<a href="/integrity?lang=en" class="integrity' in text(qa)
    app = qa.application
    operator, auditor = signed_in(app, "op"), signed_in(app, "aud")
    assert 'href="/integrity' not in operator.get("/account?lang=en").text
    assert operator.get("/integrity").status_code == 403
    assert auditor.get("/integrity").status_code == 200
