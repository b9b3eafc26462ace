"""The certificate of Trino: one for a home, or the operator's own."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from compose.embedded.certificate_making import make_certificate, names_of
from compose.embedded.certificates import fingerprint, prepare_certificate, sql_door
from compose.embedded.layout import Layout
from compose.embedded.settings import StackSettings
from compose.errors import MachineError


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "home")


def settings(layout: Layout, **more: object) -> StackSettings:
    return StackSettings.model_validate({"home": layout.home, **more})


def test_certificate_is_made_once(layout: Layout) -> None:
    first = prepare_certificate(settings(layout), layout)
    assert prepare_certificate(settings(layout), layout) == first
    text = first.server.read_text()
    made = x509.load_pem_x509_certificate(text.encode())
    assert {"localhost", "127.0.0.1"} <= names_of(text)
    assert (made.not_valid_after_utc - datetime.now(UTC)).days in (3648, 3649, 3650)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(first.server)


def test_key_is_for_its_owner_alone(layout: Layout) -> None:
    made = prepare_certificate(settings(layout), layout)
    for path in (made.server, layout.certificate):
        assert path.stat().st_mode & 0o777 == 0o600
    for path in (made.trusted, layout.trusted):
        assert "PRIVATE" not in path.read_text()


def test_new_name_makes_another(layout: Layout) -> None:
    first = prepare_certificate(settings(layout), layout)
    second = prepare_certificate(settings(layout, host="lake.example"), layout)
    assert second != first
    assert "lake.example" in names_of(second.server.read_text())
    assert sorted(layout.etc.glob("trino/*.pem")) == sorted([second.server, second.trusted])
    assert prepare_certificate(settings(layout), layout) == second


def test_own_certificate_takes_its_place(layout: Layout, tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text(make_certificate(["lake.example"]))
    made = prepare_certificate(settings(layout, trino_certificate=own), layout)
    assert made.server.read_text() == own.read_text()
    door = sql_door("127.0.0.1:1", layout)
    assert door is not None
    assert door.fingerprint == fingerprint(own.read_text())
    assert not layout.certificate.exists()


def test_fingerprint_is_that_of_openssl(layout: Layout) -> None:
    assert sql_door("127.0.0.1:1", layout) is None
    text = make_certificate(["localhost"])
    expected = x509.load_pem_x509_certificate(text.encode()).fingerprint(hashes.SHA256())
    assert fingerprint(text).replace(":", "").lower() == expected.hex()


@pytest.mark.parametrize("what", ["missing", "not a PEM", "no key", "another's key"])
def test_wrong_certificate_is_refused(layout: Layout, tmp_path: Path, what: str) -> None:
    own, one, other = tmp_path / "own.pem", make_certificate(["one"]), make_certificate(["other"])
    marker = "-----BEGIN CERTIFICATE"
    texts = {
        "not a PEM": "hello",
        "no key": one[one.index(marker) :],
        "another's key": other[: other.index(marker)] + one[one.index(marker) :],
    }
    if what in texts:
        own.write_text(texts[what])
    with pytest.raises(MachineError, match="WINDOWPANE_TRINO_CERTIFICATE"):
        prepare_certificate(settings(layout, trino_certificate=own), layout)
