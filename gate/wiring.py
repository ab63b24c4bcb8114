"""Turn the configuration into lines, stations and the desk: which reader, which key, which equipment."""

import logging
from pathlib import Path

from firmware_protocol.badge import decoder
from firmware_protocol.events import LineCodec
from firmware_protocol.line_tap import LineTap
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.plain import Em4100Codec, TextLineCodec
from firmware_protocol.transport import LineSpec
from gate.desk import Plan
from gate.keys import KeyFileError, read_key, secret_of
from gate.readers.station import StationSpec
from gate.settings import LineSettings, ReaderSettings, Settings

MARKS_KEY = "unknown-badges"
"""Lies among the keys of the readers."""

log = logging.getLogger(__name__)


def keys_folder(settings: Settings) -> Path:
    """Return where the readers' keys lie, outside the database."""
    return settings.gate.state_dir / "keys"


def line_specs(settings: Settings) -> list[LineSpec]:
    """Return one line with its codec for every line whose readers can be used."""
    folder = keys_folder(settings)
    specs = []
    for line in settings.line:
        codec = _codec(line, folder)
        if codec is not None:
            specs.append(LineSpec(line.name, str(line.path), line.baudrate, LineTap(codec, osdp=line.kind == "osdp")))
    return specs


def _codec(line: LineSettings, keys: Path) -> LineCodec | None:
    if line.kind == "em4100":
        return Em4100Codec()
    if line.kind == "text":
        return TextLineCodec()
    readers = [spec for reader in line.reader if (spec := _reader(reader, keys)) is not None]
    return OsdpHost(readers) if readers else None


def _reader(reader: ReaderSettings, keys: Path) -> OsdpReaderSpec | None:
    """A secure reader without a usable key stays offline; the others go on."""
    decode = decoder(reader.format)
    if not reader.secure:
        return OsdpReaderSpec(reader.address, decode, serial=reader.serial)
    try:
        key = read_key(keys, reader.name)
        previous = read_key(keys, f"{reader.name}.previous")
    except KeyFileError as error:
        log.error("%s", error)
        return None
    if key is None:
        log.error("reader %s has no key and stays offline. Run: gate commission %s", reader.name, reader.name)
        return None
    return OsdpReaderSpec(reader.address, decode, key=key, previous_key=previous, serial=reader.serial)


def station_specs(settings: Settings) -> list[StationSpec]:
    """Return one station for every configured reader."""
    return [
        StationSpec(reader.name, line.name, reader.address, reader.equipment, reader.output)
        for line in settings.line
        for reader in line.reader
    ]


def plan_of(settings: Settings) -> Plan:
    """Return what the configuration says that the rules of answering need."""
    readers = [reader for line in settings.line for reader in line.reader]
    return Plan(
        language=settings.site.language,
        outputs=frozenset(reader.equipment for reader in readers if reader.output is not None),
        readers={reader.name: reader.equipment for reader in readers},
        shift_s=settings.training.shift_hours * 3600,
        warn_after_s=settings.training.warn_after_hours * 3600,
        deny_after_s=settings.training.deny_after_hours * 3600,
        badge_secret=secret_of(keys_folder(settings), MARKS_KEY),
    )
