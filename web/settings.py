"""What the web service reads from its environment, once, when it starts."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from re import fullmatch

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1 << 20

Network = IPv4Network | IPv6Network


def networks_of(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises ValueError; one that everybody is in is none to believe."""
    networks = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            network = ip_network(part)
        except ValueError:
            raise ValueError(f"{part[:100]!r} is no address or network such as 10.0.0.7 or 10.0.0.0/8") from None
        if network.prefixlen == 0:
            raise ValueError(f"{part!r} is everybody; name the proxies alone")
        networks.append(network)
    return tuple(networks)


class WebSettings(BaseSettings):
    """Settings of the web service; the variables are `WINDOWPANE_` and the upper-case name of the field."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, extra="ignore")

    streams: Path = Field(
        default=Path(__file__).resolve().parent.parent / "streams", description="Folder of the stream definitions."
    )
    sources: Path | None = Field(
        default=None, description="Folder of the user's own sources; else sources.d beside that of streams."
    )
    home: Path = Field(default=Path(".windowpane"), description="State of the stack: what its keeper notes.")
    host: str = Field(default="127.0.0.1", description="Address that the service listens at, or a name of it.")
    hosts: str = Field(
        default="", description="More names that the service answers to, separated by commas; *: any name."
    )
    proxies: str = Field(
        default="",
        description="Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed.",
    )
    root_path: str = Field(default="", description="Path under which a reverse proxy offers the service: /windowpane.")
    https: bool = Field(default=False, description="Whether people reach the service by HTTPS alone, by a proxy's.")
    operator_key: SecretStr = Field(default=SecretStr(""), description="Secret of the home: whoever operates it.")
    kafka: str = Field(default="127.0.0.1:9092", description="Bootstrap address of Kafka, host:port.")
    flink: str = Field(default="127.0.0.1:8081", description="Address of Flink's REST API, host:port.")
    web_body_bytes: int = Field(default=16 * MEBIBYTE, ge=1024, description="Largest body of a POST, unpacked.")
    web_body_messages: int = Field(default=100_000, ge=1, description="Most messages in one POST.")
    web_pending_bytes: int = Field(
        default=128 * MEBIBYTE,
        ge=1024,
        description="Most bytes held of bodies being taken in, unpacked and cut into messages; beyond it 429.",
    )
    web_upload_bytes: int = Field(
        default=1024 * MEBIBYTE, ge=1024, description="Largest file that is uploaded for a source, as it is sent."
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
    limit_requests: int = Field(default=1000, ge=1, description="Most requests a second by one user, and by one key.")
    limit_messages: int = Field(default=200_000, ge=1, description="Most messages a second sent by one user or key.")
    limit_bytes: int = Field(
        default=64 * MEBIBYTE, ge=1024, description="Most bytes of messages a second sent by one user or key."
    )
    limit_questions: int = Field(default=4, ge=1, description="Most questions of one user or key asked at once.")
    limit_questions_waiting: int = Field(
        default=16, ge=0, description="Most questions of one user or key that wait for those; beyond it 429."
    )
    limit_window_days: int = Field(default=36_600, ge=1, description="Longest window that a user or key may ask for.")
    limit_answer_bytes: int = Field(
        default=64 * MEBIBYTE, ge=1024, description="Most bytes of one answer to a user or key."
    )
    limit_site_events: int = Field(
        default=2000, ge=1, description="Most events a second of one web site; ten seconds' worth at once."
    )
    limit_address_events: int = Field(
        default=50, ge=1, description="Most events a second from one visitor's address; ten seconds' worth at once."
    )
    collect_signals: bool = Field(
        default=True,
        description="Whether nothing is kept of visitors who send Sec-GPC: 1 or DNT: 1; false: by no site.",
    )
    countries: Path | None = Field(
        default=None, description="Database of countries or cities in MaxMind's format, in place of the one of set-up."
    )
    smtp_host: str = Field(default="", description="Server that takes e-mail; empty: no reports are sent.")
    country_header: str = Field(
        default="", description="Header in which the proxies say of which country a visitor is: CF-IPCountry."
    )
    epidemic_public: bool = Field(
        default=False, description="Whether everybody sees the pages of epidemics, without a login."
    )
    limit_unknown_requests: int = Field(
        default=500, ge=1, description="Most requests a second from one address that nobody is known to have sent."
    )

    @field_validator("countries", "sources", mode="before")
    @classmethod
    def _may_be_empty(cls, value: object) -> object:
        return value or None

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        networks_of(value)
        return value

    @field_validator("root_path")
    @classmethod
    def _is_path(cls, value: str) -> str:
        if value and not fullmatch(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", value):
            raise ValueError("is a path such as /windowpane, without a slash at its end")
        return value

    @property
    def country_header_name(self) -> bytes:
        """As it is in a request of ASGI."""
        return self.country_header.strip().lower().encode("latin-1", "replace")

    @property
    def networks(self) -> tuple[Network, ...]:
        """Of the reverse proxies that are believed."""
        return networks_of(self.proxies)
