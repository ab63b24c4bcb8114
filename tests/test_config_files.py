"""The configuration files that are shipped can be used as they are, and leave no key out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from gate.settings import Settings, load_settings

CONFIG = Path(__file__).parent.parent / "config"


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.toml")), ids=lambda path: path.name)
def test_every_shipped_configuration_loads(path: Path) -> None:
    """Whoever installs the gate starts from one of these files."""
    assert load_settings(path).line


def fields_of(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        inner = [field.annotation, *get_args(field.annotation)]
        for found in inner:
            if isinstance(found, type) and issubclass(found, BaseModel):
                yield from fields_of(found)


def test_the_full_example_shows_every_key() -> None:
    """A key that the example leaves out is a key that nobody at the plant will find."""
    text = (CONFIG / "gate.toml").read_text(encoding="utf-8")
    shown = set(re.findall(r"^(?:# )?(\w+) = ", text, re.MULTILINE))
    shown |= {part for found in re.findall(r"^\[+([\w.]+)\]+", text, re.MULTILINE) for part in found.split(".")}
    assert set(fields_of(Settings)) - shown == set()


def test_the_full_example_names_no_key_that_does_not_exist() -> None:
    """A commented key with an old name would be refused the day somebody takes the hash away."""
    text = (CONFIG / "gate.toml").read_text(encoding="utf-8")
    assert set(re.findall(r"^# (\w+) = ", text, re.MULTILINE)) <= set(fields_of(Settings))
