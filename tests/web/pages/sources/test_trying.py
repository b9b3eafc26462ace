"""A sample is tried, without scripts: guessed, mended, judged, downloaded; in processes of their own."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.web.pages.people import Visitor
from tests.web.pages.sources.conftest import Sources

SAMPLE = (
    "time;site;path;load_ms\n2026-03-01T10:00:00Z;a;/;12\n2026-03-01T10:01:00Z;a;/b;zwölf\n2026-03-01T10:02:00Z;a\n"
)

TOML = """
title = "Views"
stream = "page_views"
[from]
upload = true
[format]
type = "csv"
delimiter = ";"
[mapping.fields]
time = "time"
site = "site"
path = "path"
load_ms = "number(load_ms)"
"""


def send(visitor: Visitor, sample: bytes | None = None, /, **fields: str) -> httpx.Response:
    """What the form is answered with."""
    visitor.read("/sources/try")
    parts: dict[str, tuple[str | None, bytes]] = {"csrf": (None, visitor.token.encode())}
    parts |= {name: (None, value.encode()) for name, value in {"stream": "page_views", **fields}.items()}
    parts["file"] = ("views.csv" if sample is not None else "", sample or b"")
    return visitor.post("/sources/try", files=parts, timeout=120)


def told(answer: httpx.Response) -> list[str]:
    """What is wrong, as the page says it."""
    return [unescape(each) for each in re.findall(r'<p class="wrong"[^>]*>(.*?)</p>', answer.text)]


def shown(page: str, name: str) -> str:
    """What the form has in a field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL
    )
    assert found, page
    return unescape(found[1])


def test_a_sample_is_guessed_then_mended(owner: Visitor) -> None:
    first = send(owner, SAMPLE.encode(), then="guess")
    assert first.status_code == 200, first.text
    toml = shown(first.text, "toml")
    assert (shown(first.text, "name"), 'delimiter = ";"' in toml) == ("views", True)
    kept = {name: shown(first.text, name) for name in ("sample", "sample_name")}
    again = send(owner, None, **kept, toml=TOML, name="views", then="try")
    page = unescape(again.text)
    assert again.status_code == 200, again.text
    tiles = dict(re.findall(r'<dt>(\w+)</dt><dd class="big">([\d,]+)</dd>', page))
    assert tiles == {"Rows": "3", "Messages": "2", "Accepted": "1", "Rejected": "2"}
    accepted, refused = page.split('id="accepted"')[1].split('id="refused"')
    assert '"load_ms":12' in accepted
    assert "zwölf" not in accepted
    assert all(said in refused for said in ("zwölf", "load_ms", "has 2 values"))


def test_what_would_change_is_told(owner: Visitor) -> None:
    corrections = '[corrections]\nkey = ["site", "path"]\nreplaces = "rows"\nvalue = "load_ms"\n'
    page = send(owner, SAMPLE.encode(), toml=TOML + corrections, name="views", then="try").text
    assert "views has sent nothing yet" in page
    assert re.search(r"<dt>New facts</dt><dd>\d+</dd>", page)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("nonsense", "cannot be read"),
        (TOML.replace("delimiter", "delimeter"), "did you mean delimiter?"),
        (TOML.replace("page_views", "health"), "the sample is tried for page_views"),
        (TOML + '[lookups]\nx = "systems/../secret.csv"\n', "a CSV file beside the source"),
    ],
)
def test_what_is_wrong_with_a_source_is_beside_it(owner: Visitor, toml: str, said: str) -> None:
    answer = send(owner, SAMPLE.encode(), toml=toml, name="views", then="try")
    assert (answer.status_code, said in unescape(answer.text)) == (422, True), told(answer)
    assert 'id="outcome"' not in answer.text


def test_lookups_of_others_are_not_read(sources: Sources, owner: Visitor) -> None:
    (sources.folder / "private.csv").write_text("a,b\n1,2\n", "utf-8")
    for path in ("private.csv", "not_there.csv", "/etc/passwd.csv"):
        answer = send(owner, SAMPLE.encode(), toml=f'{TOML}[lookups]\nx = "{path}"\n', name="views", then="try")
        assert (answer.status_code, "one of the product's" in told(answer)[0]) == (422, True), told(answer)


@pytest.mark.parametrize(
    "select",
    [
        "select content as path from read_text('/etc/passwd')",
        "with x as (delete from input returning *) select * from x",
        "select getenv('HOME') as path from input",
    ],
)
def test_attacks_in_mappings_are_refused(owner: Visitor, select: str) -> None:
    toml = TOML.partition("[mapping.fields]")[0] + f"[mapping]\nselect = '''{select}'''\n"
    answer = send(owner, SAMPLE.encode(), toml=toml, name="views", then="try")
    assert (answer.status_code, "is refused" in told(answer)[0]) == (422, True), told(answer)
    assert "root:" not in answer.text


def test_samples_are_for_who_chose_them(sources: Sources, owner: Visitor) -> None:
    page = send(owner, SAMPLE.encode(), toml=TOML, name="views", then="try").text
    kept = {name: shown(page, name) for name in ("sample", "sample_name")}
    other = sources.user("another_owner", "administer")
    answer = send(other, None, **kept, toml=TOML, name="views", then="try")
    assert (answer.status_code, "choose a sample" in answer.text) == (422, True)
    for token in ("../../etc/passwd", "0" * 32, ""):
        assert send(owner, None, sample=token, sample_name="x", toml=TOML, then="try").status_code == 422


def test_a_sample_is_of_a_stream_that_one_administers(sources: Sources, owner: Visitor) -> None:
    assert send(owner, SAMPLE.encode(), stream="health", then="guess").status_code == 403
    reader = sources.user("mere_reader", "ask", "detail", "send")
    reader.read("/sources/try", 403)
    assert 'href="/sources/try"' not in reader.read("/sources")


def test_the_source_is_downloaded(owner: Visitor) -> None:
    answer = send(owner, None, toml=TOML, name="views", then="download")
    assert answer.text.replace("\r\n", "\n").strip() == TOML.strip()
    assert answer.headers["content-disposition"] == 'attachment; filename="views.toml"'
    hostile = send(owner, None, toml=TOML, name='x"\r\nSet-Cookie: a=b', then="download")
    assert hostile.headers["content-disposition"] == 'attachment; filename="my_source.toml"'
    assert "set-cookie" not in hostile.headers
