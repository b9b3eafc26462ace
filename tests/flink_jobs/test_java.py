"""The Java part's own tests, run by JUnit."""

from __future__ import annotations

import subprocess

import pytest

from tests.flink_jobs.jvm import Jvm


def run_tests(jvm: Jvm, *options: str) -> None:
    console = ("org.junit.platform.console.ConsoleLauncher", "execute", "--scan-classpath", jvm.classes)
    command = jvm.command(*console, "--fail-if-no-tests", "--disable-ansi-colors", "--details=tree", *options)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-8000:]


def test_junit(jvm: Jvm) -> None:
    run_tests(jvm, "--exclude-tag", "engine")


@pytest.mark.integration
def test_junit_in_flink(jvm: Jvm) -> None:
    run_tests(jvm, "--include-tag", "engine")
