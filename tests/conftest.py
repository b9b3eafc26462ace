"""The stack that tests of the real engines share: one for each process that runs them."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import coverage
import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from compose.embedded.settings import CHECKOUT, StackSettings
from compose.embedded.stack import Stack
from scripts.console import download_progress, say
from scripts.stack.bring_up import bring_up
from streams.logs import log_json
from tests.definitions import SHIPPED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the stack is an integration test."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.integration)


def pytest_configure(config: pytest.Config) -> None:
    """Leave out the JVM's optimizing compiler and the warm-up: engines that live for minutes do not repay them.

    With `--cov`, commands that tests run are measured too. How long an example of a property takes says something of
    the machine, not of the property. Tests log as processes do.
    """
    hypothesis.settings.register_profile("any machine", deadline=None)
    hypothesis.settings.load_profile("any machine")
    log_json()
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
    os.environ.setdefault("WINDOWPANE_WARM_UP_SECONDS", "0")
    if config.getoption("cov_source"):
        os.environ["COVERAGE_PACKAGES"] = str(Path(coverage.__file__).parents[1])
        os.environ["PYTHONPATH"] = str(CHECKOUT / "tests" / "measured")


def pytest_addoption(parser: pytest.Parser) -> None:
    """More random orders can be tried than every run of the tests can afford."""
    parser.addoption("--interleavings", type=int, default=3, help="random orders of commits, publications and kills")


class StackScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """The folders of tests/integration/ are run in order by two processes, each of which has a stack of its own.

    A third stack would take more than it gives on two cores. `lake` takes as long as all the others. Every other file
    is run by one process too, which then makes what its tests share once.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = re.match("tests/integration/([a-z]+)/", nodeid)
        if folder is None:
            return nodeid.partition("::")[0]
        return "lake" if folder[1] == "lake" else "others"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> StackScheduling:
    """Asked by pytest-xdist; its own groups of tests are not told by ids of pytest 9.2."""
    return StackScheduling(config, log)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole product, running: engines, streams applied, web service and keeper; no live input.

    Its WINDOWPANE_* variables are set in this process too. WINDOWPANE_TEST_HOME names a home to use and to leave
    running; otherwise it has a home and ports of its own, and is taken down at the end.
    """
    lent = os.environ.get("WINDOWPANE_TEST_HOME")
    home = Path(lent) if lent else Path(tempfile.mkdtemp(prefix="windowpane-test-"))
    stack = Stack(StackSettings(home=home, port=_port_of(home), streams=_own_streams(home)))
    try:
        os.environ.update(bring_up(stack, say, download_progress, live_input=False))
        yield stack
    finally:
        if not lent:
            stack.down(say)
            keep_logs(stack)
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def stack_environment(stack: Stack) -> dict[str, str]:
    """The WINDOWPANE_* variables of the shared stack."""
    return stack.environment()


def keep_logs(stack: Stack) -> None:
    """Copy a stack's logs to test-artifacts/, where CI keeps them."""
    shutil.copytree(stack.layout.log, CHECKOUT / "test-artifacts" / "log" / stack.layout.home.name, dirs_exist_ok=True)


def _port_of(home: Path) -> int:
    """The web port of a home that is in use already, else a free one."""
    lent = Stack(StackSettings(home=home))
    return lent.ports.web if lent.states() else free_port()


def _own_streams(home: Path) -> Path:
    """A folder of the stack's own with shipped definitions, to which tests add theirs and the fixture `web_events`."""
    folder = home / "streams"
    folder.mkdir(parents=True, exist_ok=True)
    for shipped in (file for name, file in SHIPPED.items() if name != "web_events"):
        shutil.copyfile(shipped, folder / shipped.name)
    return folder
