"""Each step's result as a section of the page: a table of builders, from JSON to what is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from processing.report import headline
from processing.store import Step
from web.page.units import NOTHING, count
from web.pages.processes.figures import Json, Line, Plot, Table, chance, figure, share, within
from web.pages.processes.marks import Scale, bar, box, interval, shares
from web.pages.processes.predicted import prediction
from web.pages.processes.words import WORDS, Words

_PAIRS, _MISSING, _TOGETHER, _TOP = 30, 40, 10, 6
_FULL = Scale(0.0, 1.0)
_OF_COEFFICIENTS = Scale(-1.0, 1.0)

Parts = Iterable[Table | Plot]


@dataclass(frozen=True, slots=True)
class Section:
    """`says`: what was found, in a line; `problem`: why there is nothing."""

    name: str
    words: Words
    says: str
    problem: str
    seconds: float
    parts: tuple[Table | Plot, ...]


def sections(steps: Sequence[Step]) -> list[Section]:
    """Of the steps as far as they are shown, in their order."""
    return [_section(step) for step in steps]


def _section(step: Step) -> Section:
    parts = () if step.result is None else tuple(_PARTS[step.name](step.result))
    return Section(step.name, WORDS[step.name], headline(step), step.problem, step.seconds, parts)


def _described(found: Json) -> Parts:
    if found["numbers"]:
        yield Table(
            "Columns of numbers",
            ("Column", "Values", "Mean", "Deviation", "Median", "Nine of ten within"),
            tuple(_number(each) for each in found["numbers"]),
            "Least to most shown: nine of ten, the middle half, the median",
            _rank_error(found["numbers"]),
        )
    if found["labels"]:
        lines = tuple(_label(each) for each in found["labels"])
        yield Table(
            "Columns of labels", ("Column", "Values", "Different", "Most frequent"), lines, "Shares", texts=(2,)
        )
    columns = sorted((*found["numbers"], *found["labels"]), key=lambda each: -each["missing"])
    gaps = [each for each in columns if each["missing"]][:_MISSING]
    if gaps:
        lines = tuple(_gap(each, found["rows"]) for each in gaps)
        yield Table("What is missing", ("Column", "Missing", "Of all rows"), lines, "None to all", _together(found))


def _number(each: Json) -> Line:
    quantiles = each["quantiles"]
    ends = [each["least"], each["most"], *quantiles]
    half = (figure(quantiles[2]), within(quantiles[0], quantiles[-1])) if quantiles else (NOTHING, NOTHING)
    cells = (count(each["count"]), figure(each["mean"]), figure(each["deviation"]), *half)
    return Line(each["name"], cells, box(Scale.of(ends), quantiles))


def _rank_error(numbers: Iterable[Json]) -> str:
    worst = max((each["rank_error"] for each in numbers), default=0.0)
    return f"Quantiles are of a sample: their ranks are off by {share(worst)} at most, in 95 of 100." if worst else ""


def _label(each: Json) -> Line:
    top = [(name, number) for name, number in each["top"] if number][:_TOP]
    others = each["count"] - sum(number for _, number in top)
    named = [f"{name} {share(number, each['count'])}" for name, number in top[:3]]
    different = f"over {count(each['distinct'])}" if each["more"] else count(each["distinct"])
    said = " · ".join(named) or "each is rare"
    return Line(
        each["name"], (count(each["count"]), different, said), shares([*(n for _, n in top), others], each["count"])
    )


def _gap(each: Json, rows: int) -> Line:
    return Line(
        each["name"], (count(each["missing"]), share(each["missing"], rows)), bar(_FULL, each["missing"] / rows)
    )


def _together(found: Json) -> str:
    pairs = [f"{one} and {other} ({count(rows)} rows)" for one, other, rows in found["together"][:_TOGETHER]]
    return f"Missing together: {'; '.join(pairs)}." if pairs else ""


def _drifted(found: Json) -> Parts:
    columns = found["columns"]
    scale = Scale(0.0, max([0.3, *(each["index"] for each in columns)]))
    lines = tuple(
        Line(
            each["name"],
            (each["verdict"], figure(each["index"]), chance(each["adjusted"]), share(each["missing"])),
            bar(scale, each["index"], "c1" if each["verdict"] == "as before" else "c3"),
        )
        for each in columns
    )
    if lines:
        head = ("Column", "Verdict", "Index", "p", "Missing grew by")
        note = f"The earlier run read {count(found['rows_before'])} rows."
        yield Table("Columns, the one that moved most first", head, lines, "Index from 0", note, texts=(0,))


def _correlated(found: Json) -> Parts:
    lines = tuple(
        Line(
            f"{each['one']} and {each['other']}",
            (
                figure(each["coefficient"]),
                within(each["lower"], each["upper"]),
                chance(each["adjusted"]),
                count(each["rows"]),
            ),
            interval(_OF_COEFFICIENTS, each["lower"], each["coefficient"], each["upper"]),
        )
        for each in found["pairs"][:_PAIRS]
    )
    if lines:
        more = len(found["pairs"]) - len(lines)
        note = f"And {count(more)} weaker pairs, which the API has." if more else ""
        passed = f" Left out: {'; '.join(found['passed_over'][:_TOGETHER])}." if found["passed_over"] else ""
        method = f"{found['method'].capitalize()}'s coefficient, strongest first"
        yield Table(method, ("Pair", "Coefficient", "95 % interval", "p", "Rows"), lines, "-1 to 1", note + passed)


def _differing(found: Json) -> Parts:
    for each in found["differences"]:
        groups = each["groups"]
        scale = Scale.of([group[end] for group in groups for end in ("lower", "upper")])
        lines = tuple(
            Line(
                group["group"],
                (
                    count(group["rows"]),
                    figure(group["mean"]),
                    within(group["lower"], group["upper"]),
                    figure(group["median"]),
                ),
                interval(scale, group["lower"], group["mean"], group["upper"]),
            )
            for group in groups
        )
        left_out = f" Left out: {', '.join(each['left_out'])}." if each["left_out"] else ""
        effect = f"{each['measure']} {figure(each['effect'])} ({within(each['lower'], each['upper'])})"
        note = f"{effect}; {each['test']}, p {chance(each['adjusted'])}. {_sentence(each['assumptions'])}{left_out}"
        head = ("Group", "Rows", "Mean", "95 % interval", "Median")
        yield Table(f"{each['of']} by {each['by']}", head, lines, f"{figure(scale.low)} to {figure(scale.high)}", note)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _clustered(found: Json) -> Parts:
    lines = tuple(
        Line(
            f"Cluster {place}",
            (count(each["rows"]), "stable" if each["stable"] else "unstable", figure(each["stability"])),
            bar(_FULL, each["stability"], "c2" if each["stable"] else "c3"),
        )
        for place, each in enumerate(found["clusters"], 1)
    )
    tried = ", ".join(f"{number} clusters {figure(value)}" for number, value in found["tried"])
    note = f"Mean silhouette, of which the largest counts: {tried}."
    yield Table(
        "How often each is found again", ("Cluster", "Rows", "Verdict", "Stability"), lines, "0 to 1", note, (1,)
    )
    scale = Scale.of([value for each in found["clusters"] for value in each["apart"]], nought=True)
    apart = tuple(
        Line(
            f"Cluster {place}: {name}",
            (figure(each["centre"][at]), figure(each["apart"][at])),
            bar(scale, each["apart"][at]),
        )
        for place, each in enumerate(found["clusters"], 1)
        for at, name in enumerate(found["fields"])
        if each["centre"]
    )
    drawn = f"{figure(scale.low)} to {figure(scale.high)} deviations"
    yield Table("What tells them apart", ("Cluster and column", "Mean", "Deviations from all"), apart, drawn)


_PARTS: Mapping[str, Callable[[Json], Parts]] = {
    "descriptives": _described,
    "drift": _drifted,
    "correlations": _correlated,
    "differences": _differing,
    "prediction": prediction,
    "clusters": _clustered,
}
