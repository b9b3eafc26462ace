"""What commands about sites read from the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlaceSettings(BaseSettings):
    """Where addresses are looked up, from `WINDOWPANE_*`; as the web service's."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, extra="ignore")

    countries: Path | None = Field(default=None, description="Database of countries or cities in MaxMind's format.")
