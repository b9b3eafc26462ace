"""What commands about access read from the environment."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class RecordSettings(BaseSettings):
    """Where users, keys and grants are kept, and who is told of changes, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True)

    catalog_uri: SecretStr = Field(description="PostgreSQL that holds them: postgresql://…")
    kafka: str = Field(default="127.0.0.1:9092", description="Kafka, which has the access log: host:port")
