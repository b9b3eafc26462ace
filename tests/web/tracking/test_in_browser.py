"""The tracking script in a real browser, on a page of another origin than that of the collector."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import launched
from tests.documentation import snippets
from tests.web.tracking.sites import SITE, Collector, Merchant, sites
from web.tracking.script import tracking_script

FORBIDDEN = """
window.touched = [];
const watch = (owner, name) => Object.defineProperty(owner, name, {
  configurable: true,
  get() { window.touched.push(name); throw new DOMException("denied", "SecurityError"); },
  set() { window.touched.push(name); throw new DOMException("denied", "SecurityError"); },
});
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore"]) watch(window, name);
watch(Document.prototype, "cookie");
"""
"""Storage of every kind as browsers deny it, and which of it was touched."""

HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def served_sites() -> Iterator[tuple[Merchant, Collector]]:
    with sites() as both:
        yield both


@pytest.fixture
def merchant(served_sites: tuple[Merchant, Collector]) -> Merchant:
    merchant, collector = served_sites
    merchant.script = f"{collector.url}/js/script.js"
    merchant.attributes, merchant.head, merchant.body = f'data-site="{SITE}" data-local', "", ""
    return merchant


@pytest.fixture
def collector(served_sites: tuple[Merchant, Collector], request: pytest.FixtureRequest) -> Iterator[Collector]:
    """What comes to it, the edge takes; but for one test's."""
    _, collector = served_sites
    collector.events, collector.requests, collector.cookies, collector.wrong = [], [], [], []
    collector.status = 204
    yield collector
    odd = request.node.name == "test_what_is_sent_is_json_in_text"
    assert collector.wrong == (["props: has a value that is no text, number or boolean"] if odd else [])


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def stop_clocks(page: Page) -> None:
    """A page is seen as long as a test says, however slow the machine is."""
    page.clock.install(time="2026-03-04T10:00:00Z")
    page.clock.pause_at("2026-03-04T10:00:01Z")


def test_a_page_view_says_what_was_seen(page: Page, merchant: Merchant, collector: Collector) -> None:
    page.goto(f"{merchant.url}/pricing?utm_source=news#plans", referer="https://search.example/?q=secret")
    (event,) = collector.wait(page, 1)
    assert {key: event[key] for key in event.keys() - {"id", "age", "referrer"}} == {
        "name": "pageview",
        "url": f"{merchant.url}/pricing?utm_source=news",
        "domain": SITE,
        "title": "pricing",
        "width": 390,
        "hash": False,
        "engaging": True,
    }
    assert event["referrer"].startswith("https://search.example/")
    assert 0 <= event["age"] < 1000
    assert len(event["id"]) >= 16
    assert collector.requests == [("POST", "text/plain;charset=UTF-8", f"/collect/{SITE}")]  # no preflight


def test_each_event_has_an_id_of_its_own(page: Page, merchant: Merchant, collector: Collector) -> None:
    page.goto(merchant.url)
    page.evaluate("for (let i = 0; i < 20; i++) windowpane('tick')")
    assert len({each["id"] for each in collector.wait(page, 21)}) == 21


def test_pages_within_a_document_are_viewed_once_each(page: Page, merchant: Merchant, collector: Collector) -> None:
    page.goto(f"{merchant.url}/a")
    collector.wait(page, 1)
    page.evaluate("""() => {
      history.replaceState({}, "", "/a?sorted=1");
      history.pushState({}, "", "/b");
      history.pushState({}, "", "/b#part");
      history.replaceState({}, "", "/c");
    }""")
    collector.wait(page, 3)
    page.go_back()
    collector.wait(page, 4)
    assert collector.named() == ["pageview a", "pageview b", "pageview c", "pageview b"]
    assert [each["referrer"] for each in collector.events[1:3]] == [f"{merchant.url}/a", f"{merchant.url}/b"]


def test_parts_after_a_hash_are_pages_where_it_is_said(page: Page, merchant: Merchant, collector: Collector) -> None:
    merchant.attributes += " data-hash"
    page.goto(f"{merchant.url}/#/home")
    collector.wait(page, 1)
    page.evaluate("location.hash = '/about'")
    collector.wait(page, 2)
    assert collector.named() == ["pageview #/home", "pageview #/about"]
    assert all(each["hash"] for each in collector.events)


def test_events_have_properties_and_revenue(page: Page, merchant: Merchant, collector: Collector) -> None:
    merchant.head = """<script>
      window.windowpane = window.windowpane || function () { (windowpane.q = windowpane.q || []).push(arguments) };
      windowpane("Early", { props: { when: "before" } });
    </script>"""
    page.goto(merchant.url)
    collector.wait(page, 2)
    page.evaluate("""() => new Promise((done) => windowpane("Order", {
      props: { plan: "pro", seats: 3 }, revenue: { amount: 29.5, currency: "EUR" }, callback: done }))""")
    page.evaluate("windowpane('Scrolled', { interactive: false })")
    view, early, order, scrolled = collector.wait(page, 4)
    assert (view["name"], early["name"], early["props"]) == ("pageview", "Early", {"when": "before"})
    assert (order["props"], order["revenue"]) == ({"plan": "pro", "seats": 3}, {"amount": 29.5, "currency": "EUR"})
    assert (order["engaging"], scrolled["engaging"]) == (True, False)


def test_links_files_forms_and_marked_elements_are_events(page: Page, merchant: Merchant, collector: Collector) -> None:
    merchant.body = """
      <a id="out" href="https://other.example/page?token=1">out</a> <a id="file" href="/files/Report.PDF?x">file</a>
      <button id="buy" data-windowpane="Buy" data-windowpane-plan="pro" data-windowpane-revenue="9.90"
        data-windowpane-currency="USD"><b>buy</b></button>
      <form data-windowpane="Subscribe"><button id="send">send</button></form>"""
    page.goto(merchant.url)
    page.evaluate("document.addEventListener('click', (e) => e.target.id != 'send' && e.preventDefault())")
    page.evaluate("document.addEventListener('submit', (e) => e.preventDefault())")
    for element in ("#out", "#file", "#buy b", "#send"):
        page.locator(element).click()
    page.locator("text=next").click()
    _, out, file, buy, sent = collector.wait(page, 5)
    assert (out["name"], out["props"]) == ("Outbound Link: Click", {"url": "https://other.example/page"})
    assert (file["name"], file["props"]) == ("File Download", {"url": f"{merchant.url}/files/Report.PDF"})
    assert (buy["name"], buy["props"]["plan"]) == ("Buy", "pro")
    assert buy["revenue"] == {"amount": "9.90", "currency": "USD"}
    assert sent["name"] == "Subscribe"


def test_a_page_that_is_not_there_is_told(page: Page, merchant: Merchant, collector: Collector) -> None:
    page.goto(f"{merchant.url}/missing/page")
    view, missing = collector.wait(page, 2)
    assert (view["name"], missing["name"], missing["props"]) == ("pageview", "404", {"path": "/missing/page"})
    assert not missing["engaging"]


def test_leaving_is_told_by_a_beacon(page: Page, merchant: Merchant, collector: Collector) -> None:
    stop_clocks(page)
    page.goto(merchant.url)
    collector.wait(page, 1)
    page.clock.fast_forward(1100)
    page.evaluate("""() => {
      const send = navigator.sendBeacon.bind(navigator);
      navigator.sendBeacon = (to, text) => send(to, JSON.stringify({ ...JSON.parse(text), beacon: true }));
    }""")
    page.goto("about:blank")
    _, left = collector.wait(page, 2)
    assert (left["name"], left["beacon"], left["age"]) == ("engagement", True, pytest.approx(0, abs=50))
    assert not left["engaging"]  # a second on one page is a bounce


def test_a_second_page_makes_leaving_count(page: Page, merchant: Merchant, collector: Collector) -> None:
    stop_clocks(page)
    page.goto(merchant.url)
    page.locator("text=next").click()
    collector.wait(page, 2)
    page.clock.fast_forward(1100)
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, True)
    assert collector.wait(page, 3)[2]["engaging"]
    page.evaluate(HIDE, False)
    page.clock.fast_forward(1100)
    page.evaluate(HIDE, True)
    collector.wait(page, 4)
    page.goto("about:blank")
    collector.wait(page, 4)


@pytest.mark.parametrize(("seconds", "name"), [(11, "engagement"), (1799, "engagement"), (1801, None)])
def test_leaving_begins_no_visit(
    page: Page, merchant: Merchant, collector: Collector, seconds: int, name: str | None
) -> None:
    page.clock.install(time="2026-03-04T10:00:00Z")
    page.goto(merchant.url)
    collector.wait(page, 1)
    page.clock.fast_forward(seconds * 1000)
    page.evaluate(HIDE, True)
    left = collector.wait(page, 2 if name else 1)[1:]
    assert [(each["name"], each["engaging"]) for each in left] == ([(name, True)] if name else [])


def test_another_day_is_another_visit(page: Page, merchant: Merchant, collector: Collector) -> None:
    page.clock.install(time="2026-03-04T23:59:50Z")
    page.goto(merchant.url)
    collector.wait(page, 1)
    page.clock.fast_forward(20_000)
    page.evaluate(HIDE, True)
    collector.wait(page, 1)


def test_no_storage_is_touched(context: BrowserContext, merchant: Merchant, collector: Collector) -> None:
    context.add_init_script(FORBIDDEN)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    stop_clocks(page)
    page.goto(merchant.url)
    page.evaluate("windowpane('Order', { props: { a: 1 } })")
    page.evaluate("history.pushState({}, '', '/b')")
    page.clock.fast_forward(1100)
    page.evaluate(HIDE, True)
    collector.wait(page, 4)
    assert page.evaluate("window.touched") == []
    assert {*collector.cookies} == {""}
    assert context.cookies() == []


@pytest.mark.parametrize(
    "wish",
    [
        "Object.defineProperty(navigator, 'doNotTrack', { value: '1' })",
        "window.doNotTrack = '1'",
        "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })",
    ],
)
def test_who_does_not_want_it_is_not_tracked(
    context: BrowserContext, merchant: Merchant, collector: Collector, wish: str
) -> None:
    context.add_init_script(wish)
    page = context.new_page()
    page.goto(merchant.url)
    assert page.evaluate("new Promise((done) => windowpane('Order', { callback: () => done(true) }))")
    page.evaluate("history.pushState({}, '', '/b')")
    page.goto("about:blank")
    collector.wait(page, 0)


def test_a_site_may_count_everybody(context: BrowserContext, merchant: Merchant, collector: Collector) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    page = context.new_page()
    merchant.attributes += " data-everybody"
    page.goto(merchant.url)
    collector.wait(page, 1)


def test_what_happens_offline_is_sent_with_its_age(
    context: BrowserContext, page: Page, merchant: Merchant, collector: Collector
) -> None:
    page.goto(merchant.url)
    collector.wait(page, 1)
    context.set_offline(True)
    page.evaluate("windowpane('Order', { props: { plan: 'pro' } })")
    page.evaluate("history.pushState({}, '', '/thanks')")
    page.wait_for_timeout(1000)
    collector.wait(page, 1)
    context.set_offline(False)
    _, order, thanks = collector.wait(page, 3)
    assert (order["name"], thanks["name"]) == ("Order", "pageview")
    assert order["age"] > 1000
    assert 1000 <= thanks["age"] < 3000


def test_a_hidden_page_keeps_what_it_cannot_send(
    context: BrowserContext, page: Page, merchant: Merchant, collector: Collector
) -> None:
    page.goto(merchant.url)
    collector.wait(page, 1)
    context.set_offline(True)
    page.evaluate("windowpane('Order')")
    page.evaluate(HIDE, True)
    page.wait_for_timeout(300)
    context.set_offline(False)
    assert collector.wait(page, 2)[1]["name"] == "Order"


@pytest.mark.parametrize(("status", "sent"), [(503, 2), (429, 2), (422, 1)])
def test_what_was_not_taken_is_sent_again_with_its_id(
    page: Page, merchant: Merchant, collector: Collector, status: int, sent: int
) -> None:
    collector.status = status
    page.goto(merchant.url)
    page.wait_for_timeout(300)
    collector.status = 204
    page.evaluate("windowpane('Order')")
    events = collector.wait(page, sent)
    assert [each["name"] for each in events] == ["pageview", "Order"][-sent:]
    assert len(collector.requests) == (sent + 1 if status != 422 else 2)


@pytest.mark.parametrize(
    ("attributes", "path", "counted"),
    [
        ('data-exclude="/admin/*, /drafts/**"', "/admin/users", False),
        ('data-exclude="/admin/*, /drafts/**"', "/admin/users/7", True),
        ('data-exclude="/admin/*, /drafts/**"', "/drafts/2026/7/", False),
        ('data-exclude="/a.b"', "/axb", True),
        ('data-include="/shop/**"', "/blog", False),
        ('data-include="/shop/**"', "/shop/lamp", True),
    ],
)
def test_pages_can_be_left_out(
    page: Page, merchant: Merchant, collector: Collector, attributes: str, path: str, counted: bool
) -> None:
    merchant.attributes += f" {attributes}"
    page.goto(merchant.url + path)
    collector.wait(page, int(counted))


def test_this_machine_is_left_out(page: Page, merchant: Merchant, collector: Collector) -> None:
    merchant.attributes = f'data-site="{SITE}"'
    page.goto(merchant.url)
    collector.wait(page, 0)


def test_a_snippet_of_plausible_works(page: Page, merchant: Merchant, collector: Collector) -> None:
    merchant.attributes = f'data-domain="{SITE}" data-api="{collector.url}/api/event" data-local'
    merchant.head = """<script>window.plausible = window.plausible || function () {
      (window.plausible.q = window.plausible.q || []).push(arguments) }; plausible("Early")</script>"""
    page.goto(merchant.url)
    page.evaluate("plausible('Signup', { props: { plan: 'pro' } })")
    collector.wait(page, 3)
    assert [each["name"] for each in collector.events] == ["pageview", "Early", "Signup"]
    assert {path for _, _, path in collector.requests} == {"/api/event"}


def test_nobody_is_taken_from_whom_plausible_is(page: Page, merchant: Merchant, collector: Collector) -> None:
    merchant.head = "<script>window.plausible = () => 'theirs'</script>"
    page.goto(merchant.url)
    collector.wait(page, 1)
    assert page.evaluate("plausible()") == "theirs"


def test_a_page_in_the_background_counts_once_it_is_seen(
    context: BrowserContext, merchant: Merchant, collector: Collector
) -> None:
    context.add_init_script("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page = context.new_page()
    page.goto(merchant.url)
    collector.wait(page, 0)
    page.evaluate(HIDE, False)
    collector.wait(page, 1)


def test_a_page_that_comes_back_is_viewed_again(page: Page, merchant: Merchant, collector: Collector) -> None:
    page.goto(merchant.url)
    collector.wait(page, 1)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert [each["name"] for each in collector.wait(page, 2)] == ["pageview", "pageview"]


def test_pages_by_hand(page: Page, merchant: Merchant, collector: Collector) -> None:
    merchant.attributes += " data-manual"
    page.goto(f"{merchant.url}/orders/7")
    page.evaluate("windowpane('pageview', { url: location.origin + '/orders/ORDER' })")
    page.evaluate("history.pushState({}, '', '/b')")
    collector.wait(page, 1)
    assert collector.named() == ["pageview orders/ORDER"]


def test_what_is_sent_is_json_in_text(page: Page, merchant: Merchant, collector: Collector) -> None:
    """Properties are handed on as they were given, whatever they are; what they may be is the edge's to say."""
    given: dict[str, Any] = {"a": "ü\u2028", "deep": {"b": [1, None]}, "long": "x" * 3000}
    page.goto(merchant.url)
    page.evaluate("(props) => windowpane('Odd', { props })", given)
    assert json.loads(json.dumps(collector.wait(page, 2)[1]["props"])) == given


def test_documented_snippets_work(page: Page, merchant: Merchant, collector: Collector) -> None:
    """Each in its turn, the included script at this collector's address in place of the one that is written."""
    included, early, marked = (each.text for each in snippets("html") if each.page == "docs/merchants.md")
    merchant.head = early + "<script>windowpane('Early')</script>"
    merchant.body = marked.replace("…", "<button id='send'>send</button>")
    served = {"body": tracking_script().plain, "content_type": "text/javascript"}
    page.route("https://stats.example.com/js/script.js", lambda route: route.fulfill(**served))
    merchant.script, merchant.attributes = (
        "https://stats.example.com/js/script.js",
        'data-site="example.org" data-local',
    )
    assert f'src="{merchant.script}" data-site="example.org"' in included
    merchant.attributes += f' data-api="{collector.url}/collect/example.org"'
    page.goto(merchant.url)
    page.evaluate("addEventListener('submit', (e) => e.preventDefault())")
    page.evaluate(next(each.text for each in snippets("js")))
    page.locator("text=Sign up").click()
    page.locator("#send").click()
    collector.wait(page, 7)
    assert [each["name"] for each in collector.events] == [
        "pageview", "Early", "Signup", "Order", "Scrolled", "Signup", "Order",
    ]  # fmt: skip
    assert [each.get("revenue") for each in collector.events[3::3]] == [
        {"amount": 29.5, "currency": "EUR"},
        {"amount": "29.50", "currency": "EUR"},
    ]
