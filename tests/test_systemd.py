"""The service units are accepted by systemd, hardened, and start what the installation puts there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNITS = sorted((ROOT / "systemd").glob("*.service"))
READERS = ROOT / "systemd" / "gate-readers.service"
WEB = ROOT / "systemd" / "gate-web.service"

HARDENING = (
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "RestrictNamespaces=yes",
    "LockPersonality=yes",
    "SystemCallFilter=@system-service",
    "User=gate",
)


def lines(unit: Path) -> list[str]:
    return [line for line in unit.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def program(unit: Path) -> str:
    found = [line for line in lines(unit) if line.startswith("ExecStart=")]
    assert len(found) == 1, f"{unit.name} must start exactly one program"
    return found[0].removeprefix("ExecStart=").split()[0]


def test_both_services_are_shipped() -> None:
    """The other tests would pass on an empty folder."""
    assert [unit.name for unit in UNITS] == ["gate-readers.service", "gate-web.service"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_child_without_memory_does_not_end_its_service(unit: Path) -> None:
    """By default systemd ends a service whose child the kernel has killed: a large PDF would stop the badge reads."""
    assert "OOMPolicy=continue" in lines(unit)


def verified(unit: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    assert shutil.which("systemd-analyze"), "systemd-analyze is missing; `make test` installs it (Debian: systemd)"
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text(encoding="utf-8").replace(program(unit), "/bin/true"), encoding="utf-8")
    return subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_to_complain_of(unit: Path, tmp_path: Path) -> None:
    """A misspelt directive is only warned of and then ignored: the protection it names would be missing."""
    told = verified(unit, tmp_path)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_systemd_would_complain_of_a_misspelt_directive(tmp_path: Path) -> None:
    """The check above must be able to fail."""
    wrong = tmp_path / "in" / READERS.name
    wrong.parent.mkdir()
    wrong.write_text(READERS.read_text(encoding="utf-8").replace("ProtectHome=", "ProtectHouse="), encoding="utf-8")
    assert "ProtectHouse" in verified(wrong, tmp_path).stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@pytest.mark.parametrize("directive", HARDENING)
def test_each_service_is_confined(unit: Path, directive: str) -> None:
    """Whoever breaks into one of them must find nothing else to write to."""
    assert directive in lines(unit)


def test_the_reader_process_has_no_network_and_only_serial_devices() -> None:
    """It needs nothing but ports, disk and the way to tell systemd that it lives."""
    told = lines(READERS)
    assert "RestrictAddressFamilies=AF_UNIX" in told
    assert "DevicePolicy=closed" in told
    assert all("char-tty" in line for line in told if line.startswith("DeviceAllow="))
    assert "SupplementaryGroups=dialout" in told


def test_the_pages_cannot_read_the_keys_of_readers() -> None:
    """Whoever has the key can be the reader."""
    assert "InaccessiblePaths=-/var/lib/gate/keys" in lines(WEB)


def test_the_pages_cannot_read_the_key_of_the_authority() -> None:
    """Whoever breaks into the pages must not be able to make certificates that every tablet trusts."""
    assert "InaccessiblePaths=-/var/lib/gate/ca" in lines(WEB)


@pytest.mark.req("A7")
def test_only_named_networks_reach_the_pages_and_systemd_takes_the_drop_in(tmp_path: Path) -> None:
    """As installed nobody but the machine itself; with the drop-in those that are named, and no port below 1024."""
    drop_in = ROOT / "systemd" / "gate-web-network.conf"
    assert {"IPAddressDeny=any", "IPAddressAllow=localhost"} <= set(lines(WEB))
    assert [line for line in lines(drop_in) if line != "[Service]"] == ["IPAddressAllow=10.20.0.0/16"]
    folder = tmp_path / f"{WEB.name}.d"
    folder.mkdir()
    every = drop_in.read_text(encoding="utf-8").replace("#Cap", "Cap").replace("#Amb", "Amb")
    for text, complaint in ((every, ""), (every.replace("IPAddressAllow=", "IPAdressAllow="), "IPAdressAllow")):
        (folder / "network.conf").write_text(text, encoding="utf-8")
        told = verified(WEB, tmp_path)
        assert complaint in told.stderr
        assert complaint or (told.returncode, told.stdout + told.stderr) == (0, "")


@pytest.mark.fault(16)
def test_systemd_restarts_a_reader_process_that_hangs() -> None:
    """A deadlocked process must be replaced within the 10 s that the fault matrix gives it."""
    told = lines(READERS)
    assert {"Type=notify", "WatchdogSec=10", "Restart=always", "RestartSec=1", "StartLimitIntervalSec=0"} <= set(told)


@pytest.mark.fault(15)
def test_systemd_starts_the_pages_again_within_three_seconds() -> None:
    """A second to wait and no limit on how often; gunicorn itself replaces a worker."""
    assert {"Type=notify", "Restart=always", "RestartSec=1", "StartLimitIntervalSec=0"} <= set(lines(WEB))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_service_may_ask_whether_the_clock_is_synchronised(unit: Path) -> None:
    """adjtimex(2) refused means a clock that is never trusted: every read would be SYS_TIME_BAD."""
    allowed = {word for line in lines(unit) if line.startswith("SystemCallFilter=") for word in re.split("[= ]", line)}
    assert {"adjtimex", "clock_adjtime"} <= allowed
    assert not any(line.startswith("ProtectClock=") for line in lines(unit))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_installation_guide_puts_there_what_the_unit_starts(unit: Path) -> None:
    """A unit that names a program nobody installs fails on the day of the installation."""
    assert f"`{program(unit)}`" in (ROOT / "docs" / "install.md").read_text(encoding="utf-8")


def test_the_port_rules_keep_others_off_the_readers() -> None:
    """ModemManager writes AT commands into whatever looks like a modem."""
    rules = (ROOT / "systemd" / "99-gate.rules").read_text(encoding="utf-8")
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rules
    assert 'ATTR{latency_timer}="1"' in rules
    assert 'GROUP="dialout"' in rules
