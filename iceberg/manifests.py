"""Merge manifests of panes: a live job adds one at every checkpoint, and readers open all that may have their parts.

Iceberg's own merging is off, for it mixes grains. No data file is touched.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from pyiceberg.manifest import ManifestContent, ManifestEntry, ManifestFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation

from iceberg.bounds import part_in
from iceberg.commits import FileTransaction, Overwrite, repeated_when_overtaken
from iceberg.errors import translated
from iceberg.ledger import read_so_far
from streams.panes import shelf_of

_SMALL_BYTES = 1_000_000
"""Larger manifests stay as they are: writing them anew would cost more than opening one more."""


def merge_manifests(table: Table, least: int) -> int:
    """Make one manifest for each shelf of parts of the small ones, if there are so many; how many there were.

    Raises LakeError.
    """
    with translated():
        return _merge(table, least)


@repeated_when_overtaken
def _merge(table: Table, least: int) -> int:
    snapshot = table.refresh().current_snapshot()
    merged = _to_merge(snapshot.manifests(table.io)) if snapshot else []
    if len(merged) < least:
        return 0
    with (
        FileTransaction(table) as transaction,
        _Merge(Operation.OVERWRITE, transaction, table.io, snapshot_properties=read_so_far(table)),
    ):
        pass
    return len(merged)


def _to_merge(manifests: Iterable[ManifestFile]) -> list[ManifestFile]:
    """The small manifests but for those that alone have a shelf."""
    small = [manifest for manifest in manifests if manifest.manifest_length < _SMALL_BYTES and _has_files(manifest)]
    spans = Counter(map(_span, small))
    wide = [(low, high) for low, high in spans if low != high]

    def alone(span: tuple[str, str]) -> bool:
        return span not in wide and spans[span] == 1 and not any(low <= span[0] <= high for low, high in wide)

    return [manifest for manifest in small if not alone(_span(manifest))]


def _has_files(manifest: ManifestFile) -> bool:
    """Whether it has data files that are not deleted."""
    return manifest.content is ManifestContent.DATA and (manifest.has_added_files() or manifest.has_existing_files())


def _span(manifest: ManifestFile) -> tuple[str, str]:
    """The first and the last of its shelves."""
    [part] = manifest.partitions or []
    return shelf_of((part.lower_bound or b"").decode()), shelf_of((part.upper_bound or b"").decode())


class _Merge(Overwrite):
    """Neither adds nor removes files. What is merged is chosen when it commits, of the newest snapshot."""

    def _existing_manifests(self) -> list[ManifestFile]:
        manifests = super()._existing_manifests()
        merged = _to_merge(manifests)
        entries: dict[tuple[int, str], list[ManifestEntry]] = defaultdict(list)
        for manifest in merged:
            for entry in self.fetch_manifest_entry(manifest):
                entries[manifest.partition_spec_id, shelf_of(part_in(entry.data_file))].append(entry)
        paths = {manifest.manifest_path for manifest in merged}
        return [*self._written(entries), *(each for each in manifests if each.manifest_path not in paths)]

    def _written(self, entries: dict[tuple[int, str], list[ManifestEntry]]) -> Iterator[ManifestFile]:
        for (spec_id, _), of_shelf in sorted(entries.items(), key=lambda item: item[0]):
            with self.new_manifest_writer(self.spec(spec_id)) as writer:
                for entry in of_shelf:
                    writer.existing(entry)
            yield writer.to_manifest_file()
