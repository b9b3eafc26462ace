"""Kafka Streams: the program in java/, exactly once, in a JVM that takes this process's place."""

from __future__ import annotations

import os
from pathlib import Path

from bench.peer_programs.task import Task, columns


def command(task: Task) -> list[str]:
    """What the JVM is told."""
    rows = Path(task.output) / "rows.csv"
    java = ["java", "-Xmx2g", "-cp", os.pathsep.join(task.jars), "windowpane.peers.Streams"]
    arguments = [task.bootstrap, task.topic, task.group, task.messages, task.processes, task.scratch, rows]
    return [*java, *map(str, arguments), ",".join(columns(task.quantiles))]


if __name__ == "__main__":
    words = command(Task.read())
    os.execvp(words[0], words)
