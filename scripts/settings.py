"""What the command line reads from the environment itself."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from compose.embedded.ports import reachable
from streams import Definition, load_definitions
from streams.errors import DefinitionError

__all__ = ["ScriptSettings"]


class ScriptSettings(BaseSettings):
    """Where the state, the definitions and Kafka are, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True)

    home: Path = Field(default=Path(".windowpane"), description="State of this stack")
    streams: Path = Field(
        default=Path(__file__).resolve().parent.parent / "streams", description="Folder of stream definitions"
    )
    kafka: str = Field(description="Bootstrap address of Kafka: host:port")
    host: str = Field(default="127.0.0.1", description="Address of the web service")
    port: int = Field(default=8000, description="Port of the web service")

    def definitions(self, *names: str) -> dict[str, Definition]:
        """The declared streams of these names, in their order, or all of them. Raises DefinitionError."""
        known = load_definitions(self.streams)
        for name in names:
            if name not in known:
                raise DefinitionError(f"{name}.toml", "file", None, f"does not exist; known: {', '.join(known)}")
        return {name: known[name] for name in names or known}

    @property
    def url(self) -> str:
        """Where the web service answers."""
        return f"http://{reachable(self.host)}:{self.port}"
