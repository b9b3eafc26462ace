"""What exports of other services say, added up as tabs are told apart; whatever is wrong with one refuses it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from systems.merchants.importing import exports
from systems.merchants.importing.daily import TOTAL
from systems.merchants.importing.exports import read_export, size_of
from systems.merchants.importing.files import ImportFileError
from systems.merchants.numbers import Numbers
from tests.systems.merchants.importing.made_exports import MATOMO, TABLES, plausible_export

FIRST, SECOND = date(2025, 1, 1), date(2025, 1, 2)
TODAY = date(2026, 3, 1)


def test_an_archive_of_plausible(tmp_path: Path) -> None:
    read = list[int]()
    path = plausible_export(tmp_path / "x.zip")
    export = read_export(path, TODAY, read.append)
    figures = export.figures
    assert (export.product, export.days) == ("Plausible", [FIRST, SECOND, date(2025, 1, 3)])
    assert sum(read) == size_of(path) == sum(len(text) for text in TABLES.values())
    assert figures[FIRST, TOTAL, ()] == Numbers(10, 12, 30, 4, 600)
    assert figures[FIRST, "source", ("Google",)] == Numbers(8, 9, 0, 4, 400)
    assert figures[FIRST, "source", ("",)] == Numbers(2, 3, 0, 0, 200)
    assert figures[FIRST, "medium", ("search",)] == Numbers(8, 9, 0, 4, 400)
    assert figures[date(2025, 1, 3), "medium", ("email",)].visits == 1
    assert figures[FIRST, "campaign", ("spring",)] == Numbers(1, 1, 0, 1, 0)
    assert figures[FIRST, "page", ("/",)] == Numbers(10, views=20)
    assert figures[FIRST, "entry", ("/",)] == Numbers(10, 12, 0, 4, 600)
    assert figures[FIRST, "exit", ("/a",)] == Numbers(5, 5)
    assert figures[FIRST, "country", ("DE",)] == Numbers(9, 11, 0, 3, 600)
    assert figures[FIRST, "region", ("DE", "BE")].visits == 7
    assert figures[SECOND, "region", ("FR", "")].visits == 6
    assert figures[FIRST, "device", ("desktop",)] == Numbers(7, 9, 0, 4, 400)
    assert figures[FIRST, "browser", ("Chrome",)].visits == 9
    assert figures[FIRST, "event", ("Signup",)] == Numbers(2, events=3)
    assert export.before(SECOND).days == [FIRST]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig"])
def test_visits_by_day_of_matomo(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(MATOMO, encoding)
    export = read_export(path, TODAY)
    assert (export.product, dict(export.figures)) == (
        "Matomo",
        {(FIRST, TOTAL, ()): Numbers(10, 12, 30, 4, 600), (SECOND, TOTAL, ()): Numbers(5, 6, 9, 2, 120)},
    )
    path.write_text(MATOMO.replace("nb_pageviews", "nb_others"), encoding)
    assert read_export(path, TODAY).figures[FIRST, TOTAL, ()].views == 0, "actions are no page views"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"imported_visitors": None}, "is no export of Plausible: it has no imported_visitors"),
        ({"imported_pages": "date,hostname,visitors,pageviews\n"}, "imported_pages_.* has no column page"),
        ({"imported_visitors": "2025-01-01,1,1,1,1\n"}, "has no column date, visitors, visits"),
        ({"imported_pages": "date,page,visitors,pageviews\n2025-01-01,/\n"}, "line 2 has another number of columns"),
        ({"imported_pages": "date,page,visitors,pageviews\n2025-13-01,/,1,1\n"}, "line 2: '2025-13-01'"),
        ({"imported_pages": "date,page,visitors,pageviews\n2027-01-01,/,1,1\n"}, "a day that cannot be"),
        ({"imported_pages": "date,page,visitors,pageviews\n1970-01-01,/,1,1\n"}, "a day that cannot be"),
        ({"imported_pages": "date,page,visitors,pageviews\n2025-01-01,/,-1,1\n"}, "line 2, visitors: '-1'"),
        ({"imported_pages": f"date,page,visitors,pageviews\n2025-01-01,/,{'9' * 30},1\n"}, "is no count"),
    ],
)
def test_a_wrong_archive_is_refused(tmp_path: Path, changed: dict[str, str | None], told: str) -> None:
    tables = {name: text for name, text in {**TABLES, **changed}.items() if text is not None}
    with pytest.raises(ImportFileError, match=told):
        read_export(plausible_export(tmp_path / "x.zip", tables), TODAY)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04 and no more", "its packing is damaged"),
        (b"name,value\n", "has no column date, nb_uniq_visitors"),
        (MATOMO.replace("nb_users", "label").encode(), "only that of all visits"),
        (b"\x00\xff\xfe\x80", "is not text"),
        (b"", "has no column date"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ImportFileError, match=told):
        read_export(tmp_path / "x", TODAY)
    with pytest.raises(ImportFileError, match="cannot be read"):
        read_export(tmp_path / "nowhere", TODAY)


def test_bombs_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("imported_visitors.csv", "0" * (64 << 20))
    assert path.stat().st_size < 1 << 20
    monkeypatch.setattr(exports, "MOST_BYTES", 32 << 20)
    with pytest.raises(ImportFileError, match="larger than 33,554,432 bytes when unpacked"):
        read_export(path, TODAY)
    monkeypatch.undo()
    monkeypatch.setattr(exports, "MOST_FIGURES", 4)
    with pytest.raises(ImportFileError, match="more than 4 figures"):
        read_export(plausible_export(path), TODAY)


@pytest.mark.parametrize("name", ["../imported_visitors.csv", "/imported_visitors.csv"])
def test_archives_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(name, TABLES["imported_visitors"])
    with pytest.raises(ImportFileError, match="pack it anew"):
        read_export(tmp_path / "x.zip", TODAY)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = plausible_export(tmp_path / "x.zip")
    content = bytearray(path.read_bytes())
    content[60:120] = bytes(60)
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match="damaged"):
        read_export(path, TODAY)
