"""Where reports are sent from, as the environment says."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Tls(StrEnum):
    """How a server is spoken to."""

    STARTTLS = "starttls"
    """Encrypted after a greeting; a server that cannot is not spoken to any further."""
    TLS = "tls"
    """Encrypted from the first byte."""
    NONE = "none"
    """As it is: of a server on this machine."""


class SmtpSettings(BaseSettings):
    """The server that takes e-mail; the variables are `WINDOWPANE_` and the upper-case name of the field."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    smtp_host: str = Field(default="", description="Server that takes e-mail; empty: no reports are sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_tls: Tls = Field(default=Tls.STARTTLS, description="starttls, tls or none.")
    smtp_ca: Path | None = Field(
        default=None, description="PEM of the authority of its certificate, if it is one's own."
    )
    smtp_user: str = Field(default="", description="Name to log in with; empty: without.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password of that name.")
    smtp_password_file: Path | None = Field(default=None, description="File whose first line is the password.")
    smtp_from: str = Field(default="", description="Sender: Windowpane <reports@stats.example.com>.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.smtp_host and "@" not in self.smtp_from:
            raise ValueError("WINDOWPANE_SMTP_FROM is needed with a server: from whom reports are")
        if self.smtp_user and self.smtp_tls is Tls.NONE and self.smtp_host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("WINDOWPANE_SMTP_TLS is none: a password is sent in the clear to this machine alone")
        return self

    @property
    def sends(self) -> bool:
        """Whether there is a server."""
        return bool(self.smtp_host)

    @property
    def password(self) -> str:
        """Of the file, if there is one. Raises OSError."""
        if self.smtp_password_file is not None:
            return self.smtp_password_file.read_text("utf-8").split("\n")[0].rstrip("\r")
        return self.smtp_password.get_secret_value()
