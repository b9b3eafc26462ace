"""Bytes as text in the encoding that a source states. A mark at the beginning that says otherwise refuses the file."""

from __future__ import annotations

import codecs
import io

from sources.reading.outcomes import Refused

_LOOKED_AT = 4096
_AT_ONCE = 1 << 20

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_OTHER_FILES = (
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file"),
    (b"PK\x03\x04", "an archive or a workbook"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd, which is not unpacked"),
    (b"BZh", "packed by bzip2, which is not unpacked"),
    (b"\xfd7zXZ", "packed by xz, which is not unpacked"),
    (b"SQLite format 3\0", "an SQLite database"),
)


def is_written_in(stream: io.BufferedReader, encoding: str) -> bool:
    """Whether all bytes are characters of an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := stream.read(_AT_ONCE):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def text_of(stream: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    """The text, without its mark, line ends kept as they are. Raises Refused if it begins as no such text does."""
    head = stream.peek(_LOOKED_AT)[:_LOOKED_AT]
    mark, marked = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", ""))
    if marked and encoding not in (marked, marked[:6]):
        raise Refused(_marked_otherwise(marked, encoding))
    if not marked:
        refuse_other_files(head)
    if not marked and encoding == "utf-16":
        raise Refused('has no byte order mark; set encoding = "utf-16-le" or "utf-16-be", whichever it is')
    if not marked and encoding.startswith("utf-16") and 0 not in head:
        raise Refused(
            f"is not written in {encoding}: it holds no NUL, as the end of a line does; set encoding to what it is"
        )
    if not encoding.startswith("utf-16") and 4 * head.count(0) > len(head):
        raise Refused(_many_nuls(head))
    stream.read(len(mark))
    return io.TextIOWrapper(stream, encoding=marked or encoding, errors="strict", newline="")


def refuse_other_files(head: bytes) -> None:
    """Raises Refused if a file begins as one of quite another kind."""
    for magic, kind in _OTHER_FILES:
        if head.startswith(magic):
            raise Refused(f"is {kind}; its source states another format")


def wrong_byte(error: UnicodeDecodeError, line: int) -> Refused:
    """`line`: the last one that was read."""
    found = " ".join(f"0x{byte:02X}" for byte in error.object[error.start : error.end][:4])
    return Refused(
        f"is not written in {error.encoding}: {found} after line {line:,} is no character; set encoding to what it is"
    )


def _marked_otherwise(marked: str, encoding: str) -> str:
    name = {"utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(marked, marked)
    if marked == "utf-32":
        return "begins with the mark of utf-32, which is not read; save it as utf-8"
    return f'begins with the mark of {marked}, but its source states {encoding}; set encoding = "{name}"'


def _many_nuls(head: bytes) -> str:
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > 9 * even or even > 9 * odd:
        order = "utf-16-le" if odd > even else "utf-16-be"
        return (
            f'holds a NUL in every second byte, as UTF-16 without a mark does; set encoding = "{order}" if it is that'
        )
    return "consists of NUL bytes to a great part; it is no text"
