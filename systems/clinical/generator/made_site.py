"""A site that is made up: people come, are examined, move between wards and leave; some of what was written is mended.

What has happened by a moment depends on the seed, the name of the site and that moment alone, however often one asks.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from streams.time_text import timestamp
from systems.clinical.generator.laboratory import PANELS, TESTS
from systems.clinical.generator.people import new_address, new_patient
from systems.clinical.generator.record_log import RecordLog

APIS: Final = ("patients", "admissions", "lab_results")
"""What is asked of a site, each by its own address, and granted one by one."""

WARDS: Final = ("emergency", "cardiology", "surgery", "internal medicine", "intensive care", "paediatrics", "oncology")
_KINDS: Final = (("emergency", 45), ("inpatient", 30), ("day_case", 15), ("outpatient", 10))
_DIAGNOSES: Final = ("I21.4", "I50.0", "J18.9", "K35.8", "S72.0", "E11.9", "C34.1", "N39.0", "A41.9", "O80")
_SHORT = ("day_case", "outpatient")
_ADMITTED, _DISCHARGED = 22.0, 20.0
"""Of a hundred or so changes, how many are admissions, and discharges of a site that is as full as it gets."""

_MEAN_STAY = timedelta(days=2.5)


@dataclass(slots=True)
class MadeSite:
    """One site since `began`, with so many changes a minute on average. `advance` it before it is asked."""

    name: str
    seed: int
    began: datetime
    changes_per_minute: float = 2.0
    patients: RecordLog = field(default_factory=RecordLog)
    admissions: RecordLog = field(default_factory=RecordLog)
    lab_results: RecordLog = field(default_factory=RecordLog)
    _random: Random = field(init=False)
    _next: datetime = field(init=False)
    _beds: float = field(init=False)
    _open: list[str] = field(default_factory=list)
    _severity: dict[str, float] = field(default_factory=dict)
    _recent: deque[str] = field(default_factory=lambda: deque(maxlen=200))

    def __post_init__(self) -> None:
        admissions_per_minute = self.changes_per_minute * _ADMITTED / 100
        self._beds = max(admissions_per_minute * (_MEAN_STAY / timedelta(minutes=1)), 1.0)
        self._random = Random(f"{self.seed}/{self.name}")
        self._next = self.began
        self._wait()

    def log(self, api: str) -> RecordLog:
        """The records of an API."""
        return {"patients": self.patients, "admissions": self.admissions, "lab_results": self.lab_results}[api]

    def advance(self, until: datetime) -> None:
        """Let everything happen that happens by a moment; one that has passed changes nothing."""
        while self._next <= until:
            self._happen(self._next)
            self._wait()

    def _wait(self) -> None:
        self._next += timedelta(minutes=self._random.expovariate(self.changes_per_minute))

    def _happen(self, at: datetime) -> None:
        full = len(self._open) / self._beds
        weights = {
            self._admit: _ADMITTED,
            self._examine: 48.0 if self._open else 0,
            self._move: 8.0 if self._open else 0,
            self._discharge: _DISCHARGED * full,
            self._correct: 4.0 if self._recent else 0,
            self._mend_patient: 4.0 if self.patients.records else 0,
            self._delete_result: 1.0 if self._recent else 0,
            self._delete_admission: 0.5 if self._open else 0,
        }
        (happens,) = self._random.choices(list(weights), list(weights.values()))
        happens(at)

    def _admit(self, at: datetime) -> None:
        again = bool(self.patients.records) and self._random.random() < 0.3
        patient = self._somebody() if again else self._arrive(at)
        (kind,) = self._random.choices([kind for kind, _ in _KINDS], [weight for _, weight in _KINDS])
        admission = f"a-{len(self.admissions.records) + 1:06d}"
        self.admissions.put(
            admission,
            at,
            {
                "patient_id": patient,
                "kind": kind,
                "ward": "emergency" if kind == "emergency" else self._random.choice(WARDS[1:]),
                "status": "in_progress",
                "admitted_at": timestamp(at - timedelta(minutes=self._random.randint(0, 20))),
                "discharged_at": None,
                "diagnosis": None,
            },
        )
        self._open.append(admission)
        self._severity[admission] = self._random.betavariate(1.2, 6)

    def _somebody(self) -> str:
        return f"p-{self._random.randint(1, len(self.patients.records)):06d}"

    def _arrive(self, at: datetime) -> str:
        patient = f"p-{len(self.patients.records) + 1:06d}"
        self.patients.put(patient, at, new_patient(self._random, at.date()))
        return patient

    def _examine(self, at: datetime) -> None:
        admission = self._random.choice(self._open)
        taken = at - timedelta(minutes=self._random.randint(15, 90))
        for test in self._random.choice(PANELS):
            result = f"r-{len(self.lab_results.records) + 1:07d}"
            self.lab_results.put(
                result,
                at,
                {
                    "patient_id": self.admissions.records[admission]["patient_id"],
                    "admission_id": admission,
                    "taken_at": timestamp(taken),
                    "code": test.code,
                    "name": test.name,
                    "value": test.value(self._random, self._severity[admission]),
                    "unit": test.unit,
                    "reference_range": {"low": test.low, "high": test.high},
                    "status": "final",
                },
            )
            self._recent.append(result)

    def _move(self, at: datetime) -> None:
        admission = self._random.choice(self._open)
        others = [ward for ward in WARDS if ward != self.admissions.records[admission]["ward"]]
        self.admissions.put(admission, at, {"ward": self._random.choice(others)})

    def _discharge(self, at: datetime) -> None:
        admission = self._leave()
        left = {"status": "finished", "discharged_at": timestamp(at), "diagnosis": self._random.choice(_DIAGNOSES)}
        self.admissions.put(admission, at, left)

    def _correct(self, at: datetime) -> None:
        result = self._random.choice(self._recent)
        test = TESTS[self.lab_results.records[result]["code"]]
        found: dict[str, Any] = {"value": test.value(self._random, 0.1), "status": "corrected"}
        self.lab_results.put(result, at, found)

    def _mend_patient(self, at: datetime) -> None:
        self.patients.put(self._somebody(), at, {"address": new_address(self._random)})

    def _delete_result(self, at: datetime) -> None:
        result = self._random.choice(self._recent)
        self._recent.remove(result)
        self.lab_results.delete(result, at)

    def _delete_admission(self, at: datetime) -> None:
        self.admissions.delete(self._leave(), at)

    def _leave(self) -> str:
        """Who leaves; those that came for a day sooner than others."""
        some = [self._random.randrange(len(self._open)) for _ in range(3)]
        short = [at for at in some if self.admissions.records[self._open[at]]["kind"] in _SHORT]
        admission = self._open.pop((short or some)[0])
        del self._severity[admission]
        return admission
