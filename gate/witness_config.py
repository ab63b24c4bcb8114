"""The file that a witness is configured with, and its key."""

import tomllib
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator

from gate.core.signed_note import COSIGNATURE, ED25519, NoteError, NoteKey, is_key_name, parse_vkey
from gate.seal_keys import SealKey, new_seal_key, read_seal_key, write_seal_key
from gate.settings_names import is_loopback, normal_name
from gate.settings_sections import Strict

KEY_FILE = "witness.key"


class WitnessConfigError(Exception):
    """The configuration of a witness cannot be used; the text says file, key and why."""


class WitnessConfig(Strict):
    """The whole of a witness's file."""

    name: str
    state_dir: Path
    logs: tuple[str, ...] = Field(min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=1, le=65535)
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @field_validator("name")
    @classmethod
    def _usable(cls, value: str) -> str:
        if not (is_key_name(value) and value.isascii() and len(value) <= 80):
            raise ValueError('is no name for a witness; write one like "gate-2.witness", without blanks')
        return value

    @field_validator("logs")
    @classmethod
    def _keys_of_logs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                key = parse_vkey(text)
            except NoteError as error:
                raise ValueError(str(error)) from error
            if key.algorithm != ED25519:
                raise ValueError(f"{key.name}: is the key of a witness; `gate key show` prints that of a log")
        return value

    @model_validator(mode="after")
    def _protected(self) -> "WitnessConfig":
        if (self.tls_certificate is None) is not (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key belong together; give both or neither")
        if self.tls_certificate is None and not is_loopback(normal_name(self.host)):
            raise ValueError("beyond the machine itself a witness is served with TLS only; set both files")
        return self

    @property
    def log_keys(self) -> list[NoteKey]:
        """The keys of the logs it knows."""
        return [parse_vkey(text) for text in self.logs]


def load_witness(path: Path) -> WitnessConfig:
    """Read a witness's file; relative paths in it are relative to the file.

    Raises:
        WitnessConfigError: it cannot be used.
    """
    try:
        found = WitnessConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise WitnessConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WitnessConfigError(f"{path}: is not TOML ({error}).") from error
    except ValidationError as error:
        said = [f"{path}: {'.'.join(map(str, one['loc'])) or '(file)'}: {one['msg']}." for one in error.errors()]
        raise WitnessConfigError("\n".join(said)) from error
    folder = path.resolve().parent
    names = ("state_dir", "tls_certificate", "tls_key")
    given = {name: folder / value for name in names if (value := getattr(found, name)) is not None}
    return found.model_copy(update=given)


def witness_key(config: WitnessConfig) -> SealKey:
    """Return the witness's key, made when it is first asked for.

    Raises:
        SealKeyError: it cannot be used.
        OSError: it cannot be stored.
    """
    path = config.state_dir / KEY_FILE
    if not path.exists():
        write_seal_key(path, new_seal_key(config.name, COSIGNATURE))
    return read_seal_key(path, "gate witness serve")
