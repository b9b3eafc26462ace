"""Whether files of a source still look as they did: fingerprints of their columns, and what changed between two."""

from sources.drift.changes import Change, drift, holding
from sources.drift.fingerprints import ColumnPrint, Fingerprint, Fingerprinting, fingerprint, from_json

__all__ = ["Change", "ColumnPrint", "Fingerprint", "Fingerprinting", "drift", "fingerprint", "from_json", "holding"]
