from __future__ import annotations

from pathlib import Path

import pytest

from sources.reading import Refused
from tests.sources.reading.files import read_all, rows_of

TEXT = "name,persons\nÎle-de-France,12\nMünchen,3\n"


@pytest.mark.parametrize(
    ("written", "stated"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"), ("latin-1", "latin-1"), ("cp1252", "windows-1252"), ("mac-roman", "macroman"),
    ],
)  # fmt: skip
def test_the_stated_encoding_is_read(tmp_path: Path, written: str, stated: str) -> None:
    columns, outcomes = read_all(tmp_path, TEXT.encode(written), type="csv", encoding=stated)
    assert columns == ("name", "persons")
    assert rows_of(outcomes) == [(2, ("Île-de-France", "12")), (3, ("München", "3"))]


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("stated", ["utf-16", "both"])
def test_a_mark_of_utf_16_may_say_the_order(tmp_path: Path, order: str, stated: str) -> None:
    content = ("\ufeff" + TEXT).encode(f"utf-16-{order}")
    encoding = f"utf-16-{order}" if stated == "both" else stated
    assert read_all(tmp_path, content, type="csv", encoding=encoding)[0] == ("name", "persons")


@pytest.mark.parametrize(
    ("content", "stated", "message"),
    [
        (TEXT.encode("latin-1"), "utf-8", "is not written in utf-8: 0xCE after line 0 is no character"),
        (b"a,b\n" + b"1,2\n" * 9000 + b"\xff,2\n", "utf-8", "is not written in utf-8: 0xFF after line"),
        (TEXT.encode("utf-8"), "ascii", "is not written in ascii: 0xC3"),
        (TEXT.encode("utf-16"), "utf-8", 'the mark of utf-16-le, but its source states utf-8; set encoding = "utf-16"'),
        (("\ufeff" + TEXT).encode("utf-16-be"), "utf-16-le", "the mark of utf-16-be, but its source states utf-16-le"),
        (TEXT.encode("utf-8-sig"), "latin-1", "the mark of utf-8, but its source states iso8859-1"),
        (TEXT.encode("utf-32"), "utf-8", "the mark of utf-32, which is not read"),
        (TEXT.encode("utf-16-le"), "utf-8", 'set encoding = "utf-16-le" if it is that'),
        (TEXT.encode("utf-16-be"), "latin-1", 'set encoding = "utf-16-be" if it is that'),
        (TEXT.encode("utf-16-le"), "utf-16", "has no byte order mark"),
        (TEXT.encode("utf-8"), "utf-16-le", "is not written in utf-16-le: it holds no NUL"),
        (b"\0" * 5000, "utf-8", "consists of NUL bytes"),
        (b"PAR1xxxx", "utf-8", "is a Parquet file; its source states another format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "utf-8", "is an old or encrypted Office file"),
        (b"BZh91AY", "utf-8", "is packed by bzip2, which is not unpacked"),
    ],
)
def test_another_encoding_is_told(tmp_path: Path, content: bytes, stated: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, content, type="csv", encoding=stated)
