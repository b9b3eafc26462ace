"""How jobs reach the engines and how they run."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["FlinkSettings"]


class FlinkSettings(BaseSettings):
    """Addresses, keys and job options, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True)

    flink: str = Field(description="REST address of the JobManager: host:port")
    flink_python: Path = Field(description="Python interpreter of Flink's environment")
    flink_home: Path = Field(description="The assembled Flink home")
    java17: Path = Field(description="Java home that Flink runs on")
    kafka: str = Field(description="Bootstrap address of Kafka: host:port")
    catalog_uri: SecretStr = Field(description="PostgreSQL of the Iceberg catalog: postgresql://…")
    s3_endpoint: str = Field(description="Address of the object store")
    s3_access_key: str = Field(description="Its access key")
    s3_secret_key: SecretStr = Field(description="Its secret key")
    s3_region: str = Field(default="us-east-1", description="Its region")
    warehouse: str = Field(default="s3://lake/warehouse", description="Root of the lake")
    checkpoint_seconds: float = Field(default=3.0, gt=0, description="Time between checkpoints; each commits panes")
    parallelism: int = Field(default=2, ge=1, description="Parallel tasks of a job")
    watermark_slack_ms: int = Field(default=500, ge=0, description="How far a broker's clock may step back")
