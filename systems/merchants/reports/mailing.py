"""Hands e-mails to a server by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from streams.errors import WindowpaneError
from systems.merchants.reports.settings import SmtpSettings, Tls

_SECONDS = 30.0


class MailError(WindowpaneError):
    """A mail was not taken. `refused`: for good, whenever it is tried again."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        self.refused = refused
        super().__init__(reason)


class Mailer:
    """Sends mails, each over a connection of its own: there are few, and none waits for another's end."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def send(self, message: EmailMessage) -> None:
        """Returns once the server has taken it. Raises MailError: it has not."""
        with _translated(), self._connected() as server:
            server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        """A server that has been greeted, and logged in to."""
        host, port = self._settings.smtp_host, self._settings.smtp_port
        if self._settings.smtp_tls is Tls.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=self._context())
        else:
            server = smtplib.SMTP(host, port, timeout=_SECONDS)
        try:
            if self._settings.smtp_tls is Tls.STARTTLS:
                server.starttls(context=self._context())
            if self._settings.smtp_user:
                server.login(self._settings.smtp_user, self._settings.password)
        except BaseException:
            server.close()
            raise
        return server

    def _context(self) -> ssl.SSLContext:
        authority = self._settings.smtp_ca
        return ssl.create_default_context(cafile=None if authority is None else str(authority))


@contextmanager
def _translated() -> Iterator[None]:
    """What smtplib raises, as what it means. After 5xx of an address or of the mail nothing is changed by time."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise MailError(f"the address was refused: {_said(code, text)}", refused=code >= 500) from error
    except smtplib.SMTPDataError as error:
        raise MailError(
            f"the mail was refused: {_said(error.smtp_code, error.smtp_error)}", refused=error.smtp_code >= 500
        ) from error
    except smtplib.SMTPResponseException as error:
        raise MailError(f"the server said {_said(error.smtp_code, error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"the server cannot be used: {error}") from error


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"[:300]
