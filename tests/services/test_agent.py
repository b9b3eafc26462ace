"""The agent reads real processes: this one, and one that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from compose.embedded.waiting import until
from services.agent import Reading, Sampler
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from tests.definitions import HEALTH


@pytest.fixture
def busy_child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that uses one core and holds 64 MiB."""
    work = "import sys; held = b'x' * 2**26; print('up', flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", work], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def used(seconds: float) -> None:
    """Let this process use CPU time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_readings_are_accepted(tmp_path: Path) -> None:
    sampler = Sampler({}, tmp_path)
    sampler.read({"web": os.getpid()})
    used(0.05)
    readings = sampler.read({"web": os.getpid()})
    assert [reading.service for reading in readings] == ["machine", "web"]
    decoder = Decoder(decoding_plan(HEALTH))
    for reading in readings:
        assert isinstance(decoder.decode(reading.message(), reading.at_ms), Accepted)


def test_busy_process_shows(tmp_path: Path, busy_child: subprocess.Popen[bytes]) -> None:
    sampler = Sampler({"taskmanager": tmp_path}, tmp_path)
    child = psutil.Process(busy_child.pid)
    sampler.read({"taskmanager": busy_child.pid})
    begun, before = time.monotonic(), child.cpu_times().user
    until(lambda: child.cpu_times().user > before + 0.2, 60, every=0.01)
    [_, reading] = sampler.read({"taskmanager": busy_child.pid})
    assert reading.service == "flink-taskmanager"
    assert 0.1 / (time.monotonic() - begun) / (psutil.cpu_count() or 1) < reading.cpu <= 1
    assert reading.ram_total - reading.ram_free > 2**26


def test_new_process_starts_over(tmp_path: Path, busy_child: subprocess.Popen[bytes]) -> None:
    sampler = Sampler({}, tmp_path)
    sampler.read({"kafka": os.getpid()})
    assert [reading.service for reading in sampler.read({"kafka": busy_child.pid})] == ["machine"]
    used(0.05)
    assert [reading.service for reading in sampler.read({"kafka": busy_child.pid})] == ["machine", "kafka"]


def test_ended_process_is_left_out(tmp_path: Path, busy_child: subprocess.Popen[bytes]) -> None:
    sampler = Sampler({}, tmp_path)
    sampler.read({"kafka": busy_child.pid})
    busy_child.kill()
    busy_child.wait()
    assert [reading.service for reading in sampler.read({"kafka": busy_child.pid})] == ["machine"]


def test_message_is_in_gibibytes() -> None:
    reading = Reading("kafka", 1_760_000_000_000, 0.1234567, 2**34, 2**33, 2**40, 2**39)
    expected = (
        b'{"serviceName":"kafka","Timestamp":1760000000000,"CPU":0.123457,'
        b'"RAM":{"Total":16.0,"Free":8.0},"Disk":{"Total":1024.0,"Free":512.0}}'
    )
    assert reading.message() == expected
