from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from supervisor.options import ServerOptions

from compose.embedded.configuration import FILES, configure, render
from compose.embedded.engines import ENGINES, SERVICES, Memory
from compose.embedded.layout import Layout
from compose.embedded.ports import Ports
from compose.embedded.runtime import Runtime
from compose.embedded.secrets import Secrets
from compose.embedded.settings import StackSettings
from compose.embedded.variables import as_script, exported, from_script

PORTS = Ports(
    web=8001, kafka=8002, kafka_controller=8003, postgres=8004, objectstore=8005, trino=8006, flink=8007, flink_rpc=8008
)
SECRETS = Secrets("admin-password", "catalog-password", "access-key", "secret-key", "cluster")
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
    settings = StackSettings(home=layout.home)
    installed = runtime(Path("/installed"))
    variables = exported(settings, layout, ports, SECRETS, installed)
    configure(settings, layout, installed, ports, SECRETS, MEMORY, variables)
    return variables


def programs(layout: Layout) -> dict[str, dict[str, str]]:
    """What supervisord itself reads: program to its environment."""
    options = ServerOptions()
    options.realize(["-c", str(layout.supervisor_config)])
    return {group.name: dict(group.process_configs[0].environment) for group in options.process_group_configs}


def test_supervisord_reads_every_program(layout: Layout) -> None:
    variables = write(layout)
    read = programs(layout)
    assert set(read) == {*ENGINES, *SERVICES}
    assert variables.items() <= read["web"].items()
    assert read["kafka"]["WINDOWPANE_STACK"] == str(layout.home)


def test_engines_are_not_told_secrets_of_others(layout: Layout) -> None:
    write(layout)
    for engine in ENGINES:
        assert not [name for name in programs(layout)[engine] if "SECRET" in name or "CATALOG" in name]


def test_every_file_is_private(layout: Layout) -> None:
    write(layout)
    for path in [layout.supervisor_config, *(layout.home / place for place, _ in FILES.values())]:
        assert path.stat().st_mode & 0o777 == 0o600, path


@pytest.mark.parametrize(
    ("changed", "restarted"),
    [("kafka", {"kafka"}), ("flink_rpc", {"jobmanager", "taskmanager"}), ("postgres", {"postgres", "trino"})],
)
def test_change_restarts_what_it_concerns(layout: Layout, changed: str, restarted: set[str]) -> None:
    write(layout)
    before = {name: programs(layout)[name]["WINDOWPANE_CONFIGURATION"] for name in ENGINES}
    write(layout, dataclasses.replace(PORTS, **{changed: 9999}))
    after = {name: programs(layout)[name]["WINDOWPANE_CONFIGURATION"] for name in ENGINES}
    assert {name for name in ENGINES if before[name] != after[name]} == restarted


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
