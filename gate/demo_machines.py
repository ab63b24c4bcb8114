"""The machines of the demo, the lines their readers hang on, and the configuration that says so."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoMachine:
    """One machine with its reader; `line` and `address` say where the reader hangs."""

    id: str
    class_id: str
    area_id: str
    line: str
    address: int = 0

    @property
    def reader(self) -> str:
        """The reader's name."""
        return f"{self.id}-R"


@dataclass(frozen=True, slots=True)
class DemoLine:
    """One line and the kind of badge number that its readers send."""

    name: str
    kind: str
    secure: bool
    badge: str
    """Prefix of the badge numbers read here."""


LINES = (
    DemoLine("granulation", "osdp", True, "w26"),
    DemoLine("compression", "osdp", True, "w26"),
    DemoLine("coating", "osdp", False, "w26"),
    DemoLine("blister-1", "osdp", True, "w26"),
    DemoLine("blister-2", "em4100", False, "em"),
    DemoLine("cartoner", "text", False, "txt"),
)

AREAS = {"GRAN": "Granulation", "COMP": "Compression", "COAT": "Coating", "PACK": "Packaging"}

CLASSES = {
    "HSG": "High-shear granulator",
    "FBD": "Fluid bed dryer",
    "MILL": "Conical mill",
    "BLEND": "Bin blender",
    "PRESS": "Rotary tablet press",
    "COATER": "Pan coater",
    "BLISTER": "Blister line",
    "CARTON": "Cartoner",
}

MACHINES = (
    DemoMachine("HSG-01", "HSG", "GRAN", "granulation", 0),
    DemoMachine("FBD-02", "FBD", "GRAN", "granulation", 1),
    DemoMachine("MILL-01", "MILL", "GRAN", "granulation", 2),
    DemoMachine("BLD-01", "BLEND", "GRAN", "granulation", 3),
    DemoMachine("TP-01", "PRESS", "COMP", "compression", 0),
    DemoMachine("TP-02", "PRESS", "COMP", "compression", 1),
    DemoMachine("TP-03", "PRESS", "COMP", "compression", 2),
    DemoMachine("CP-01", "COATER", "COAT", "coating", 0),
    DemoMachine("CP-02", "COATER", "COAT", "coating", 1),
    DemoMachine("BLI-01", "BLISTER", "PACK", "blister-1", 0),
    DemoMachine("BLI-02", "BLISTER", "PACK", "blister-2"),
    DemoMachine("CT-01", "CARTON", "PACK", "cartoner"),
)

IN_TRIAL = "TP-03"
ON_QA_HOLD = "CP-02"
CALIBRATION_OVERDUE = "MILL-01"


def line_of(machine: DemoMachine) -> DemoLine:
    """Return the line on which the machine's reader hangs."""
    return next(line for line in LINES if line.name == machine.line)


def port_of(folder: Path, line: DemoLine) -> Path:
    """Return the stable link to the line's simulated port."""
    return folder / "ports" / line.name


def configuration(port: int) -> str:
    """Return the demo's `gate.toml`; its paths are relative to the file."""
    text = [
        "# Written by `make demo`. config/gate.toml explains every key.",
        '[site]\nname = "Demo plant"\nzone = "America/Toronto"\nlanguage = "en"',
        '[gate]\nid = "demo-gate"\nstate_dir = "state"',
        '[clock]\ntrust = "asserted"',
        f"[web]\nport = {port}",
        *(_line(line) for line in LINES),
    ]
    return "\n\n".join(text) + "\n"


def _line(line: DemoLine) -> str:
    rows = [f'[[line]]\nname = "{line.name}"\npath = "ports/{line.name}"\nkind = "{line.kind}"']
    if line.kind != "osdp":
        rows.append('supervision = "port-only"')
    for machine in MACHINES:
        if machine.line == line.name:
            rows.append(_reader(machine, line))
    return "\n".join(rows)


def _reader(machine: DemoMachine, line: DemoLine) -> str:
    rows = ["", "[[line.reader]]", f"name = {json.dumps(machine.reader)}", f"equipment = {json.dumps(machine.id)}"]
    if line.kind == "osdp":
        rows += [f"address = {machine.address}", 'format = "w26"', f"secure = {str(line.secure).lower()}", "output = 0"]
    return "\n".join(rows)
