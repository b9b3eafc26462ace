"""Our processes show their token to the one certificate that was set, and to no other of its authority."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from compose.embedded.certificate_making import make_certificate
from compose.embedded.certificates import Certificate, prepare_certificate
from compose.embedded.layout import Layout
from compose.embedded.settings import StackSettings
from query.settings import QuerySettings
from query.trino_client import _context

NOW = datetime.now(UTC)


def signed(key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePrivateKey, name: str, *, authority: bool) -> str:
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def prepared(home: Path, pem: Path) -> tuple[Certificate, Layout]:
    layout = Layout(home)
    settings = StackSettings.model_validate({"home": home, "trino_certificate": pem})
    return prepare_certificate(settings, layout), layout


def handshake(server: Path, client: ssl.SSLContext) -> None:
    """Raises SSLCertVerificationError if the client does not believe the server."""
    listening = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listening.load_cert_chain(server)
    there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
    asks = client.wrap_bio(here, there, server_hostname="localhost")
    answers = listening.wrap_bio(there, here, server_side=True)
    for _ in range(3):
        for side in (asks, answers):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert asks.getpeercert(binary_form=True)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """PEMs of two servers, with the certificate of the authority that signed both."""
    root = ec.generate_private_key(ec.SECP256R1())
    own = signed(root, root, "authority", authority=True)
    for name in ("ours", "theirs"):
        key = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PrivateFormat.PKCS8
        text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
        (tmp_path / f"{name}.pem").write_text(text + signed(key, root, name, authority=False) + own)
    return tmp_path / "ours.pem", tmp_path / "theirs.pem"


def test_another_of_the_same_authority_is_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    ours, theirs = files
    made, layout = prepared(tmp_path / "home", ours)
    assert (made.trusted.read_text().count("BEGIN"), layout.trusted.read_text().count("BEGIN")) == (1, 2)
    handshake(ours, _context(made.trusted))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(theirs, _context(made.trusted))


def test_made_certificate_is_trusted_as_it_is(tmp_path: Path) -> None:
    made = tmp_path / "made.pem"
    made.write_text(make_certificate(["localhost"]))
    trusted, _ = prepared(tmp_path / "home", made)
    handshake(made, _context(trusted.trusted))
    people = ssl.create_default_context(cafile=str(trusted.trusted))
    handshake(made, people)
    people.verify_flags |= ssl.VERIFY_X509_STRICT
    handshake(made, people)


def test_made_certificate_signs_no_other() -> None:
    made = x509.load_pem_x509_certificate(make_certificate(["localhost"]).encode())
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not made.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_token_goes_nowhere_without_tls() -> None:
    with pytest.raises(ValidationError, match="WINDOWPANE_TRINO_TRUSTED"):
        QuerySettings.model_validate({"trino": "127.0.0.1:1", "trino_key": "dG9rZW4="})
