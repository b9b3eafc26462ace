"""The documented calls of grpcurl are of the schema; where there is a grpcurl, they are made."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.json_format import Parse

from rpc.server import SERVICE
from tests.documentation import commands
from tests.rpc.serving import NO_MESSAGES, Called, called

CALLS = [command for command in commands() if command.startswith("grpcurl")]
PROGRAM = os.environ.get("WINDOWPANE_TEST_GRPCURL") or shutil.which("grpcurl")
DOCUMENTED = "127.0.0.1:8001"


def bodies(words: list[str]) -> Iterator[str]:
    """Each JSON object of a call, which may be several one after the other."""
    text = words[words.index("-d") + 1] if "-d" in words else "{}"
    yield from text.replace("} {", "}\0{").split("\0")


def test_documented_calls_are_of_the_schema() -> None:
    called_by_name = set()
    for command in CALLS:
        words = shlex.split(command)
        service, _, name = words[-1].partition("/")
        assert (service, words[-2] if name else words[1:3]) == (
            SERVICE.full_name, DOCUMENTED if name else ["-plaintext", DOCUMENTED],
        )  # fmt: skip
        if name:
            called_by_name.add(name)
            for body in bodies(words):
                Parse(body, SERVICE.methods_by_name[name].input_type._concrete_class())
    assert called_by_name >= {"Window", "Series", "Send", "SendAll", "Processes", "Results", "Runs"}


@pytest.fixture(scope="module")
def service() -> Iterator[Called]:
    with called(NO_MESSAGES) as made:
        yield made


@pytest.mark.skipif(PROGRAM is None, reason="there is no grpcurl, nor WINDOWPANE_TEST_GRPCURL that says where it is")
@pytest.mark.parametrize("command", CALLS)
def test_documented_calls_are_answered(service: Called, command: str, tmp_path: Path) -> None:
    words = [service.address if word == DOCUMENTED else word.replace("$KEY", "wpk_") for word in shlex.split(command)]
    plain = [word for word in words[1:] if "authorization" not in word and word != "-H"]  # it has no users
    done = subprocess.run([str(PROGRAM), *plain], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr
