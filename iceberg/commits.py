"""Commits to a table that others commit to as well."""

from __future__ import annotations

from collections.abc import Mapping

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.table import Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

__all__ = ["begun_on", "repeated_when_overtaken", "set_properties"]

repeated_when_overtaken = retry(
    retry=retry_if_exception_type((CommitFailedException, ValidationException)),
    stop=stop_after_attempt(10),
    wait=wait_random_exponential(0.1, max=5),
    reraise=True,
)
"""Decorates a function that refreshes a table and commits to it: it begins anew when another's commit came first."""


@repeated_when_overtaken
def set_properties(table: Table, properties: Mapping[str, str]) -> None:
    """Give the table those of the properties that it does not have already."""
    table.refresh()
    if not properties.items() <= table.properties.items():
        with table.transaction() as transaction:
            transaction.set_properties(dict(properties))


def begun_on(table: Table) -> Transaction:
    """A transaction of the table, as `table.transaction()` is, for commits of many files."""
    return _Transaction(table)


class _Transaction(Transaction):
    """Makes the metadata anew only after an update.

    pyiceberg makes and deeply copies it at each of the dozens of looks that a commit takes, which is more than half of
    the commit's time where a table has a few hundred snapshots.
    """

    _seen: tuple[TableMetadata, tuple[object, ...], TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        base, updates = self._table.metadata, self._updates
        if self._seen is None or self._seen[0] is not base or self._seen[1] is not updates:
            self._seen = base, updates, super().table_metadata
        return self._seen[2]
