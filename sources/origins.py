"""Where a source's files and pages come from: a folder or bucket, an HTTP API, uploads alone, a topic of Kafka."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator

SECRET_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
"""What a secret may be called."""

SECRET = re.compile(rf"(?:(?P<scheme>Bearer|Basic|Token) )?secret:(?P<name>{SECRET_NAME.pattern})")
"""How a header names a secret that is kept in the store of secrets; a scheme before it is sent as it is."""

_PERIOD = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MOST_SECONDS = 31 * 86_400
_CREDENTIALS = re.compile(r"authorization|cookie|token|secret|password|api[-_]?key|session", re.IGNORECASE)


def _seconds(period: str) -> int:
    return int(period[:-1]) * _SECONDS[period[-1]]


def _period(text: str) -> str:
    if not _PERIOD.fullmatch(text) or _seconds(text) > _MOST_SECONDS:
        raise ValueError("a number with s, m, h or d, like '10s' or '1d', and at most '31d'")
    return text


Every = Annotated[str, AfterValidator(_period)]
"""How long to wait between two looks, such as `10s`."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _Visited(_Model):
    @property
    def every_seconds(self) -> int:
        """Seconds between two looks."""
        every: str = getattr(self, "every")  # noqa: B009
        return _seconds(every)


class Files(_Visited):
    """Files of a folder, `landing/jhu_daily/*.csv`, or of a bucket, `s3://landing/jhu_daily/*.csv`.

    A relative folder is beside the folder that the source is in, or in the home for one of the product's own.
    `every`: how often it is looked into.
    """

    files: str = Field(min_length=1, max_length=1000)
    every: Every = "10s"

    @field_validator("files")
    @classmethod
    def _readable(cls, text: str) -> str:
        if any(ord(letter) < 32 for letter in text):
            raise ValueError("a folder with a pattern, like 'landing/reports/*.csv' or 's3://bucket/reports/*.csv'")
        scheme, separator, rest = text.partition("://")
        bucket = rest.partition("/")[0]
        if separator and (scheme != "s3" or not bucket or any(letter in bucket for letter in "*?[")):
            raise ValueError("a folder or s3://bucket/…; use url for http")
        return text


class Cursor(_Model):
    """Only what changed since: the parameter to send, where a record has its time or number, and what to begin with."""

    param: str = Field(min_length=1)
    field: str = Field(min_length=1)
    initial: str | int


class Url(_Visited):
    """Pages of an HTTP API.

    `records`: the path of the list in a page of JSON, `next`: that of the next page's address, on the same host only;
    both as `data.items`; without `records` a page is kept as it is. `requests_per_second` and `pages` bound a look.
    """

    url: str
    every: Every = "1m"
    params: dict[str, str | int | float | bool] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    records: str | None = Field(default=None, min_length=1)
    next: str | None = Field(default=None, min_length=1)
    cursor: Cursor | None = None
    requests_per_second: float = Field(default=10, gt=0, le=1000)
    pages: int = Field(default=1000, ge=1, le=1_000_000)

    @field_validator("url")
    @classmethod
    def _address(cls, text: str) -> str:
        try:
            parts = urlsplit(text)
            known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            known = None
        if not known or any(ord(letter) <= 32 for letter in text):
            raise ValueError("an address like 'https://lab.example.org/api/results'")
        if "@" in parts.netloc:
            raise ValueError("an address without a password, which is a header: Authorization = 'secret:NAME'")
        return text

    @field_validator("headers")
    @classmethod
    def _secrets_by_name(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or any(ord(letter) < 32 for letter in value):
                raise ValueError(f"{name!r} cannot be a header; name and value are one line each")
            if _CREDENTIALS.search(name) and not SECRET.fullmatch(value):
                raise ValueError(f"{name} = 'secret:NAME', or 'Bearer secret:NAME': what is secret is kept apart")
        return headers

    @field_validator("params")
    @classmethod
    def _no_secrets(cls, params: dict[str, Any]) -> dict[str, Any]:
        for name, value in params.items():
            if _CREDENTIALS.search(name) and not (isinstance(value, str) and SECRET.fullmatch(value)):
                raise ValueError(f"{name} = 'secret:NAME': what is secret is kept apart")
        return params


class Topic(_Model):
    """Messages of another topic of Kafka, each a document."""

    topic: str = Field(pattern=r"^[a-zA-Z0-9._-]{1,249}$")


class Uploads(_Model):
    """Nothing is fetched: files are uploaded, as they may be for every source."""

    upload: Annotated[bool, Field()] = True

    @field_validator("upload")
    @classmethod
    def _true(cls, value: bool) -> bool:
        if not value:
            raise ValueError("true, or one of files, url and topic in its place")
        return value


KINDS = {"files": Files, "url": Url, "topic": Topic, "upload": Uploads}
"""Key that tells the kind → its model."""


def _kind(raw: Any) -> str | None:
    if isinstance(raw, BaseModel):
        return next(key for key, model in KINDS.items() if isinstance(raw, model))
    kinds = [key for key in KINDS if isinstance(raw, dict) and key in raw]
    return kinds[0] if len(kinds) == 1 else None


Origin = Annotated[
    Annotated[Files, Tag("files")]
    | Annotated[Url, Tag("url")]
    | Annotated[Topic, Tag("topic")]
    | Annotated[Uploads, Tag("upload")],
    Discriminator(
        _kind,
        custom_error_type="one_origin",
        custom_error_message="exactly one of files, url, topic and upload = true",
    ),
]
"""One of the four, told by its key."""
