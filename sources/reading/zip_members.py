"""Which file of a zip archive is read. An archive that could harm who unpacks it is refused, whatever is meant."""

from __future__ import annotations

import re
import stat
from fnmatch import fnmatchcase
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sources.reading.outcomes import Refused

MOST_MEMBERS = 10_000
_LISTED = 5
_OF_SYSTEMS = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$)")
"""What operating systems put beside files: nothing of anybody's data."""


def member(archive: ZipFile, pattern: str | None) -> ZipInfo:
    """The one file that is meant. Raises Refused: there is none, or several, or the archive is not to be trusted."""
    files = files_in(archive)
    meant = [entry for entry in files if pattern is None or fnmatchcase(entry.filename, pattern)]
    if len(meant) != 1:
        names = ", ".join(entry.filename[:100] for entry in files[:_LISTED]) + (", …" if len(files) > _LISTED else "")
        if pattern is not None:
            raise Refused(f"is an archive with {len(meant)} files like {pattern}; make member name one of: {names}")
        raise Refused(f"is an archive of {len(files)} files ({names}); name the one to read as member in [format]")
    check_packing(meant[0])
    return meant[0]


def files_in(archive: ZipFile) -> list[ZipInfo]:
    """All of somebody's files. Raises Refused: they are too many, or the archive is not to be trusted."""
    entries = archive.infolist()
    if len(entries) > MOST_MEMBERS:
        raise Refused(f"is an archive of {len(entries):,} files; at most {MOST_MEMBERS:,} are looked at")
    for entry in entries:
        if problem := _problem(entry):
            raise Refused(f"is an archive with {entry.orig_filename[:100]!r}, which {problem}; pack it anew")
    return [entry for entry in entries if not entry.is_dir() and not _OF_SYSTEMS.search(entry.filename)]


def check_packing(entry: ZipInfo) -> None:
    """Raise Refused unless a file can be unpacked."""
    if entry.flag_bits & 1:
        raise Refused(f"is an archive whose {entry.filename} is encrypted; send it without a password")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Refused(f"is an archive whose {entry.filename} is not packed by deflate; pack it anew")


def _problem(entry: ZipInfo) -> str:
    """What is wrong with where it would be unpacked to."""
    name = entry.orig_filename
    parts = re.split(r"[/\\]", name)
    if ".." in parts:
        return "leads out of the archive"
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if not name.isprintable():
        return "has a name that cannot be printed"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    return ""
