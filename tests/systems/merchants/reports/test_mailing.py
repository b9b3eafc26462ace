"""Mails are handed to real servers: in the clear, encrypted, with a login; and what those say is understood."""

from __future__ import annotations

import warnings
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from systems.merchants.reports.mailing import Mailer, MailError
from systems.merchants.reports.settings import SmtpSettings
from tests.conftest import free_port
from tests.systems.merchants.reports.mail_server import PASSWORD, SENDER, USER, mail_server, make_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("mail") / "server.pem")


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, "ann@example.org", "Größe"
    message.set_content("ü\n")
    return message


def test_a_server_of_this_machine_is_told_in_the_clear() -> None:
    with mail_server() as server:
        Mailer(server.settings()).send(mail())
        [taken] = server.mails
        assert (taken["Subject"], taken["To"]) == ("Größe", "ann@example.org")
        assert taken.get_content().split() == ["ü"]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_login_is_encrypted(certificate: Path, tmp_path: Path, tls: str) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of aiosmtpd, that the login of a server under TLS needs no STARTTLS
        with mail_server(certificate, starttls=tls == "starttls") as server:
            login = {"smtp_tls": tls, "smtp_user": USER, "smtp_ca": certificate}
            Mailer(server.settings(**login, smtp_password_file=secret)).send(mail())
            Mailer(server.settings(**login, smtp_password=SecretStr(PASSWORD))).send(mail())
            assert server.users == [USER, USER]
            with pytest.raises(MailError, match="the server said 535") as wrong:
                Mailer(server.settings(**login, smtp_password=SecretStr("guess"))).send(mail())
            with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED"):
                Mailer(server.settings(**{**login, "smtp_ca": None})).send(mail())
            assert not wrong.value.refused
            assert len(server.mails) == 2


def test_a_server_that_cannot_encrypt_is_told_nothing() -> None:
    with mail_server() as server:
        with pytest.raises(MailError, match="STARTTLS"):
            Mailer(server.settings(smtp_tls="starttls")).send(mail())
        assert server.mails == []


@pytest.mark.parametrize(
    ("recipient", "of_mail", "refused"),
    [("550 no such user", "", True), ("450 later", "", False), ("", "554 spam", True), ("", "451 later", False)],
)
def test_what_time_does_not_change_is_told_from_the_rest(recipient: str, of_mail: str, refused: bool) -> None:
    with mail_server() as server:
        server.to_recipient, server.to_mail = recipient, of_mail
        with pytest.raises(MailError, match=(recipient or of_mail).split(" ", 1)[1]) as error:
            Mailer(server.settings()).send(mail())
        assert error.value.refused == refused


def test_a_server_that_is_away_is_an_error() -> None:
    settings = SmtpSettings(smtp_host="127.0.0.1", smtp_port=free_port(), smtp_from=SENDER)
    with pytest.raises(MailError, match="cannot be used"):
        Mailer(settings).send(mail())


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_from": ""},
        {"smtp_from": "nobody"},
        {"smtp_tls": "none", "smtp_user": "stats"},
        {"smtp_tls": "maybe"},
        {"smtp_port": 0},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SmtpSettings(**{"smtp_host": "mail.example.com", "smtp_from": SENDER, **wrong})  # type: ignore[arg-type]


def test_passwords_are_not_shown() -> None:
    assert PASSWORD not in repr(SmtpSettings(smtp_password=SecretStr(PASSWORD)))
