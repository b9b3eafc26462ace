"""Where the lake is, and how it is kept in order."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.settings import StoreSettings


class LakeSettings(StoreSettings):
    """All that opening the lake takes."""


class MaintenanceSettings(BaseSettings):
    """How tables are kept small and quick to read, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True)

    maintain_seconds: int = Field(default=3600, ge=0, description="Time between maintenances by the keeper; 0: none")
    maintain_file_mb: int = Field(default=64, ge=1, description="Size that packed data files should have, in MiB")
    maintain_files: int = Field(default=8, ge=2, description="Least small files of a partition that are packed")
    maintain_snapshot_hours: int = Field(default=1, ge=1, description="Least age of a snapshot that is expired")
    maintain_snapshots: int = Field(default=100, ge=2, description="Newest snapshots of a table that are always kept")
    maintain_orphan_days: int = Field(default=3, ge=1, description="Least age of an unused file that is removed")
    maintain_widen_days: int = Field(default=7, ge=1, description="Least age of panes merged by day of arrival")

    @property
    def packed_bytes(self) -> int:
        """Size that packed data files should have."""
        return self.maintain_file_mb * 1024 * 1024

    @property
    def snapshot_age(self) -> timedelta:
        """Least age of a snapshot that is expired."""
        return timedelta(hours=self.maintain_snapshot_hours)

    @property
    def orphan_age(self) -> timedelta:
        """Least age of an unused file that is removed."""
        return timedelta(days=self.maintain_orphan_days)

    @property
    def widen_age(self) -> timedelta:
        """Least age of panes that are merged by day of arrival."""
        return timedelta(days=self.maintain_widen_days)
