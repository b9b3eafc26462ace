"""Where a stack keeps what, under its home."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Layout"]

# Linux allows 107 bytes for the path of a unix socket; supervisord adds its pid while it creates it.
LONGEST_SOCKET = 95


@dataclass(frozen=True)
class Layout:
    """The paths under one home; `make` creates the directories, open to their owner only."""

    home: Path

    @property
    def etc(self) -> Path:
        """Rendered configuration."""
        return self.home / "etc"

    @property
    def data(self) -> Path:
        """What the engines keep."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """One rotated log per program."""
        return self.home / "log"

    @property
    def run(self) -> Path:
        """Pids and the supervisor's socket."""
        return self.home / "run"

    @property
    def flink(self) -> Path:
        """The assembled Flink home."""
        return self.home / "flink"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.data / "postgres"

    @property
    def checkpoints(self) -> Path:
        """Flink's checkpoints."""
        return self.data / "checkpoints"

    @property
    def new_classes(self) -> Path:
        """Class archives that JVMs leave when they end."""
        return self.data / "classes"

    @property
    def environment(self) -> Path:
        """The WINDOWPANE_* variables as a file to source."""
        return self.home / "env"

    @property
    def ports(self) -> Path:
        """The remembered ports."""
        return self.home / "ports.json"

    @property
    def secrets(self) -> Path:
        """The generated passwords and keys."""
        return self.home / "secrets.json"

    @property
    def jobs_record(self) -> Path:
        """The keeper's note: stream → the job that it last started."""
        return self.home / "jobs.json"

    @property
    def endings(self) -> Path:
        """The watcher's note of programs that ended by themselves."""
        return self.run / "endings.json"

    @property
    def supervisor_config(self) -> Path:
        """What supervisord reads."""
        return self.etc / "supervisord.conf"

    @property
    def socket(self) -> Path:
        """The supervisor's socket: in `run`, unless that path is too long for a socket."""
        near = self.run / "supervisor.sock"
        if len(os.fsencode(near)) <= LONGEST_SOCKET:
            return near
        key = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"windowpane-{os.getuid()}-{key}" / "supervisor.sock"

    def remove_socket(self) -> None:
        """Remove the socket, and the directory made for it outside the home."""
        self.socket.unlink(missing_ok=True)
        if self.socket.parent != self.run:
            shutil.rmtree(self.socket.parent, ignore_errors=True)

    def make(self) -> None:
        """Create every directory."""
        private = (self.home, self.etc, self.data, self.log, self.run, self.socket.parent)
        for directory in private:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            directory.chmod(0o700)
        inside = (
            self.etc / "trino" / "catalog", self.checkpoints, self.data / "objectstore" / "lake", self.data / "kafka",
            self.data / "trino", self.data / "flink-tmp",
        )  # fmt: skip
        for directory in inside:
            directory.mkdir(parents=True, exist_ok=True)
