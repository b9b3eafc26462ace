"""A prediction as it is shown: beside guesses that need no model, calibrated or not, by what, and for whom. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from web.page.units import count
from web.pages.processes.figures import Json, Line, Plot, Table, figure, score_figure, share, within
from web.pages.processes.marks import Scale, interval

_IMPORTANCES = 15
_NEAR = 0.02
"""Share of the axis that is left free around the points of a plot."""


def prediction(found: Json) -> Iterator[Table | Plot]:
    """All that is shown of one."""
    yield _scores(found)
    if found["calibration"]["bins"]:
        yield _calibration(found)
    if found["importances"]:
        yield _importances(found)
    if found["fairness"]:
        yield _fairness(found)


def _scores(found: Json) -> Table:
    guesses = [("The model", found["score"]), ("The same for everybody", found["plain"])]
    guesses += [("One column, taken as it is", found["naive"])] if found["naive"] else []
    scale = Scale.of([each[end] for _, each in guesses for end in ("lower", "upper")])
    lines = tuple(
        Line(
            name,
            (score_figure(each, each["value"]), _ends(each)),
            interval(scale, each["lower"], each["value"], each["upper"]),
        )
        for name, each in guesses
    )
    by = f", {found['grouped_by']} kept together" if found["grouped_by"] else ""
    note = f"{found['model'].capitalize()}, {count(found['rows'])} rows in {found['folds']} folds{by}."
    naming = f" Left out, for they name rows: {', '.join(found['identifiers'])}." if found["identifiers"] else ""
    better = "lower is better" if found["numeric"] else "higher is better"
    measure = f"{found['score']['measure']} of {found['target']}, {better}"
    ends = f"{score_figure(found['score'], scale.low)} to {score_figure(found['score'], scale.high)}"
    return Table(measure, ("Guess", found["score"]["measure"], "95 % interval"), lines, ends, note + naming)


def _ends(score: Json) -> str:
    return f"{score_figure(score, score['lower'])} to {score_figure(score, score['upper'])}"


def _calibration(found: Json) -> Plot:
    bins = found["calibration"]["bins"]
    values = [each[end] for each in bins for end in ("guessed", "true")]
    low, high = min(values), max(values)
    room = ((high - low) or 1.0) * _NEAR
    scale = Scale(low - room, high + room)
    points = tuple((scale.at(each["guessed"]), scale.at(each["true"])) for each in bins)
    off = figure(found["calibration"]["off"])
    across, up = ("what was guessed", "what was true") if found["numeric"] else ("how sure it was", "how often right")
    title = f"Calibration: off by {off} on average; on the line, guesses are as they should be"
    return Plot(title, across, up, points, figure(low), figure(high))


def _importances(found: Json) -> Table:
    shown = found["importances"][:_IMPORTANCES]
    scale = Scale.of([each[end] for each in shown for end in ("lower", "upper")], nought=True)
    lines = tuple(
        Line(
            each["predictor"],
            (figure(each["grows"]), within(each["lower"], each["upper"])),
            interval(scale, each["lower"], each["grows"], each["upper"]),
        )
        for each in shown
    )
    more = len(found["importances"]) - len(shown)
    note = f"And {count(more)} more, which the API has." if more else ""
    head = ("Shuffled column", "Error grows by", "95 % interval")
    ends = f"{figure(scale.low)} to {figure(scale.high)}"
    return Table("What the model leans on", head, lines, ends, f"An interval around nought: nothing was shown. {note}")


def _fairness(found: Json) -> Table:
    groups = found["fairness"]
    scale = Scale.of([each[end] for each in groups for end in ("lower", "upper")], nought=True)
    lines = tuple(
        Line(
            f"{each['by']}: {each['group']}",
            (
                count(each["rows"]),
                score_figure(each["score"], each["score"]["value"]),
                _leans(each, each["leans"]),
                f"{_leans(each, each['lower'])} to {_leans(each, each['upper'])}",
                "leans" if each["differs"] else "even",
            ),
            interval(scale, each["lower"], each["leans"], each["upper"]),
        )
        for each in groups
    )
    leaning = groups[0]["leaning"]
    what = f"how much more often {leaning} is guessed than true" if leaning else "guess less truth, on average"
    head = ("Group", "Rows", groups[0]["score"]["measure"], "Leans by", "95 % interval", "Verdict")
    note = f"Leaning: {what}. Groups below 20 rows are left out; that a group is even does not make it fair."
    return Table("As good for each group?", head, lines, "Less to more than true", note, (4,))


def _leans(group: Json, value: float) -> str:
    return share(value) if group["leaning"] else figure(value)
