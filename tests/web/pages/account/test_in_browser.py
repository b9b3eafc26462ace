"""Log in, make a key, log out: in a real browser, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import launched
from tests.web.pages.people import PASSWORD, People


def log_in_and_out(people: People, context: BrowserContext, name: str) -> str:
    """By keyboard; the key that was made meanwhile."""
    people.store.users.add(name, by="test", password=PASSWORD)
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(f"{people.url}/account")
    assert page.url == f"{people.url}/login?next=%2Faccount"
    page.locator("#user:focus").wait_for()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.get_by_label("Name", exact=True).fill("nightly")
    page.get_by_label("Ends").select_option("in 30 days")
    page.get_by_role("button", name="Make the key").click()
    key = page.get_by_label("Key", exact=True).input_value()
    page.get_by_role("link", name="All your keys").click()
    assert key not in page.content()
    page.get_by_role("link", name="Rotate or revoke nightly").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.goto(f"{people.url}/account")
    assert page.url.startswith(f"{people.url}/login")
    assert wrong == []
    return key


@pytest.mark.parametrize("scripts", [True, False])
def test_key_is_made_between_login_and_logout(people: People, scripts: bool) -> None:
    name = "scripted" if scripts else "plain"
    with launched() as browser, browser.new_context(java_script_enabled=scripts) as context:
        key = log_in_and_out(people, context, name)
    asked = people.visitor().get("/v1/me", headers={"authorization": f"Bearer {key}"})
    assert (asked.status_code, asked.json()["name"]) == (200, name)


def test_key_is_copied(people: People) -> None:
    visitor = people.user("copier")
    with launched() as browser, browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        context.add_cookies(
            [{"name": each.name, "value": each.value or "", "url": people.url} for each in visitor.cookies.jar]
        )
        page = context.new_page()
        page.goto(f"{people.url}/account")
        page.get_by_label("Name", exact=True).fill("copied")
        page.get_by_role("button", name="Make the key").click()
        page.get_by_role("button", name="Copy").click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.get_by_label("Key", exact=True).input_value()
