"""Day panes made again: put in place they stay there, though the task was killed before its own table was gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from database.errors import LakeError
from iceberg.commits import set_properties
from iceberg.pending import as_noted
from iceberg.rollups import begin_rollup, finish_rollup, has_pending
from streams.arrivals import Arrivals
from streams.breakdowns import Layer
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, day_row, make_tables, noon, open_local


def test_panes_of_other_arrivals_are_refused(tmp_path: Path) -> None:
    """They would be left out, and what is pending be taken for made."""
    catalog = open_local(tmp_path)
    set_properties(make_tables(catalog, HEALTH)["panes"], as_noted(Layer.DAY, Arrivals(noon(30), noon(600))))
    task = begin_rollup(catalog, "health")
    assert task is not None
    commit(catalog.load_table((task.namespace, "panes")), [day_row(0)])
    with pytest.raises(LakeError, match="day panes were made of health that did not arrive"):
        finish_rollup(catalog, task)
    assert has_pending(catalog, "health")
    catalog.close()


class Killed(BaseException):
    pass


def killed(*_: object) -> None:
    raise Killed


def test_a_making_takes_no_file_from_an_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = open_local(tmp_path)
    panes = make_tables(catalog, HEALTH)["panes"]
    for second in (0, 600):
        set_properties(panes.refresh(), as_noted(Layer.DAY, Arrivals(noon(second), noon(second + 600))))
        task = begin_rollup(catalog, "health")
        assert task is not None
        commit(catalog.load_table((task.namespace, "panes")), [day_row(second)])
        with monkeypatch.context() as patch:
            patch.setattr(catalog, "drop_table", killed)
            with pytest.raises(Killed):
                finish_rollup(catalog, task)
        assert not has_pending(catalog, "health")
    assert sorted(panes.refresh().scan().to_arrow()["arrived_from"].to_pylist()) == [noon(0), noon(600)]
    catalog.close()
