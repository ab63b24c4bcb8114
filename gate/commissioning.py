"""Give a secure reader its own key: the only place where the default key may be used, for a limited time, logged."""

from collections.abc import Callable

from firmware_protocol.badge import decoder
from firmware_protocol.events import InstallKey, KeyInstalled, ReaderOnline
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.transport import LineSpec, PortLost, Transport
from gate.clock import Clock
from gate.core.audit import Entry, Kind
from gate.core.clock_trust import moment_of
from gate.desk import Desk
from gate.keys import forget_previous, new_key, read_key, write_key
from gate.settings import LineSettings, ReaderSettings, Settings
from gate.wiring import keys_folder

STEP_S = 0.2


class CommissioningError(Exception):
    """The reader did not get its key; the text says why and what to do."""


def commission(
    settings: Settings, desk: Desk, reader_name: str, *, by: str, seconds: int, clock: Clock, say: Callable[[str], None]
) -> str:
    """Shake hands, install a fresh key, shake hands with it; return the reader's serial number.

    The key is stored before the reader is told, and the key before it kept until the new one has shaken hands.

    Raises:
        CommissioningError: no such secure reader, its line is in use, or it did not answer in time.
    """
    line, reader = _find(settings, reader_name)
    folder = keys_folder(settings)
    old, fresh = read_key(folder, reader.name), new_key()
    _tell(desk, clock, reader.name, by, f"commissioning started, default key allowed for {seconds} s")
    spec = OsdpReaderSpec(reader.address, decoder(reader.format), key=old, commissioning=True)
    transport = Transport(
        [LineSpec(line.name, str(line.path), line.baudrate, OsdpHost([spec]))],
        clock.monotonic,
        settings.gate.state_dir / "run",
    )
    try:
        serial = _install(transport, line, reader, seconds, clock, lambda: write_key(folder, reader.name, fresh), fresh)
    except CommissioningError as error:
        _tell(desk, clock, reader.name, by, f"commissioning failed: {error}")
        raise
    finally:
        transport.close()
    forget_previous(folder, reader.name)
    _tell(desk, clock, reader.name, by, f"new key installed, serial {serial}")
    say("key installed and confirmed by a handshake")
    return serial


def _find(settings: Settings, name: str) -> tuple[LineSettings, ReaderSettings]:
    for line in settings.line:
        for reader in line.reader:
            if reader.name == name and reader.secure:
                return line, reader
    raise CommissioningError(f"{name}: is not a secure reader of the configuration. Run: gate readers.")


def _install(
    transport: Transport,
    line: LineSettings,
    reader: ReaderSettings,
    seconds: int,
    clock: Clock,
    store: Callable[[], None],
    fresh: bytes,
) -> str:
    serial, asked = "", False
    end = clock.monotonic() + seconds
    while clock.monotonic() < end:
        for _, event in transport.step(STEP_S):
            match event:
                case PortLost(cause=cause):
                    raise CommissioningError(f"{line.path}: {cause}. Stop the gate, check the plug, and try again.")
                case ReaderOnline() if not asked:
                    serial, asked = event.serial, True
                    store()
                    transport.send(line.name, reader.address, InstallKey(fresh))
                case KeyInstalled():
                    return serial
                case _:
                    pass
    where = "answered but did not take the key" if asked else "did not answer with the default key or its present one"
    raise CommissioningError(
        f"{reader.name}: {where} within {seconds} s. Put the reader into its commissioning state and try again."
    )


def _tell(desk: Desk, clock: Clock, reader: str, by: str, what: str) -> None:
    with desk.trail.transaction():
        moment = moment_of(desk.clock, clock.read())
        desk.trail.append(Entry(kind=Kind.KEY, moment=moment, reader=reader, by=by, detail={"what": what}))
