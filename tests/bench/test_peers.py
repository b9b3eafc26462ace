"""What `bench peers` compares, in which order, and what it makes of programs that fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from bench import contenders
from bench.contenders import CONTENDERS, chosen, rotated
from bench.history import made_panes
from bench.parsers import totals
from bench.peer_programs import oracle, windows_duckdb, with_duckdb
from bench.peer_programs.counting import add_messages
from bench.peer_programs.partials import Key, Partial, merge, rows
from bench.peer_programs.questions import Question, Questions
from bench.peer_programs.task import MEASURES, MINUTE_MS, QUANTILES, Task, columns, pack, unpack
from bench.peer_runs import peer_metrics
from bench.peer_table import lines
from bench.peers import definition_of
from bench.results import Rows, difference, of_answer, read
from query.answers import SeriesAnswer, SeriesPoint, source_of
from query.groups import Group
from query.requests import SeriesRequest, Step, WindowRequest
from query.visible import Visible
from services.generator import Generator
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.errors import WindowpaneError
from streams.panes import Grain
from tests.definitions import HEALTH
from tests.query.lake_views import lake_view

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EPOCH, NIGHT = datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
START = 1_760_000_040_000


def task_in(directory: Path, **fields: Any) -> Task:
    return Task("", "t", {0: 4}, 4, str(directory), str(directory), **fields)


def result(**changes: Any) -> dict[str, Any]:
    exact = dict.fromkeys(columns(quantiles=False)[2:], 1)
    return {**exact, "cpu_p50_low": 10, "cpu_p50_high": 20, "hosts": 100, **changes}


def estimated(**changes: Any) -> dict[str, Any]:
    exact = dict.fromkeys(columns(quantiles=False)[2:], 1)
    return {**exact, "cpu_p50": 14.5, "hosts": 97, **changes}


def test_right_results_have_no_difference() -> None:
    assert difference({("a", 0): estimated()}, {("a", 0): result()}) is None


def test_our_answer_is_told_in_the_units_of_the_others() -> None:
    """Whole millionths, as they were before they were divided to be shown: 519,620 of them are shown as 0.51962."""
    quantiles = {repr(part): 0.51962 for part in QUANTILES.values()}
    peak = {"max": 0.7, "max_at": EPOCH + timedelta(seconds=62)}
    shown = {"mean": 0.5, "min": 0.1, **peak, "count": 3, "quantiles": quantiles}
    group = Group(("a",), 3, dict.fromkeys(MEASURES, shown))
    request = SeriesRequest(WindowRequest(Visible(HEALTH), EPOCH, EPOCH + DAY, ("service",)), Step.MINUTE)
    source = source_of(lake_view(), "", request.window)
    answer = SeriesAnswer(request, source, (SeriesPoint(EPOCH + MINUTE, (group,)),))
    [(key, row)] = of_answer(answer).items()
    assert key == ("a", 60_000)
    assert [row[f"cpu_{part}"] for part in ("sum", "min", "max", "max_at")] == [1_500_000, 100_000, 700_000, 62_000]
    assert [row[f"cpu_{name}"] for name in QUANTILES] == [519_620] * len(QUANTILES)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "lacks a at 0 (1 rows expected, 0 found)"),
        ({("a", 0): estimated(), ("b", 0): estimated()}, "has b at 0, which does not exist"),
        ({("a", 0): estimated(ram_sum=2)}, "ram_sum of a at 0 is 2, not 1"),
        ({("a", 0): estimated(cpu_p50=21)}, "cpu_p50 of a at 0 is 21, not 10 to 20"),
        ({("a", 0): estimated(hosts=80)}, "hosts of a at 0 is 80, not 90.0 to 110.0"),
        ({("a", 0): estimated(disk_min=None)}, "disk_min of a at 0 is None, not 1"),
        ({("a", 0): {"messages": 1}}, "lacks the column cpu_sum"),
    ],
)
def test_first_difference_is_named(rows: Rows, said: str) -> None:
    assert said in str(difference(rows, {("a", 0): result()}))


def test_every_contender_is_first_in_turn() -> None:
    orders = [rotated(CONTENDERS, run) for run in range(2 * len(CONTENDERS))]
    assert [order[0] for order in orders] == [*CONTENDERS, *CONTENDERS]
    assert all(sorted(order, key=CONTENDERS.index) == list(CONTENDERS) for order in orders)


def test_contenders_are_chosen_by_name() -> None:
    assert chosen("", quantiles=False) == CONTENDERS
    assert [one.name for one in chosen("polars, dict", quantiles=False)] == ["polars", "dict"]
    assert all(one.quantiles for one in chosen("", quantiles=True))
    with pytest.raises(WindowpaneError, match=r"'spork' is no contender; known: windowpane, dict"):
        chosen("spork", quantiles=False)
    with pytest.raises(WindowpaneError, match="none gives quantiles"):
        chosen("dict", quantiles=True)


def test_contenders_have_programs_and_requirements() -> None:
    programs = Path(contenders.__file__).parent / "peer_programs"
    requirements = Path(__file__).parents[2] / "requirements"
    for one in CONTENDERS[1:]:
        assert (programs / f"{one.program}.py").exists()
        assert (requirements / f"{one.environment}.txt").exists()
        assert one.guarantee


def test_figures_are_named_after_the_contender() -> None:
    assert peer_metrics("dict", 100, 20.0, 10.0, 40.0, 7) == {
        "dict_messages_per_second": 10.0,
        "dict_messages_per_second_with_start": 5.0,
        "dict_messages_per_cpu_second": 2.5,
        "dict_peak_rss_bytes": 7.0,
    }
    assert "dict_messages_per_second" not in peer_metrics("dict", 100, 20.0, None, 40.0, 7)


def test_table_tells_medians_and_guarantees() -> None:
    ours, dictionary, duckdb = CONTENDERS[:3]
    runs = [
        {
            **peer_metrics("windowpane", 3_000, seconds, None, 2.0, 10**9),
            **peer_metrics("dict", 3_000, 0.5, None, 1.0, 5),
        }
        for seconds in (1.0, 3.0, 2.0)
    ]
    runs[1] = {name: value for name, value in runs[1].items() if name.startswith("windowpane")}
    first, second, third = lines((ours, dictionary, duckdb), runs)
    assert first.startswith("dict: 6,000 messages/s with start (6,000 to 6,000), 3,000 per CPU-second")
    assert first.endswith(f"guarantee {dictionary.guarantee}; 2 of 3 runs count")
    assert second.startswith(
        "windowpane: 1,500 messages/s with start (1,000 to 3,000), 1,500 per CPU-second, peak 1.00 GB"
    )
    assert third == "duckdb: no run counts"


@pytest.mark.parametrize("at", [START, START + 1, START + MINUTE_MS - 1])
def test_peak_survives_packing(at: int) -> None:
    assert unpack(pack(999_999, at), START) == (999_999, at)
    assert pack(5, at) < pack(6, START + MINUTE_MS - 1)


def test_earliest_of_equal_peaks_counts() -> None:
    assert pack(5, START) > pack(5, START + 1)


def test_partial_results_are_what_our_decoder_counts() -> None:
    """The peers' arithmetic against the decoder of the stream; both ways of merging give the same."""
    generator = Generator(HEALTH, series=3)
    index = np.arange(2_000, dtype=np.int64)
    payloads = generator.batch(index, generator.times(index, START, START + 2 * MINUTE_MS, len(index)))
    at_once: dict[Key, Partial] = {}
    add_messages(at_once, payloads)
    merged: dict[Key, Partial] = {}
    for part in (payloads[:700], payloads[700:]):
        partials: dict[Key, Partial] = {}
        add_messages(partials, part)
        merge(merged, partials.items())
    decoder = Decoder(decoding_plan(HEALTH))
    accepted = [decoder.decode(payload, START + 3 * MINUTE_MS) for payload in payloads]
    sums: dict[tuple[object, ...], int] = {}
    for one in accepted:
        assert isinstance(one, Accepted)
        service, *values = one.values
        for measure, value in zip(MEASURES, values, strict=True):
            assert isinstance(value, int)
            key = (service, one.event_time // MINUTE_MS * MINUTE_MS, measure)
            sums[key] = sums.get(key, 0) + value
    assert at_once == merged
    counted = {tuple(row[:2]): row for row in rows(at_once)}
    assert {(*key, m): row[3 + 4 * place] for key, row in counted.items() for place, m in enumerate(MEASURES)} == sums


def test_oracle_is_what_peers_count(tmp_path: Path) -> None:
    generator = Generator(definition_of(HEALTH, quantiles=True), series=3)
    index = np.arange(3_000, dtype=np.int64)
    payloads = generator.batch(index, generator.times(index, START, START + 2 * MINUTE_MS, len(index)))
    services: dict[str, int] = {}
    numbers = oracle.block(payloads, services, {})
    partials: dict[Key, Partial] = {}
    add_messages(partials, payloads)
    task_in(tmp_path).write(oracle.oracle_rows(list(services), numbers, False))
    wanted = read(tmp_path)
    task_in(tmp_path).write(rows(partials))
    assert difference(read(tmp_path), wanted) is None
    task_in(tmp_path).write(oracle.oracle_rows(list(services), numbers, True), oracle.oracle_columns(True))
    row = next(iter(read(tmp_path).values()))
    assert row["cpu_min"] <= row["cpu_p50_low"] < row["cpu_p50_high"] < row["cpu_p99_high"] <= row["cpu_max"]
    assert row["hosts"] > 300


@pytest.mark.parametrize("quantiles", [False, True])
def test_duckdb_agrees_with_the_oracle(tmp_path: Path, quantiles: bool) -> None:
    generator = Generator(definition_of(HEALTH, quantiles), series=3)
    index = np.arange(4_000, dtype=np.int64)
    payloads = generator.batch(index, generator.times(index, START, START + 2 * MINUTE_MS, len(index)))
    services: dict[str, int] = {}
    numbers = oracle.block(payloads, services, {})
    task = task_in(tmp_path, quantiles=quantiles)
    task.write(oracle.oracle_rows(list(services), numbers, quantiles), oracle.oracle_columns(quantiles))
    wanted = read(tmp_path)
    files = [with_duckdb.keep(task, (part[:500], part[500:]), f"{n}") for n, part in enumerate(halves(payloads))]
    with_duckdb.answer(task, files)
    assert difference(read(tmp_path), wanted) is None


def halves(payloads: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    return payloads[::2], payloads[1::2]


def test_duckdb_answers_windows_of_files(tmp_path: Path) -> None:
    """Two whole days between minutes of the days beside them."""
    days = [NIGHT + DAY * day for day in range(4)]
    minutes = [days[0] + MINUTE * minute for minute in range(4 * 1440)]
    tables = [made_panes(HEALTH, 2, minutes, Grain.MINUTE), made_panes(HEALTH, 2, days, Grain.DAY)]
    files = [str(tmp_path / name) for name in ("minutes", "days")]
    for table, file in zip(tables, files, strict=True):
        pq.write_table(table.set_column(0, "service", table["service"].cast("string")), file)
    start, end = ((NIGHT + span - EPOCH) // timedelta(microseconds=1) for span in (DAY - MINUTE, 3 * DAY + 2 * MINUTE))
    output = tmp_path / "answers.json"
    windows_duckdb.run(Questions(files[:1], files[1:], [Question("service-00001", start, end)], 1, str(output)))
    [(_, answer)] = json.loads(output.read_text())
    assert answer[0] == (2 * 1440 + 3) * 60
    edges = [1439, 3 * 1440, 3 * 1440 + 1]
    of_minutes = tables[0].slice(4 * 1440).take(edges)
    rows = pa.concat_tables([of_minutes, tables[1].slice(4).take([1, 2])])
    assert answer[1:4] == [
        pc.sum(rows["cpu_sum"]).as_py(),
        pc.min(rows["cpu_min"]).as_py(),
        pc.max(rows["cpu_max"]).as_py(),
    ]


def test_written_rows_are_read_from_all_parts(tmp_path: Path) -> None:
    task = task_in(tmp_path)
    row = [7] * (len(columns(quantiles=False)) - 2)
    task.write([["a", 0, *row]])
    task.write([["b", MINUTE_MS, *row]], part=1)
    assert set(read(tmp_path)) == {("a", 0), ("b", MINUTE_MS)}
    assert read(tmp_path)["a", 0]["disk_max_at"] == 7


def test_first_message_is_noted_once(tmp_path: Path) -> None:
    task = task_in(tmp_path)
    task.started()
    noted = (tmp_path / "started").read_text()
    task.started()
    assert (tmp_path / "started").read_text() == noted


def test_hosts_are_added_for_quantiles_only() -> None:
    assert HEALTH.field_index  # kept with the definition once it is asked for
    plain, asked = (definition_of(HEALTH, quantiles) for quantiles in (False, True))
    assert plain.fields == HEALTH.fields
    assert not any(measure.quantiles for measure in plain.measures.values())
    index = np.arange(10, dtype=np.int64)
    assert b'"host":' in Generator(asked).batch(index, index + START)[0]
    assert list(asked.distincts) == ["hosts"]
    assert [column["name"] for column in decoding_plan(asked)["columns"]] == ["service", *MEASURES, "hosts"]


def test_parsers_have_to_read_what_our_decoder_reads() -> None:
    """Of more messages than there are different ones, too."""
    generator = Generator(HEALTH, series=3)
    index = np.arange(50, dtype=np.int64)
    payloads = generator.batch(index, generator.times(index, START, START + 2 * MINUTE_MS, len(index)))
    decoder = Decoder(decoding_plan(HEALTH))
    read = [decoder.decode(payload, START + 3 * MINUTE_MS) for payload in (payloads * 3)[:120]]
    rows = [(len(str(one.values[0])), one.event_time, *one.values[1:]) for one in read if isinstance(one, Accepted)]
    assert totals(payloads, 120) == " ".join(map(str, (120, *np.array(rows, dtype=np.int64).sum(axis=0))))


def test_estimates_may_lie_between_neighbouring_values() -> None:
    """Half of the messages have 20, a quarter each 10 and 30: nothing between those is further off than 20."""
    p50 = oracle.bounds(np.repeat([10, 20, 30], [25, 50, 25]))[:2]
    assert p50 == [11, 29]
    assert oracle.bounds(np.arange(0, 1_000, 10))[:2] == [461, 539]
    assert oracle.bounds(np.array([7]))[:2] == [7, 7]
