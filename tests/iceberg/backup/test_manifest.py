"""What is finished, what is whole, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iceberg.backup.make import _prune
from iceberg.backup.manifest import (
    BackupManifest,
    as_part,
    claim,
    local_path,
    private,
    read_manifest,
    read_objects,
    verify,
    write_manifest,
    write_objects,
)
from iceberg.errors import BackupError

SIZES = {"s3://lake/warehouse/health/ledger/metadata/1.json": 3, "s3://lake/warehouse/ärger/a=b c/2.parquet": 0}


def finish(folder: Path) -> BackupManifest:
    """A finished backup of two objects."""
    claim(folder)
    for location, size in SIZES.items():
        path = local_path(folder, location)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    private(folder / "catalog-.part").write_bytes(b"dump")
    manifest = BackupManifest(
        made=datetime(2026, 3, 1, tzinfo=UTC),
        warehouse="s3://lake/warehouse",
        catalog=as_part(folder, folder / "catalog-.part", "catalog", "dump"),
        objects=write_objects(folder, SIZES),
        object_count=2,
        object_bytes=3,
        streams={"health": datetime(2026, 3, 1, tzinfo=UTC), "quiet": None},
    )
    write_manifest(folder, manifest)
    return manifest


def test_reads_what_was_written(tmp_path: Path) -> None:
    made = finish(tmp_path / "new" / "backup")
    assert read_manifest(tmp_path / "new" / "backup") == made
    assert verify(tmp_path / "new" / "backup", made) == SIZES
    assert (tmp_path / "new" / "backup").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_was_there_is_made_private(tmp_path: Path) -> None:
    """So is what an earlier backup left there; a folder of something else is left as it is."""
    folder = tmp_path / "backup"
    folder.mkdir()
    finish(folder)
    for path in (folder, folder / "objects"):
        path.chmod(0o755)
    for path in folder.glob("*.*"):
        path.chmod(0o644)
    finish(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "objects").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.*")} == {0o600}
    other = tmp_path / "other"
    other.mkdir(mode=0o755)
    (other / "letter").touch()
    with pytest.raises(BackupError, match="of no backup"):
        claim(other)
    assert other.stat().st_mode & 0o777 == 0o755


def damage(name: str) -> Callable[[Path], object]:
    return {
        "manifest lost": lambda folder: (folder / "manifest.json").unlink(),
        "manifest cut off": lambda folder: (folder / "manifest.json").write_text('{"format": 1, '),
        "other format": lambda folder: _replace(folder / "manifest.json", '"format": 1', '"format": 2'),
        "dump lost": lambda folder: next(folder.glob("catalog-*")).unlink(),
        "dump altered": lambda folder: next(folder.glob("catalog-*")).write_bytes(b"dumb"),
        "list altered": lambda folder: next(folder.glob("objects-*")).write_text(""),
        "object lost": lambda folder: next(folder.rglob("1.json")).unlink(),
        "object cut off": lambda folder: next(folder.rglob("1.json")).write_bytes(b"xx"),
    }[name]


def _replace(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("manifest lost", "is no backup, or an unfinished one"),
        ("manifest cut off", "manifest.json: it is not as this version writes it"),
        ("other format", "manifest.json: format is not as this version writes it"),
        ("dump lost", ".dump is missing"),
        ("dump altered", ".dump is not what was written"),
        ("list altered", ".tsv is not what was written"),
        ("object lost", "1.json is missing"),
        ("object cut off", "1.json has 2 bytes, not 3"),
    ],
)
def test_damage_is_found(tmp_path: Path, name: str, part: str) -> None:
    finish(tmp_path)
    damage(name)(tmp_path)
    with pytest.raises(BackupError, match=part) as caught:
        verify(tmp_path, read_manifest(tmp_path))
    assert "\n" not in str(caught.value)


def test_renewing_keeps_the_earlier_until_the_end(tmp_path: Path) -> None:
    """Whatever a renewal wrote before it was killed, the manifest names parts that are still as they were."""
    made = finish(tmp_path)
    write_objects(tmp_path, {**SIZES, "s3://lake/new": 7})
    (tmp_path / "catalog-.part").write_bytes(b"half a d")
    (tmp_path / "manifest.json.part").write_text("{")
    local_path(tmp_path, "s3://lake/new.part").write_bytes(b"12")
    claim(tmp_path)
    assert verify(tmp_path, read_manifest(tmp_path)) == SIZES
    _prune(tmp_path, made, SIZES)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {"manifest.json.part"}
    assert left == {"manifest.json", made.catalog.file, made.objects.file, "1.json", "2.parquet"}
    assert read_objects(tmp_path, made.objects) == SIZES


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(BackupError, match=r"holds 'thesis\.txt', which is of no backup"):
        claim(tmp_path)
    with pytest.raises(BackupError, match="cannot be used"):
        claim(tmp_path / "thesis.txt")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "/etc/passwd", "s3://lake/../../etc/passwd"])
def test_only_objects_are_copied(tmp_path: Path, location: str) -> None:
    with pytest.raises(BackupError, match="is not in the object store"):
        local_path(tmp_path, location)
