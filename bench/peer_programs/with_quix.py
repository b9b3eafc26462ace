"""Quix Streams: messages keyed by service over a repartition topic, tumbling windows over event time, one process.

The windows' current results are taken, the last of each counting, for a final result would need a message after the
end of the topic. Messages come in no order of event time, so that the grace is a day.
"""

from __future__ import annotations

from typing import Any

from quixstreams import Application

from bench.peer_programs.partials import Key, Partial, joined, rows
from bench.peer_programs.task import MINUTE_MS, SCALE, Task, pack

_DAY_MS = 86_400_000


def stored(message: dict[str, Any]) -> dict[str, Any]:
    """What goes on from a message: its service, time and the measures' values."""
    ram, disk = message["RAM"], message["Disk"]
    shares = (message["CPU"], 1 - ram["Free"] / ram["Total"], 1 - disk["Free"] / disk["Total"])
    return {
        "service": message["serviceName"],
        "at": message["Timestamp"],
        "values": [round(share * SCALE) for share in shares],
    }


def first(row: dict[str, Any]) -> Partial:
    """The partial result of one message."""
    return [1, *(part for value in row["values"] for part in (value, value, pack(value, row["at"])))]


def run(task: Task) -> dict[Key, Partial]:
    """The last result of each window, once all messages are in one."""
    app = Application(
        broker_address=task.bootstrap,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        state_dir=task.scratch,
        loglevel="WARNING",
        topic_create_timeout=60,
    )
    results: dict[Key, Partial] = {}
    counted = 0

    def keep(window: dict[str, Any], key: Any, *_: Any) -> None:
        nonlocal counted
        results[key if isinstance(key, str) else key.decode(), window["start"]] = window["value"]
        counted += 1
        if counted == task.messages:
            app.stop()

    def begin(message: dict[str, Any]) -> dict[str, Any]:
        task.started()
        return stored(message)

    messages = app.dataframe(app.topic(task.topic, value_deserializer="json"))
    keyed = messages.apply(begin).group_by("service")
    timed = keyed.set_timestamp(lambda row, _key, _timestamp, _headers: row["at"])
    windows = timed.tumbling_window(MINUTE_MS, grace_ms=_DAY_MS)
    windows.reduce(lambda so_far, row: joined(so_far, first(row)), first).current().update(keep, metadata=True)
    app.run()
    return results


if __name__ == "__main__":
    task = Task.read()
    task.write(rows(run(task)))
