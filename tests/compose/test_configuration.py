from __future__ import annotations

import dataclasses
import shlex
import sys
from collections.abc import Iterator
from configparser import RawConfigParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from supervisor.options import ServerOptions

from compose.embedded.certificates import Certificate
from compose.embedded.configuration import FILES, configure, render
from compose.embedded.engines import DEMONSTRATIONS, ENGINES, LISTENER, SERVICES, Memory
from compose.embedded.layout import Layout
from compose.embedded.ports import Ports
from compose.embedded.runtime import Runtime
from compose.embedded.secrets import Secrets
from compose.embedded.settings import StackSettings
from compose.embedded.variables import OPERATOR_KEY, SECRET, SOURCES_KEY, as_script, exported, from_script

PORTS = Ports(**{field.name: 8001 + number for number, field in enumerate(dataclasses.fields(Ports))})
SECRETS = Secrets(
    "admin-password",
    "catalog-password",
    "access-key",
    "secret-key",
    "cluster",
    "trino-user",
    "internal",
    "operator",
    "dG9rZW4=",
    "c291cmNlcw==",
)
JOBS = dict.fromkeys(("jobmanager", "taskmanager"), "what it was started with")
ACCESS = "; ".join(
    f"etc/{name}.properties (connection-url)"
    for name in ("trino/access-control", "trino/password-authenticator", "trino/event-listener", "resource-groups")
)
LAKE = f"{ACCESS}; etc/trino/catalog/lake.properties (iceberg.jdbc-catalog.connection-url)"
CREDENTIALS = "(iceberg.jdbc-catalog.connection-password, s3.aws-access-key, s3.aws-secret-key)"
METRICS = "-Dmetrics.internal.query-service.port"
CERTIFICATE = Certificate(Path("/home/certificate-1.pem"), Path("/home/trusted-1.pem"))
MEMORY = Memory(taskmanager_heap_mb=1600, trino_heap_mb=1536)


def runtime(root: Path) -> Runtime:
    return Runtime(
        cache=root,
        python=root / "service" / "bin" / "python",
        flink_python=root / "flink" / "bin" / "python",
        pyflink=root / "pyflink",
        java17=root / "java17",
        java25=root / "java25",
        postgres=root / "pg",
        trino=root / "trino",
        maven=root / "maven",
        flink_jar=None,
    )


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    made = Layout(tmp_path / "a home with 100% of spaces")
    made.make()
    yield made
    made.remove_socket()


def write(layout: Layout, ports: Ports = PORTS) -> dict[str, str]:
    return write_and_compare(layout, ports)[0]


def write_and_compare(
    layout: Layout, ports: Ports = PORTS, **settings_of: Any
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The variables, and what changed for which program since the last time."""
    settings = StackSettings(home=layout.home, **settings_of)
    installed = runtime(Path("/installed"))
    variables = exported(settings, layout, ports, SECRETS, installed, CERTIFICATE)
    return variables, configure(settings, layout, installed, ports, SECRETS, MEMORY, CERTIFICATE, variables)


def programs(layout: Layout) -> dict[str, dict[str, str]]:
    """What supervisord itself reads: program to its environment."""
    options = ServerOptions()
    options.realize(["-c", str(layout.supervisor_config)])
    return {group.name: dict(group.process_configs[0].environment) for group in options.process_group_configs}


def test_supervisord_reads_every_program(layout: Layout) -> None:
    variables = write(layout)
    read = programs(layout)
    assert set(read) == {*ENGINES, *SERVICES, *DEMONSTRATIONS, LISTENER}
    assert {**variables, SOURCES_KEY: ""}.items() <= {**read["web"], SOURCES_KEY: ""}.items()
    assert read["kafka"]["WINDOWPANE_STACK"] == str(layout.home)


def test_modules_that_services_run_are_there(layout: Layout) -> None:
    write(layout)
    read = RawConfigParser(interpolation=None)
    read.read(layout.supervisor_config)
    commands = {name: shlex.split(read[f"program:{name}"]["command"]) for name in (*SERVICES, *DEMONSTRATIONS)}
    modules = {name: words[words.index("-m") + 1] for name, words in commands.items()}
    assert [module for module in modules.values() if find_spec(module) is None] == []


def test_jobs_give_way_to_questions_and_both_to_messages(layout: Layout) -> None:
    write(layout)
    read = RawConfigParser(interpolation=None)
    read.read(layout.supervisor_config)
    words = {name: shlex.split(read[f"program:{name}"]["command"]) for name in (*ENGINES, "web")}
    nice = {name: int(command[2]) for name, command in words.items() if command[:2] == ["nice", "-n"]}
    assert nice.keys() == {"taskmanager", "trino"}
    assert 0 < nice["trino"] < nice["taskmanager"] <= 10, "jobs that hardly run are late"


def test_engines_are_not_told_secrets_of_others(layout: Layout) -> None:
    write(layout)
    for engine in ENGINES:
        assert not [name for name in programs(layout)[engine] if "SECRET" in name or "CATALOG" in name]
        assert {*programs(layout)[engine]} & SECRET == set()


def test_demonstrations_are_told_nothing_of_ours(layout: Layout) -> None:
    write(layout)
    read = programs(layout)
    told = {key for name in DEMONSTRATIONS for key in read[name] if key.startswith("WINDOWPANE_")}
    assert told == {"WINDOWPANE_STACK", "WINDOWPANE_CONFIGURATION"}  # which tell whose process it is


def test_only_the_web_service_knows_the_operator(layout: Layout) -> None:
    write(layout)
    read = programs(layout)
    assert [name for name in read if OPERATOR_KEY in read[name]] == ["web"]
    config = layout.supervisor_config.read_text()
    assert [line for line in config.splitlines() if SECRETS.operator_key in line and "environment=" not in line] == []


def test_only_the_service_of_sources_knows_their_key(layout: Layout) -> None:
    write(layout)
    read = programs(layout)
    assert [name for name in read if SOURCES_KEY in read[name]] == ["sources"]


def test_what_stands_before_the_service_is_passed_on(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"HOSTS": "w.example", "PROXIES": "10.0.0.7", "ROOT_PATH": "/w", "HTTPS": "true"}
    for name, value in settings.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    variables = write(layout)
    assert {name: variables[f"WINDOWPANE_{name}"] for name in settings} == settings


def test_every_file_is_private(layout: Layout) -> None:
    write(layout)
    for path in [layout.supervisor_config, *(layout.home / place for place, _ in FILES.values())]:
        assert path.stat().st_mode & 0o777 == 0o600, path


@pytest.mark.parametrize(
    ("changed", "restarted"),
    [
        ("kafka", {"kafka": "etc/server.properties (advertised.listeners, listeners)", **JOBS}),
        ("flink_rpc", dict.fromkeys(JOBS, "flink/conf/config.yaml (jobmanager.rpc.port)")),
        ("postgres", {"postgres": "etc/postgresql.conf (port)", "trino": LAKE, **JOBS}),
        ("taskmanager_metrics", {"taskmanager": f"{METRICS}={PORTS.taskmanager_metrics} became {METRICS}=9999"}),
    ],
)
def test_change_restarts_what_it_concerns(layout: Layout, changed: str, restarted: dict[str, str]) -> None:
    write(layout)
    before = {name: programs(layout)[name] for name in ENGINES}
    _, changed_files = write_and_compare(layout, dataclasses.replace(PORTS, **{changed: 9999}))
    assert {name: "; ".join(changed_files[name]) for name in ENGINES if name in changed_files} == restarted
    different = {name for name in ENGINES if before[name] != programs(layout)[name]}
    assert different == restarted.keys() - ({"taskmanager"} if changed == "taskmanager_metrics" else set())
    assert write_and_compare(layout, dataclasses.replace(PORTS, **{changed: 9999}))[1] == {}


def test_changed_setting_is_named_for_our_processes(layout: Layout) -> None:
    write(layout)
    _, changed_files = write_and_compare(layout, dataclasses.replace(PORTS, kafka=9999))
    assert changed_files["web"] == ["WINDOWPANE_KAFKA"]


def test_no_secret_is_told(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    write(layout)
    monkeypatch.setattr(sys.modules[__name__], "SECRETS", Secrets(*("another" for _ in dataclasses.fields(Secrets))))
    _, changed_files = write_and_compare(layout, PORTS)
    assert changed_files["trino"][0] == "etc/trino/config.properties (internal-communication.shared-secret)"
    assert changed_files["trino"][-1] == "etc/trino/catalog/lake.properties " + CREDENTIALS
    assert not [text for texts in changed_files.values() for text in texts if "another" in text or "dG9r" in text]


def test_everything_listens_on_loopback_only(layout: Layout) -> None:
    write(layout)
    for place, _ in FILES.values():
        assert "0.0.0.0" not in (layout.home / place).read_text()
    lines = (layout.flink / "conf" / "config.yaml").read_text().splitlines()
    flink = dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    bound = {key: value for key, value in flink.items() if key.endswith(("bind-host", "bind-address", "host"))}
    assert set(bound.values()) == {"127.0.0.1"}


def test_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("server.properties", {})


def test_variables_survive_the_shell_file(layout: Layout) -> None:
    variables = write(layout)
    layout.environment.write_text(as_script(variables))
    assert from_script(layout.environment) == variables


def test_long_home_gets_a_short_socket(tmp_path: Path) -> None:
    assert Layout(Path("/srv/windowpane")).socket == Path("/srv/windowpane/run/supervisor.sock")
    long = Layout(tmp_path / ("x" * 120))
    assert len(str(long.socket)) < 100
    assert long.socket != Layout(tmp_path / ("y" * 120)).socket


def properties(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_trino_knows_whoever_asks_it(layout: Layout) -> None:
    write(layout)
    config = properties(layout.etc / "trino" / "config.properties")
    assert config["http-server.authentication.type"] == "JWT,PASSWORD"
    assert config["http-server.authentication.allow-insecure-over-http"] == "false"
    assert config["http-server.https.keystore.path"] == str(CERTIFICATE.server)
    assert config["hide-inaccessible-columns"] == "true"
    assert (layout.etc / "trino" / "jwt.key").read_text() == SECRETS.trino_jwt
    for name in ("access-control", "password-authenticator", "event-listener"):
        path = Path(config[f"{name}.config-files"])
        assert properties(path)[f"{name}.name"] == "windowpane", name
        assert properties(path)["service-user"] == SECRETS.trino_user, name


def test_logins_leave_connections_to_checks(layout: Layout) -> None:
    write(layout)
    names = ("trino/access-control", "trino/event-listener", "trino/password-authenticator", "resource-groups")
    urls = [properties(layout.etc / f"{name}.properties")["connection-url"] for name in names]
    assert [url.partition("ApplicationName=")[2].partition("&")[0] for url in urls] == [
        "trino-access", "trino-access", "trino-login", "trino-access",
    ]  # fmt: skip


def test_our_processes_ask_by_tls(layout: Layout) -> None:
    variables = write(layout)
    assert variables["WINDOWPANE_TRINO"] == f"127.0.0.1:{PORTS.trino_https}"
    assert variables["WINDOWPANE_TRINO_TRUSTED"] == str(CERTIFICATE.trusted)
    assert variables["WINDOWPANE_TRINO_KEY"] == SECRETS.trino_jwt


@pytest.mark.parametrize(
    ("host", "allowed"), [("127.0.0.1", "true"), ("::1", "true"), ("0.0.0.0", "false"), ("192.0.2.1", "false")]
)
def test_sql_is_open_on_loopback_only(layout: Layout, host: str, allowed: str) -> None:
    write_and_compare(layout, host=host)
    assert properties(layout.etc / "trino" / "access-control.properties")["open-allowed"] == allowed
    write_and_compare(layout, trino_host=host)
    assert properties(layout.etc / "trino" / "password-authenticator.properties")["open-allowed"] == allowed


def test_trino_listens_where_it_is_told(layout: Layout) -> None:
    variables, _ = write_and_compare(layout, trino_host="0.0.0.0")
    node = properties(layout.etc / "trino" / "node.properties")
    assert (node["node.bind-ip"], node["node.internal-address"]) == ("0.0.0.0", "127.0.0.1")
    assert variables["WINDOWPANE_TRINO"] == f"127.0.0.1:{PORTS.trino_https}"


@pytest.mark.parametrize("flush", [False, True])
def test_kafka_flushes_if_asked_to(layout: Layout, flush: bool) -> None:
    settings, installed = StackSettings(home=layout.home, kafka_flush=flush), runtime(Path("/installed"))
    configure(settings, layout, installed, PORTS, SECRETS, MEMORY, CERTIFICATE, {})
    assert ("log.flush.interval.messages=1" in (layout.etc / "server.properties").read_text().splitlines()) is flush
