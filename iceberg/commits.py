"""Commits to a table that others commit to as well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.manifest import DataFile, ManifestEntry, ManifestEntryStatus, ManifestFile
from pyiceberg.table import Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.refs import SnapshotRefType
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update import SetSnapshotRefUpdate, TableUpdate, UpdatesAndRequirements
from pyiceberg.table.update.snapshot import _OverwriteFiles
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from iceberg.bounds import part_in
from streams.panes import shelf_of

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


def swap(
    table: Table,
    removed: Collection[DataFile],
    added: Collection[DataFile],
    summary: Mapping[str, str],
    properties: Mapping[str, str] | None = None,
    *,
    even_if_empty: bool = False,
) -> None:
    """Take files out of a table and put others in, and set properties: all in one commit, which notes the summary.

    There is none where nothing is to be done, unless it is wanted `even_if_empty`.
    """
    with FileTransaction(table) as transaction:
        if removed or added or even_if_empty:
            io, noted = transaction._table.io, dict(summary)
            with _Swap(Operation.OVERWRITE, transaction, io, snapshot_properties=noted) as update:
                for file in removed:
                    update.delete_data_file(file)
                for file in added:
                    update.append_data_file(file)
        if properties:
            transaction.set_properties(dict(properties))


def swap_on_tag(table: Table, tag: str, removed: Collection[DataFile], summary: Mapping[str, str]) -> None:
    """Move a tag to a state that is as the one that it names, but without some files.

    Raises CommitFailedException also where another's commit was to something else: what pyiceberg requires of the table
    is of the tag alone, and it refuses the snapshot then for its number.
    """
    known = table.metadata_location
    try:
        with (
            FileTransaction(table) as transaction,
            _SwapOnTag(
                Operation.OVERWRITE, transaction, table.io, snapshot_properties=dict(summary), branch=tag
            ) as update,
        ):
            for file in removed:
                update.delete_data_file(file)
    except ValueError as error:
        if table.refresh().metadata_location == known:
            raise
        raise CommitFailedException(f"another commit came before that of {tag}") from error


class FileTransaction(Transaction):
    """For commits of many files: makes the metadata anew only after an update.

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


class Overwrite(_OverwriteFiles):
    """Leaves out manifests that tell no more than what a commit before took away, as Iceberg's own library does.

    pyiceberg hands them on for ever, and bounds of what is gone with them.
    """

    def _existing_manifests(self) -> list[ManifestFile]:
        return [each for each in super()._existing_manifests() if each.has_added_files() or each.has_existing_files()]


class _Swap(Overwrite):
    """Writes a manifest for each shelf of parts: a reader leaves out those that have none of the parts it looks for."""

    def _manifests(self) -> list[ManifestFile]:
        added, self._added_data_files = self._added_data_files, []
        others = super()._manifests()
        self._added_data_files = added
        by_shelf = groupby(sorted(added, key=_shelf), key=_shelf)
        return [*(self._manifest_of(files, spec) for (spec, _), files in by_shelf), *others]

    def _manifest_of(self, files: Iterable[DataFile], spec: int) -> ManifestFile:
        with self.new_manifest_writer(self.spec(spec)) as writer:
            for file in files:
                status = ManifestEntryStatus.ADDED
                writer.add(ManifestEntry.from_args(status=status, snapshot_id=self._snapshot_id, data_file=file))
        return writer.to_manifest_file()


class _SwapOnTag(_Swap):
    """pyiceberg commits to branches alone, though nothing that it does for one is different for a tag.

    No commit comes after it that would no longer tell what is gone, so it does not tell that itself.
    """

    def _validate_target_branch(self, branch: str | None) -> str | None:
        return branch

    def _deleted_entries(self) -> list[ManifestEntry]:
        super()._deleted_entries()  # Raises if one of them is not there.
        return []

    def _commit(self) -> UpdatesAndRequirements:
        updates, requirements = super()._commit()
        return tuple(map(_of_tag, updates)), requirements


def _of_tag(update: TableUpdate) -> TableUpdate:
    named = isinstance(update, SetSnapshotRefUpdate)
    return update.model_copy(update={"type": SnapshotRefType.TAG}) if named else update


def _shelf(file: DataFile) -> tuple[int, str]:
    """Files of another partition spec are in a manifest of their own."""
    return file.spec_id, shelf_of(part_in(file))
