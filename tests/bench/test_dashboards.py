"""Made visits of sites, what DuckDB is asked of them, and what pages are checked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain

import duckdb
import httpx
import orjson
import pytest

from bench.peer_programs.site_questions import KINDS, Row, SiteAnswer, SiteQuestion, SiteQuestions
from bench.peer_programs.sites_duckdb import run
from bench.site_peers import alike, asked_of
from bench.site_readers import Page
from bench.web_visits import Truth, WebVisits
from streams.errors import WindowpaneError

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 3
START_MS = int(START.timestamp() * 1000)
VISITS = WebVisits(1, 1.1, 7, START_MS, START_MS + DAYS * 86_400_000, 4, "ours-")
Made = tuple[list[bytes], Truth]
SITE = "ours-0000004.example"
RECORDS = """
copy (
  select
    site, visitor, path, source, country, browser, engaging, "view", place as "offset", "time" as event_time,
    min("time") over (partition by visitor) as visit_start
  from events
  qualify row_number() over (partition by visitor, id order by place) = 1
) to $file (format parquet)
"""


@pytest.fixture(scope="module")
def made() -> Made:
    """Messages of 3,000 visits, in batches, and what they hold."""
    batches = [*VISITS.batches(3_000, 1, visits_each=1_300)]
    truth = Truth()
    for _, held in batches:
        truth = truth.plus(held)
    return [*chain.from_iterable(messages for messages, _ in batches)], truth


@pytest.fixture(scope="module")
def answers(made: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[SiteQuestion, SiteAnswer]:
    """What DuckDB answers to two questions of each kind, over records as the lake's are."""
    messages, _ = made
    folder = tmp_path_factory.mktemp("records")
    lines, records, output = (folder / name for name in ("events.ndjson", "events.parquet", "answers.json"))
    lines.write_bytes(b"\n".join(messages))
    with duckdb.connect() as engine:
        engine.execute("set timezone = 'UTC'")
        engine.execute(
            "create table events as select *, row_number() over () as place"
            " from read_ndjson($file, columns = {site: 'varchar', visitor: 'varchar', id: 'varchar', path: 'varchar',"
            " source: 'varchar', country: 'varchar', browser: 'varchar', engaging: 'boolean', \"view\": 'bigint',"
            " \"time\": 'timestamptz'})",
            {"file": str(lines)},
        )
        engine.execute(RECORDS, {"file": str(records)})
    asked = asked_of(SITE, START, START + timedelta(days=DAYS), 2)
    questions = SiteQuestions([str(records)], asked, str(output))
    run(questions)
    return dict(zip(asked, questions.answers(), strict=True))


def whole(answers: dict[SiteQuestion, SiteAnswer], kind: str) -> list[Row]:
    """The rows of the question of all days."""
    first = next(question for question in answers if question.kind == kind)
    return [*answers[first].rows]


def test_no_visit_passes_midnight(made: Made) -> None:
    days: dict[str, set[str]] = {}
    for message in map(orjson.loads, made[0]):
        assert message["site"] == message["hostname"] == SITE
        days.setdefault(message["visitor"], set()).add(message["time"][:10])
    assert {len(each) for each in days.values()} == {1}
    assert set.union(*days.values()) == {"2026-03-01", "2026-03-02", "2026-03-03"}


def test_duckdb_counts_what_was_made(made: Made, answers: dict[SiteQuestion, SiteAnswer]) -> None:
    truth = made[1]
    assert truth.copies > 0
    numbers = [truth.visits, truth.visits, truth.views, truth.bounces, truth.visit_seconds, truth.counted]
    assert whole(answers, "numbers") == [numbers]
    assert sum(row[1] for row in whole(answers, "chart")) == truth.views
    assert sum(row[1] for row in whole(answers, "pages")) == truth.views
    for kind in ("sources", "countries"):
        assert [sum(row[at] for row in whole(answers, kind)) for at in (1, 2)] == [truth.visits, truth.bounces]


def test_filters_leave_a_part(made: Made, answers: dict[SiteQuestion, SiteAnswer]) -> None:
    ((visitors, visits, *_),) = whole(answers, "filtered")
    assert 0 < visitors == visits < made[1].visits / 20


def test_fewer_days_hold_less(answers: dict[SiteQuestion, SiteAnswer]) -> None:
    first, second = (answer.rows[0] for question, answer in answers.items() if question.kind == "numbers")
    assert second[1] < first[1]


def test_every_kind_is_asked_by_turns() -> None:
    asked = asked_of(SITE, START, START + timedelta(days=DAYS), 2)
    assert [question.kind for question in asked] == [kind for kind in KINDS for _ in range(2)]
    assert all(bool(question.source) is (question.kind == "filtered") for question in asked)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ([[1_020, 7, "a"], [5, 2, "b"]], [[3, 2, "b"], [1_000, 7, "a"]], True),
        ([[1_040, 7, "a"]], [[1_000, 7, "a"]], False),
        ([[1_000, 8, "a"]], [[1_000, 7, "a"]], False),
        ([[1_000, 7, "a"]], [[1_000, 7, "a"], [1, 1, "b"]], False),
        ([], [], True),
    ],
)
def test_answers_are_alike_but_for_estimates(ours: list[Row], theirs: list[Row], same: bool) -> None:
    assert alike(ours, theirs) is same


@pytest.mark.parametrize(
    ("status", "text", "problem"),
    [
        (200, '<li title="Views: 12,345">', ""),
        (200, '<li title="Views: 12,344">', "does not show"),
        (200, '<li title="Views: 12,345"><div class="failed" role="alert">', "failed"),
        (503, '<li title="Views: 12,345">', "503"),
    ],
)
def test_pages_are_looked_at(status: int, text: str, problem: str) -> None:
    page = Page("/sites/a.example", holds=(': 12,345"',))
    answer = httpx.Response(status, text=text)
    if not problem:
        page.check(answer)
        return
    with pytest.raises(WindowpaneError, match=problem):
        page.check(answer)
