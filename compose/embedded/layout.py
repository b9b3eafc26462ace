"""Where a stack keeps what, under its home."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

# Linux allows 107 bytes for the path of a unix socket; supervisord adds its pid while it creates it.
LONGEST_SOCKET = 95


class Layout:
    """The paths under one home; `make` creates the directories, open to their owner only."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.etc = home / "etc"
        """Rendered configuration."""
        self.data = home / "data"
        """What the engines keep."""
        self.log = home / "log"
        """One rotated log per program."""
        self.run = home / "run"
        """Pids and the supervisor's socket."""
        self.flink = home / "flink"
        """The assembled Flink home."""
        self.postgres = self.data / "postgres"
        """PostgreSQL's data directory."""
        self.checkpoints = self.data / "checkpoints"
        """Flink's checkpoints."""
        self.new_classes = self.data / "classes"
        """Class archives that JVMs leave when they end."""
        self.environment = home / "env"
        """The WINDOWPANE_* variables as a file to source."""
        self.certificate = home / "trino.pem"
        """The key and certificate made for Trino; another one may be set."""
        self.trusted = home / "sql-certificate.pem"
        """What SQL clients trust: Trino's certificate, without the key."""
        self.ports = home / "ports.json"
        """The remembered ports."""
        self.secrets = home / "secrets.json"
        """The generated passwords and keys."""
        self.jobs_record = home / "jobs.json"
        """The keeper's note: stream → the job that it last started."""
        self.asked = self.run / "asked"
        """What SQL clients asked, noted by Trino until the keeper takes it to the access log."""
        self.endings = self.run / "endings.json"
        """The watcher's note of programs that ended by themselves."""
        self.clinical_users = home / "clinical-users.toml"
        """Who may ask the clinical sites that are made up; there once these were started."""
        self.supervisor_config = self.etc / "supervisord.conf"
        """What supervisord reads."""

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
