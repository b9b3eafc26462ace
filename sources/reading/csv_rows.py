"""Strict CSV: delimiter, quote, encoding and place of the header as the source states them, nothing sniffed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Literal

from sources.formats import Format
from sources.limits import LARGEST_LINE, Limits
from sources.reading.headers import column_names, numbered_columns
from sources.reading.outcomes import Outcome, Outcomes, Refused, Row, Table, Unreadable
from sources.reading.plain_csv import PlainCsv
from sources.reading.text_lines import Blocks, LongLineError, TextLines
from sources.reading.texts import text_of

csv.field_size_limit(LARGEST_LINE)  # of the process; lines are bounded here, by the source's own limit

Values = Callable[[list[str]], tuple[str | None, ...]]

_BLOCK = 1 << 18
"""Characters that are looked at together."""


def csv_table(stream: io.BufferedReader, form: Format, limits: Limits) -> Table:
    """The table of a file of CSV, which is closed with it. Raises Refused.

    Ends of lines may be of any kind. Empty lines hold nothing and are passed over; a record with other than as many
    values as the header has is unreadable, and so is one with a NUL. A quote within an unquoted value is part of it.
    """
    text = text_of(stream, form.encoding)
    lines = TextLines(Blocks(text), limits.line_bytes, form.quote)
    reader = _reader(lines, form)
    values = cells(form)
    try:
        line, header = _header(lines, reader, form)
    except csv.Error as error:
        raise Refused(f"line {lines.number:,}, before the rows begin: {error}") from error
    except LongLineError as error:
        raise Refused(
            f"line {lines.number:,} has {error.length:,} characters; at most {limits.line_bytes:,} are read"
        ) from None
    if form.header_row:
        columns = column_names(header, limits.columns)
        return Table(columns, _outcomes(text, lines, reader, form, len(columns)))
    if not header:
        raise Refused("is empty")
    columns = numbered_columns(len(header), limits.columns)
    first = Unreadable(line, "holds a NUL", lines.text) if lines.nul else Row(line, values(header))
    return Table(columns, _outcomes(text, lines, reader, form, len(columns), first))


def cells(form: Format) -> Values:
    """What values of a record are: None for the empty text, and for those that the source says are missing."""
    if not form.missing:
        return lambda values: tuple([value or None for value in values])
    missing = {"", *form.missing}
    return lambda values: tuple([None if value in missing else value for value in values])


def _reader(lines: TextLines, form: Format) -> Iterator[list[str]]:
    if form.quote:
        return csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, strict=True)
    return csv.reader(lines, delimiter=form.delimiter, quotechar=None, quoting=csv.QUOTE_NONE, strict=True)


def _header(lines: TextLines, reader: Iterator[list[str]], form: Format) -> tuple[int, list[str]]:
    """The record with the names, or the first one if there are none, and its line."""
    for _ in range(form.skip_rows):
        lines.begin()
        next(lines, None)
    for _ in range(form.header_row - 1):
        lines.begin()
        next(reader, None)
    line = lines.begin()
    header = next(reader, None)
    while header == [] and not form.header_row:  # an empty line
        line = lines.begin()
        header = next(reader, None)
    return line, header or []


def _outcomes(
    text: io.TextIOWrapper,
    lines: TextLines,
    reader: Iterator[list[str]],
    form: Format,
    count: int,
    first: Outcome | None = None,
) -> Outcomes:
    plain, values = PlainCsv(form, count), cells(form)
    with text:
        if first is not None:
            yield first
        while block := lines.block(_BLOCK):
            rows = plain.rows(block, lines.number + 1)
            if rows is not None:
                lines.pass_by(rows.values.num_rows)
                yield rows
                continue
            lines.give_back(block)
            while lines.is_given_back and (outcome := _next(lines, reader, count, values)) is not False:
                if outcome:
                    yield outcome


def _next(lines: TextLines, reader: Iterator[list[str]], count: int, values: Values) -> Outcome | Literal[False] | None:
    """What the next record is; None of an empty line, False where there is none."""
    line = lines.begin()
    try:
        record = next(reader)
    except StopIteration:
        return False
    except csv.Error as error:
        return Unreadable(line, _told(error, lines), lines.text)
    except LongLineError as error:
        return Unreadable(line, f"is {error.length:,} characters long, more than a line may be", error.text)
    if lines.nul:
        return Unreadable(line, "holds a NUL", lines.text)
    if len(record) == count:
        return Row(line, values(record))
    return Unreadable(line, f"has {len(record):,} values; the header has {count:,}", lines.text) if record else None


def _told(error: csv.Error, lines: TextLines) -> str:
    if "unexpected end of data" in str(error):
        return f"a quote is opened and never closed; {lines.spanned:,} lines to the end of the file are in it"
    if "expected after" in str(error):
        return "a quote is closed, and more follows before the next delimiter"
    return str(error)
