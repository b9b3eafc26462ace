from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from sources.formats import Format
from sources.limits import Limits
from sources.reading import Refused, read
from tests.sources.reading.files import gzipped, read_all, rows_of, zipped

CSV = b"a,b\n1,2\n"
LINE = b"0" * 999 + b"\n"
DEEP = gzipped(gzipped(CSV))


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        gzipped(CSV),
        gzipped(b"a,b\n") + gzipped(b"1,2\n"),
        DEEP,
        zipped({"data.csv": CSV}),
        zipped({"data.csv": CSV}, zipfile.ZIP_STORED),
        zipped({"data.csv.gz": gzipped(CSV)}),
        zipped({"folder/": b"", "folder/data.csv": CSV, "__MACOSX/._data.csv": b"\0\5", ".DS_Store": b"x"}),
    ],
)
def test_packed_files_are_read(tmp_path: Path, content: bytes) -> None:
    columns, outcomes = read_all(tmp_path, content, type="csv")
    assert (columns, rows_of(outcomes)) == (("a", "b"), [(2, ("1", "2"))])


def test_the_member_is_stated_where_there_are_several(tmp_path: Path) -> None:
    content = zipped({"readme.txt": b"hello", "data-2021.csv": CSV})
    with pytest.raises(Refused, match=r"an archive of 2 files \(readme.txt, data-2021.csv\); name the one to read"):
        read_all(tmp_path, content, type="csv")
    with pytest.raises(Refused, match=r"an archive with 0 files like \*.tsv; make member name one of: readme.txt"):
        read_all(tmp_path, content, type="csv", member="*.tsv")
    assert read_all(tmp_path, content, type="csv", member="data-*.csv")[0] == ("a", "b")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../evil.csv", "leads out of the archive"),
        ("x/../../evil.csv", "leads out of the archive"),
        ("..\\evil.csv", "leads out of the archive"),
        ("/etc/passwd", "has an absolute path"),
        ("C:\\evil.csv", "has an absolute path"),
        ("\\\\host\\share.csv", "has an absolute path"),
        ("a\nb.csv", "has a name that cannot be printed"),
    ],
)
def test_archives_that_lead_elsewhere_are_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, zipped({"data.csv": CSV, name: CSV}), type="csv", member="data.csv")


def test_links_in_archives_are_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    link = zipfile.ZipInfo("data.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Refused, match="is a link"):
        read_all(tmp_path, content.getvalue(), type="csv")


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    content = bytearray(zipped({"data.csv": CSV}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Refused, match="encrypted; send it without a password"):
        read_all(tmp_path, bytes(content), type="csv")


def test_other_packings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not packed by deflate; pack it anew"):
        read_all(tmp_path, zipped({"data.csv": CSV}, zipfile.ZIP_LZMA), type="csv")


@pytest.mark.parametrize(
    "content",
    [gzipped(b"a\n" + LINE * 60_000), zipped({"x.csv": b"a\n" + LINE * 60_000})],
    ids=["gzip", "zip"],
)
def test_bombs_are_refused(tmp_path: Path, content: bytes) -> None:
    assert len(content) < 200_000
    with pytest.raises(Refused, match="is larger than 1,000,000 bytes when unpacked; raise"):
        read_all(tmp_path, content, Limits(unpacked_bytes=1_000_000), type="csv")


def test_one_line_bombs_are_passed_over_and_refused(tmp_path: Path) -> None:
    content = gzipped(b"a\n" + b"," * 50_000_000)
    with pytest.raises(Refused, match="is larger than 10,000,000 bytes when unpacked"):
        read_all(tmp_path, content, Limits(unpacked_bytes=10_000_000), type="csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzipped(CSV * 99)[:-9], "ends within its packing: it was cut off; send it again"),
        (gzipped(CSV)[:6], "ends within its packing"),
        (gzipped(CSV) + b"garbage", "its packing is damaged"),
        (gzipped(CSV)[:-8] + b"\0" * 8, "its packing is damaged"),
        (zipped({"data.csv": CSV})[:-9], "its packing is damaged"),
        (b"PK\x05\x06" + b"\0" * 18, "an archive of 0 files"),
        (gzipped(zipped({"data.csv": CSV})), "packed in an archive within another packing; pack it once"),
        (zipped({"data.zip": zipped({"data.csv": CSV})}), "packed in an archive within another packing"),
        (gzipped(DEEP), "packed in an archive within another packing"),
        (zipped({f"{number}": b"" for number in range(10_001)}), "an archive of 10,001 files; at most 10,000"),
    ],
)
def test_damaged_and_strange_packings_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, content, type="csv")


def test_damage_of_a_member_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"data.csv": CSV}, zipfile.ZIP_STORED))
    content[content.index(b"1,2")] = ord("9")
    with pytest.raises(Refused, match="its packing is damaged"):
        read_all(tmp_path, bytes(content), type="csv")


def test_a_size_that_lies_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"data.csv": CSV * 1000}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 100)
    with pytest.raises(Refused, match="its packing is damaged"):
        read_all(tmp_path, bytes(content), type="csv")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="reports: cannot be read: No such file or directory"):
        read(tmp_path / "none", "reports", Format(type="csv"), Limits())


def test_a_file_may_be_left_early(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(CSV * 1000))
    with read(path, "file", Format(type="csv"), Limits()) as table:
        assert next(iter(table)).line == 2
    assert list(table) == []
