"""A source is read from one file, and all that is wrong with it is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.definition import Source
from sources.definition_files import load_source, load_sources, parse_source, read_sources
from sources.errors import SourceDefinitionError
from sources.origins import Files, Topic, Uploads, Url

GOOD = """
title = "Daily reports"
stream = "case_reports"
licence = "CC-BY-4.0"
[from]
files = "landing/*.csv"
[format]
type = "csv"
[columns]
state = ["Province_State", "Province/State"]
"county?" = ["Admin2"]
[mapping.fields]
region = "state"
[corrections]
key = ["region"]
replaces = "rows"
"""


def told(text: str, folder: Path) -> list[str]:
    """Every problem of a source, as people read it."""
    with pytest.raises(SourceDefinitionError) as raised:
        parse_source(text, "daily", folder)
    return [str(raised.value), *map(str, raised.value.others)]


def test_source_has_what_its_file_says(tmp_path: Path) -> None:
    """What is left out has a default."""
    source = parse_source(GOOD, "daily", tmp_path)
    assert source.name == "daily"
    assert source.origin == Files(files="landing/*.csv")
    assert source.columns == {"state": ("Province_State", "Province/State"), "county?": ("Admin2",)}
    assert source.corrections
    assert (source.corrections.value, source.corrections.hold_if_lost) == ("change", 0.2)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("upload = true", Uploads()),
        ('topic = "others.lab"', Topic(topic="others.lab")),
        ('url = "https://lab.example.org/api"\nevery = "10s"', Url(url="https://lab.example.org/api", every="10s")),
        ('files = "s3://landing/*.csv"\nevery = "1d"', Files(files="s3://landing/*.csv", every="1d")),
    ],
)
def test_origin_is_told_by_its_key(tmp_path: Path, section: str, expected: object) -> None:
    """One of four."""
    source = parse_source(GOOD.replace('files = "landing/*.csv"', section), "daily", tmp_path)
    assert source.origin == expected


@pytest.mark.parametrize(
    ("find", "replace", "words"),
    [
        ('files = "landing/*.csv"', 'fils = "x"', "daily.toml: from: exactly one of files, url, topic and upload"),
        ('files = "landing/*.csv"', 'files = "x"\nupload = true', "from: exactly one of"),
        ('files = "landing/*.csv"', "upload = false", "from.upload = False: true, or one of"),
        ('files = "landing/*.csv"', 'url = "https://u:p@x.org/"', "without a password"),
        ('files = "landing/*.csv"', 'url = "file:///etc/passwd"', "an address like"),
        ('files = "landing/*.csv"', 'url = "https://x.org/"\nheders = {a = "b"}', "did you mean headers?"),
        ('files = "landing/*.csv"', 'url = "https://x.org/"\nheaders = {Authorization = "abc"}', "secret:NAME"),
        ('files = "landing/*.csv"', 'url = "https://x.org/"\nparams = {api_key = "abc"}', "secret:NAME"),
        ('files = "landing/*.csv"', 'files = "http://x.org/a.csv"', "use url for http"),
        ('files = "landing/*.csv"', 'files = "a"\nevery = "often"', "like '10s' or '1d'"),
        ('type = "csv"', 'type = "cvs"', "format.type = 'cvs'"),
        ("state = [", "State = [", "a lower-case name"),
        ("state = [", "county = [", "columns has both county and county?"),
        ('region = "state"', 'region = "state"\n[mapping]\nselect = "select 1"', "either select, or [mapping.fields]"),
        ('region = "state"', "region = \"read_text('/etc/passwd')\"", "the function read_text is not allowed"),
        ('region = "state"', 'region = "state from"', "daily.toml: mapping: is refused: syntax error"),
        ('replaces = "rows"', 'replaces = "dates"', "needs date"),
        ('replaces = "rows"', 'replaces = "rows"\nnew_from = "total"', "new_from needs date"),
        ('replaces = "rows"', 'replaces = "rows"\nwithin = ["metric"]', "not one of key"),
        ('key = ["region"]', 'key = ["region", "revision"]', "changes with every correction"),
        ('stream = "case_reports"', "", "daily.toml: stream: is missing"),
        ('title = "Daily reports"', 'title = "Daily reports"\nname = "other"', "named after its file"),
        ('licence = "CC-BY-4.0"', "licence = 'a", "file: cannot be read"),
    ],
)
def test_wrong_key_is_named(tmp_path: Path, find: str, replace: str, words: str) -> None:
    """With what is allowed."""
    assert find in GOOD
    problems = told(GOOD.replace(find, replace, 1), tmp_path)
    assert any(words in problem for problem in problems), problems


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Whoever mends a file does not want to hear of them one by one."""
    text = GOOD.replace('type = "csv"', 'type = "cvs"').replace("replaces", "replacez")
    problems = told(text + '[lookups]\nregions = "none.csv"\n', tmp_path)
    assert len(problems) == 4
    assert any("lookups.regions" in problem for problem in problems)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../x.csv", "x.txt", "../../../../etc/passwd.csv", "systems/../../x.csv", "a\0.csv"]
)
def test_lookups_are_beside_the_source(tmp_path: Path, path: str) -> None:
    """Or in the folder above; what else there is on the machine cannot be named, nor reached by a link."""
    folder = tmp_path / "deep" / "sources"
    folder.mkdir(parents=True)
    shown = path.replace("\0", "\\u0000")
    problems = told(GOOD + f'[lookups]\nregions = "{shown}"\n', folder)
    assert "a CSV file beside the source" in problems[0]


def test_lookup_through_a_link_is_refused(tmp_path: Path) -> None:
    """A link leads where it leads."""
    (tmp_path / "secret.csv").write_text("a,b\n")
    folder = tmp_path / "deep" / "sources"
    folder.mkdir(parents=True)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert "a CSV file beside the source" in told(GOOD + '[lookups]\nlink = "link.csv"\n', folder)[0]


def test_lookup_of_a_system_is_found_from_anywhere(tmp_path: Path) -> None:
    """It begins with systems/; there is none of this name."""
    assert "there is no file" in told(GOOD + '[lookups]\nx = "systems/none/x.csv"\n', tmp_path)[0]


def test_sources_of_folders_are_read(tmp_path: Path) -> None:
    """One that is wrong keeps none of the others from being read."""
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "bad.toml").write_text("title = 1")
    sources, problems = read_sources([tmp_path])
    assert list(sources) == ["good"]
    assert list(problems) == ["bad"]
    with pytest.raises(SourceDefinitionError):
        load_sources([tmp_path])


def test_name_is_declared_once(tmp_path: Path) -> None:
    """A folder beside another may not shadow it."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "daily.toml").write_text(GOOD)
    _, problems = read_sources([tmp_path / "one", tmp_path / "two"])
    assert "declare the same source" in str(problems["daily"])


def test_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """As is one with an impossible name."""
    (tmp_path / "daily.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SourceDefinitionError, match="cannot be read"):
        load_source(tmp_path / "daily.toml")
    (tmp_path / "No Name.toml").write_text(GOOD)
    with pytest.raises(SourceDefinitionError, match="lower-case name"):
        load_source(tmp_path / "No Name.toml")


def test_digest_tells_what_shapes_messages(tmp_path: Path) -> None:
    """A title does not; a mapping and a lookup do."""
    (tmp_path / "regions.csv").write_text("name,code\na,b\n")
    text = GOOD + '[lookups]\nregions = "regions.csv"\n'

    def digest(changed: str) -> str:
        return parse_source(changed, "daily", tmp_path).digest

    before = digest(text)
    assert digest(text.replace("Daily reports", "Other")) == before
    assert digest(text.replace('region = "state"', 'region = "lower(state)"')) != before
    (tmp_path / "regions.csv").write_text("name,code\na,c\n")
    assert digest(text) != before


def test_source_goes_to_another_process_and_back(tmp_path: Path) -> None:
    """By way of JSON, as it was."""
    source = parse_source(GOOD, "daily", tmp_path)
    assert Source.model_validate_json(source.model_dump_json(by_alias=True, exclude_unset=True)) == source
