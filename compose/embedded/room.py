"""Room on the disk: Kafka is stopped in order while there still is some, and starts only once there is some again.

    python -m compose.embedded.room FOLDER MIB COMMAND...

A broker that ended for want of room recovers its log as it starts. Where that fails for want of room, too, it takes the
segment for corrupt and deletes it, with every acknowledged message in it (the kind of KAFKA-3919; seen with 4.3.1).
"""

from __future__ import annotations

import math
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from compose.embedded.waiting import until


def free_mib(folder: Path) -> int:
    """Whole MiB that are free on the folder's disk."""
    return shutil.disk_usage(folder).free >> 20


def enough_to_start(reserve_mib: int) -> int:
    """MiB that must be free for Kafka to start, if it is stopped at `reserve_mib`: not to go on and off."""
    return 2 * reserve_mib


def without_room(folder: Path, reserve_mib: int) -> str:
    """Why Kafka does not start, in a line; empty if there is room."""
    free, needed = free_mib(folder), enough_to_start(reserve_mib)
    if free >= needed:
        return ""
    return f"waits for room on its disk: {free:,} MiB are free at {folder}, {needed:,} are needed"


@dataclass
class RoomWatch:
    """Knows whether Kafka was stopped for want of room."""

    reserve_mib: int
    stopped: bool = False

    def look(self, free: int) -> bool:
        """Whether it is to be stopped now, by the MiB that are free."""
        due = not self.stopped and free < self.reserve_mib
        self.stopped = due or (self.stopped and free < enough_to_start(self.reserve_mib))
        return due


def main() -> None:
    """Become the command once there is room."""
    place, needed, *command = sys.argv[1:]
    folder = Path(place)
    if (free := free_mib(folder)) < int(needed):
        print(f"ERROR No room: {free} MiB are free at {folder}, {needed} are needed", flush=True)
        until(lambda: free_mib(folder) >= int(needed), math.inf, every=1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
