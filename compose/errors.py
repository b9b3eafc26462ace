"""Errors of running the engines.

streams.errors.WindowpaneError
└── StackError                  the engines and what they run on
    ├── MachineError            this machine cannot run the stack: port, disk, memory, missing tool
    │   └── PortTakenError      somebody else listens where an engine should
    ├── InstallError            an environment, jar or Java runtime could not be made or fetched
    └── EngineError             an engine did not start, answer or stop in time
        └── SupervisorDownError there is no supervisor of this home
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.errors import WindowpaneError


class StackError(WindowpaneError):
    """Base of the errors of this package."""


class MachineError(StackError):
    """This machine cannot run the stack as asked; the message says what to change."""


class PortTakenError(MachineError):
    """Somebody else listens where `program` should; other ports were chosen for it, to be tried."""

    def __init__(self, program: str, names: Sequence[str]) -> None:
        super().__init__(f"{program} cannot listen: somebody took its port ({', '.join(names)})")
        self.program, self.names = program, tuple(names)


class InstallError(StackError):
    """An environment, a jar or a Java runtime could not be made; running the command again resumes."""


class EngineError(StackError):
    """An engine did not start, answer or stop in time; the message names its log."""


class SupervisorDownError(EngineError):
    """There is no supervisor of this home, so it runs no program either."""
