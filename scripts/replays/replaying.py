"""The replay of part of a stream: a bounded run of its job into staging tables.

It can be killed at any point and gone on with: what the staging tables hold tells where, as for the live job.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from database.errors import ReplayError
from database.replay_store import ReplayStore
from database.replays import Offsets, Replay, ReplayState, messages_in
from flink_jobs.client import FlinkClient, Job
from flink_jobs.errors import FlinkAwayError
from flink_jobs.render import JobRange, JobScript, render
from flink_jobs.settings import FlinkSettings
from iceberg.catalog import open_catalog
from iceberg.events import counted_events, events_kept_from
from iceberg.namespaces import staging_namespace
from iceberg.reading import Reading, latest_before
from iceberg.replay_range import ReplayRanges
from iceberg.resume import resume_point
from iceberg.settings import LakeSettings, MaintenanceSettings
from iceberg.staging import Staged, check_definition, committed, made_definition, make_staging, pack_staging, staged
from services.settings import ServiceSettings
from services.stream_topics import first_offsets, known_reading
from streams.arrivals import Arrivals
from streams.definition import Definition
from streams.topics import Topics

Progress = Callable[[int], None]
"""Called with the number of messages that were committed since the last call."""

JOB_OPTIONS = {
    # A job that cannot work must end, not try for ever: somebody is waiting for it.
    "restart-strategy.exponential-delay.attempts-before-reset-backoff": "6",
    "execution.checkpointing.interval": "10 s",
}
LOOK_SECONDS = 1.0
_RESTARTS = 6


@dataclass(frozen=True, slots=True)
class RangeWanted:
    """What to replay: two arrival times, or the first and last offsets (partition → offset), or all there is."""

    start: datetime | None = None
    end: datetime | None = None
    start_offsets: dict[int, int] | None = None
    end_offsets: dict[int, int] | None = None


class Replaying:
    """Begins replays and sees them through. Reads the environment. Methods raise WindowpaneError.

    Use as a context manager: it holds a connection to Flink, unless it is lent one.
    """

    def __init__(self, flink: FlinkClient | None = None) -> None:
        self._kafka = ServiceSettings().kafka
        self._lent, self._flink = flink is not None, flink or FlinkClient(FlinkSettings())
        self._catalog = open_catalog(LakeSettings())
        self._store = ReplayStore(self._catalog.engine)
        self._submitted: dict[int, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._lent:
            self._flink.close()

    def begin(self, definition: Definition, wanted: RangeWanted, by: str) -> Replay:
        """Record a replay and make its staging tables. Raises ReplayError with one line for what is refused."""
        check_definition(self._catalog, definition)
        ranges = ReplayRanges(self._catalog, definition.name)
        start, end = wanted.start, wanted.end
        if wanted.start_offsets:
            start = ranges.arrival_of(wanted.start_offsets).start
        if wanted.end_offsets:
            end = ranges.arrival_of({partition: offset - 1 for partition, offset in wanted.end_offsets.items()}).end
        arrivals = ranges.between(start, end)
        offsets = self._offsets(definition, arrivals, ranges)
        replay = self._store.create(definition, arrivals, offsets, by)
        make_staging(self._catalog, replay)
        return replay

    def see_through(self, replay: Replay, progress: Progress) -> tuple[Replay, Staged]:
        """Run the job, or go on with it, until the staging tables hold the whole range."""
        self._check_kept(replay)
        if replay.state is not ReplayState.RUNNING:
            return replay, staged(self._catalog, replay)
        make_staging(self._catalog, replay)
        away = Retrying(
            retry=retry_if_exception_type(FlinkAwayError), stop=stop_after_delay(180), wait=wait_fixed(1), reraise=True
        )
        seen, restarts = 0, _RESTARTS if replay.definition.horizon_ms else 0
        while (job := away(self._job, replay)).state != "FINISHED":
            if job.ended and restarts:
                # Flink itself never restores a job that remembers.
                restarts -= 1
                self._submitted.pop(replay.id, None)
            elif job.ended:
                self._check_kept(replay)
                raise ReplayError(
                    f"the job of replay {replay.id} is {job.state}; look at: windowpane logs taskmanager; "
                    f"then: windowpane replays resume {replay.id}"
                )
            done = committed(self._catalog, replay)
            progress(done - seen)
            seen = done
            time.sleep(LOOK_SECONDS)
        counts = staged(self._catalog, replay)
        progress(counts.offsets - seen)
        counts.check(replay)
        pack_staging(self._catalog, replay, MaintenanceSettings().packed_bytes)
        return self._store.set_state(replay, ReplayState.STAGED), counts

    def _check_kept(self, replay: Replay) -> None:
        """Raise ReplayError if somebody has dropped the replay."""
        if self._store.get(replay.id).state is ReplayState.DROPPED:
            raise ReplayError(f"replay {replay.id} is dropped; begin a new one: windowpane replay {replay.stream}")

    def stop(self, replay: Replay) -> None:
        """Stop the job of a replay, if it runs."""
        for job in self._flink.jobs():
            if job.name == job_name(replay) and not job.ended:
                self._flink.stop(job)

    def _job(self, replay: Replay) -> Job:
        """The job that runs the replay, or has; it is submitted when Flink knows of none, or of none that did well."""
        jobs = [job for job in self._flink.jobs() if job.name == job_name(replay)]
        mine = next((job for job in jobs if job.id == self._submitted.get(replay.id)), None)
        going = mine or next((job for job in jobs if not job.ended or job.state == "FINISHED"), None)
        if going is None:
            self._submitted[replay.id] = self._flink.run(self._script(replay), JOB_OPTIONS)
            return self._job(replay)
        return going

    def _script(self, replay: Replay) -> JobScript:
        point = resume_point(self._catalog, staging_namespace(replay))
        cuts = {table: max(cut or replay.arrivals.start, replay.arrivals.start) for table, cut in point.cuts.items()}
        slack = self._flink.settings.watermark_slack_ms
        end = replay.arrivals.end
        start = max(point.start or replay.arrivals.start, replay.arrivals.start)
        remembers = replay.definition.horizon_ms > 0
        reading = known_reading(self._catalog, replay.stream)
        read = read_for(replay.definition, reading, Arrivals(start, end))
        needed = ReplayRanges(self._catalog, replay.stream).offsets(read) if remembers else replay.offsets
        job_range = JobRange(
            cuts={**cuts, "rejected": replay.arrivals.start},
            held=point.held,
            until=end,
            counted_from=start if remembers else None,
        )
        with Topics(self._kafka) as topics:
            if self._is_in_kafka(topics, replay.definition, read, needed):
                topic = replay.definition.topic
                job_range = dataclasses.replace(
                    job_range,
                    start=first_offsets(topics, topic, reading, read.start),
                    ends=topics.offsets_past(topic, end + timedelta(milliseconds=slack)),
                    before=latest_before(reading, read.start, timedelta(milliseconds=slack)),
                    topic_id=reading.topic_id,
                )
            elif remembers:
                # Of what follows a partition's first offset, some may have arrived before it by the slack.
                first = {partition: first for partition, (first, _) in needed.items()}
                since = read.start - timedelta(milliseconds=slack)
                job_range = dataclasses.replace(job_range, start=since, first_offsets=first, from_events=True)
            else:
                job_range = dataclasses.replace(job_range, start=read.start, from_events=True)
        # The events themselves stay as they are, whatever is made of them.
        definition = made_definition(self._catalog, replay).model_copy(update={"events": False})
        return render(
            definition, self._kafka, job_range, slack, name=job_name(replay), namespace=staging_namespace(replay)
        )

    def _offsets(self, definition: Definition, arrivals: Arrivals, ranges: ReplayRanges) -> Offsets:
        """The offsets that hold the arrivals of a range.

        Raises ReplayError when they, or what must be read before them, are no longer to be had.
        """
        reading = known_reading(self._catalog, definition.name)
        read = read_for(definition, reading, arrivals)
        with Topics(self._kafka) as topics:
            if not self._is_in_kafka(topics, definition, read, ranges.offsets(read)):
                return ranges.offsets(arrivals)
            starts, ends = (
                first_offsets(topics, definition.topic, reading, at) for at in (arrivals.start, arrivals.end)
            )
        return {partition: (start, ends[partition]) for partition, start in starts.items()}

    def _is_in_kafka(self, topics: Topics, definition: Definition, arrivals: Arrivals, offsets: Offsets) -> bool:
        """Whether Kafka still holds these offsets; False when the stream's events do in its place.

        Raises ReplayError when neither holds all of them.
        """
        lost = self._lost(topics, definition, arrivals, offsets)
        if not lost:
            return True
        kept, wanted = counted_events(self._catalog, definition.name, arrivals), messages_in(offsets)
        if kept is None or kept < wanted:
            events = "" if kept is None else f", and events hold {kept:,} of its {wanted:,} messages"
            if (since := events_kept_from(self._catalog, definition.name)) and since > arrivals.start:
                events += f", for those that arrived before {since:%Y-%m-%dT%H:%M:%SZ} are kept no longer"
            raise ReplayError(
                f"Kafka no longer holds all that arrived {arrivals}: {lost}{events}; choose a later --from-time"
            )
        return False

    def _lost(self, topics: Topics, definition: Definition, arrivals: Arrivals, offsets: Offsets) -> str:
        """What Kafka lacks of a range; empty when it holds all. Raises ReplayError for a range of two topics."""
        since = known_reading(self._catalog, definition.name).since
        if since is not None and arrivals.start < since:
            if arrivals.end > since:
                raise ReplayError(
                    f"another topic took over at {since:%Y-%m-%dT%H:%M:%SZ}; end or begin the range there"
                )
            return f"another topic took over at {since:%Y-%m-%dT%H:%M:%SZ}"
        begins = topics.beginning_offsets(definition.topic)
        deleted = (number for number, (first, end) in offsets.items() if first < min(end, begins.get(number, end)))
        lost = next(deleted, None)
        if lost is None:
            return ""
        return f"partition {lost} begins at offset {begins.get(lost)}, the range at {offsets[lost][0]}"


def read_for(definition: Definition, reading: Reading, arrivals: Arrivals) -> Arrivals:
    """What must be read for a range: also what is remembered of before, but of no other topic."""
    began = [at for at in (*(at for _, at in reading.before), reading.since) if at and at <= arrivals.start]
    return Arrivals(max([definition.read_since(arrivals.start), *began]), arrivals.end)


def job_name(replay: Replay) -> str:
    """The name of a replay's job in Flink: not that of a live job, so that the keeper leaves it alone."""
    return f"windowpane-replay/{replay.id}/{replay.definition.digest}"
