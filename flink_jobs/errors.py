"""Errors of jobs.

JobError
└── FlinkAwayError      the JobManager does not answer; retry later
"""

from __future__ import annotations

from streams.errors import WindowpaneError


class JobError(WindowpaneError):
    """A job cannot be rendered, submitted, found or stopped."""


class FlinkAwayError(JobError):
    """The JobManager does not answer."""
