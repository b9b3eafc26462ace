"""Questions that a system asks of a stream's records by a statement of its own. Pure.

What it may read is decided here, not there: its statement begins with the relation `records`, which has the rows that
the asker may see, of the times and filters asked for, and of the fields that were named and are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from access.grants import Rows
from iceberg.kinds import RECORDS
from iceberg.lake_view import LakeView
from query.errors import FieldProblem
from query.record_rules import Met, RecordRules
from query.record_statements import column_in, conditions_in
from query.rendering import table_name, templates
from query.requests import EARLIEST, LATEST, Filters, checked_filters, refuse
from query.row_rules import rules_within
from query.statement import Statement
from query.statements import refuse_taken
from query.visible import Visible
from streams.definition import Definition
from streams.records import VISIT_START, column_of, record_columns


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """Rows that `body` makes of the records of `[start, end)` where dimensions have one of the given values.

    `columns`: the fields that it reads, and VISIT_START if it does; beside them a record has its own. `body`: named
    queries over `records` and the select that ends them, without the word `with`; its marks stand for `values`.
    `all_versions`: not the newest of each submission alone, where a form lets them be changed. Raises
    InvalidRequestError for a field that is hidden or is not there.
    """

    visible: Visible = field(repr=False, compare=False)
    stream: str = field(init=False)
    sight: str = field(init=False)
    start: datetime
    end: datetime
    where: Filters
    columns: tuple[str, ...]
    body: str
    values: tuple[Any, ...] = ()
    all_versions: bool = False

    def __post_init__(self) -> None:
        refuse(self._problems())
        put = object.__setattr__
        put(self, "stream", self.visible.definition.name)
        put(self, "sight", self.visible.sight)
        put(self, "where", checked_filters(self.visible, self.where))

    def _problems(self) -> Iterator[FieldProblem]:
        for name in self.columns:
            if name not in self.visible.shown.fields and name != VISIT_START:
                yield FieldProblem(name, "is needed to answer this, and you may not see it")
        if not EARLIEST <= self.start < self.end <= LATEST:
            yield FieldProblem("end", "must be after start")


def record_statement(definition: Definition, view: LakeView, question: RecordQuestion) -> Statement | None:
    """The statement that answers; None when there is no record that its asker may see.

    Raises NotKeptError for records of a time that retention took.
    """
    refuse_taken(view, RECORDS.name, question.start, question.end, "records")
    rules = _rules(definition, question)
    if view.records_snapshot is None or rules is None:
        return None
    missing, wanted = view.records_missing, {*question.columns}
    versions = None if question.all_versions else _versions(definition, missing)
    sql = templates.get_template("of_records.sql").render(
        versions=versions,
        table=table_name(view.stream, RECORDS.name),
        snapshot=view.records_snapshot,
        columns=[
            (column_in(each, missing), each.column) for each in record_columns(definition) if each.field in wanted
        ],
        where=[*conditions_in(rules.where, missing)],
        alternatives=[[*conditions_in(rule, missing)] for rule in rules.alternatives],
        body=question.body,
    )
    span = (question.start, question.end)
    return Statement(sql, (*(span if versions else ()), *span, *rules.values, *question.values))


def _versions(definition: Definition, missing: frozenset[str]) -> tuple[str, str] | None:
    """The columns of a submission and of the number of its version, where submissions can be changed."""
    if definition.form is None or definition.form.edits is None or not definition.key or not definition.duplicates:
        return None
    columns = column_of(definition.key), column_of(definition.duplicates.id)
    return None if missing & {*columns} else columns


def _rules(definition: Definition, question: RecordQuestion) -> RecordRules | None:
    visible = question.visible.over(definition)
    names = {name for name, _ in question.where}
    fields = {*question.columns} - {VISIT_START}
    if not names <= visible.shown.dimensions.keys() or not fields <= visible.shown.fields.keys():
        return None
    rules = rules_within(visible, question.where)
    if rules is None:
        return None
    return RecordRules(_met(definition, rules.where), tuple(_met(definition, rule) for rule in rules.alternatives))


def _met(definition: Definition, rows: Rows) -> Met:
    return tuple((column_of(definition.dimensions[name].field), values) for name, values in rows)
