"""A web site from its first page view to its report, on the engines: a browser, a log of before, and a mail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from access.records import Records, access_engine
from compose.embedded.stack import Stack
from systems.merchants.reports.periods import Period, newest_due
from systems.merchants.reports.subscriptions import Subscriptions
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import SiteChange
from systems.merchants.store import SiteStore
from tests.browser import launched
from tests.documentation import ROOT
from tests.integration.command_line import windowpane
from tests.integration.live_streams import await_true
from tests.systems.merchants.reports.mail_server import SENDER, mail_server
from tests.web.served import served
from tests.web.tracking.sites import Merchant

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("web_events")]

SHOP, PAST = "shop.example.org", "past.example.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(scope="module")
def sites(stack: Stack, stack_environment: dict[str, str]) -> Iterator[SiteStore]:
    assert stack
    store = SiteStore.open(stack_environment["WINDOWPANE_CATALOG_URI"])
    yield store
    store.close()


def counted(stack: Stack, site: str, start: datetime, end: datetime) -> dict[str, Any]:
    """The numbers of a site: nothing, while there is nothing."""
    asked = {"start": start.isoformat(), "end": end.isoformat(), "site": site, "by": ""}
    answer = httpx.get(f"{stack.url}v1/streams/web_events/window", params=asked, timeout=60)
    groups = answer.json().get("groups", []) if answer.status_code == 200 else []
    return groups[0] if groups else {}


def test_what_a_browser_does_is_counted(stack: Stack, sites: SiteStore) -> None:
    merchant = Merchant(f"{stack.url}js/script.js", f'data-site="{SHOP}" data-local')
    begun = datetime.now(UTC).replace(second=0, microsecond=0)
    with served(merchant.app()) as url, launched() as browser:
        origin = url.removeprefix("http://")
        sites.sites.add(EVERY_SITE, SiteChange(SHOP, origins=(origin,)), by="test")
        with browser.new_context(user_agent=FIREFOX) as context:
            page = context.new_page()
            with page.expect_response("**/collect/**") as first:
                page.goto(f"{url}/pricing?utm_source=news")
            assert first.value.status == 204
            with page.expect_response("**/collect/**"):
                page.evaluate("history.pushState({}, '', '/cart')")
            with page.expect_response("**/collect/**") as order:
                page.evaluate(
                    "windowpane('Order', { props: { plan: 'pro' }, revenue: { amount: 29.5, currency: 'EUR' } })"
                )
            assert order.value.status == 204
        with browser.new_context(user_agent=FIREFOX) as context:
            elsewhere = context.new_page()
            merchant.attributes = f'data-site="{PAST}" data-local'
            # Who may not read an answer is not told its status either.
            with elsewhere.expect_event("requestfailed", lambda request: "/collect/" in request.url):
                elsewhere.goto(url)
    event = {"name": "pageview", "url": f"https://{PAST}/"}
    assert httpx.post(f"{stack.url}collect/{PAST}", json=event, timeout=60).status_code == 404

    def is_counted() -> bool:
        # What leaving sends is lost where the browser ends at once.
        return bool(counted(stack, SHOP, begun, begun + timedelta(minutes=10)).get("messages", 0) >= 3)

    await_true(is_counted, 180, "what the browser sent")
    numbers = counted(stack, SHOP, begun, begun + timedelta(minutes=10))
    assert (numbers["visitors"]["distinct"], numbers["visits"], numbers["bounces"]) == (1, 1, 0)


def test_the_demonstration_shows_sites_with_visitors(stack: Stack, sites: SiteStore) -> None:
    done = windowpane(stack, "up", "--no-input", "--with", "merchants")
    assert done.returncode == 0, done.stderr
    shown = ["blog.example.org", "docs.example.net", "example.org", "shop.example.com"]
    assert {*shown} <= {site.name for site in sites.sites.page(EVERY_SITE, search="example", limit=100)}
    end = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=5)
    start = end - timedelta(days=3)
    await_true(lambda: all(counted(stack, site, start, end) for site in shown), 180, "what visitors of the sites did")
    again = windowpane(stack, "up", "--no-input", "--with", "merchants")
    assert again.returncode == 0, again.stderr
    assert "what visitors" in done.stderr
    assert "what visitors" not in again.stderr


def test_a_log_is_imported_once(stack: Stack, sites: SiteStore) -> None:
    sites.sites.add(EVERY_SITE, SiteChange(PAST), by="test")
    log = str(ROOT / "tests" / "data" / "web" / "common.log")
    done = windowpane(stack, "sites", "import-log", PAST, log, "--json")
    assert done.returncode == 0, done.stderr
    [told] = json.loads(done.stdout)["files"]
    assert (told["events"], told["bad"][0]["lines"]) == (16, 10)
    again = windowpane(stack, "sites", "import-log", PAST, log)
    assert (again.returncode, "was imported into past.example.org on" in again.stderr) == (2, True)
    august = datetime(1995, 8, 1, tzinfo=UTC)
    await_true(lambda: bool(counted(stack, PAST, august, august + timedelta(days=1))), 180, "the log of 1995")
    assert counted(stack, PAST, august, august + timedelta(days=1))["messages"] == 16


def test_a_report_of_the_month_is_mailed(stack: Stack, stack_environment: dict[str, str], tmp_path: Path) -> None:
    first = newest_due(Period.MONTH, datetime.now(UTC), ZoneInfo("UTC"))
    log = tmp_path / "access.log"
    lines = [
        f"192.0.2.{visitor} - - [{first:%d/%b/%Y}:12:0{minute}:00 +0000] "
        f'"GET /page{minute} HTTP/1.1" 200 5 "-" "{FIREFOX}"'
        for visitor in (1, 2, 3)
        for minute in range(visitor)
    ]
    log.write_text("\n".join(lines))
    done = windowpane(stack, "sites", "import-log", PAST, str(log))
    assert done.returncode == 0, done.stderr
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    await_true(
        lambda: counted(stack, PAST, noon, noon + timedelta(hours=1)).get("messages", 0) == 6, 180, "the log of a month"
    )
    engine = access_engine(stack_environment["WINDOWPANE_CATALOG_URI"])
    long_ago = Subscriptions(Records(engine, lambda: noon))
    asked = long_ago.add(EVERY_SITE, PAST, user=None, address="ann@example.org", period="month")
    with mail_server() as server:
        smtp = {"HOST": "localhost", "PORT": str(server.port), "TLS": "none", "FROM": SENDER}
        environment = {**os.environ, **stack_environment, **{f"WINDOWPANE_SMTP_{k}": v for k, v in smtp.items()}}
        for _ in range(2):
            sending = [sys.executable, "-m", "services.reports"]
            sent = subprocess.run(sending, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
            assert sent.returncode == 0, sent.stderr
        [mail] = server.mails
    assert "3 visitors" in mail["Subject"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "Page views                     6   new" in text
    assert "/page0" in html
    ended = httpx.post(mail["List-Unsubscribe"].strip("<>"), data={"List-Unsubscribe": "One-Click"})
    assert ended.status_code == 200
    assert long_ago.of(EVERY_SITE, PAST) == []
    assert asked.token in mail["List-Unsubscribe"]
    engine.dispose()
