"""Commands about access on a PostgreSQL of the tests' own, with the streams that the product declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psycopg
import pytest
from click.testing import CliRunner

import scripts.streams.known_streams
from access.store import AccessStore
from scripts.access import grants, keys, operating, users
from streams.errors import WindowpaneError
from tests.database.postgres import own_postgres
from tests.iceberg.lakes import open_local

GROUPS = {"users": users.command, "keys": keys.command, "grants": grants.command}


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did, as whoever typed it sees it."""

    code: int
    out: str
    err: str


Type = Callable[..., Done]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with TemporaryDirectory() as folder, own_postgres(Path(folder)) as uri:
        yield uri


@pytest.fixture
def uri(postgres: str) -> str:
    """Of a database without any table of ours."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("drop schema if exists windowpane cascade")
    return postgres


@pytest.fixture
def home(uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home whose lake holds no stream; the product's own are declared."""
    catalog = open_local(tmp_path)
    monkeypatch.setattr(scripts.streams.known_streams, "open_catalog", lambda _: catalog)
    away = dict.fromkeys(("KAFKA", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"), "127.0.0.1:1")
    monkeypatch.setattr(operating, "tell", lambda _: None)
    for name, value in {**away, "CATALOG_URI": uri, "HOME": str(tmp_path), "OPERATOR_KEY": "wpo_x"}.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    return tmp_path


@pytest.fixture
def store(home: Path, uri: str) -> Iterator[AccessStore]:  # noqa: ARG001
    with closing(AccessStore.open(uri)) as made:
        yield made


@pytest.fixture
def typed(home: Path) -> Type:  # noqa: ARG001
    """Type a command; code 2 and one line for what cannot be done, as `scripts.cli` has it."""

    def run(*words: str, stdin: str | None = None) -> Done:
        result = CliRunner().invoke(GROUPS[words[0]], words[1:], input=stdin)
        if isinstance(result.exception, WindowpaneError):
            return Done(2, result.stdout, f"{result.stderr}windowpane: {result.exception}")
        if result.exception is not None and not isinstance(result.exception, SystemExit | click.ClickException):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    return run
