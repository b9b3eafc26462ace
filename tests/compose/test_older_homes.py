"""What commands of this version say over a home whose stack an older one started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compose.embedded.settings import StackSettings
from compose.embedded.stack import Stack
from compose.errors import MachineError
from tests.compose.test_configuration import PORTS


def test_a_stack_of_an_older_version_is_there(tmp_path: Path) -> None:
    stack = Stack(StackSettings(home=tmp_path))
    with pytest.raises(MachineError, match="there is no stack in"):
        _ = stack.ports
    stack.layout.make()
    try:
        older = {name: port for name, port in vars(PORTS).items() if name != "trino_https"}
        stack.layout.ports.write_text(json.dumps(older))
        with pytest.raises(MachineError, match=r"an older version started the stack in .*; \./windowpane up"):
            _ = stack.ports
        stack.layout.ports.write_text(json.dumps(vars(PORTS)))
        assert stack.ports == PORTS
    finally:
        stack.layout.remove_socket()
