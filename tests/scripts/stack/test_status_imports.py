"""`status` answers at once: it loads nothing that only other commands need."""

from __future__ import annotations

import subprocess
import sys

from compose.embedded.settings import CHECKOUT

HEAVY = ("httpx", "pyiceberg", "pyarrow", "trino", "confluent_kafka", "starlette")


def test_status_loads_no_client() -> None:
    program = "import sys, scripts.cli, scripts.stack.stack_commands, scripts.stack.status; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert sorted({*HEAVY} & {*loaded.stdout.split()}) == []
