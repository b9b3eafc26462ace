"""Errors of processing.

ProcessError
├── ProcessDefinitionError  a declaration breaks a rule; a DeclarationError, as that of a stream definition is
├── ProcessBusyError        another process of the machine is at it; try again when it is done
└── NoRecordsError          the stream is not applied, keeps no records, or has none yet
"""

from __future__ import annotations

from streams.errors import DeclarationError, WindowpaneError


class ProcessError(WindowpaneError):
    """What was asked of a process cannot be."""


class ProcessDefinitionError(ProcessError, DeclarationError):
    """A process's declaration breaks a rule."""


class ProcessBusyError(ProcessError):
    """It is being run elsewhere."""


class NoRecordsError(ProcessError):
    """There is nothing to read."""
