"""Trino SQL that merges each aggregate: for answers (raw, in stored units), for views
(plain numbers), and for panes made of panes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.definition import Definition
from streams.panes import Aggregate, PaneColumn, pane_columns

__all__ = ["Expression", "answered_columns", "merged_columns", "state_columns", "view_columns"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A named expression of a select list."""

    name: str
    sql: str


# Rows compare by their first unequal part: the least (-max, at) is the largest maximum at its earliest time.
_PEAK = 'min(row(-"{source}_max", "{source}_max_at")) filter (where "{source}_max" is not null)'

_MERGE = {
    Aggregate.MESSAGES: 'coalesce(sum("{name}"), 0)',
    Aggregate.COUNT: 'coalesce(sum("{name}"), 0)',
    Aggregate.SUM: 'sum("{name}")',
    Aggregate.MIN: 'min("{name}")',
    Aggregate.MAX: 'max("{name}")',
    Aggregate.MAX_AT: f"({_PEAK})[2]",
    Aggregate.DISTINCT: 'cardinality(merge(cast("{name}" as hyperloglog)))',
}
_STATE = {
    **_MERGE,
    Aggregate.DIGEST: 'cast(merge(cast("{name}" as tdigest)) as varbinary)',
    Aggregate.DISTINCT: 'cast(merge(cast("{name}" as hyperloglog)) as varbinary)',
}

# Of an answer: only what Trino must do. Each expression over an aggregate costs planning, and the peak's row holds the
# largest value too.
_ANSWER = {
    **_MERGE,
    Aggregate.MESSAGES: 'sum("{name}")',
    Aggregate.COUNT: 'sum("{name}")',
    Aggregate.MAX_AT: _PEAK,
    Aggregate.DIGEST: 'values_at_quantiles(merge(cast("{name}" as tdigest)), array[{quantiles}])',
}

_VIEW_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def answered_columns(columns: Sequence[PaneColumn], quantiles: Sequence[float]) -> dict[PaneColumn, Expression]:
    """The select list of an answer, raw; quantile digests are read only when quantiles are asked.

    A peak is a row of the negated largest value and its earliest time, so the largest value has no column of its own.
    """
    asked = ", ".join(f"double '{quantile!r}'" for quantile in quantiles)
    given = [column for column in columns if column.aggregate is not Aggregate.MAX]
    return dict(zip(given, _expressions(given, _ANSWER, quantiles=asked), strict=True))


def merged_columns(columns: Sequence[PaneColumn]) -> tuple[Expression, ...]:
    """The select list that merges each aggregate but digests to a value that can be compared."""
    return _expressions(columns, _MERGE)


def state_columns(definition: Definition) -> tuple[Expression, ...]:
    """The select list that merges panes into a pane: every aggregate as it is stored."""
    return _expressions(pane_columns(definition), _STATE)


def _expressions(columns: Sequence[PaneColumn], forms: Mapping[Aggregate, str], **more: str) -> tuple[Expression, ...]:
    """Each column in the form of its aggregate."""
    return tuple(
        Expression(column.name, forms[column.aggregate].format(name=column.name, source=column.source, **more))
        for column in columns
    )


def view_columns(definition: Definition) -> tuple[Expression, ...]:
    """The select list of the views for SQL clients: measures as plain numbers."""
    found = []
    for column in pane_columns(definition):
        merge = _MERGE.get(column.aggregate, "").format(name=column.name, source=column.source)
        scale = f"{definition.measures[column.source].scale}e0" if column.source in definition.measures else ""
        match column.aggregate:
            case Aggregate.SUM:
                mean = f'{merge} / ({scale} * nullif(sum("{column.source}_count"), 0))'
                found.append(Expression(f"{column.source}_mean", mean))
            case Aggregate.MIN | Aggregate.MAX:
                found.append(Expression(column.name, f"{merge} / {scale}"))
            case Aggregate.DIGEST:
                digest = f'merge(cast("{column.name}" as tdigest))'
                found += [
                    Expression(f"{column.source}_{name}", f"value_at_quantile({digest}, double '{q}') / {scale}")
                    for name, q in _VIEW_QUANTILES.items()
                ]
            case Aggregate.DISTINCT:
                found.append(Expression(column.source, merge))
            case Aggregate.MESSAGES | Aggregate.COUNT | Aggregate.MAX_AT:
                found.append(Expression(column.name, merge))
    return tuple(found)
