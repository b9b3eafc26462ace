"""What the services and the command line read from the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from compose.embedded.ports import FOR_CLIENTS, is_loopback, reachable
from streams import Definition, definition_files, load_definition, load_definitions
from streams.errors import UnknownNameError


class ServiceSettings(BaseSettings):
    """Where the state, the definitions and Kafka are, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True)

    home: Path = Field(default=Path(".windowpane"), description="State of this stack")
    streams: Path = Field(
        default=Path(__file__).resolve().parent.parent / "streams", description="Folder of stream definitions"
    )
    kafka: str = Field(description="Bootstrap address of Kafka: host:port")
    rpc: str = Field(default="127.0.0.1:8001", description="Address of the data-access service over gRPC: host:port")
    host: str = Field(default="127.0.0.1", description="Address of the web service")
    port: int = Field(default=8000, description="Port of the web service")
    operator_key: SecretStr = Field(default=SecretStr(""), description="By which the service knows the command line")

    hosts: str = Field(default="", description="More names of the web service, separated by commas")
    proxies: str = Field(default="", description="Addresses of reverse proxies, separated by commas")
    root_path: str = Field(default="", description="Path below which a reverse proxy offers the web service")
    https: bool = Field(default=False, description="Whether people reach the web service by HTTPS, at a reverse proxy")

    def definitions(self, *names: str) -> dict[str, Definition]:
        """The declared streams of these names, in their order, or all of them.

        Raises DefinitionError, UnknownNameError; what is wrong with the file of another stream is not looked at.
        """
        return {name: self.definition(name) for name in names} if names else load_definitions(self.streams)

    def definition(self, name: str) -> Definition:
        """One declared stream. Raises DefinitionError, UnknownNameError."""
        files = definition_files(self.streams)
        if name not in files:
            raise UnknownNameError("stream", name, files)
        return load_definition(*files[name])

    @property
    def address(self) -> str:
        """`host:port` of the web service."""
        return f"{reachable(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        """Where the web service answers."""
        return f"http://{self.address}"

    @property
    def public_url(self) -> str:
        """Where people open its pages: by its first name, at a reverse proxy where there is one.

        What listens at one address only is reached there, by whatever names it is known.
        """
        names = [name for each in self.hosts.split(",") if (name := each.strip()) not in ("", "*")]
        if names and (self.https or self.proxies):
            return f"http{'s' if self.https else ''}://{names[0]}{self.root_path}"
        if names and self.host in FOR_CLIENTS:
            return f"http://{names[0]}:{self.port}{self.root_path}"
        return f"{self.url}{self.root_path}"

    @property
    def may_be_open(self) -> bool:
        """Whether the web service is open while there are no users: nobody but this machine can reach it."""
        return is_loopback(self.host) and not (self.proxies or self.https or self.root_path)
