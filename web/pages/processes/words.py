"""What each kind of result means, for whom it holds, and what it cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Of one step."""

    title: str
    means: str
    holds: str
    cannot: str


WORDS: Mapping[str, Words] = {
    "descriptives": Words(
        "What was said, and what is missing",
        "How many rows have a value in each column, how values are spread, and which gaps come together.",
        "Counts, means and deviations are of every row that was read; quantiles are of the rows that were held.",
        "Why something is missing. If whoever leaves a question out differs from who answers it, means of the answers "
        "are not means of everybody.",
    ),
    "drift": Words(
        "What moved since the run before",
        "The population stability index of each column: how far its spread is from that of the earlier run. Below 0.1 "
        "is called as before, from 0.25 on moved far; only what chance would rarely do is called moved at all.",
        "The rows of this run against those of the run before: older rows are in both, unless these were deleted.",
        "Whether people changed, or other people answered, or the question was asked otherwise.",
    ),
    "correlations": Words(
        "What goes together",
        "From -1, one falls as the other rises, to 1, both rise together; 0 is no such relation. The bar is the "
        "interval that holds the true coefficient in 95 of 100 samples; p is corrected for all pairs that were looked "
        "at.",
        "The rows that were held and have both values.",
        "What causes what: two things that go together may both follow a third one. A relation that rises and falls "
        "again can have a coefficient of nought.",
    ),
    "differences": Words(
        "Whether groups differ",
        "The mean of each group with its 95 % interval, and how large the difference is: of two groups in deviations "
        "(0.2 is small, 0.8 large), of more as the share of ranks that the group tells.",
        "Groups with at least ten rows among those that were held; the others are named or counted.",
        "That belonging to a group makes the difference: groups differ in more than their name. Nor anything about "
        "one person: people of one group differ too, often by more than the means do.",
    ),
    "prediction": Words(
        "How well it can be predicted",
        "The error on rows that the model did not learn from, beside guesses that need no model. A model that is no "
        "better than the same guess for everybody has found nothing.",
        "People like those whose rows were read, answered for in the same way. Rows of a group are kept together where "
        "one is named, so that the error is that of new groups.",
        "What would happen if something were changed: importance tells what the model leans on, not what causes. It is "
        "no ground for decisions about one person, and no guess about anybody is kept.",
    ),
    "clusters": Words(
        "Who is alike",
        "Groups of rows that lie close together by some columns, and how often each would be found again in other "
        "samples of the same kind: below 0.75 a cluster is called unstable, and should be given no name.",
        "Rows that were held and have all of these columns; 5,000 at most.",
        "That there are kinds of people. K-means finds clusters in everything, also where there is one cloud; and "
        "which columns are given decides which ones it finds.",
    ),
}
