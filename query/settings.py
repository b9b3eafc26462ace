"""How questions reach Trino."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class QuerySettings(BaseSettings):
    """Address of Trino and limits of answers, from `WINDOWPANE_*`."""

    model_config = SettingsConfigDict(env_prefix="WINDOWPANE_", frozen=True)

    trino: str = Field(description="Address of Trino: host:port")
    trino_user: SecretStr = Field(
        default=SecretStr("windowpane"), description="Name by which our processes ask Trino; only this one may write"
    )
    trino_key: SecretStr | None = Field(
        default=None, description="Key of the tokens by which our processes ask Trino, base64; unset: without a token"
    )
    trino_trusted: Path | None = Field(
        default=None, description="PEM of the certificate that Trino shows; unset: it is asked without TLS"
    )
    query_seconds: float = Field(default=60, gt=0, description="Longest time a statement may take")
    question_seconds: float = Field(default=30, gt=0, description="Longest time a question may take, waiting included")
    answer_bytes: int = Field(default=4 << 20, ge=1024, description="Most bytes read from Trino for one answer")
    cache_bytes: int = Field(default=64 << 20, ge=0, description="Most memory of answers kept for repeated questions")
    refresh_seconds: float = Field(default=1.0, gt=0, description="Time between looks at the lake for new commits")
    warm_up_seconds: float = Field(default=60, ge=0, description="Time that made questions take after a start; 0: none")

    @model_validator(mode="after")
    def _token_by_tls_alone(self) -> Self:
        if self.trino_key and not self.trino_trusted:
            raise ValueError("WINDOWPANE_TRINO_KEY needs WINDOWPANE_TRINO_TRUSTED: its tokens are sent by TLS alone")
        return self
