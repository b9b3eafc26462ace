"""What a backup holds. The manifest is written last: a folder without one is unfinished.

DIR/manifest.json                 this backup; replaced in one step when the backup is renewed
DIR/catalog-<checksum>.dump       PostgreSQL, in pg_dump's own format
DIR/objects-<checksum>.tsv        size and location of every object, sorted by location
DIR/objects/<bucket>/<key>        the objects
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from iceberg.errors import BackupError

MANIFEST = "manifest.json"
_SCHEME = "s3://"


class BackupPart(BaseModel):
    """A file of the backup, by the name it has in its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str


class BackupManifest(BaseModel):
    """A finished backup. `streams`: stream → arrival time up to which its tables are complete. Sizes in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    made: AwareDatetime
    warehouse: str
    catalog: BackupPart
    objects: BackupPart
    object_count: int
    object_bytes: int
    streams: Mapping[str, AwareDatetime | None]


def claim(folder: Path) -> None:
    """Make the folder, or take one that is empty or holds a backup, for its owner only.

    Raises BackupError for one that holds something else, of which nothing is changed.
    """
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        others = sorted(path.name for path in folder.iterdir() if not _is_ours(path.name))
    if others:
        raise BackupError(f"{folder} holds {others[0]!r}, which is of no backup; name an empty or new folder")
    with on_disk(folder):
        (folder / "objects").mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.chmod(0o700 if path.is_dir() else 0o600)
        with suppress(PermissionError):  # of a folder that somebody else lends, what is in it is private all the same
            folder.chmod(0o700)


def private(path: Path) -> Path:
    """The file, emptied, which nobody but its owner may read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    return path


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Raise what the file system of the folder refuses as BackupError; the engines' errors are LakeErrors already."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{error.filename or folder} cannot be used: {error.strerror or error}") from error


def _is_ours(name: str) -> bool:
    return name.removesuffix(".part") in (MANIFEST, "objects") or name.startswith(("catalog-", "objects-"))


def local_path(folder: Path, location: str) -> Path:
    """Where the backup keeps an object. Raises BackupError for what is not in the object store."""
    path = location.removeprefix(_SCHEME)
    if path == location or ".." in path.split("/"):
        raise BackupError(f"{location} is not in the object store, so it cannot be backed up")
    return folder / "objects" / path


def as_part(folder: Path, made: Path, kind: str, suffix: str) -> BackupPart:
    """Give a file that was just made the name that its content asks for, so that no earlier part is overwritten."""
    checksum = _checksum(made)
    part = BackupPart(file=f"{kind}-{checksum[:16]}.{suffix}", sha256=checksum)
    made.replace(folder / part.file)
    return part


def write_objects(folder: Path, sizes: Mapping[str, int]) -> BackupPart:
    """Write the list of objects: location → size."""
    made = folder / "objects-.part"
    with private(made).open("w", encoding="utf-8") as file:
        file.writelines(f"{sizes[location]}\t{location}\n" for location in sorted(sizes))
    return as_part(folder, made, "objects", "tsv")


def read_objects(folder: Path, part: BackupPart) -> dict[str, int]:
    """Location → size of every object of the backup."""
    with (folder / part.file).open(encoding="utf-8") as file:
        lines = (line.rstrip("\n").split("\t", 1) for line in file)
        return {location: int(size) for size, location in lines}


def write_manifest(folder: Path, manifest: BackupManifest) -> None:
    """Finish the backup: an earlier manifest is valid until this moment. What it names is on the disk by then."""
    made = folder / f"{MANIFEST}.part"
    private(made).write_text(manifest.model_dump_json(indent=1) + "\n", "utf-8")
    os.sync()
    made.replace(folder / MANIFEST)


def read_manifest(folder: Path) -> BackupManifest:
    """The manifest of a finished backup. Raises BackupError."""
    try:
        return BackupManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise BackupError(f"{folder} has no {MANIFEST}: it is no backup, or an unfinished one") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "it"
        raise BackupError(f"{folder / MANIFEST}: {key} is not as this version writes it: {first['msg']}") from error


def verify(folder: Path, manifest: BackupManifest) -> dict[str, int]:
    """Check that everything is there, whole; location → size of the objects. Raises BackupError."""
    for part in (manifest.catalog, manifest.objects):
        if not (folder / part.file).exists():
            raise BackupError(f"{folder / part.file} is missing; this backup cannot be restored")
        if _checksum(folder / part.file) != part.sha256:
            raise BackupError(f"{folder / part.file} is not what was written; this backup cannot be restored")
    sizes = read_objects(folder, manifest.objects)
    for location, size in sizes.items():
        path = local_path(folder, location)
        actual = path.stat().st_size if path.exists() else None
        if actual != size:
            shown = "is missing" if actual is None else f"has {actual} bytes, not {size}"
            raise BackupError(f"{path} {shown}; this backup cannot be restored")
    return sizes


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
