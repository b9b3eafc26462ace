"""What access reads from the environment, once, when a program starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from access.grants import checked_name
from access.issuer import is_safe

ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""By which tokens may be signed: none of them with a secret that whoever checks it must have."""


class AccessSettings(BaseSettings):
    """Settings of access; the variables are `WINDOWPANE_` and the upper-case name of the field."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True, extra="ignore")

    session_days: int = Field(default=7, ge=1, le=90, description="Days after which whoever logged in is logged out.")
    session_idle_hours: int = Field(
        default=24, ge=1, le=2160, description="Hours without a request after which whoever logged in is logged out."
    )
    oidc_issuer: str = Field(
        default="", description="Issuer of bearer tokens, as it names itself (https://…); empty: none are accepted."
    )
    oidc_audience: str = Field(default="", description="Audience that a token must be for; needed with an issuer.")
    oidc_algorithms: str = Field(
        default=",".join(ALGORITHMS), description="Algorithms by which tokens may be signed, of RS256, ES256, EdDSA."
    )
    oidc_leeway_seconds: int = Field(
        default=30, ge=0, le=300, description="How far the issuer's clock may be from ours, in seconds."
    )
    oidc_user_claim: str = Field(default="sub", min_length=1, description="Claim that names the user.")
    oidc_groups_claim: str = Field(
        default="groups", min_length=1, description="Claim that lists groups; a.b: b within a."
    )
    oidc_groups: str = Field(
        default="",
        description="Groups that tokens may name, separated by commas; THEIRS=OURS where names differ; empty: any.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.oidc_issuer and not is_safe(self.oidc_issuer):
            raise ValueError("WINDOWPANE_OIDC_ISSUER is an address https://…, or http:// of this machine")
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError("WINDOWPANE_OIDC_AUDIENCE is needed with an issuer: whom its tokens are for")
        if not {*self.oidc_allowed_algorithms} <= {*ALGORITHMS} or not self.oidc_allowed_algorithms:
            raise ValueError(f"WINDOWPANE_OIDC_ALGORITHMS are some of {', '.join(ALGORITHMS)}")
        for ours in self.oidc_groups_here.values():
            checked_name("WINDOWPANE_OIDC_GROUPS", ours)
        return self

    @property
    def session_lifetime(self) -> timedelta:
        """The longest that a session lasts."""
        return timedelta(days=self.session_days)

    @property
    def session_idle(self) -> timedelta:
        """How long a session lasts that is not used."""
        return timedelta(hours=self.session_idle_hours)

    @property
    def oidc_allowed_algorithms(self) -> list[str]:
        """Those of the setting."""
        return _listed(self.oidc_algorithms)

    @property
    def oidc_groups_here(self) -> Mapping[str, str]:
        """A group as the issuer names it → ours; empty: all, by the same names."""
        pairs = (each.rpartition("=") for each in _listed(self.oidc_groups))
        return {theirs.strip() or ours.strip(): ours.strip() for theirs, _, ours in pairs}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
