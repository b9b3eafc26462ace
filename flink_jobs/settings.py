"""How jobs reach the engines and how they run."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from streams.settings import StoreSettings


class FlinkSettings(StoreSettings):
    """The cluster and the options of jobs, beside the store that they write to."""

    flink: str = Field(description="REST address of the JobManager: host:port")
    flink_python: Path = Field(description="Python interpreter of Flink's environment")
    flink_home: Path = Field(description="The assembled Flink home")
    java17: Path = Field(description="Java home that Flink runs on")
    kafka: str = Field(description="Bootstrap address of Kafka: host:port")
    checkpoint_seconds: float = Field(default=3.0, gt=0, description="Time between checkpoints; each commits panes")
    parallelism: int = Field(default=2, ge=1, description="Parallel tasks of a job")
    watermark_slack_ms: int = Field(default=500, ge=0, description="How far a broker's clock may step back")
