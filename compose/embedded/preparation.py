"""One-time steps before an engine's first start, and what is assembled anew at each `up`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from compose.embedded.layout import Layout
from compose.embedded.ports import Ports
from compose.embedded.runtime import Runtime
from compose.embedded.secrets import Secrets
from compose.embedded.unprivileged import as_ordinary_user, give_to_ordinary_user
from compose.errors import EngineError


def assemble_flink(layout: Layout, runtime: Runtime) -> None:
    """A Flink home of our own: `bin` and `conf` copied, jars linked; what is rendered is left out.

    What is right already is left alone, for jobs may be being submitted from it.
    """
    shutil.copytree(runtime.pyflink / "bin", layout.flink / "bin", dirs_exist_ok=True)
    others = shutil.ignore_patterns("config.yaml", "log4j-console.properties")
    shutil.copytree(runtime.pyflink / "conf", layout.flink / "conf", dirs_exist_ok=True, ignore=others)
    (layout.flink / "log").mkdir(exist_ok=True)
    (layout.flink / "plugins").mkdir(exist_ok=True)
    _link(layout.flink / "opt", sorted((runtime.pyflink / "opt").glob("*.jar")))
    _link(layout.flink / "lib", runtime.flink_lib)


def _link(directory: Path, targets: Sequence[Path]) -> None:
    if directory.exists() and sorted(link.readlink() for link in directory.iterdir()) == sorted(targets):
        return
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for target in targets:
        (directory / target.name).symlink_to(target)


def make_postgres_cluster(layout: Layout, runtime: Runtime, secrets: Secrets) -> None:
    """initdb, once. The data directory belongs to the user PostgreSQL runs as."""
    if (layout.postgres / "PG_VERSION").exists():
        return
    shutil.rmtree(layout.postgres, ignore_errors=True)
    layout.postgres.mkdir(mode=0o700)
    give_to_ordinary_user(layout.postgres)
    with tempfile.NamedTemporaryFile("w", dir=layout.run) as password:
        password.write(secrets.postgres_admin)
        password.flush()
        initdb = str(runtime.postgres / "bin" / "initdb")
        options = ("-U", "postgres", f"--pwfile={password.name}", "-A", "scram-sha-256", "-E", "UTF8")
        _run("PostgreSQL's initdb", as_ordinary_user((initdb, "-D", str(layout.postgres), *options, "--locale=C")))


def format_kafka(layout: Layout, runtime: Runtime, secrets: Secrets) -> None:
    """Format the broker's log directory, once."""
    if (layout.data / "kafka" / "meta.properties").exists():
        return
    java = str(runtime.java17 / "bin" / "java")
    classpath = ":".join(map(str, runtime.jars("kafka")))
    config = str(layout.etc / "server.properties")
    words = ("format", "--standalone", f"--cluster-id={secrets.kafka_cluster_id}", "-c", config)
    _run("Kafka's format", (java, "-XX:TieredStopAtLevel=1", "-cp", classpath, "kafka.tools.StorageTool", *words))


def bootstrap_catalog(ports: Ports, secrets: Secrets) -> None:
    """The role and database `windowpane`, made or brought to this password. PostgreSQL must be answering."""
    admin = f"postgresql://postgres:{secrets.postgres_admin}@127.0.0.1:{ports.postgres}/postgres"
    password = sql.Literal(secrets.postgres_password)
    with psycopg.connect(admin, autocommit=True, connect_timeout=5) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = 'windowpane'").fetchone():
            connection.execute(sql.SQL("create role windowpane login password {}").format(password))
        if not connection.execute("select 1 from pg_database where datname = 'windowpane'").fetchone():
            connection.execute("create database windowpane owner windowpane")


def _run(what: str, command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise EngineError(f"{what} failed: {said[-1] if said else f'exit {done.returncode}'}")
