"""What the web service reads from its environment, once, when it starts."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1 << 20


class WebSettings(BaseSettings):
    """Settings of the web service; the variables are `WINDOWPANE_` and the upper-case name of the field."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, extra="ignore")

    streams: Path = Field(
        default=Path(__file__).resolve().parent.parent / "streams", description="Folder of the stream definitions."
    )
    home: Path = Field(default=Path(".windowpane"), description="State of the stack: what its keeper notes.")
    host: str = Field(default="127.0.0.1", description="Address that the service listens at, or a name of it.")
    hosts: str = Field(
        default="", description="More names that the service answers to, separated by commas; *: any name."
    )
    kafka: str = Field(default="127.0.0.1:9092", description="Bootstrap address of Kafka, host:port.")
    flink: str = Field(default="127.0.0.1:8081", description="Address of Flink's REST API, host:port.")
    web_body_bytes: int = Field(default=16 * MEBIBYTE, ge=1024, description="Largest body of a POST, unpacked.")
    web_body_messages: int = Field(default=100_000, ge=1, description="Most messages in one POST.")
    web_pending_bytes: int = Field(
        default=128 * MEBIBYTE,
        ge=1024,
        description="Most bytes held of bodies being taken in, unpacked and cut into messages; beyond it 429.",
    )
    web_body_idle_seconds: float = Field(
        default=10, gt=0, description="How long a client may send nothing in the middle of a body; then 408."
    )
    web_body_bytes_per_second: float = Field(
        default=1024, gt=0, description="Least rate of a body after that time, on average; below it 408."
    )
    web_refusals_per_second: int = Field(
        default=100, ge=0, description="Rejected messages of a stream kept each second; beyond it they only count."
    )
    web_connections: int = Field(
        default=1000, ge=10, description="Most connections; beyond it the one that asks nothing longest is closed."
    )
    web_header_seconds: float = Field(
        default=10, gt=0, description="How long a client may take from its first byte to the end of a request's head."
    )
    web_questions: int = Field(default=8, ge=1, description="Most questions being asked of Trino at once.")
    web_questions_waiting: int = Field(
        default=64, ge=0, description="Most questions that wait until one is answered; beyond it 429."
    )
    web_ready_seconds: int = Field(
        default=120, ge=1, description="Age of a stream's completeness beyond which /readyz says that it lags."
    )
    web_page_rows: int = Field(default=200, ge=10, description="Rows of the window page's table before it is paged.")
