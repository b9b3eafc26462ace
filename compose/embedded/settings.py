"""What a person may set about a stack on one machine. Each field is the environment variable WINDOWPANE_<FIELD>."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[2]


def _port(help_line: str) -> int | None:
    port: int | None = Field(default=None, ge=1, le=65535, description=help_line)
    return port


class StackSettings(BaseSettings):
    """Settings of one stack. A port left alone is chosen free at first `up` and remembered in the home."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, env_ignore_empty=True)

    home: Path = Field(default=CHECKOUT / ".windowpane", description="where this stack keeps its state")
    streams: Path = Field(default=CHECKOUT / "streams", description="directory of the stream definitions")
    sources: Path | None = Field(
        default=None, description="directory of the user's own sources; else sources.d beside that of streams"
    )
    host: str = Field(default="127.0.0.1", description="address the web service binds to; 0.0.0.0: all")
    port: int = Field(default=8000, ge=1, le=65535, description="port of the web service")
    hosts: str = Field(default="", description="more names that the web service answers to, separated by commas")
    proxies: str = Field(default="", description="addresses of reverse proxies that are believed, separated by commas")
    root_path: str = Field(default="", description="path below which a reverse proxy offers the service")
    https: bool = Field(default=False, description="readers reach the web service by HTTPS, at a reverse proxy")
    countries: Path | None = Field(
        default=None, description="database of countries or cities in MaxMind's format, in place of our own"
    )
    country_header: str = Field(default="", description="header in which proxies say of which country a visitor is")
    kafka_port: int | None = _port("port of the Kafka broker")
    kafka_controller_port: int | None = _port("port of the Kafka controller")
    postgres_port: int | None = _port("port of PostgreSQL")
    objectstore_port: int | None = _port("port of the object store's S3 API")
    trino_port: int | None = _port("port that Trino asks itself at")
    trino_https_port: int | None = _port("port that SQL clients and our processes ask Trino at, by TLS")
    trino_host: str = Field(default="127.0.0.1", description="IPv4 address Trino binds to; 0.0.0.0: all")
    trino_certificate: Path | None = Field(
        default=None, description="PEM of Trino's key and certificate, instead of one made at the first `up`"
    )
    flink_port: int | None = _port("port of Flink's REST API")
    flink_rpc_port: int | None = _port("port the JobManager listens on for TaskManagers")
    flink_blob_port: int | None = _port("port the JobManager serves jars and large values at")
    flink_metrics_port: int | None = _port("port the JobManager's metrics are asked at, by itself")
    taskmanager_rpc_port: int | None = _port("port the TaskManager listens on for the JobManager")
    taskmanager_data_port: int | None = _port("port the TaskManager exchanges records at")
    taskmanager_metrics_port: int | None = _port("port the TaskManager's metrics are asked at, by the JobManager")
    clinical_site_port: int | None = _port("port of the clinical sites that are made up")
    rpc_port: int | None = _port("port of the data-access service over gRPC")
    rpc_metrics_port: int | None = _port("port that the metrics of gRPC are asked at, from this machine")
    rpc_host: str = Field(default="127.0.0.1", description="address that gRPC is offered at; 0.0.0.0: all, by TLS")
    rpc_certificate: Path | None = Field(
        default=None, description="PEM of the key and certificate of gRPC, which is then offered by TLS alone"
    )
    kafka_flush: bool = Field(default=False, description="Kafka writes to the disk before it acknowledges")
    disk_reserve_mb: int = Field(
        default=256, ge=16, description="Kafka is stopped while fewer MiB are free on the disk of the home"
    )
    taskmanager_heap_mb: int = Field(default=1600, ge=512, description="heap of the Flink TaskManager, in MiB")
    trino_heap_mb: int = Field(default=2048, ge=1024, description="heap of Trino, in MiB")
    java17: Path | None = Field(default=None, description="a Java 17 home to use instead of our own")
    java25: Path | None = Field(default=None, description="a Java 25 home to use instead of our own")

    @field_validator(
        "home", "streams", "sources", "trino_certificate", "rpc_certificate", "countries", "java17", "java25"
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().resolve() if path else None
