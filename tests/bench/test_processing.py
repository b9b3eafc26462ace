"""Records that are made up are such as the stream keeps, and the process asks for all that there is."""

from __future__ import annotations

import pyarrow.compute as pc

from bench.processing import _DECLARED, Settings, asked, made_answers
from processing.steps import STEPS
from streams import load_definition
from streams.records import record_fields


def test_made_answers_are_such_as_the_stream_keeps() -> None:
    definition = load_definition(_DECLARED)
    rows = made_answers(definition, 2_000, 500, seed=7)
    columns = {each.field: each.column for each in record_fields(definition)}
    assert {columns[name] for name in asked(Settings()).fields} <= {*rows.column_names}
    assert rows["offset"].to_pylist() == [*range(500, 2_500)]
    for name in asked(Settings()).fields:
        rule, values = definition.fields[name], rows[columns[name]]
        assert 0 < values.null_count < 100
        if rule.values:
            assert {*values.drop_null().to_pylist()} == {*rule.values}
        else:
            least, most = pc.min_max(values).as_py().values()
            assert float(rule.min or 0) <= least < most <= float(rule.max or 0)
    assert rows.equals(made_answers(definition, 2_000, 500, seed=7))
    assert not rows["g1"].equals(made_answers(definition, 2_000, 0, seed=7)["g1"])


def test_all_steps_are_asked_for() -> None:
    assert {*asked(Settings()).steps} == {*STEPS}
