"""Forms with files, in chunks of any size."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.edge.multipart import Began, FormParts, Piece, boundary_of
from web.edge.problems import ProblemError

Part = tuple[str, str | None, bytes]


def taken(body: bytes, boundary: bytes, chunk: int) -> list[Part]:
    """The parts of a body that comes in chunks of a size."""
    form, parts = FormParts(boundary), list[Part]()
    for start in range(0, len(body), chunk):
        for event in form.feed(body[start : start + chunk]):
            if isinstance(event, Began):
                parts.append((event.name, event.file, b""))
            else:
                assert event.data
                parts[-1] = (*parts[-1][:2], parts[-1][2] + event.data)
    form.finish()
    return parts


def written(fields: dict[str, str], file: tuple[str, bytes], boundary: str) -> bytes:
    """As another library writes it."""
    kind = f"multipart/form-data; boundary={boundary}"
    request = httpx.Request("POST", "http://a/", data=fields, files={"file": file}, headers={"content-type": kind})
    return request.read()


BYTES = st.lists(st.sampled_from([b"\r\n", b"--", b"--x", b"\r\n--x", b"\r\n--", b"a", b"\0", b"\r"]), max_size=12).map(
    b"".join
)


@given(data=BYTES, text=st.text(max_size=20), chunk=st.integers(1, 40))
def test_what_was_written_is_read(data: bytes, text: str, chunk: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    body = written({"csrf": text, "empty": ""}, ("a b.csv", data), "xyz")
    if b"\r\n--xyz" in data:
        return
    parts = taken(body, b"xyz", chunk)
    assert parts == [("csrf", None, text.encode()), ("empty", None, b""), ("file", "a b.csv", data)]


@pytest.mark.parametrize(
    ("name", "read"), [("a.csv", "a.csv"), ('q"q.csv', 'q"q.csv'), ("Zürich.csv", "Zürich.csv"), ("", "")]
)
def test_names_are_as_browsers_write_them(name: str, read: str) -> None:
    quoted = name.replace('"', "%22")
    body = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\nx\r\n--b--\r\n'
    assert taken(body.encode(), b"b", 7) == [("file", read, b"x")]


def test_no_more_than_a_boundary_is_held() -> None:
    form = FormParts(b"b")
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n'
    assert [*form.feed(head)] == [Began("f", "x")]
    pieces = [event for _ in range(100) for event in form.feed(b"\r" * 1000)]
    assert sum(len(each.data) for each in pieces if isinstance(each, Piece)) > 99_900
    assert len(form._held) < 10


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "too early"),
        (b"--b\r\n", "too early"),
        (b"--c\r\n\r\n", "boundary"),
        (b"--b\r\n\r\nx\r\n--b--", "too early"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", "which field"),
        (b"--b\r\nContent-Disposition: attachment; name=x\r\n\r\nx\r\n--b--", "which field"),
        (b"--b\r\nX: " + b"y" * 9000, "head"),
        (b"--b junk\r\n", "beside a boundary"),
        (b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\ny\r\n" * 101, "parts"),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, why: str) -> None:
    for chunk in (1, 7, 10_000):
        with pytest.raises(ProblemError, match=why) as refused:
            taken(body, b"b", chunk)
        assert refused.value.problem.status == 400


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 71]
)
def test_a_form_says_its_boundary(kind: str) -> None:
    with pytest.raises(ProblemError, match="boundary"):
        boundary_of(kind)
    assert boundary_of('multipart/form-data; charset=utf-8; boundary="a b"') == b"a b"
