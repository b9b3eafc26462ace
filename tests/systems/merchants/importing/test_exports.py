"""What exports of other services say, added up as tabs are told apart; whatever is wrong with one refuses it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from systems.merchants.importing import csv_rows, plausible
from systems.merchants.importing.daily import TOTAL
from systems.merchants.importing.exports import read_export, read_exports, size_of
from systems.merchants.importing.files import ImportFileError
from systems.merchants.numbers import Numbers
from tests.systems.merchants.importing.made_exports import MATOMO, MATOMO_REPORTS, TABLES, plausible_export

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


def reports(folder: Path, *names: str) -> list[Path]:
    """Those reports of Matomo, with that of all visits."""
    texts = {"visits": MATOMO} | {name: MATOMO_REPORTS[name] for name in names}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-16")
    return [folder / f"{name}.csv" for name in texts]


def test_reports_of_matomo(tmp_path: Path) -> None:
    read = list[int]()
    paths = reports(tmp_path, *MATOMO_REPORTS)
    export = read_exports(paths, TODAY, read.append)
    assert (export.product, export.days, len(export.files)) == ("Matomo", [FIRST, SECOND], len(MATOMO_REPORTS) + 1)
    assert sum(read) == sum(map(size_of, paths))
    of_first = {(by, *key): numbers for (day, by, key), numbers in export.figures.items() if day == FIRST}
    rest = Numbers(4, 4, 0, 1, 200)
    assert of_first == {
        (TOTAL,): Numbers(10, 12, 30, 4, 600),
        ("page", "/"): Numbers(10, views=20),
        ("page", "/a"): Numbers(6, views=11),
        ("page", "(other)"): Numbers(0, views=4),
        ("entry", "/"): Numbers(9, 10, 0, 4, 600),
        ("exit", "/"): Numbers(3, 4),
        ("exit", "/a"): Numbers(4, 5),
        ("medium", ""): Numbers(2, 3, 0, 0, 200),
        ("medium", "search"): Numbers(7, 8, 0, 3, 400),
        ("medium", "referral"): Numbers(1, 1, 0, 1, 0),
        ("source", ""): Numbers(2, 3, 0, 0, 200),
        ("source", "Google"): Numbers(7, 8, 0, 3, 400),
        ("source", "news.example"): Numbers(1, 1, 0, 1, 0),
        ("campaign", "+spring; sale"): Numbers(1, 1, 0, 1, 0),
        ("country", "DE"): Numbers(9, 11, 0, 3, 600),
        ("country", ""): Numbers(1, 1, 0, 1, 0),
        ("region", "DE", "BE"): Numbers(6, 7, 0, 2, 300),
        ("region", "", ""): Numbers(4, 5, 0, 2, 300),
        ("device", "desktop"): Numbers(6, 8, 0, 3, 400),
        ("device", "mobile"): rest,
        ("browser", "Chrome"): Numbers(6, 8, 0, 3, 400),
        ("browser", ""): rest,
        ("system", "Mac"): Numbers(6, 8, 0, 3, 400),
        ("language", "fr-BE"): Numbers(6, 8, 0, 3, 400),
        ("event", "Signup"): Numbers(2, events=3),
        ("event", "(other)"): Numbers(1, events=2),
    }


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_columns_in_english_are_known(tmp_path: Path, delimiter: str) -> None:
    words = {
        "date": "Date", "nb_uniq_visitors": "Unique visitors", "nb_visits": "Visits", "bounce_count": "Bounces",
        "sum_visit_length": "Total time spent by visitors (in seconds)", "nb_pageviews": "Pageviews",
    }  # fmt: skip
    head, _, rest = MATOMO.partition("\n")
    spoken = ",".join(words.get(column, column) for column in head.split(","))
    (tmp_path / "x.csv").write_text(f"{spoken}\n{rest}".replace(",", delimiter), "utf-16")
    assert read_export(tmp_path / "x.csv", TODAY).figures[SECOND, TOTAL, ()] == Numbers(5, 6, 9, 2, 120)
    head, _, rest = MATOMO_REPORTS["pages"].partition("\n")
    words |= {
        "label": "Label", "nb_visits": "Unique Pageviews", "nb_hits": "Pageviews", "entry_bounce_count": "Bounces",
        "sum_time_spent": "Total time spent by visitors (in seconds)", "entry_nb_visits": "Entrances",
        "metadata_segment": "Metadata: segment", "metadata_url": "Metadata: url",
    }  # fmt: skip
    (tmp_path / "p.csv").write_text(",".join(words.get(each, each) for each in head.split(",")) + f"\n{rest}", "utf-8")
    read = read_export(tmp_path / "p.csv", TODAY).figures
    assert (read[FIRST, "page", ("/",)], read[FIRST, "entry", ("/",)]) == (
        Numbers(10, views=20),
        Numbers(9, 10, 0, 4, 600),
    )


def test_files_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    paths = reports(tmp_path, "countries")
    with pytest.raises(ImportFileError, match=r"countries\.csv has figures of 2025-01-01, but no file has the totals"):
        read_exports(paths[1:], TODAY)
    (tmp_path / "again.csv").write_text(MATOMO_REPORTS["countries"].replace("9,11", "8,11"))
    with pytest.raises(ImportFileError, match=r"say different things of the country 'DE' of 2025-01-01"):
        read_exports([*paths, tmp_path / "again.csv"], TODAY)
    assert read_exports([*paths, paths[1]], TODAY).figures == read_exports(paths, TODAY).figures
    with pytest.raises(ImportFileError, match=r"is of Plausible, .* of Matomo; import them one by one"):
        read_exports([*paths, plausible_export(tmp_path / "x.zip")], TODAY)


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
        (MATOMO.replace("nb_users", "label").encode(), "is a report of Matomo by what is not known here"),
        (MATOMO.replace("2025-01-02", '"2025-01-06,2025-01-12"').encode(), "is by weeks, months or longer"),
        (MATOMO.replace("2025-01-02", "2025-02").encode(), "is by weeks, months or longer"),
        (MATOMO.replace("date", "idSite,date").replace("\n2", "\n1,2").encode(), "is of several sites"),
        (MATOMO.partition("\n")[2].encode(), "has no column date.*; export it with format=CSV, period=day"),
        ("Datum,Eindeutige Besucher,Besuche\n".encode("utf-16"), "without translateColumnNames"),
        (b"No data available", "has no column date"),
        (b"date,label,nb_uniq_visitors,metadata_segment\n2025-01-01,dir,1,pageUrl=^http%253A\n", "with flat=1"),
        (
            b"date,label,nb_uniq_visitors,metadata_segment\n2025-01-01,x,1,referrerType==search;referrerKeyword==x\n",
            "has searches by keyword",
        ),
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
    monkeypatch.setattr(plausible, "MOST_BYTES", 32 << 20)
    with pytest.raises(ImportFileError, match="larger than 33,554,432 bytes when unpacked"):
        read_export(path, TODAY)
    monkeypatch.undo()
    monkeypatch.setattr(csv_rows, "MOST_FIGURES", 4)
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
