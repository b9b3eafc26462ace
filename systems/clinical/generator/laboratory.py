"""What is measured at sites that are made up: tests by their LOINC codes, with units and ranges of reference of adults.

Codes and names are of LOINC (Regenstrief Institute, loinc.org); ranges are usual ones, of no particular laboratory.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_SPREAD = 0.22
"""Standard deviation of a healthy value, in widths of its range: about 98 of 100 lie within."""


@dataclass(frozen=True, slots=True)
class LabTest:
    """One test. `low`, `high`: its range of reference, in `unit`; `ill`: where sickness moves it, in widths of that."""

    code: str
    name: str
    unit: str
    low: float
    high: float
    decimals: int
    ill: float

    def value(self, random: Random, severity: float) -> float:
        """What is found in someone as ill as `severity` says, from 0 to 1; in `unit`, never below zero."""
        width = self.high - self.low
        usual = (self.low + self.high) / 2
        found = random.gauss(usual + self.ill * severity * width, _SPREAD * width * (1 + severity))
        return round(max(found, 0.0), self.decimals)


PANELS: tuple[tuple[LabTest, ...], ...] = (
    (
        LabTest("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 136, 145, 0, -0.7),
        LabTest("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 3.5, 5.1, 1, 0.5),
        LabTest("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.7, 1.2, 2, 2.5),
        LabTest("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 70, 105, 0, 1.6),
    ),
    (
        LabTest("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 12.0, 16.5, 1, -0.8),
        LabTest("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 4.0, 10.5, 1, 1.1),
        LabTest("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 150, 400, 0, -0.3),
    ),
    (
        LabTest("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "mg/L", 0, 5, 1, 5),
        LabTest("33959-8", "Procalcitonin [Mass/volume] in Serum or Plasma", "ng/mL", 0, 0.5, 2, 2.5),
    ),
    (
        LabTest(
            "89579-7", "Troponin I.cardiac [Mass/volume] in Serum or Plasma by High sensitivity", "ng/L", 0, 16, 1, 3
        ),
    ),
    (
        LabTest(
            "1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 7, 45, 0, 1.5
        ),
        LabTest("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 0.2, 1.2, 1, 0.9),
    ),
)
"""What is taken together, so that results of one sample have one time."""

TESTS = {test.code: test for panel in PANELS for test in panel}
"""Code → test."""
