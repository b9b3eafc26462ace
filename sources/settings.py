"""Where sources are, where what came of them is kept, and what their secrets are encrypted with."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from streams.settings import StoreSettings


class SourceSettings(StoreSettings):
    """What running sources takes, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, env_ignore_empty=True)

    home: Path = Field(default=Path(".windowpane"), description="State of this stack")
    streams: Path = Field(
        default=Path(__file__).resolve().parent.parent / "streams", description="Folder of stream definitions"
    )
    sources: Path | None = Field(
        default=None, description="Folder of the user's own sources; else sources.d beside that of streams"
    )
    kafka: str = Field(description="Bootstrap address of Kafka: host:port")
    sources_key: SecretStr = Field(default=SecretStr(""), description="What secrets of sources are encrypted with")
    sources_settled_seconds: float = Field(
        default=5.0, ge=0, description="A file in a folder is taken once it has not changed for so long"
    )
    sources_at_once: int = Field(default=16, ge=1, le=256, description="Sources that may run at the same time")
    sources_panes: int = Field(
        default=500_000,
        ge=1000,
        description="Panes that messages of sources may begin in 10 seconds; the TaskManager's heap has to hold them",
    )

    @property
    def folders(self) -> list[Path]:
        """Where sources are declared: the user's own folder first, then those of the product's systems."""
        return source_folders(self.streams, self.sources)


def source_folders(streams: Path, own: Path | None) -> list[Path]:
    """The folders of sources that belong to a folder of streams."""
    shipped = sorted(streams.parent.glob("systems/*/sources"))
    return [own or streams.parent / "sources.d", *shipped]
