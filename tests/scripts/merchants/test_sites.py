"""Sites at the command line, on a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result

from access.store import AccessStore
from scripts.access import operating
from scripts.merchants.site_files import SiteFileError, check_file, read_file
from scripts.merchants.sites import command
from streams.errors import WindowpaneError
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.store import SiteStore
from tests.database.postgres import own_postgres
from tests.systems.merchants.importing.made_exports import plausible_export


@pytest.fixture(scope="module")
def uri() -> Iterator[str]:
    with TemporaryDirectory(prefix="windowpane-") as folder, own_postgres(Path(folder)) as uri:
        yield uri


@pytest.fixture
def store(uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SiteStore]:
    """Those of a home in which no command has been told yet."""
    monkeypatch.setattr(operating, "tell", lambda _: None)
    monkeypatch.setenv("WINDOWPANE_CATALOG_URI", uri)
    access = AccessStore.open(uri)
    if not access.users.any():
        access.users.add("root", by="test", administrator=True)
    yield SiteStore(access.records)
    access.close()


def typed(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_a_site_from_adding_to_removal(store: SiteStore) -> None:
    words = ("--title", "The shop", "--origin", "*.shop.example", "--time-zone", "Europe/Berlin", "--currency", "EUR")
    assert typed("add", "shop.example", *words).exit_code == 0
    shown = json.loads(typed("show", "shop.example", "--json").stdout)
    assert (shown["title"], shown["origins"], shown["members"]) == ("The shop", ["*.shop.example"], [])
    assert "Europe/Berlin" in typed("show", "shop.example").stdout
    assert "shop.example" in typed("list", "--search", "the shop").stdout
    assert isinstance(typed("remove", "shop.example", "--yes", "shop").exception, WindowpaneError)
    assert store.sites.get(EVERY_SITE, "shop.example").deleted_at is None
    assert typed("remove", "shop.example", "--yes", "shop.example").exit_code == 0
    assert store.sites.get(EVERY_SITE, "shop.example").deleted_at is not None
    assert "shop.example" in typed("list", "--deleted").stdout


def test_a_file_is_put_and_again_changes_nothing(store: SiteStore, tmp_path: Path) -> None:
    path = tmp_path / "sites.ndjson"
    rows = [{"name": f"f{number:05}.example", "members": ["user:ada"]} for number in range(900)]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n", "utf-8")
    assert isinstance(typed("import", str(path)).exception, WindowpaneError)
    first, again = (json.loads(typed("import", str(path), "--new-users", "--json").stdout) for _ in range(2))
    assert (first["added"], first["members_added"], first["users_added"]) == (900, 900, 1)
    assert (again["added"], again["changed"], again["unchanged"], again["members_added"]) == (0, 0, 900, 0)
    assert len(store.sites.page(EVERY_SITE, search="f00", limit=1000)) == 900


def test_days_are_imported_once_and_forgotten(store: SiteStore, tmp_path: Path) -> None:
    assert typed("add", "past.example", "--time-zone", "Europe/Berlin").exit_code == 0
    export = str(plausible_export(tmp_path / "past.zip"))
    first, again = (json.loads(typed("import-days", "past.example", export, "--json").stdout) for _ in range(2))
    assert first == again
    assert (first["product"], first["days"], first["first"], first["last"]) == (
        "Plausible", 3, "2025-01-01", "2025-01-03",
    )  # fmt: skip
    early = json.loads(typed("import-days", "past.example", export, "--until", "2025-01-03", "--json").stdout)
    assert (early["days"], early["left_out"]) == (2, 1)
    nothing = typed("import-days", "past.example", export, "--until", "2025-01-01")
    assert "has no day before 2025-01-01" in str(nothing.exception)
    one, other = json.loads(typed("imports", "past.example", "--json").stdout)["imports"]
    assert other["days"] == 1, "of the first one the day is left that the newer one has not"
    assert (one["days"], one["files"], one["first"], one["last"]) == (2, ["past.zip"], "2025-01-01", "2025-01-02")
    assert "past.zip" in typed("imports", "past.example").stdout
    assert "no such import" in str(typed("forget-days", "past.example", "--import", "0").exception)
    assert typed("forget-days", "past.example", "--import", str(one["id"])).exit_code == 0
    assert [each.id for each in store.imported.imports(EVERY_SITE, "past.example")] == [other["id"]]
    assert typed("forget-days", "past.example").exit_code == 0
    assert store.imported.known(EVERY_SITE, "past.example") is None


def test_csv_is_read_by_its_head(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text('name,title,origins,members\na.example,"A, B",,group:x group:y\nb.example,,x.example,\n', "utf-8")
    first, second = (entry for _, entry in read_file(path))
    assert (first.change.title, first.change.origins) == ("A, B", None)
    assert [str(member.subject) for member in first.members or ()] == ["group:x", "group:y"]
    assert (second.change.title, second.change.origins, second.members) == (None, ("x.example",), None)


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("x.ndjson", '{"name": "a.example"}\n{"name": "B"}\n', "line 2: name: is a host"),
        ("x.ndjson", '{"name": "a.example"}\nnonsense\n', "line 2: is no JSON object"),
        ("x.ndjson", '{"name": "a.example"}\n{"name": "a.example"}\n', "line 2: a.example is in line 1 too"),
        ("x.ndjson", "\n", "has no site"),
        ("x.csv", "name,title\na.example\n", "another number of columns"),
        ("x.csv", "name,colour\na.example,red\n", "colour: is not one of"),
    ],
)
def test_a_file_with_anything_wrong_is_refused(tmp_path: Path, name: str, text: str, part: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(SiteFileError, match=part):
        check_file(tmp_path / name)
