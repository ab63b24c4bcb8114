"""The section of `gate.toml` about backups: where they go, when, and how many are kept."""

from pathlib import Path

from pydantic import Field

from gate.settings_sections import Strict


class BackupSettings(Strict):
    """The daily backup."""

    folder: Path | None = None
    hour: int = Field(default=2, ge=0, le=23)
    keep: int = Field(default=7, ge=1, le=1000)
    daily: bool = True

    def anchored(self, folder: Path) -> "BackupSettings":
        """Return the section with its folder found from the folder of the configuration."""
        return self.model_copy(update={"folder": folder / self.folder}) if self.folder else self
