"""What access reads from the environment, once, when a program starts."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class AccessSettings(BaseSettings):
    """Settings of access; the variables are `WINDOWPANE_` and the upper-case name of the field."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, extra="ignore")

    session_days: int = Field(default=7, ge=1, le=90, description="Days after which whoever logged in is logged out.")
    session_idle_hours: int = Field(
        default=24, ge=1, le=2160, description="Hours without a request after which whoever logged in is logged out."
    )

    @property
    def session_lifetime(self) -> timedelta:
        """The longest that a session lasts."""
        return timedelta(days=self.session_days)

    @property
    def session_idle(self) -> timedelta:
        """How long a session lasts that is not used."""
        return timedelta(hours=self.session_idle_hours)
