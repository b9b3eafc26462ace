"""The pages of sources, without scripts."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from sources.files import Decided, FileState, RejectedRow, SourceFile
from tests.web.pages.people import Visitor
from tests.web.pages.sources.conftest import Sources

CSV = b"time,site,path,load_ms\n2026-03-01T10:00:00Z,a,/,12\n"


def upload(visitor: Visitor, name: str, data: bytes, source: str = "clinic") -> str:
    """Where the form leads on, or the page that it is answered with."""
    visitor.read(f"/sources/{source}")
    answer = visitor.post(
        f"/sources/{source}/files", files={"csrf": (None, visitor.token), "file": (name, data, "text/csv")}
    )
    return str(answer.headers.get("location", f"{answer.status_code} {answer.text}"))


def newest(sources: Sources, name: str = "clinic") -> SourceFile:
    return sources.store.files.page(name, most=1)[0]


def held(sources: Sources, owner: Visitor, name: str, reason: str) -> SourceFile:
    """A file that a run could not take."""
    assert upload(owner, name, name.encode()) == "/sources/clinic?done=uploaded#files"
    run = sources.store.states.begin("clinic", "test")
    file = sources.store.files.hold(newest(sources), run, reason)
    sources.store.states.end("clinic", run, {"held": 1}, "")
    sources.store.states.note("clinic")
    return file


def test_those_are_listed_whose_stream_one_knows(sources: Sources, owner: Visitor) -> None:
    page = owner.read("/sources")
    assert all(f'href="/sources/{name}"' in page for name in ("clinic", "quiet"))
    assert "/sources/other" not in page
    assert "broken" not in page
    assert "not run yet" in page
    nobody = sources.user("nobody_in_particular")
    page = nobody.read("/sources")
    assert ("No source is shown to you" in page, "/sources/clinic" in page, "/sources/try" in page) == (
        True,
        False,
        False,
    )
    nobody.read("/sources/clinic", 404)
    assert nobody.get("/sources/clinic").text == nobody.get("/sources/nope").text.replace("nope", "clinic")


def test_who_sees_all_is_told_of_broken_files(sources: Sources) -> None:
    page = sources.people.user("chief", administrator=True).read("/sources")
    assert "broken.toml" in page
    assert "/sources/other" in page


def test_an_upload_is_kept_and_waits(sources: Sources, owner: Visitor) -> None:
    assert upload(owner, "2026-03-01.csv", CSV) == "/sources/clinic?done=uploaded#files"
    file = newest(sources)
    assert (file.name, file.size, file.state, file.kept_by) == ("2026-03-01.csv", len(CSV), FileState.WAITING, "owner")
    [kept] = sources.kept.rglob(file.digest)
    assert kept.read_bytes() == CSV
    assert sources.store.states.get("clinic").asked_at is not None
    assert file.licence == "CC-BY-4.0"
    page = owner.read("/sources/clinic?done=uploaded")
    assert all(said in page for said in ("2026-03-01.csv", "CC-BY-4.0", "Somebody", "waiting", "is taken in its turn"))
    assert upload(owner, "2026-03-01.csv", CSV) == "/sources/clinic?done=known#files"


@pytest.mark.parametrize(
    ("name", "data", "status", "said"),
    [
        ("x.csv", b"x" * ((1 << 20) + 1), 413, "larger than"),
        ("", b"", 422, "Choose a file first"),
        (".hidden", b"x", 422, "full stop"),
        ("a" * 201, b"x", 422, "longer than"),
    ],
)
def test_what_is_no_upload_is_told_on_the_page(owner: Visitor, name: str, data: bytes, status: int, said: str) -> None:
    answer = upload(owner, name, data)
    assert answer.startswith(str(status))
    assert said in answer


def test_paths_in_names_are_left_out(sources: Sources, owner: Visitor) -> None:
    upload(owner, "../../etc/passwd", b"root")
    assert newest(sources).name == "passwd"


def test_an_upload_needs_the_token_of_its_session(sources: Sources, owner: Visitor) -> None:
    before = newest(sources).id
    forged: tuple[dict[str, Any], ...] = (
        {"file": ("forged.csv", CSV)},
        {"csrf": (None, "0" * 64), "file": ("forged.csv", CSV)},
        {"file": ("forged.csv", CSV), "csrf": (None, owner.token)},
    )
    for fields in forged:
        assert owner.post("/sources/clinic/files", files=fields).status_code == 403
    raw = owner.post("/v1/sources/clinic/files?name=forged.csv", content=CSV)
    assert raw.status_code == 403
    assert newest(sources).id == before


def test_held_files_say_why_and_are_taken_again(sources: Sources, owner: Visitor) -> None:
    file = held(sources, owner, "half.csv", "the column <site> is missing")
    page = owner.read("/sources/clinic")
    assert "the column &lt;site&gt; is missing" in page
    assert 'href="/sources/clinic#held"' in owner.read("/sources")
    assert owner.submit("/sources/clinic/redrive").headers["location"] == "/sources/clinic?done=redrive"
    again = sources.store.files.get("clinic", file.id)
    assert (again.state, again.attempt) == (FileState.WAITING, 1)
    owner.read("/sources/quiet")
    assert owner.submit("/sources/quiet/redrive").headers["location"] == "/sources/quiet?done=nothing"


def test_rejected_rows_have_file_line_and_reason(sources: Sources, owner: Visitor) -> None:
    upload(owner, "odd.csv", b"odd")
    file, run = newest(sources), sources.store.states.begin("clinic", "test")
    row = RejectedRow(7, "load_ms", "is no number", '{"load_ms": "<b>"}')
    decided = Decided("x", None, 0, None, {"rows": 9, "rejected": 1}, None, [{"kind": "added", "column": "x"}], [row])
    with sources.store.changing() as connection:
        sources.store.files.decide(connection, file, run, decided)
    sources.store.states.end("clinic", run, {"rejected": 1}, "")
    page = owner.read("/sources/clinic")
    assert all(said in page for said in ("odd.csv", ">7<", "load_ms", "is no number", "&#34;&lt;b&gt;&#34;", "added"))
    reader = sources.user("reader", "ask")
    page = reader.read("/sources/clinic")
    assert "odd.csv" in page
    assert "is no number" not in page
    assert 'action="/sources/clinic' not in page


def test_a_grant_of_some_rows_shows_no_counts(sources: Sources) -> None:
    tenant = sources.user("tenant", "ask", "detail", "send", site=["a"])
    page = tenant.read("/sources/clinic")
    assert "your grants show some of them" in page
    assert not re.search(r"odd\.csv|2026-03-01\.csv|Upload", page)
    assert upload(tenant, "x.csv", CSV).startswith("403")
    assert tenant.submit("/sources/clinic/pause").status_code == 403


def test_a_source_is_paused_and_goes_on(sources: Sources, owner: Visitor) -> None:
    owner.read("/sources/quiet")
    assert owner.submit("/sources/quiet/pause").headers["location"] == "/sources/quiet?done=pause"
    state = sources.store.states.get("quiet")
    assert (state.paused, state.paused_by) == (True, "owner")
    page = owner.read("/sources/quiet")
    assert ("Resume" in page, "Run now" in page, "paused by owner" in page) == (True, False, True)
    refused = owner.submit("/sources/quiet/run")
    assert (refused.status_code, "resume it" in refused.text) == (422, True)
    assert owner.submit("/sources/quiet/resume").headers["location"] == "/sources/quiet?done=resume"
    assert sources.store.states.get("quiet").paused is False
    assert owner.submit("/sources/quiet/run").headers["location"] == "/sources/quiet?done=run"
    assert owner.submit("/sources/quiet/nonsense").status_code == 404


def test_a_failing_source_says_why_to_its_owner(sources: Sources, owner: Visitor) -> None:
    sources.store.states.note("quiet", problem="https://internal.example answered 500", failures=3)
    assert owner.submit("/sources/quiet/resume").status_code == 303
    sources.store.states.note("quiet", problem="https://internal.example answered 500", failures=3)
    page = unescape(owner.read("/sources/quiet"))
    assert "https://internal.example answered 500" in page
    assert "3 times in a row" in page
    asker = sources.user("asker", "ask").read("/sources/quiet")
    assert ("failing" in asker, "internal.example" in asker) == (True, False)
