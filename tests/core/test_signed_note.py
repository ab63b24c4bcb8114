"""Signed notes and checkpoints as text: exactly the form of the specifications, and nothing that is nearly it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.checkpoint import (
    LARGEST,
    Cosigned,
    TreeHead,
    cosignature_payload,
    cosigned_message,
    head_of,
    is_due,
    origin_of,
    parse_cosignature,
    parse_number,
    parse_tree_head,
)
from gate.core.signed_note import (
    COSIGNATURE,
    MOST_SIGNATURES,
    Note,
    NoteError,
    NoteKey,
    Signature,
    parse_note,
    parse_signatures,
    parse_vkey,
)

pytestmark = pytest.mark.req("E11")

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The public key and the note of the tests of Go's sumdb/note package."""

PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
"""The example of C2SP tlog-cosignature."""

KEY = NoteKey("gate-1.laval", bytes(range(32)))


def test_the_key_of_go_s_own_tests_is_read_and_written_the_same() -> None:
    """The id is a hash over name, type and key; one byte otherwise and Go would not know our key."""
    key = parse_vkey(PETER)
    assert (key.name, key.id.hex(), key.vkey) == ("PeterNeumann", "c74f20a3", PETER)


def test_a_note_of_go_s_own_tests_is_read_and_written_the_same() -> None:
    """The text ends before the empty line; the signature begins with the id of its key."""
    note = parse_note(PETER_NOTE)
    assert note.text.endswith("your problem is.\n")
    assert len(note.by(parse_vkey(PETER))[0]) == 64
    assert note.whole == PETER_NOTE


def test_the_checkpoint_of_the_specification_is_read() -> None:
    """Size and root, and a cosignature that tells its time."""
    note = parse_note(EXAMPLE)
    head = head_of(note)
    assert (head.origin, head.size, head.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")
    assert head.text == note.text
    said = parse_cosignature(note.signatures[1].payload)
    assert said is not None
    assert said.at_s == 1679315147
    assert cosigned_message(note.text, said.at_s) == b"cosignature/v1\ntime 1679315147\n" + note.text.encode()
    assert cosignature_payload(said) == note.signatures[1].payload


def test_only_name_and_id_together_are_a_key() -> None:
    """An id is four bytes: anybody can make a key that shares it."""
    line = Signature(KEY.name, KEY.id, b"signed")
    other_name, other_id = Signature("gate-2", KEY.id, b"x"), Signature(KEY.name, b"0000", b"y")
    assert Note("text\n", (other_name, line, other_id)).by(KEY) == (b"signed",)


def test_the_same_key_has_another_id_as_a_witness() -> None:
    """A log's signature must never pass for a witness's."""
    assert NoteKey(KEY.name, KEY.public, COSIGNATURE).id != KEY.id


def test_the_public_key_is_what_other_tools_read() -> None:
    """RFC 8410, section 10.1, gives this key as an example."""
    public = base64.b64decode("GYWEcCgGQXvRNbGTNJ2Bw7nkBZFQzvEgKw9XcJLgnD0=")
    key = NoteKey("x", bytes.fromhex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"))
    assert key.pem.splitlines()[1] == "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
    assert len(key.fingerprint) == 64
    assert NoteKey("x", public).fingerprint != key.fingerprint


@given(st.text(min_size=1, max_size=12), st.binary(min_size=32, max_size=32))
def test_a_key_that_can_be_written_is_read_back(name: str, public: bytes) -> None:
    """And a name with a blank or a plus is refused, whatever alphabet it is in."""
    key = NoteKey(name, public)
    usable = name.isprintable() and " " not in name and "+" not in name
    if usable:
        assert parse_vkey(key.vkey) == key
    else:
        with pytest.raises(NoteError):
            parse_vkey(f" {key.vkey}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+12345678",
        "+12345678+AQ==",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER[:-4],
        PETER.replace("ARpc", "BRpc"),
        PETER + "=",
        PETER.replace("Peter", "Pe ter"),
        PETER.replace("ARpc", "A\nRpc"),
        "x" * 10_000,
    ],
    ids=range(11),
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """It was copied by hand from a screen."""
    with pytest.raises(NoteError):
        parse_vkey(text)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        PETER_NOTE[:-1],
        PETER_NOTE.replace("— ", "- "),
        PETER_NOTE.replace("Peter", "Pe ter"),
        PETER_NOTE.replace("x08go", "x08g"),
        PETER_NOTE.replace("x08go", "x08g!"),
        PETER_NOTE.replace("If", "I\tf"),
        "text\n\n— name AAAAAA==\n",
        "text\n\n" + "— name AAAAAAA=\n" * (MOST_SIGNATURES + 1),
    ],
    ids=range(12),
)
def test_what_is_no_note_is_refused(data: str) -> None:
    """A truncated file, a mail that turned the dash into a hyphen, a control character."""
    with pytest.raises(NoteError):
        parse_note(data)


def test_base64_has_one_form_only() -> None:
    """Two spellings of one signature would be two notes."""
    assert parse_signatures("— name AAAAAAE=\n")
    with pytest.raises(NoteError, match="base64"):
        parse_signatures("— name AAAAAAF=\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        "origin\n01\n" + "A" * 43 + "=\n",
        "origin\n-1\n" + "A" * 43 + "=\n",
        "origin\n١\n" + "A" * 43 + "=\n",
        f"origin\n{LARGEST + 1}\n" + "A" * 43 + "=\n",
        "origin\n1\nAAAA\n",
        "origin\n1\n!!!\n",
        "\n1\n" + "A" * 43 + "=\n",
        "origin\n1\n" + "A" * 43 + "=",
        "origin\n1\n" + "A" * 43 + "=\n\nmore\n",
    ],
    ids=range(11),
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    """A number with a leading zero has a second spelling, and a second spelling a second signature."""
    with pytest.raises(NoteError):
        parse_tree_head(text)


def test_extension_lines_are_let_pass() -> None:
    """The specification allows them; ours have none."""
    text = TreeHead("origin", 7, bytes(32)).text
    assert parse_tree_head(f"{text}more\n") == parse_tree_head(text)


def test_a_cosignature_has_one_length_and_a_time_that_can_be() -> None:
    """A shorter one would be read beyond its end."""
    payload = cosignature_payload(Cosigned(7, bytes(64)))
    assert parse_cosignature(payload) == Cosigned(7, bytes(64))
    assert parse_cosignature(payload[:-1]) is None
    assert parse_cosignature(b"\xff" + payload[1:]) is None


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("17", 17), ("017", None), ("", None), ("1 ", None), ("9" * 19, None)]
)
def test_a_number_has_one_spelling(text: str, number: int | None) -> None:
    """Sizes stand in what is signed."""
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("new", "since_s", "due"),
    [
        (1, 9.9, False),
        (1, 10.0, True),
        (99, 1.0, False),
        (100, 0.0, True),
        (0, 10.0, False),
        (0, 899.9, False),
        (0, 900.0, True),
    ],
)
def test_a_checkpoint_is_due_by_time_or_by_number(new: int, since_s: float, due: bool) -> None:
    """Ten seconds or a hundred entries when something is new, a quarter of an hour when nothing is (records.md)."""
    assert is_due(new, since_s) is due


@pytest.mark.parametrize(
    ("site", "origin"),
    [("Laval, plant 2", "gate-1.laval-plant-2"), ("Usine Nº3", "gate-1.usine-n-3"), ("工場", "gate-1")],
)
def test_a_log_has_a_name_of_its_own(site: str, origin: str) -> None:
    """Two gates of one name would be one log to a witness."""
    assert origin_of("gate-1", site) == origin
    assert parse_vkey(NoteKey(origin, bytes(32)).vkey).name == origin
