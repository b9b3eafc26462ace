"""Files through mappings, in the process that does it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from sources.definition import Source
from sources.errors import Held
from sources.limits import Limits
from sources.mapping import Mapped, map_file
from tests.sources.made_sources import made, selecting


def mapped(folder: Path, source: Source, content: str | bytes, name: str = "reports.csv") -> Mapped:
    """A file of this content, mapped."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return map_file(source, file, name, folder / "out")


def messages(result: Mapped) -> list[tuple[int, dict[str, Any]]]:
    """Row and message of each."""
    rows = parquet.read_table(result.messages_file).to_pylist()
    return [(row["row"], json.loads(row["message"])) for row in rows]


def test_fields_become_messages(tmp_path: Path) -> None:
    """Nothing is in a message that the file does not have; numbers are numbers; what cannot be read stays."""
    result = mapped(tmp_path, made(tmp_path), "region,cases,other\nDE,12,x\nFR,,y\nIT,many,z\n")
    assert messages(result) == [
        (2, {"region": "DE", "cases": 12}),
        (3, {"region": "FR"}),
        (4, {"region": "IT", "cases": "many"}),
    ]
    assert (result.rows, result.unreadable, result.messages) == (3, 0, 3)
    assert result.undeclared == ("region", "cases", "other")


def test_unreadable_rows_stand_beside(tmp_path: Path) -> None:
    """With their lines and why."""
    result = mapped(tmp_path, made(tmp_path), "region,cases\nDE,12\nFR\nIT,1,2\nES,4\n")
    assert [row for row, _ in messages(result)] == [2, 5]
    told = parquet.read_table(result.unreadable_file).to_pylist()
    assert [row["line"] for row in told] == [3, 4]
    assert all(row["reason"] and row["text"] for row in told)


def test_columns_are_found_by_any_of_their_headers(tmp_path: Path) -> None:
    """Whatever the case and the spaces; the first that is not empty counts; some may be missing."""
    more = '[columns]\nregion = ["Province/State", "Province_State"]\n"county?" = ["Admin2"]\ncases = ["Confirmed"]\n'
    source = made(tmp_path, selecting("select _row, region, county, whole(cases) as cases from input"), more=more)
    first = mapped(tmp_path, source, "province/state,CONFIRMED\nA,1\n")
    assert messages(first) == [(2, {"region": "A", "cases": 1})]
    both = mapped(tmp_path, source, "Province/State,Province_State,Confirmed,Admin2,new\n,B,2,c,n\n")
    assert messages(both) == [(2, {"region": "B", "cases": 2, "county": "c"})]
    assert both.undeclared == ("new",)


def test_missing_column_holds_the_file(tmp_path: Path) -> None:
    """It is named with the headers that were looked for, and those that there are."""
    source = made(tmp_path, more='[columns]\nregion = ["Province/State"]\ncases = ["Confirmed"]\n')
    with pytest.raises(Held, match=r"no column for cases \(Confirmed\).*headers: Province/State, Cases"):
        mapped(tmp_path, source, "Province/State,Cases\nA,1\n")
    assert "Cases" in json.loads((tmp_path / "out" / "columns.json").read_text())["columns"]


def test_looks_of_the_columns_are_kept(tmp_path: Path) -> None:
    """For the comparison with other files."""
    result = mapped(tmp_path, made(tmp_path), "region,cases\nDE,12\n")
    assert set(json.loads(result.columns_file.read_text())["columns"]) == {"region", "cases"}


def test_lookups_are_relations_and_functions(tmp_path: Path) -> None:
    """Of texts, zeros and all; a name that is not there gives nothing."""
    (tmp_path / "regions.csv").write_text("name,code\ndeutschland,DE\n")
    select = """select i._row, regions_code(plain(region)) as by_function, r.code as by_join
        from input as i left join regions as r on r.name = plain(i.region)"""
    lookups = '[lookups]\nregions = "regions.csv"\nothers = "regions.csv"\n'
    source = made(tmp_path, selecting(select), more=lookups)
    result = mapped(tmp_path, source, "region,cases\nDeutschland,1\nAtlantis,2\n")
    assert sorted(messages(result)) == [(2, {"by_function": "DE", "by_join": "DE"}), (3, {})]


@pytest.mark.parametrize("content", ["", "a,a\n1,2\n", "a,b\n1\n", 'a,b\n"1,2\n'])
def test_bad_lookup_holds(tmp_path: Path, content: str) -> None:
    """It is ours to mend, and is named."""
    (tmp_path / "regions.csv").write_text("name,code\nx,y\n")
    source = made(tmp_path, more='[lookups]\nregions = "regions.csv"\n')
    (tmp_path / "regions.csv").write_text(content)
    with pytest.raises(Held, match=r"the lookup regions\.csv"):
        mapped(tmp_path, source, "region,cases\nDE,1\n")


def test_key_that_is_twice_in_a_lookup_has_no_function(tmp_path: Path) -> None:
    """Nothing is guessed."""
    (tmp_path / "regions.csv").write_text("name,code\nx,1\nx,2\n")
    source = made(
        tmp_path,
        selecting("select _row, regions_code(region) as r from input"),
        more='[lookups]\nregions = "regions.csv"\n',
    )
    with pytest.raises(Held, match="regions_code"):
        mapped(tmp_path, source, "region\nx\n")


def test_documents_become_messages(tmp_path: Path) -> None:
    """NDJSON has one column, whose parts keep their types."""
    source = made(
        tmp_path,
        "[mapping.fields]\nid = \"txt(doc, '$.patient.id')\"\nvalue = \"jsn(doc, '$.value')\"\n",
        '[format]\ntype = "ndjson"\n',
    )
    lines = '{"patient": {"id": 7}, "value": 1.5}\n{"value": [1, null, "x"]}\nnot json\n'
    result = mapped(tmp_path, source, lines, "pages.ndjson")
    assert [message for _, message in messages(result)] == [{"id": "7", "value": 1.5}, {"value": [1, None, "x"]}]
    assert result.unreadable == 1


def test_all_kinds_of_values_are_json(tmp_path: Path) -> None:
    """Times as RFC 3339 has them; what JSON cannot hold is a text, which the decoder names."""
    select = """select _row, date '2020-01-02' as d, timestamp '2020-01-02 03:04:05' as t, 1.50::decimal(9, 2) as m,
        true as b, cast('1e400' as double) as i, cast(null as varchar) as n, to_json(null) as jn, 'a"b\\c' as s,
        '{"x":1}'::json as j, [1, 2] as l, {'a': 1} as o from input"""
    result = mapped(tmp_path, made(tmp_path, selecting(select)), "region\nDE\n")
    [(_, message)] = messages(result)
    assert message == {
        "d": "2020-01-02", "t": "2020-01-02T03:04:05.000000Z", "m": 1.5, "b": True, "i": "inf", "s": 'a"b\\c',
        "j": {"x": 1}, "l": [1, 2], "o": {"a": 1},
    }  # fmt: skip


def test_names_of_fields_are_quoted(tmp_path: Path) -> None:
    """In SQL and in JSON, whatever they are."""
    select = """select _row, region as "it's ""x"" \\ y" from input"""
    result = mapped(tmp_path, made(tmp_path, selecting(select)), "region\nDE\n")
    assert messages(result) == [(2, {'it\'s "x" \\ y': "DE"})]


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("select region from input", "select _row beside the fields"),
        ("select _row, region as a, region as a from input", "names a twice"),
        ("select _row from input", "gives no field"),
        ("select region as _row, region from input", "is no line of the file"),
        ("select _row, nothing from input", "nothing.*not found"),
        ("select _row, cast(region as integer) as n from input", "Could not convert string 'DE' to INT32"),
        ("select _row, (select region from input as x) as n from input", "More than one row"),
    ],
)
def test_mapping_that_does_not_fit_holds(tmp_path: Path, select: str, words: str) -> None:
    """What DuckDB says is handed on in one line."""
    with pytest.raises(Held, match=words) as raised:
        mapped(tmp_path, made(tmp_path, selecting(select)), "region\nDE\nFR\n")
    assert "\n" not in str(raised.value)


def test_comments_end_where_their_field_ends(tmp_path: Path) -> None:
    """And do not swallow the next."""
    fields = "[mapping.fields]\na = 'region -- the first'\nb = 'region'\n"
    source = made(tmp_path, fields + "[mapping]\nwhere = \"region <> 'x' -- all others\"\n")
    assert messages(mapped(tmp_path, source, "region\nDE\nx\n")) == [(2, {"a": "DE", "b": "DE"})]


def test_file_of_another_kind_is_held(tmp_path: Path) -> None:
    """With the reason that reading gives."""
    with pytest.raises(Held):
        mapped(tmp_path, made(tmp_path), b"\x00\x01\x02\x03")


def test_name_of_a_file_is_a_text(tmp_path: Path) -> None:
    """Whatever is in it; a mapping may read the date from it."""
    source = made(tmp_path, selecting("select _row, _name as name from input"))
    file = tmp_path / "x.csv"
    file.write_text("region\nDE\n")
    name = "it's; drop table input; -- ☃.csv"
    assert messages(map_file(source, file, name, tmp_path / "out")) == [(2, {"name": name})]


def limited(source: Source, **limits: int) -> Source:
    """The source with other limits."""
    return source.model_copy(update={"limits": Limits(**limits)})


SLOW = """select input._row, count(*) as n from input, input as b, input as c, input as d, input as e, input as f
    where levenshtein(b.region, concat(c.region, d.region, e.region, f.region)) > 1 group by all"""


def test_endless_mapping_is_ended(tmp_path: Path) -> None:
    """By its processor time."""
    source = limited(made(tmp_path, selecting(SLOW)), seconds=4)
    lines = "\n".join(f"region number {number}" for number in range(1000))
    began = time.monotonic()
    with pytest.raises(Held, match="more than 4 s of processor time"):
        mapped(tmp_path, source, f"region\n{lines}\n")
    assert time.monotonic() - began < 400


def test_mapping_that_takes_all_memory_is_ended(tmp_path: Path) -> None:
    """What functions of texts take is not counted by DuckDB, but by the process."""
    grown = "region"
    for _ in range(6):
        grown = f"replace({grown}, 'x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')"
    source = limited(made(tmp_path, selecting(f"select _row, {grown} as x from input")), memory_bytes=256 << 20)
    with pytest.raises(Held, match="memory"):
        mapped(tmp_path, source, "region\nxx\n")


def test_other_files_go_on_after_one_that_was_ended(tmp_path: Path) -> None:
    """The process is of one file."""
    bad = limited(made(tmp_path, selecting(SLOW)), seconds=2)
    with pytest.raises(Held):
        mapped(tmp_path, bad, "region\n" + "a long name\n" * 1000)
    assert mapped(tmp_path, made(tmp_path), "region,cases\nDE,1\n").messages == 1


def test_nothing_but_results_is_left(tmp_path: Path) -> None:
    """Not the rows, which would be as large as the file."""
    result = mapped(tmp_path, made(tmp_path), "region,cases\nDE,1\n")
    assert sorted(path.name for path in result.folder.iterdir()) == [
        "columns.json", "messages.parquet", "unreadable.parquet",
    ]  # fmt: skip
