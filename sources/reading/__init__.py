"""Reads landed files strictly: each row is accepted, or told unreadable with its line and the reason."""

from sources.reading.outcomes import Outcome, Refused, Row, Rows, Table, Unreadable
from sources.reading.tables import read

__all__ = ["Outcome", "Refused", "Row", "Rows", "Table", "Unreadable", "read"]
