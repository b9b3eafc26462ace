"""A real SMTP server on this machine, which keeps what it is sent, with a certificate of its own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from systems.merchants.reports.settings import SmtpSettings

SENDER = "Windowpane <reports@stats.example.com>"
USER, PASSWORD = "stats", "a password, and a long one"


@dataclass
class MailServer:
    """What it was sent. `answers`: what it says to a recipient and to a mail, in place of taking them."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    users: list[str | None] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    to_recipient: str = ""
    to_mail: str = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Take a recipient, or not."""
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, or not."""
        if self.to_mail:
            return self.to_mail
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.users.append(session.auth_data)
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"

    def settings(self, **more: Any) -> SmtpSettings:
        """Of this server."""
        given = {"smtp_host": "localhost", "smtp_port": self.port, "smtp_tls": "none", "smtp_from": SENDER, **more}
        return SmtpSettings(**given)


@contextmanager
def mail_server(certificate: Path | None = None, *, starttls: bool = False) -> Iterator[MailServer]:
    """One that wants a login where it has a certificate: after STARTTLS, or encrypted from the first byte."""
    server, context = MailServer(), None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=USER if right else None)

    logins: dict[str, Any] = {"authenticator": known, "auth_required": True} if context else {}
    ways = {"tls_context": context, "require_starttls": True} if starttls else {"ssl_context": context}
    if context is not None and not starttls:
        logins["auth_require_tls"] = False  # it is, though the server cannot tell
    controller = Controller(server, hostname="localhost", port=0, **logins, **ways)
    controller.port = _free_port()
    controller.start()
    try:
        server.port = controller.port
        yield server
    finally:
        controller.stop()


def _free_port() -> int:
    from tests.conftest import free_port

    return free_port()


def make_certificate(path: Path) -> Path:
    """A key and its certificate for `localhost`, which is its own authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "t")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
