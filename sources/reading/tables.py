"""Reads a file as its source states it is written."""

from __future__ import annotations

from pathlib import Path

from sources.formats import Format
from sources.limits import Limits
from sources.reading.csv_rows import csv_table
from sources.reading.fhir import fhir_table
from sources.reading.json_document import json_document_table
from sources.reading.json_lines import json_lines_table
from sources.reading.outcomes import Outcomes, Refused, Rows, Table
from sources.reading.parquet import parquet_table
from sources.reading.texts import is_written_in
from sources.reading.unpacking import unpacked
from sources.reading.xlsx import xlsx_table
from sources.reading.xml_records import xml_table


def read(file: Path, name: str, form: Format, limits: Limits) -> Table:
    """The table that a file is; it must be iterated to its end, or closed.

    `name`: what the file is called by people, in errors. Formats of documents (ndjson, json, fhir, xml) have the one
    column `doc`, JSON text. Raises Refused, here or while it is iterated: the file cannot be read, or breaks a limit.
    """
    try:
        table = _opened(file, form, limits)
    except Refused as error:
        raise Refused(error.reason, name) from error
    return Table(table.columns, _within(table.outcomes, name, limits.rows))


def _opened(file: Path, form: Format, limits: Limits) -> Table:
    stream = unpacked(file, form, limits)
    try:
        match form.type:
            case "csv":
                return csv_table(stream, _as_written(file, form, limits), limits)
            case "ndjson":
                return json_lines_table(stream, limits)
            case "json":
                return json_document_table(stream, form.records, limits)
            case "fhir":
                return fhir_table(stream, limits)
            case "xml":
                return xml_table(stream, form.records or "", limits)
            case "xlsx":
                return xlsx_table(stream, form, limits)
            case "parquet":
                return parquet_table(stream, form, limits)
    except BaseException:
        stream.close()
        raise


def _as_written(file: Path, form: Format, limits: Limits) -> Format:
    """The format with the encoding that the file is written in, of the two that it may be."""
    if form.else_encoding is None:
        return form
    with unpacked(file, form, limits) as stream:
        fits = is_written_in(stream, form.encoding)
    return form if fits else form.model_copy(update={"encoding": form.else_encoding})


def _within(outcomes: Outcomes, name: str, most: int) -> Outcomes:
    """The outcomes, as long as there are at most so many."""
    number = 0
    try:
        for outcome in outcomes:
            number += outcome.values.num_rows if isinstance(outcome, Rows) else 1
            if number > most:
                raise Refused(f"has more than {most:,} rows; raise limits.rows if it may have")
            yield outcome
    except Refused as error:
        raise Refused(error.reason, name) from error
    finally:
        outcomes.close()
