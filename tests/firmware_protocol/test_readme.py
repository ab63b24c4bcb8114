"""The contract for firmware authors says what the code does."""

import re
from pathlib import Path

import pytest

import firmware_protocol
from firmware_protocol.badge import WIEGAND, wiegand
from firmware_protocol.osdp.frame import FrameFinder
from firmware_protocol.osdp.messages import Answer, Ask
from firmware_protocol.osdp.replies import RawBadge
from firmware_protocol.plain import Em4100Codec
from firmware_protocol.simulator import HELP

README = (Path(firmware_protocol.__file__).parent / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^([<>]) ((?:(?:[0-9a-f]{2})+ )*(?:[0-9a-f]{2})+)(?=  |$)", README, re.MULTILINE)


def test_the_page_shows_frames_both_ways() -> None:
    """The next test would pass on a page without any."""
    assert [way for way, _ in EXAMPLES].count(">") >= 5
    assert [way for way, _ in EXAMPLES].count("<") >= 5


@pytest.mark.parametrize(("way", "text"), EXAMPLES)
def test_every_frame_on_the_page_is_intact_and_goes_the_way_it_says(way: str, text: str) -> None:
    """Somebody writes firmware against these bytes, with no other source."""
    (frame,) = FrameFinder().feed(bytes.fromhex(text))
    assert frame.reply == (way == "<")
    assert frame.code in set(Answer if frame.reply else Ask)


def test_the_badge_of_the_first_example_is_the_one_it_says() -> None:
    """The example must teach the order of the bits."""
    (text,) = [text for way, text in EXAMPLES if way == "<" and " 50 00 01 1a 00 " in text]
    (frame,) = FrameFinder().feed(bytes.fromhex(text))
    raw = RawBadge.unpack(frame.data)
    assert wiegand(WIEGAND["w26"], raw.bits, raw.data) == "w26:2EC0C86"
    (bits,) = re.findall(r"`([01]{4}(?: [01]+)+)`", README)
    assert int(bits.replace(" ", ""), 2) == 0x2EC0C86


def test_the_em4100_example_reads_as_it_says() -> None:
    """A checksum copied wrongly costs an author a day."""
    codec = Em4100Codec()
    codec.opened(0.0)
    ((text, number),) = re.findall(r"`(02 [0-9a-f ]+ 03)` is `(em:[0-9A-F]+)`", README)
    assert [getattr(event, "number", None) for event in codec.receive(bytes.fromhex(text), 1.0)][-1:] == [number]


@pytest.mark.parametrize("verb", re.findall(r"(?:^|\| |\n)([a-z]+)", HELP))
def test_every_command_of_the_simulator_is_on_the_page(verb: str) -> None:
    """A fault that nobody knows of is tried by nobody."""
    assert re.search(rf"^\| .*`{verb}[ `]", README, re.MULTILINE)
