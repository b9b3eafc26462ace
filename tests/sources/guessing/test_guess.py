from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sources.formats import Format
from sources.guessing import guess
from sources.reading import Refused
from streams.definition_files import parse_definition
from tests.sources.reading.files import gzipped

REPORTS = parse_definition(
    {
        "name": "reports", "title": "Reports", "topic": "reports", "event_time": {"field": "date"},
        "fields": {
            "id": {"type": "string"}, "source": {"type": "string"}, "region": {"type": "string"},
            "variant": {"type": "string", "required": False},
            "metric": {"type": "string", "values": ["cases", "deaths"]}, "change": {"type": "number"},
            "cumulative": {"type": "number", "required": False}, "revision": {"type": "integer"},
        },
        "dimensions": {"region": "region", "metric": "metric"},
        "measures": {"change": {"value": "change", "decimals": 0, "min": -10, "max": 10}},
    },
    "reports.toml",
)  # fmt: skip
RESULTS = parse_definition(
    {
        "name": "results", "title": "Results", "topic": "results", "event_time": {"field": "taken_at"},
        "duplicates": {"id": "id", "horizon": "1 hour"}, "key": "patient",
        "fields": {
            "id": {"type": "string"}, "patient": {"type": "string"}, "value": {"type": "number", "required": False},
            "count": {"type": "integer", "required": False}, "deleted": {"type": "boolean", "required": False},
        },
        "dimensions": {"patient": "patient"},
    },
    "results.toml",
)  # fmt: skip


def guessed(folder: Path, name: str, content: str | bytes, definition: Any = REPORTS) -> tuple[dict[str, Any], str]:
    """The TOML, read, and its text. What it says of the format can be kept as it is."""
    path = folder / "sample"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    text = guess(path, name, definition)
    read = tomllib.loads(text)
    Format.model_validate_json(json.dumps(read["format"]))
    return read, text


def test_a_row_of_several_figures_is_several_messages(tmp_path: Path) -> None:
    text = "Province/State,Country/Region,Last Update,Confirmed,Deaths\n" + "".join(
        f",Italy,{day}/3/2020,{day * 7},{day}\n" for day in range(1, 30)
    )
    read, shown = guessed(tmp_path, "03-22-2020.csv", text)
    assert read["stream"] == "reports"
    assert read["columns"] == {
        "country_region": ["Country/Region"], "last_update": ["Last Update"], "cases": ["Confirmed"],
        "deaths": ["Deaths"],
    }  # fmt: skip
    assert "# not used: Province/State" in shown
    assert read["mapping"]["select"].splitlines() == [
        "  with long as (",
        "    select _row, country_region, last_update, metric, figure",
        "    from input unpivot include nulls (figure for metric in (cases, deaths))",
        "  )",
        "  select _row,",
        "    'source' as source,",
        "    country_region as region,",
        "    metric,",
        "    number(figure) as cumulative,",
        "    day(last_update, '%d/%m/%Y') || 'T00:00:00Z' as date",
        "  from long",
    ]
    assert read["corrections"] == {
        "key": ["region", "metric", "date"], "replaces": "rows", "date": "date", "new_from": "cumulative"
    }  # fmt: skip


def test_a_column_a_date_is_a_message_a_date(tmp_path: Path) -> None:
    text = "Country,Lat,1/22/20,1/23/20,1/24/20\nItaly,41.9,1,2,5\nChad,15.4,0,0,1\n"
    read, _ = guessed(tmp_path, "deaths_global.csv", text)
    select = read["mapping"]["select"]
    assert r"columns('^\d{1,2}/\d{1,2}/\d{2,4}$') from input)" in select
    assert "'deaths' as metric" in select
    assert "number(figure) as cumulative" in select
    assert "day(dated, '%m/%d/%y') || 'T00:00:00Z' as date" in select
    assert read["corrections"]["replaces"] == "whole"


def test_changes_are_no_totals(tmp_path: Path) -> None:
    text = "Country,1/22/20,1/23/20,1/24/20\nItaly,5,2,1\nChad,1,0,1\n"
    assert "number(figure) as change" in guessed(tmp_path, "cases.csv", text)[0]["mapping"]["select"]


def test_fields_of_rows_are_expressions(tmp_path: Path) -> None:
    text = "Patient ID;taken;Result;n\n7;2020-01-02 03:04;1,5;3\n8;2020-01-03 03:04;NA;4\n"
    read, shown = guessed(tmp_path, "lab.csv", text, RESULTS)
    assert read["format"] == {
        "type": "csv", "delimiter": ";", "encoding": "utf-8", "decimal": ","
    }  # fmt: skip
    assert read["mapping"]["fields"] == {
        "id": "concat(_name, ':', _row)",
        "patient": "patient_id",
        "count": "whole(n)",
        "taken_at": "moment(taken, '%Y-%m-%d %H:%M')",
    }
    assert 'patient_id = ["Patient ID"]  # 7' in shown
    assert "corrections" not in read


def test_texts_that_stand_for_nothing_are_stated(tmp_path: Path) -> None:
    text = "patient,value,note\n" + "a,1,NA\nb,2.5,x\n" * 20
    read, _ = guessed(tmp_path, "lab.csv", text, RESULTS)
    assert "missing" not in read["format"]
    text = "patient,value,note\n" + "a,1,NA\n" * 20 + "b,NA,x\n"
    assert guessed(tmp_path, "lab.csv", text, RESULTS)[0]["format"]["missing"] == ["NA"]


def test_documents_are_asked_by_path(tmp_path: Path) -> None:
    text = (
        b'{"id": "r1", "patient": {"id": "p1"}, "value": 1.5, "takenAt": "2020-01-02T03:04:05Z", "deleted": false}\n'
        * 3
    )
    read, _ = guessed(tmp_path, "results.ndjson.gz", gzipped(text), RESULTS)
    assert read["format"] == {"type": "ndjson"}
    assert "columns" not in read
    assert read["mapping"]["fields"] == {
        "id": "txt(doc, '$.id')",
        "patient": "txt(doc, '$.patient.id')",
        "value": "jsn(doc, '$.value')",
        "deleted": "jsn(doc, '$.deleted')",
        "taken_at": "txt(doc, '$.takenAt')",
    }


def test_doubts_are_said(tmp_path: Path) -> None:
    text = "day,cases\n" + "1/2/2020,5\n" * 3
    _, shown = guessed(tmp_path, "x.csv", text)
    assert "# region: nothing in the sample looks like it" in shown
    assert "# day: day or month first? The sample shows neither, such as 1/2/2020" in shown


def test_the_date_may_be_in_the_name(tmp_path: Path) -> None:
    read, _ = guessed(tmp_path, "report_03-22-2020.csv", "country,Confirmed\nItaly,5\n")
    assert (
        r"day(regexp_extract(_name, '\d{2}-\d{2}-\d{4}'), '%m-%d-%Y') || 'T00:00:00Z' as date"
        in (read["mapping"]["select"])
    )


def test_without_a_stream_each_column_is_a_field(tmp_path: Path) -> None:
    read, _ = guessed(tmp_path, "My Things.csv", "First Name,order\nAda,1\n", None)
    assert (read["stream"], read["title"]) == ("my_things", "My Things.csv")
    assert read["columns"] == {"first_name": ["First Name"], "order_": ["order"]}
    assert read["mapping"]["fields"] == {"first_name": "first_name", "order_": "order_"}


def test_strange_names_stay_within_their_quotes(tmp_path: Path) -> None:
    header = '"a""b\'\'\'\\",it\'s #1,"x\ny",region'
    read, _ = guessed(tmp_path, "evil\n'''\"\\name.csv", header + "\n1,2,3,4\n", None)
    assert [headers for [headers] in read["columns"].values()] == ["a\"b'''\\", "it's #1", "x y", "region"]
    assert read["title"] == "evil\n'''\"\\name.csv"
    assert guessed(tmp_path, "evil\n'''\"\\name.csv", header + "\n1,2,3,4\n")[0]["columns"] == {"region": ["region"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 x", "is a PDF"),
        (b"a,b\n", "looks like csv, but has no row that can be read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "line 1|has no text as|no row that can be read"),
    ],
)
def test_what_cannot_be_guessed_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        guessed(tmp_path, "x", content)
