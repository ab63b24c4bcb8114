"""Where the web process finds its configuration: the environment variable GATE_CONFIG."""

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "GATE_CONFIG"
DEFAULT = Path("/etc/gate/gate.toml")


def config_path(environment: Mapping[str, str]) -> Path:
    """Return the configuration file; gunicorn passes no arguments on to the application."""
    return Path(environment.get(VARIABLE) or DEFAULT)
