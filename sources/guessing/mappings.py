"""A guess of a mapping: which expression makes which field of a stream's messages. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import Template

from sources.drift.fingerprints import DATED
from sources.guessing.expressions import MIDNIGHT, day, doubtful, number_expression, time_expression
from sources.guessing.fields import Fit, fit
from sources.guessing.samples import Sample
from sources.guessing.words import sql_name, words
from streams.definition import Definition, FieldRule

_DATE_IN_NAME = ((r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"), (r"\d{2}-\d{2}-\d{4}", "%m-%d-%Y"), (r"20\d{6}", "%Y%m%d"))
_SELECT = Template("  with long as (\n$long\n  )\n  select _row,\n    $made\n  from long")
_BY_DATE = Template(
    "    from (select $own, columns('$pattern') from input)\n"
    "    unpivot include nulls (figure for dated in (columns(* exclude ($own))))"
)
_BY_KIND = Template(
    "    select $own, $kind, figure\n    from input unpivot include nulls (figure for $kind in ($figures))"
)
_SENT = frozenset({"id", "revision", "change"})
"""What comparing with the files before puts in."""


@dataclass(frozen=True, slots=True)
class Guess:
    """`columns`: name in the mapping → header; `examples`: header → a value; `doubts`: what people must look at.

    `fields`: field → expression; `select`: which they are part of, where a row makes several messages. `key`,
    `replaces`, `date`, `new_from`: of corrections, if any.
    """

    columns: Mapping[str, str]
    examples: Mapping[str, str]
    unused: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    select: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    replaces: str = ""
    date: str = ""
    new_from: str = ""


def plain_guess(sample: Sample) -> Guess:
    """Each column as a field, where no stream is known."""
    maker = _Maker(sample, {name: sql_name(name) for name in sample.columns if not name.startswith(DATED)})
    made = {sql_name(name, 40): maker.expression(FieldRule(type="string"), name) for name in maker.named}
    return Guess({} if sample.documents else maker.wanted, sample.examples, fields=made)


def guess_mapping(sample: Sample, definition: Definition, file: str, source: str) -> Guess:
    """What fits a stream. `file`: name of the sample; `source`: what the source will be called."""
    columns = {name: each for name, each in sample.columns.items() if not name.startswith(DATED)}
    corrected = {"change", "revision"} <= definition.fields.keys()
    found = fit(columns, definition, dated=bool(sample.dated), growing=sample.growing)
    kept = {field: header for field, header in found.columns.items() if not (corrected and field in _sent(found))}
    found = replace(found, columns=kept)
    named = {header: sql_name(header) for header in kept.values()}
    named |= {header: sql_name(value) for value, header in found.figures.items()}
    maker = _Maker(sample, named)
    fields, doubts = _fields(maker, definition, found, file, source, corrected=corrected)
    guess = Guess(
        {} if sample.documents else maker.wanted,
        sample.examples,
        tuple(name for name in columns if name not in named),
        tuple(doubts + maker.doubts),
        _select(maker, found, fields, sample) if found.figures or found.dated else "",
        fields,
    )
    return _with_corrections(guess, definition, found) if corrected else guess


def _with_corrections(guess: Guess, definition: Definition, found: Fit) -> Guess:
    """Facts are told apart by the dimensions and the date; a table with a column a date is published as a whole."""
    date = definition.event_time.field
    telling = {date, *(each.field for each in definition.dimensions.values())}
    return replace(
        guess,
        key=tuple(name for name in guess.fields if name in telling),
        replaces="whole" if found.dated else "rows",
        date=date,
        new_from=found.number if found.running_total and found.number != "change" else "",
    )


def _sent(found: Fit) -> frozenset[str]:
    """Fields that comparing with the files before puts in; the change, where a running total is sent beside it."""
    return _SENT if found.number not in ("", "change") else _SENT - {"change"}


class _Maker:
    """Makes expressions of columns by their names in the mapping."""

    def __init__(self, sample: Sample, named: Mapping[str, str]) -> None:
        self.sample, self.doubts = sample, list[str]()
        taken: dict[str, int] = {}
        self.named: dict[str, str] = {}
        for header, name in named.items():
            taken[name] = taken.get(name, 0) + 1
            self.named[header] = name if taken[name] == 1 else f"{name}_{taken[name]}"

    @property
    def wanted(self) -> dict[str, str]:
        return {name: header for header, name in self.named.items()}

    def expression(self, rule: FieldRule, header: str) -> str:
        """What makes a field of a column."""
        column, example = self.sample.columns[header], self.sample.examples.get(header, "")
        text = _at("txt", header) if self.sample.documents else self.named[header]
        if rule.type == "time":
            if doubtful(column):
                self.doubts.append(f"{header}: day or month first? The sample shows neither, such as {example[:20]}")
            return time_expression(text, column, example)
        if rule.type == "string":
            return text
        if self.sample.documents:
            return _at("jsn", header)
        return text if rule.type == "boolean" else number_expression(text, column, whole=rule.type == "integer")


def _fields(
    maker: _Maker, definition: Definition, found: Fit, file: str, source: str, *, corrected: bool
) -> tuple[dict[str, str], list[str]]:
    fields: dict[str, str] = {}
    doubts: list[str] = []
    rules = {**definition.fields}
    rules.setdefault(definition.event_time.field, FieldRule(type="time"))
    for name, rule in rules.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name) or (corrected and name in _sent(found)):
            continue
        if name in found.columns:
            fields[name] = maker.expression(rule, found.columns[name])
        elif name in (found.kind, found.number):
            fields[name] = name if name == found.kind else "number(figure)"
        elif name == definition.event_time.field:
            fields[name] = _date(found, maker.sample, file)
        elif rule.required:
            fields[name] = _constant(name, rule, definition, file, source)
        if fields.get(name) in ("''", "null"):
            doubts.append(f"{name}: nothing in the sample looks like it")
    return fields, doubts


def _date(found: Fit, sample: Sample, file: str) -> str:
    """From the header of a column a date, or from the name of the file."""
    if found.dated:
        header = sample.dated[0]
        short = re.fullmatch(r"\d+/\d+/\d\d", header.strip())
        formats = ["%m/%d/%y"] if short else ["%m/%d/%Y"] if "/" in header else ["%Y-%m-%d"]
        return day("dated", formats) + MIDNIGHT
    for pattern, written in _DATE_IN_NAME:
        if re.search(pattern, file):
            return day(f"regexp_extract(_name, '{pattern}')", [written]) + MIDNIGHT
    return "null"


def _constant(name: str, rule: FieldRule, definition: Definition, file: str, source: str) -> str:
    """The same in each message; empty if nothing says what."""
    if name == "source":
        return f"'{source}'"
    if definition.duplicates and name == definition.duplicates.id:
        return "concat(_name, ':', _row)"
    of_file = [value for value in rule.values or () if value and words(value) <= words(file)]
    if of_file:
        return f"'{of_file[0]}'"
    return "''" if rule.type == "string" else "null"


def _select(maker: _Maker, found: Fit, fields: Mapping[str, str], sample: Sample) -> str:
    """A row of the file makes several messages: one a date, or one a figure."""
    own = ["_row", *(maker.named[header] for header in found.columns.values())]
    if found.dated:
        pattern = r"^\d{1,2}/\d{1,2}/\d{2,4}$" if "/" in sample.dated[0] else r"^\d{4}-\d{1,2}-\d{1,2}$"
        long = _BY_DATE.substitute(own=", ".join(own), pattern=pattern)
    else:
        own = [*own, *(["_name"] if any("_name" in each for each in fields.values()) else [])]
        figures = ", ".join(maker.named[header] for header in found.figures.values())
        long = _BY_KIND.substitute(own=", ".join(own), kind=found.kind, figures=figures)
    made = ",\n    ".join(each if each == name else f"{each} as {name}" for name, each in fields.items())
    return _SELECT.substitute(long=long, made=made)


def _at(function: str, path: str) -> str:
    return f"{function}(doc, '{path.replace('[*]', '[0]').replace(chr(39), chr(39) * 2)}')"
