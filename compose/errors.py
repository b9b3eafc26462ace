"""Errors of running the engines.

streams.errors.WindowpaneError
└── StackError                  the engines and what they run on
    ├── MachineError            this machine cannot run the stack: port, disk, memory, missing tool
    ├── InstallError            an environment, jar or Java runtime could not be made or fetched
    └── EngineError             an engine did not start, answer or stop in time
"""

from __future__ import annotations

from streams.errors import WindowpaneError

__all__ = ["EngineError", "InstallError", "MachineError", "StackError"]


class StackError(WindowpaneError):
    """Base of the errors of this package."""


class MachineError(StackError):
    """This machine cannot run the stack as asked; the message says what to change."""


class InstallError(StackError):
    """An environment, a jar or a Java runtime could not be made; running the command again resumes."""


class EngineError(StackError):
    """An engine did not start, answer or stop in time; the message names its log."""
