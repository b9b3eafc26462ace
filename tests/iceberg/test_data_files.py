"""Every text that a decoder accepts can be written, and is no more than the upper bound of its file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyiceberg.table import Table

from iceberg.data_files import in_order, write_files
from iceberg.rows import read_files
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, make_tables, open_local, pane_row, rejected_row

LAST = chr(0x10FFFF)
CHARACTERS = ["a", "\0", "\ud7ff", "\ue000", "\uffff", LAST, "\U0001f600", "\u0301", "\u202e"]
edges = st.text(st.sampled_from(CHARACTERS), max_size=20)
texts = st.text(max_size=40) | edges


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    return make_tables(open_local(tmp_path_factory.mktemp("lake")), HEALTH)


@example(values=[15 * "x" + "\ud7ff" + "y"])
@example(values=[20 * LAST])
@example(values=[15 * "\ud7ff" + LAST + "y"])
@example(values=[200 * "\U0001f600", "", "\0"])
@given(values=st.lists(texts, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_written(tables: dict[str, Table], values: list[str]) -> None:
    for name, column, rows in (
        ("panes", "service", [pane_row(0) | {"service": text} for text in values]),
        ("rejected", "field", [rejected_row(0, 0, at) | {"field": text} for at, text in enumerate(values)]),
    ):
        table = tables[name]
        schema = table.schema().as_arrow()
        data = pa.Table.from_pylist(rows, schema=schema)
        [file] = write_files(table, in_order(table, data))
        field = table.schema().find_field(column).field_id
        bound = file.upper_bounds.get(field)
        assert bound is None or bound >= max(text.encode() for text in values)
        assert file.lower_bounds[field] <= min(text.encode() for text in values)


def test_what_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    """Also by the bounds that leave files out."""
    panes = make_tables(open_local(tmp_path), HEALTH)["panes"]
    values = [15 * "x" + "\ud7ff" + "y", 20 * LAST, "", "a\0b"]
    commit(panes, [pane_row(0) | {"service": text} for text in values])
    assert sorted(read_files(panes, list(panes.scan().plan_files()))["service"].to_pylist()) == sorted(values)
    for text in values:
        assert panes.scan(f"service = '{text}'").to_arrow()["service"].to_pylist() == [text]
