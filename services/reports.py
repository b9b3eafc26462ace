"""Sends the reports of sites that are due, and ends.

    python -m services.reports

The keeper starts it, when there are any: for the minute that it takes, and with the memory of a process of its own.
"""

from __future__ import annotations

import structlog

from access.asker import Asker, Door
from access.records import Records, access_engine
from access.store import AccessStore
from iceberg.settings import LakeSettings
from query.service import QueryService
from query.settings import QuerySettings
from services.settings import ServiceSettings
from streams import read_definitions
from streams.errors import WindowpaneError
from streams.logs import log_json
from systems.merchants.reports.mailing import Mailer
from systems.merchants.reports.numbers import Numbers
from systems.merchants.reports.sending import Sending
from systems.merchants.reports.settings import SmtpSettings
from systems.merchants.reports.subscriptions import Subscriptions

_log = structlog.get_logger("reports")


def send_due() -> int:
    """How many were due. Raises LakeError, WindowpaneError."""
    smtp, settings = SmtpSettings(), ServiceSettings()
    engine = access_engine(LakeSettings().catalog_uri.get_secret_value())
    subscriptions, access = Subscriptions(Records(engine)), AccessStore(engine)
    try:
        if not (smtp.sends and subscriptions.are_due()):
            return 0
        questions = QueryService(QuerySettings(), read_definitions(settings.streams)[0])
        questions.refresh()
        home = settings.public_url

        def asker(user: str) -> Asker | None:
            return access.askers.of_user(user, door=Door.SESSION)

        def is_open() -> bool:
            return settings.may_be_open and not access.users.any()

        numbers = Numbers(questions, asker, is_open, home)
        done = Sending(subscriptions, numbers.report, Mailer(smtp), smtp.smtp_from, home).send_due()
        return len(done)
    finally:
        access.close()


def main() -> None:
    """Entry point."""
    log_json()
    try:
        send_due()
    except WindowpaneError as error:
        _log.warning("reports not sent", wrong=str(error))
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
