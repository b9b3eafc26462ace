"""The image, run as a person would run it; without Docker the same is asked of the embedded stack.

WINDOWPANE_TEST_IMAGE names an image to take; WINDOWPANE_TEST_DOCKER=1 has it built from this checkout, which takes
minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.image import DockerImage
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy

from compose.embedded.settings import CHECKOUT
from compose.embedded.stack import Stack
from compose.embedded.waiting import until
from tests.integration.over_http import assert_counted, send

pytestmark = pytest.mark.integration

PORT = 8000
START_SECONDS = 300
STOP_SECONDS = 120


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """The image to run. Skips where there is none to be had."""
    named = os.environ.get("WINDOWPANE_TEST_IMAGE")
    if not named and os.environ.get("WINDOWPANE_TEST_DOCKER") != "1":
        pytest.skip("set WINDOWPANE_TEST_DOCKER=1 to build the image, which takes minutes, or WINDOWPANE_TEST_IMAGE")
    try:
        with closing(DockerClient().client) as client:
            client.ping()
    except DockerException as error:
        pytest.skip(f"no Docker engine answers: {error}")
    if named:
        yield named
        return
    with DockerImage(path=CHECKOUT, dockerfile_path="compose/docker/Dockerfile", tag="windowpane:test") as built:
        yield str(built)


@pytest.fixture
def volume() -> Iterator[str]:
    """A named volume for one test."""
    with closing(DockerClient().client) as client:
        made = client.volumes.create()
        yield made.name
        made.remove()


@contextmanager
def running(image: str, volume: str) -> Iterator[httpx.Client]:
    """An administrator of a healthy container on the volume, which at the end is stopped as `docker stop` does."""
    container = DockerContainer(image).with_exposed_ports(PORT).with_volume_mapping(volume, "/data", "rw")
    container.waiting_for(HealthcheckWaitStrategy().with_startup_timeout(START_SECONDS))
    with container:
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
        assert httpx.get(f"{url}/v1/streams").status_code == 401  # it listens on every address, so it is closed
        with httpx.Client(base_url=url, headers={"authorization": f"Bearer {_key(container)}"}) as http:
            yield http
        container.get_wrapped_container().stop(timeout=STOP_SECONDS)
        assert container.wait() == 0, container.get_logs()


def _key(container: DockerContainer) -> str:
    """A new key of an administrator, who is there already if the volume was used before."""
    ran = container.get_wrapped_container().exec_run
    ran(["./windowpane", "users", "add", "tester", "--administrator"])
    code, (out, err) = ran(["./windowpane", "keys", "create", "--user", "tester"], demux=True)
    assert code == 0, err
    return str(out, "ascii").strip()


@pytest.mark.timeout(2400)
def test_volume_keeps_everything(image: str, volume: str) -> None:
    with running(image, volume) as http:
        assert http.get("/readyz").status_code == 200
        first = send(http)
        assert_counted(http, first)
        unseen = send(http)  # the container is stopped before these can be counted
    with running(image, volume) as http:
        later = send(http)
        assert_counted(http, first, unseen, later)


def test_stack_keeps_everything(stack: Stack) -> None:
    """The same without Docker; of the stack only the web service begins anew."""
    with httpx.Client(base_url=stack.url) as http:
        first = send(http)
        assert_counted(http, first)
        unseen = send(http)
        stack.supervisor.stop("web")
        stack.supervisor.begin("web")
        until(lambda: stack.answers("web"), 60)
        assert_counted(http, first, unseen, send(http))
