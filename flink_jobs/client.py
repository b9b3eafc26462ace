"""Submit, list and stop jobs: the REST API of the JobManager, and pyflink in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from flink_jobs.errors import FlinkAwayError, JobError
from flink_jobs.pyflink_process import PyflinkProcess
from flink_jobs.render import JobScript
from flink_jobs.settings import FlinkSettings

_ENDED = {"FINISHED", "CANCELED", "FAILED"}


@dataclass(frozen=True, slots=True)
class Job:
    """A job that the JobManager knows. `name` is `windowpane/<stream>/<definition digest>`."""

    id: str
    name: str
    state: str

    @property
    def ended(self) -> bool:
        """True when no task of the job can write any more."""
        return self.state in _ENDED

    @property
    def stream(self) -> str:
        """The stream that the job is for; empty for a job that is not ours."""
        parts = self.name.split("/")
        return parts[1] if len(parts) == 3 and parts[0] == "windowpane" else ""

    @property
    def digest(self) -> str:
        """Digest of the definition that the job runs."""
        return self.name.rpartition("/")[2]


class FlinkClient:
    """Talks to one Flink cluster.

    A process of pyflink is kept for some seconds after each submission: a definition that takes over has two, and one
    replay may follow another.
    """

    def __init__(self, settings: FlinkSettings, kept_seconds: float = 30) -> None:
        self.settings = settings
        self._http = httpx.Client(base_url=f"http://{settings.flink}", timeout=10)
        self._process = PyflinkProcess(settings, kept_seconds)

    def close(self) -> None:
        """Give the connection back, and end the process of pyflink."""
        self._http.close()
        self._process.close()

    def jobs(self) -> list[Job]:
        """Every job that the JobManager remembers, ended ones included."""
        return [Job(job["jid"], job["name"], job["state"]) for job in self.get("/jobs/overview")["jobs"]]

    def get(self, path: str) -> Any:
        """A REST resource as JSON. Raises FlinkAwayError when the JobManager does not answer."""
        try:
            return self._http.get(path).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:  # also what is no JSON
            raise FlinkAwayError(f"Flink does not answer at {self.settings.flink}: {error}") from error

    def stop(self, job: Job, timeout_seconds: float = 60) -> None:
        """Cancel a job and wait until none of its tasks can write. No savepoint: the lake is the checkpoint."""
        try:
            self._http.patch(f"/jobs/{job.id}", params={"mode": "cancel"})
        except httpx.HTTPError as error:
            raise FlinkAwayError(f"Flink does not answer at {self.settings.flink}: {error}") from error
        deadline = time.monotonic() + timeout_seconds
        while self.get(f"/jobs/{job.id}")["state"] not in _ENDED:
            if time.monotonic() > deadline:
                raise JobError(f"Job {job.name} did not stop within {timeout_seconds:.0f} s. Look at: windowpane logs")
            time.sleep(0.1)

    def await_finished(self, job_id: str, timeout_seconds: float) -> Any:
        """Wait for the end of a bounded job; its REST resource. Raises JobError when it fails or takes longer."""
        deadline = time.monotonic() + timeout_seconds
        while (details := self.get(f"/jobs/{job_id}"))["state"] != "FINISHED":
            if details["state"] in _ENDED or time.monotonic() > deadline:
                raise JobError(f"Job {details['name']} is {details['state']}. Look at: windowpane logs taskmanager")
            time.sleep(0.1)
        return details

    def run(self, script: JobScript, options: Mapping[str, str] | None = None) -> str:
        """Submit a job; its id."""
        return self.run_all([script], options)[0]

    def run_all(self, scripts: Sequence[JobScript], options: Mapping[str, str] | None = None) -> list[str]:
        """Submit jobs one after the other, in one process, since starting that costs most; their ids."""
        return self._pyflink(scripts, options or {}, explain=False)

    def explain(self, scripts: Sequence[JobScript]) -> list[str]:
        """The optimised plans that Flink would run."""
        return self._pyflink(scripts, {}, explain=True)

    def _pyflink(self, scripts: Sequence[JobScript], options: Mapping[str, str], *, explain: bool) -> list[str]:
        requests = [
            {
                "setup": script.setup,
                "inserts": script.inserts,
                "catalog": self._catalog(),
                "options": {**self._options(script), **options},
                "explain": explain,
            }
            for script in scripts
        ]
        return self._process.ask(requests, ", ".join(script.name for script in scripts))

    def _options(self, script: JobScript) -> dict[str, str]:
        host, _, port = self.settings.flink.partition(":")
        return {
            "execution.target": "remote",
            "rest.address": host,
            "rest.port": port,
            "execution.attached": "false",
            "pipeline.name": script.name,
            "pipeline.object-reuse": "true",
            "parallelism.default": str(min(self.settings.parallelism, script.partitions)),
            "table.local-time-zone": "UTC",
            "table.exec.iceberg.use-v2-sink": "false",
            # The combiner has added up already: a second time before the shuffle finds hardly anything to add.
            "table.optimizer.agg-phase-strategy": "ONE_PHASE",
            "execution.checkpointing.interval": f"{int(self.settings.checkpoint_seconds * 1000)} ms",
            "execution.checkpointing.mode": "EXACTLY_ONCE",
            "execution.checkpointing.unaligned.enabled": "false",
            "execution.checkpointing.tolerable-failed-checkpoints": "10",
            "restart-strategy.type": "exponential-delay" if script.restored else "none",
            "restart-strategy.exponential-delay.initial-backoff": "1 s",
            "restart-strategy.exponential-delay.max-backoff": "10 s",
        }

    def _catalog(self) -> dict[str, str]:
        uri = urlsplit(self.settings.catalog_uri.get_secret_value())
        return {
            "type": "iceberg",
            "catalog-impl": "org.apache.iceberg.jdbc.JdbcCatalog",
            "uri": f"jdbc:postgresql://{uri.hostname}:{uri.port}{uri.path}",
            "jdbc.user": uri.username or "",
            "jdbc.password": uri.password or "",
            "jdbc.schema-version": "V1",
            "warehouse": self.settings.warehouse,
            "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
            "s3.endpoint": self.settings.s3_endpoint,
            "s3.access-key-id": self.settings.s3_access_key,
            "s3.secret-access-key": self.settings.s3_secret_key.get_secret_value(),
            "s3.path-style-access": "true",
            "client.region": self.settings.s3_region,
            "cache-enabled": "false",
        }
