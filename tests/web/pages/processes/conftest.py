"""A service with users, a stream of marks, processes that read it, and what came of them; no stream has an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from access.grants import checked_grant
from analysis.descriptives import Describing
from processing.definition_files import parse_process
from processing.steps import Given, compute
from processing.store import ProcessStore, Run, Step, Version
from tests.processing.made import observed
from tests.web.pages.people import People, Visitor, serving_people

STREAM = """
title = "Marks"
description = "One message for each student."
topic = "marks"
records = true
[event_time]
field = "at"
[fields]
school = { type = "string", max_length = 40 }
student = { type = "string", max_length = 40 }
Hours = { type = "number", min = 0, max = 100, required = false }
Mark = { type = "number", min = 0, max = 20 }
repeats = { type = "boolean" }
[dimensions]
school = "school"
[measures.mark]
value = "Mark"
decimals = 1
min = 0
max = 20
"""
STUDY = {
    "title": "What marks go with",
    "about": "Students of twelve schools.",
    "stream": "marks",
    "every": "1 day",
    "correlations": {},
    "differences": {"of": "Mark", "by": ["repeats"]},
    "prediction": {"target": "Mark", "groups": "school", "trees": 20, "folds": 4, "fair_by": ["repeats"]},
    "clusters": {"fields": ["Hours", "Mark"]},
}
DECLARED = """
[process.study]
title = "What marks go with"
about = "Students of twelve schools."
stream = "marks"
every = "1 day"
correlations = {}
differences = { of = "Mark", by = ["repeats"] }
prediction = { target = "Mark", groups = "school", trees = 20, folds = 4, fair_by = ["repeats"] }
clusters = { fields = ["Hours", "Mark"] }
[process.later]
title = "Not run"
stream = "marks"
[process.broken]
title = "No stream"
"""
VERSION = Version("definition0", "declaration", "code00000", 0)


@dataclass(frozen=True)
class Processes:
    """The service's people, and what is kept of processes. `runs`: one that was done, and one that failed later."""

    people: People
    store: ProcessStore
    runs: tuple[Run, Run]

    def user(self, name: str, *can: str, hide: tuple[str, ...] = (), **where: list[str]) -> Visitor:
        """A new user with a grant of marks, who has logged in."""
        return self.people.user(name, grants=(checked_grant(f"user:{name}", "marks", can, where, hide),))


def kept(store: ProcessStore) -> tuple[Run, Run]:
    """Two runs of the study: one on 300 rows, then one that failed."""
    study, rows = parse_process("study", STUDY, "processes.toml"), observed(300)
    describing = Describing()
    describing.add(rows)
    given = Given(study, rows, describing.result(), None)
    done = store.begin("study", "marks", 4_242, VERSION, "service")
    store.read(done.id, 300, 300)
    for name in study.steps:
        if name == "drift":
            store.add(done.id, Step(name, None, "drift: an earlier run needed, none given", 0.0))
        else:
            store.add(done.id, Step(name, compute(name, given), "", 0.25))
    store.end(done.id)
    failed = store.begin("study", "marks", 4_243, VERSION, "service")
    store.end(failed.id, "the object store at s3.internal does not answer")
    return done, failed


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    home = tmp_path_factory.mktemp("declared")
    (home / "streams").mkdir()
    (home / "streams" / "marks.toml").write_text(STREAM, "utf-8")
    (home / "processes.toml").write_text(DECLARED, "utf-8")
    with serving_people(tmp_path_factory.mktemp("people"), STREAMS=str(home / "streams")) as people:
        people.store.users.add("first", by="test", administrator=True)
        store = ProcessStore.open(people.uri)
        yield Processes(people, store, kept(store))
        store.close()
